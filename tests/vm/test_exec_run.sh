#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# exec where the cgroups are v2 alone: the process is born in its cgroup, which may take none.
. "$(dirname "$0")/_containers.sh"

vm v2 v2 integration/test_exec,integration/test_exec_io,integration/test_exec_hostile
echo "1..$number"
exit $result
