# SPDX-License-Identifier: LGPL-2.1-or-later
# What test_apparmor.sh and test_selinux.sh have in common. Sourced.
# shellcheck shell=bash
set -u
cd "${SRC_DIR:-$(dirname "$0")/../..}" || exit 1
PATH=$PATH:/usr/sbin:/sbin

skip() {
	echo "1..0 # SKIP $*"
	exit 0
}

need() {
	for tool in "$@"; do
		command -v "$tool" >/dev/null || skip "$tool is not installed"
	done
}

work=$(mktemp -d "${TMPDIR:-/tmp}/bulkhead-labels-XXXXXX") || exit 1
trap 'rm -rf "$work"' EXIT
mkdir "$work/over"

# boot PARAMETER PROGRAM.c CC-ARGUMENT...: build the program from the sources that it tests, run it.
boot() {
	local parameter=$1
	shift
	"${CC:-cc}" -std=gnu17 -D_GNU_SOURCE -O1 -w -static -I. -Ilibcontainer-c "$1" \
		libcontainer-c/apply/{caps,keyring,labels,process,procfs,rlimits,scheduling,selinux}.c \
		libcontainer-c/plan/caps.c libcontainer-c/base/*.c libcontainer-c/kernel/*.c \
		"${@:2}" -o "$work/over/init-test" || exit 1
	tests/vm/run-vm -p "$parameter" "$work/over" 2>"$work/err"
	local status=$?
	[ $status -ne 77 ] || skip "$(tail -n 1 "$work/err")"
	[ $status -eq 0 ] || cat "$work/err"
	return $status
}
