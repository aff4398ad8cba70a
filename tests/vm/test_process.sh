#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# The tests of the container's process, hooks, sysctls and terminal on Debian's 6.1 kernel.
set -u
cd "${SRC_DIR:-$(dirname "$0")/../..}" || exit 1
build=${BUILD_DIR:-$PWD}/tests
programs=(integration/test_process_apply integration/test_process_host
	integration/test_sysctl_apply integration/test_hooks_run
	integration/test_hooks_namespaces integration/test_console
	unit/test_fds unit/test_relay unit/test_exec_path)

copy=()
for program in "${programs[@]}"; do
	[ -x "$build/$program" ] || {
		echo "Bail out! $build/$program is not built: make check_PROGRAMS first"
		exit 1
	}
	copy+=(-x "$build/$program")
done
work=$(mktemp -d "${TMPDIR:-/tmp}/bulkhead-vm-process-XXXXXX") || exit 1
trap 'rm -rf "$work"' EXIT
mkdir "$work/over"
# pivot_root(2) can't leave an initramfs: the root becomes a tmpfs.
cat >"$work/over/init-test" <<'INIT'
#!/bin/sh
mount -t devpts devpts /dev/pts
mkdir /new
mount -t tmpfs new /new
for dir in bin lib lib64 usr etc; do
	[ ! -e "/$dir" ] || cp -a "/$dir" /new/
done
mkdir -p /new/proc /new/sys /new/dev /new/tmp /new/mnt /new/usr
for dir in proc sys dev tmp; do mount --move "/$dir" "/new/$dir"; done
echo root:x:0:0::/:/bin/sh >/new/etc/passwd
ip link set lo up
uname -r
cd /new
mount --move . /
for program in /bin/test_*; do
	echo "run $program"
	chroot . "$program" 2>/dev/null
	echo "end $? $program"
done
INIT
chmod +x "$work/over/init-test"

tests/vm/run-vm "${copy[@]}" "$work/over" >"$work/out" 2>"$work/err"
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
