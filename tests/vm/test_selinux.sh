#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# SELinux labels, on a kernel that has them.
. "$(dirname "$0")/_labels.sh"

need secilc pkg-config
pkg-config libselinux || skip "libselinux is not installed"
secilc -c 31 -o "$work/over/policy" -f /dev/null tests/vm/policy.cil || exit 1
# shellcheck disable=SC2046
boot security=selinux tests/vm/selinux.c -DHAVE_SELINUX $(pkg-config --static --libs libselinux)
