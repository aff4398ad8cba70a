# SPDX-License-Identifier: LGPL-2.1-or-later
# What tests that run whole containers in a virtual machine have in common: a machine with python3 and
# the source tree's Python tests below /src. Sourced.
# shellcheck shell=bash
set -u
cd "${SRC_DIR:-$(dirname "$0")/../..}" || exit 1
build=${BUILD_DIR:-$PWD/build}
bulkhead=${BULKHEAD:-$build/bulkhead}
probe=${BULKHEAD_PROBE:-$build/tests/lib/probe}
hostile=${probe%/*}/hostile
python=$(readlink -f /usr/bin/python3)
shell=$(readlink -f /bin/sh)
PATH=$PATH:/usr/sbin:/sbin

skip() {
	echo "1..0 # SKIP $*"
	exit 0
}

[ -x "$python" ] || skip "there is no /usr/bin/python3"
strace=$(command -v strace) || skip "strace is not installed"
for program in "$bulkhead" "$probe" "$hostile"; do
	[ -x "$program" ] || {
		echo "Bail out! $program is not built"
		exit 1
	}
done
stdlib=$("$python" -c 'import sysconfig; print(sysconfig.get_path("stdlib"))')
work=$(mktemp -d "${TMPDIR:-/tmp}/bulkhead-vm-XXXXXX") || exit 1
trap 'rm -rf "$work"' EXIT
mkdir -p "$work"/over/{src,bin,etc,usr/bin,var/tmp,var/lib}
cp -a --parents tests/lib/*.py tests/integration/*.py tests/vm/*.py contrib/policy/*.json "$work/over/src/"
cp -a "$probe" "$hostile" "$work/over/src/"
ln -s "/bin/${python##*/}" "$work/over/usr/bin/python3"
# Hooks are scripts of the host: busybox would read them in its own way.
ln -s "${shell##*/}" "$work/over/bin/sh"
ln -s /bin/busybox "$work/over/usr/bin/env"
printf '%s\n' root:x:0:0::/:/bin/sh nobody:x:65534:65534::/:/bin/sh >"$work/over/etc/passwd"
cat >"$work/over/init-test" <<'INIT'
#!/bin/sh
v1() {
	mkdir -p "/sys/fs/cgroup/$1"
	mount -t cgroup -o "$1" cgroup "/sys/fs/cgroup/$1"
}

layout=$(sed 's/.*layout=\([a-z0-9]*\).*/\1/' /proc/cmdline)
case $layout in
v2)
	mount -t cgroup2 cgroup2 /sys/fs/cgroup
	;;
v1)
	mount -t tmpfs cgroup /sys/fs/cgroup
	for c in cpu,cpuacct cpuset memory devices freezer blkio pids; do v1 "$c"; done
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
ip link set lo up
mount -t devpts devpts /dev/pts
mount -t tracefs tracefs /sys/kernel/tracing
mount -t securityfs securityfs /sys/kernel/security
export BULKHEAD=/bin/bulkhead BULKHEAD_PROBE=/src/probe LAYOUT=$layout PYTHONDONTWRITEBYTECODE=1
echo "# Linux $(uname -r), cgroups: $layout"
[ ! -e /setup ] || . /setup
cd /src
for tests in $(sed -n 's/.*tests=\([^ ]*\).*/\1/p' /proc/cmdline | tr , ' '); do
	# What is left behind may say something in the middle of a line of ours: it has a place of its own.
	"/usr/bin/python3" "tests/$tests.py" 2>/run/stderr || echo "# tests/$tests.py ended with status $?"
	sed 's/^/# /' /run/stderr
done
INIT
chmod +x "$work/over/init-test"

# What a machine without a system of its own needs, and what the tests do in all.
system=(-x "$python" -x "$shell" -c "$stdlib")
tools=(-x "$strace")

# vm NAME LAYOUT TESTS RUN-VM-OPTION...: one line of TAP for each one in the machine, "NAME: TEST".
# The last line of the whole is for the caller to print: 1..$number.
number=0 result=0
vm() {
	local name=$1 layout=$2 tests=$3 line status
	shift 3
	tests/vm/run-vm -m 1024 -d 500 -t 2400 -p "layout=$layout tests=$tests ${parameters:-}" -k overlay -k loop \
		"${system[@]}" -x "$bulkhead" "${tools[@]}" "$@" "$work/over" >"$work/out" 2>"$work/err"
	status=$?
	[ $status -ne 77 ] || skip "$(tail -n 1 "$work/err")"
	local planned=0 ran=0
	while IFS= read -r line; do
		case $line in
		"1.."*) planned=$((planned + ${line#1..})) ;;
		# What only another machine can show is shown there: on the host, or in another layout.
		"ok "*"# SKIP "*)
			planned=$((planned - 1))
			echo "# $name: not on this machine: ${line#* - }" | sed 's/# SKIP/-/'
			;;
		"ok "* | "not ok "*)
			number=$((number + 1)) ran=$((ran + 1))
			[ "${line#ok }" != "$line" ] || result=1
			echo "${line%% - *}" | sed "s/[0-9]*$/$number - $name: /" | tr -d '\n'
			echo "${line#* - }"
			;;
		*) echo "$line" ;;
		esac
	done <"$work/out"
	[ $status -eq 0 ] && [ $planned -eq $ran ] && [ $planned -gt 0 ] && return
	sed 's/^/# /' "$work/err"
	number=$((number + 1)) result=1
	echo "not ok $number - $name: status $status, $ran of $planned tests"
}
