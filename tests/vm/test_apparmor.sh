#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# AppArmor profiles, on a kernel that has them.
. "$(dirname "$0")/_labels.sh"

need apparmor_parser pkg-config
pkg-config libapparmor || skip "libapparmor is not installed"
# Compiled for what any kernel since 4.20 understands, whatever the machine that compiles.
apparmor_parser --config-file /dev/null -M "${APPARMOR_ABI:-/etc/apparmor.d/abi/3.0}" -QK \
	-o "$work/over/profiles" tests/vm/profiles || skip "the profiles cannot be compiled"
# shellcheck disable=SC2046
boot security=apparmor tests/vm/apparmor.c -DHAVE_APPARMOR $(pkg-config --static --libs libapparmor)
