#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# verify and check where all limits are on cgroup v2, and device rules are programs.
. "$(dirname "$0")/_containers.sh"

vm v2 v2 integration/test_verify,integration/test_check
echo "1..$number"
exit $result
