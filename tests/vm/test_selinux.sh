#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Whole containers on a kernel with SELinux in enforcing mode: Debian's policy, all of it, with the
# module of contrib/selinux.
. "$(dirname "$0")/_containers.sh"

command -v secilc >/dev/null || skip "secilc is not installed"
policy=$(tests/vm/fetch-policy 2>"$work/err") || skip "$(tail -n 1 "$work/err")"
# What semodule does on a host that has a policy.
secilc -M true -c 33 -f /dev/null -o "$work/over/policy" "$policy"/*.cil contrib/selinux/bulkhead.cil || exit 1
# The machine boots without a policy and without labels. kernel_t, which everything runs in, is
# unconfined in that policy, as services without a domain of their own are.
cat >"$work/over/setup" <<'SETUP'
mount -t selinuxfs selinuxfs /sys/fs/selinux
dd if=/policy of=/sys/fs/selinux/load bs=8M count=1 2>/dev/null
/usr/bin/python3 -c '
import os
for path, kind in (("/dev/null", "null_device_t"), ("/dev/full", "null_device_t"), ("/dev/zero", "zero_device_t"),
                   ("/dev/random", "random_device_t"), ("/dev/urandom", "urandom_device_t"),
                   ("/dev/tty", "devtty_t"), ("/var/tmp", "bulkhead_file_t"), ("/etc", "etc_t"),
                   ("/etc/passwd", "etc_t"), ("/var/lib", "var_lib_t")):
    os.setxattr(path, "security.selinux", f"system_u:object_r:{kind}:s0".encode())
'
echo 1 >/sys/fs/selinux/enforce
SETUP
parameters='security=selinux selinux=1'
# Python's ctypes, for one system call.
ctypes=$(find "$stdlib/lib-dynload" -name '_ctypes.*.so' -print -quit)
vm selinux v2 vm/selinux,integration/test_process,integration/test_hostile -x "$ctypes"
echo "1..$number"
exit $result
