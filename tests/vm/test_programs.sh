#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# The integration tests of the container's process and of the root mount on another kernel than the
# host's: Debian's 6.1 knows no lowerdir+, no detached layers and no idmapped tmpfs.
set -u
cd "${SRC_DIR:-$(dirname "$0")/../..}" || exit 1
build=${BUILD_DIR:-$PWD}/tests
programs=(integration/test_process_apply integration/test_process_host
	integration/test_sysctl_apply integration/test_hooks_run
	integration/test_hooks_namespaces integration/test_console
	unit/test_fds unit/test_relay unit/test_exec_path
	integration/test_rootfs_plain integration/test_rootfs_overlay
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
work=$(mktemp -d "${TMPDIR:-/tmp}/bulkhead-vm-programs-XXXXXX") || exit 1
trap 'rm -rf "$work"' EXIT
mkdir "$work/over"
cat >"$work/over/init-test" <<'INIT'
#!/bin/sh
mount -t devpts devpts /dev/pts
umount /tmp
mkdir -p /var/tmp /mnt /usr
echo root:x:0:0::/:/bin/sh >/etc/passwd
ip link set lo up
uname -r
for program in /bin/test_*; do
	echo "run $program"
	BULKHEAD_TEST_NO_MKFS=1 "$program" >/said 2>&1
	status=$?
	cat /said
	echo "end $status $program"
done
INIT
chmod +x "$work/over/init-test"

tests/vm/run-vm -m 768 -d 500 -k loop -k overlay -k fuse "${copy[@]}" "$work/over" >"$work/out" 2>"$work/err"
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
		# What it said; and what the machine did when it never came to it.
		sed -n "\|^run .*$name\$|,\|^end .*$name\$|s/^/# /p" "$work/out"
		grep -q "^run .*$name\$" "$work/out" || tail -n 30 "$work/out" "$work/err" | sed 's/^/# /'
		echo "not ok $number - $name"
		result=1
	fi
done
exit $result
