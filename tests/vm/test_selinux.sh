#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# SELinux labels, on a kernel that has them.
. "$(dirname "$0")/_boot.sh"

need qemu-system-x86_64 busybox secilc pkg-config
pkg-config libselinux || skip "libselinux is not installed"
# shellcheck disable=SC2046
build tests/vm/selinux.c -DHAVE_SELINUX $(pkg-config --static --libs libselinux)
secilc -c 31 -o "$work/root/policy" -f /dev/null tests/vm/policy.cil || exit 1
boot security=selinux
