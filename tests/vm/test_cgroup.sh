#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# The cgroup tests of tests/integration/ on layouts that the host does not have: v2 alone, v1 as
# systemd mounts it, and hybrid with the controllers divided between both.
set -u
cd "${SRC_DIR:-$(dirname "$0")/../..}" || exit 1
build=${BUILD_DIR:-$PWD}/tests/integration

programs=(test_cgroup_limits test_cgroup_knobs test_cgroup_kill)
for program in "${programs[@]}"; do
	[ -x "$build/$program" ] || {
		echo "Bail out! $build/$program is not built: make check_PROGRAMS first"
		exit 1
	}
done

work=$(mktemp -d "${TMPDIR:-/tmp}/bulkhead-vm-cgroup-XXXXXX") || exit 1
trap 'rm -rf "$work"' EXIT
mkdir "$work/over"
cat >"$work/over/init-test" <<'INIT'
#!/bin/sh
v1() {
	mkdir -p "/sys/fs/cgroup/$1"
	mount -t cgroup -o "$1" cgroup "/sys/fs/cgroup/$1" || echo "# no $1 on v1"
}

layout=$(sed 's/.*layout=\([a-z0-9]*\).*/\1/' /proc/cmdline)
case $layout in
v2)
	mount -t cgroup2 cgroup2 /sys/fs/cgroup
	;;
v1)
	mount -t tmpfs cgroup /sys/fs/cgroup
	for c in cpu,cpuacct cpuset memory devices freezer blkio pids net_cls,net_prio hugetlb rdma \
		perf_event; do v1 "$c"; done
	mkdir /sys/fs/cgroup/systemd
	mount -t cgroup -o none,name=systemd systemd /sys/fs/cgroup/systemd
	;;
hybrid)
	mount -t tmpfs cgroup /sys/fs/cgroup
	for c in devices freezer cpuset cpu,cpuacct; do v1 "$c"; done
	mkdir /sys/fs/cgroup/unified
	mount -t cgroup2 cgroup2 /sys/fs/cgroup/unified
	;;
esac
status=0
for program in test_cgroup_limits test_cgroup_knobs test_cgroup_kill; do
	"/bin/$program" || status=1
done
exit $status
INIT
chmod +x "$work/over/init-test"

copies=()
for program in "${programs[@]}"; do copies+=(-x "$build/$program"); done
layouts=(v2 v1 hybrid)
echo "1..${#layouts[@]}"
number=0
result=0
for layout in "${layouts[@]}"; do
	number=$((number + 1))
	# The loop module gives the throttles a disk.
	if tests/vm/run-vm -p "layout=$layout" -k loop "${copies[@]}" "$work/over" >"$work/out" 2>"$work/err"; then
		grep '^#' "$work/out"
		echo "ok $number - $layout: $(grep -c '^ok ' "$work/out") tests"
		continue
	else
		status=$?
	fi
	sed 's/^/# /' "$work/out" "$work/err"
	if [ "$status" -eq 77 ]; then
		echo "ok $number - $layout # SKIP $(tail -n 1 "$work/err")"
	else
		echo "not ok $number - $layout"
		result=1
	fi
done
exit $result
