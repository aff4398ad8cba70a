#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# What a container sees of its cgroups, and may write to, on each cgroup layout.
. "$(dirname "$0")/_containers.sh"

for layout in v2 v1 hybrid; do vm $layout $layout vm/cgroup_mounts; done
echo "1..$number"
exit $result
