#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# checkpoint and restore by Debian's CRIU: checkpoint.py. In a machine, since CRIU 3.17 cannot run on
# kernels that are much newer than itself. And by the next Debian's, which keeps no_new_privs.
. "$(dirname "$0")/_containers.sh"

modules=()
for module in nf_tables nf_conntrack_netlink inet_diag tcp_diag udp_diag unix_diag netlink_diag af_packet_diag raw_diag; do
	modules+=(-k "$module")
done
programs=()
for name in criu ip tar; do
	path=$(command -v "$name") || skip "$name is not installed"
	programs+=(-x "$path")
done
tree=$(tests/vm/fetch-criu 2>"$work/err") || skip "$(tail -n 1 "$work/err")"

vm v2 v2 vm/checkpoint "${programs[@]}" "${modules[@]}"
vm hybrid hybrid vm/checkpoint "${programs[@]}" "${modules[@]}"

# That tree has programs and users of its own, and no init.
system=() tools=()
rm -r "$work/over/bin" "$work/over/usr" "$work/over/etc/passwd"
sed -i '2i mount -t tmpfs tmp /tmp; mount -t tmpfs run /run; mkdir -p /dev/pts /dev/shm /var/tmp' "$work/over/init-test"
sed -i 's|^export BULKHEAD=/bin/|export BULKHEAD=/usr/bin/|' "$work/over/init-test"
vm new-criu v2 vm/checkpoint -r "$tree" -d 900 "${modules[@]}"
echo "1..$number"
exit $result
