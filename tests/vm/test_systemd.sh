#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# The systemd cgroup driver in a machine with systemd as its init: on cgroup v2, and on v1 as systemd mounts
# it beside an empty v2 tree.
. "$(dirname "$0")/_systemd.sh"

vm v2 v2 vm/systemd "${options[@]}"
parameters="$parameters systemd.unified_cgroup_hierarchy=0"
vm v1 v1 vm/systemd "${options[@]}"
echo "1..$number"
exit $result
