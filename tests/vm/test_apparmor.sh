#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# AppArmor profiles, on a kernel that has them.
. "$(dirname "$0")/_boot.sh"

need qemu-system-x86_64 busybox apparmor_parser
build tests/vm/apparmor.c
# Compiled for what any kernel since 4.20 understands, whatever the machine that compiles.
apparmor_parser --config-file /dev/null -M "${APPARMOR_ABI:-/etc/apparmor.d/abi/3.0}" -QK \
	-o "$work/root/profiles" tests/vm/profiles || skip "the profiles cannot be compiled"
boot security=apparmor
