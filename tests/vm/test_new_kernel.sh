#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Whole containers on the newest kernel that Debian ships for this release, cgroup v2 alone: one machine
# for what depends on the kernel most, one for the limits, with BFQ's weights.
. "$(dirname "$0")/_containers.sh"

vm new v2 vm/containers,integration/test_lifecycle,integration/test_process,integration/test_exec -n
vm new v2 integration/test_resources,integration/test_update -n -k bfq
echo "1..$number"
exit $result
