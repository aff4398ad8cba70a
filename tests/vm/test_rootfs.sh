#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# The tests of the root mount on another kernel than the host's: Debian's 6.1 knows no lowerdir+, no
# detached layers and no idmapped tmpfs.
set -u
cd "${SRC_DIR:-$(dirname "$0")/../..}" || exit 1
build=${BUILD_DIR:-$PWD}/tests
programs=(integration/test_rootfs_plain integration/test_rootfs_overlay
	integration/test_rootfs_layers integration/test_rootfs_idmap
	integration/test_rootfs_coherence fault/test_rootfs_fault)

copy=()
for program in "${programs[@]}"; do
	[ -x "$build/$program" ] || {
		echo "Bail out! $build/$program is not built: make check_PROGRAMS first"
		exit 1
	}
	copy+=(-x "$build/$program")
done
mkfs=$(PATH=$PATH:/usr/sbin:/sbin command -v mkfs.ext4) || {
	echo "1..0 # SKIP mkfs.ext4 is not installed"
	exit 0
}

work=$(mktemp -d "${TMPDIR:-/tmp}/bulkhead-vm-rootfs-XXXXXX") || exit 1
trap 'rm -rf "$work"' EXIT
mkdir "$work/over"
# pivot_root(2) can't leave an initramfs: the tests get a disk as their root. Moved over "/", because
# in a mere chroot no user namespace can be made.
cat >"$work/over/init-test" <<'INIT'
#!/bin/sh
mkdir /disk
truncate -s 300M /tmp/disk
mkfs.ext4 -q /tmp/disk
mount -t ext4 -o loop /tmp/disk /disk
for dir in bin lib lib64 usr etc; do
	[ ! -e "/$dir" ] || cp -a "/$dir" /disk/
done
mkdir -p /disk/proc /disk/sys /disk/dev /disk/tmp /disk/var/tmp
mount -t proc proc /disk/proc
mount -t sysfs sysfs /disk/sys
mount -t devtmpfs dev /disk/dev
uname -r
cd /disk
mount --move . /
for program in /bin/test_rootfs_*; do
	echo "run $program"
	BULKHEAD_TEST_NO_MKFS=1 chroot . "$program" 2>/dev/null
	echo "end $? $program"
done
INIT
chmod +x "$work/over/init-test"

tests/vm/run-vm -m 768 -k loop -k overlay -k fuse -k ext4 "${copy[@]}" -x "$mkfs" "$work/over" \
	>"$work/out" 2>"$work/err"
status=$?
if [ $status -eq 77 ]; then
	echo "1..0 # SKIP $(tail -n 1 "$work/err")"
	exit 0
fi
echo "1..${#programs[@]}"
number=0
result=0
for program in "${programs[@]}"; do
	number=$((number + 1))
	name=${program#*/}
	if grep -q "^end 0 .*$name\$" "$work/out"; then
		echo "ok $number - $name on $(head -n 1 "$work/out")"
	else
		echo "not ok $number - $name"
		result=1
	fi
done
[ $result -eq 0 ] || sed 's/^/# /' "$work/out" "$work/err"
exit $result
