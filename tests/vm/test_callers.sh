#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# CRI-O's part and podman, with systemd's cgroups on cgroup v2, which is what both use by default.
. "$(dirname "$0")/_systemd.sh"

cp -a --parents tests/engines/crio.py contrib/crio/50-bulkhead.conf "$work/over/src/"
programs=()
for program in podman conmon runc; do
	file=$(command -v "$program") || skip "$program is not installed"
	programs+=(-x "$file")
done
vm v2 v2 vm/callers "${options[@]}" "${programs[@]}" -c /etc/containers -c /usr/share/containers
echo "1..$number"
exit $result
