#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Whole containers on a kernel that has AppArmor, with the profile of contrib/apparmor: what the
# profile denies, and that it gets in the way of nothing else.
. "$(dirname "$0")/_containers.sh"

parser=$(command -v apparmor_parser) || skip "apparmor_parser is not installed"
cp -a --parents contrib/apparmor tests/vm/profiles "$work/over/src/"
parameters=security=apparmor
vm apparmor v2 vm/apparmor,integration/test_process,integration/test_hostile -x "$parser" -k af_alg \
	-c /etc/apparmor.d/abi -c /etc/apparmor/parser.conf -c /usr/share/apparmor-features
echo "1..$number"
exit $result
