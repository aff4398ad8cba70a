# SPDX-License-Identifier: LGPL-2.1-or-later
# Boot a kernel with one static program as its init, and hand on the TAP that it prints. Sourced.
#
# The kernel is $BULKHEAD_VM_KERNEL, else the newest in /boot. Everything is emulated: seconds, no
# rights and no /dev/kvm are needed.
# shellcheck shell=bash
set -u
cd "${SRC_DIR:-$(dirname "$0")/../..}" || exit 1

skip() {
	echo "1..0 # SKIP $*"
	exit 0
}

need() {
	for tool in "$@"; do
		PATH=$PATH:/usr/sbin:/sbin command -v "$tool" >/dev/null || skip "$tool is not installed"
	done
}

work=$(mktemp -d "${TMPDIR:-/tmp}/bulkhead-vm-XXXXXX") || exit 1
trap 'rm -rf "$work"' EXIT
mkdir "$work/root"
PATH=$PATH:/usr/sbin:/sbin

# build PROGRAM.c EXTRA...: the init, from the sources that it tests.
build() {
	local program=$1
	shift
	"${CC:-cc}" -std=gnu17 -D_GNU_SOURCE -O1 -w -static -I. -Ilibcontainer-c "$program" \
		libcontainer-c/apply/{caps,keyring,labels,process,procfs,rlimits,scheduling,selinux}.c \
		libcontainer-c/plan/caps.c libcontainer-c/base/*.c libcontainer-c/kernel/*.c \
		"$@" -o "$work/root/init" || exit 1
}

# boot PARAMETER...: run it; its TAP goes to stdout, its exit status is ours.
boot() {
	local kernel=${BULKHEAD_VM_KERNEL:-$(ls -v /boot/vmlinuz-* 2>/dev/null | tail -n 1)}

	[ -r "$kernel" ] || skip "no kernel to boot: set BULKHEAD_VM_KERNEL"
	mkdir "$work"/root/{proc,sys,dev,tmp}
	(cd "$work/root" && find . | busybox cpio -o -H newc 2>/dev/null) >"$work/initrd"
	timeout 120 qemu-system-x86_64 -accel tcg -cpu max -m 256 -nodefaults -display none \
		-no-reboot -serial stdio -kernel "$kernel" -initrd "$work/initrd" \
		-append "console=ttyS0 quiet loglevel=0 panic=-1 $*" </dev/null >"$work/log" 2>&1
	tr -d '\r' <"$work/log" | grep -E '^(1\.\.|ok |not ok |#|Bail)' || {
		echo "Bail out! no test result in:"
		tail -n 20 "$work/log"
		exit 1
	}
	! grep -q '^not ok' "$work/log"
}
