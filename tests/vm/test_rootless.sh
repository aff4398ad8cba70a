#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Containers of an ordinary user where cgroups are delegated: by hand on cgroup v2, and by the user's own
# systemd, which --systemd-cgroup then talks to.
. "$(dirname "$0")/_systemd.sh"

ps=$(command -v ps) || skip "ps is not installed"
vm v2 v2 vm/rootless,integration/test_rootless "${options[@]}" -x "$ps"
parameters="$parameters systemd.unified_cgroup_hierarchy=0"
vm v1 v1 vm/rootless "${options[@]}"
echo "1..$number"
exit $result
