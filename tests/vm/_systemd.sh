# SPDX-License-Identifier: LGPL-2.1-or-later
# What tests in a machine with systemd as its init have in common. Sourced.
# shellcheck shell=bash
. "$(dirname "$0")/_containers.sh"

tree=$(tests/vm/fetch-systemd 2>"$work/err") || skip "$(tail -n 1 "$work/err")"
# The tree has its own programs and users.
system=()
rm -r "$work/over/bin" "$work/over/usr" "$work/over/etc/passwd"
units=$work/over/etc/systemd/system
mkdir -p "$units"
printf '%s\n' '[Unit]' 'Requires=dbus.socket' 'After=dbus.socket' '[Service]' 'Type=oneshot' \
	'ExecStart=/vm-main' 'TimeoutStartSec=infinity' >"$units/vm-test.service"
echo 0123456789abcdef0123456789abcdef >"$work/over/etc/machine-id"
# What takes time in an emulated machine, and that nothing here asks for.
for unit in systemd-udevd.service systemd-udev-trigger.service systemd-udevd-control.socket systemd-udevd-kernel.socket \
	systemd-journald.service systemd-journald.socket systemd-journald-dev-log.socket systemd-journal-flush.service \
	systemd-journald-audit.socket systemd-tmpfiles-setup.service systemd-tmpfiles-setup-dev.service systemd-sysctl.service \
	systemd-modules-load.service systemd-random-seed.service systemd-update-utmp.service systemd-sysusers.service \
	systemd-machine-id-commit.service kmod-static-nodes.service systemd-remount-fs.service systemd-binfmt.service \
	proc-sys-fs-binfmt_misc.automount dev-hugepages.mount dev-mqueue.mount sys-kernel-debug.mount \
	sys-kernel-tracing.mount sys-kernel-config.mount sys-fs-fuse-connections.mount systemd-ask-password-console.path \
	systemd-ask-password-wall.path systemd-tmpfiles-clean.timer systemd-hwdb-update.service systemd-firstboot.service \
	systemd-pcrphase.service systemd-pcrphase-sysinit.service; do
	ln -s /dev/null "$units/$unit"
done
# A daemon-reload runs these again.
mkdir -p "$work/over/etc/systemd/system-generators"
for generator in "$tree"/lib/systemd/system-generators/*; do
	ln -s /dev/null "$work/over/etc/systemd/system-generators/${generator##*/}"
done
cat >"$work/over/init-test" <<'INIT'
#!/bin/sh
layout=$(sed 's/.*layout=\([a-z0-9]*\).*/\1/' /proc/cmdline)
export BULKHEAD=/usr/bin/bulkhead BULKHEAD_PROBE=/src/probe LAYOUT=$layout PYTHONDONTWRITEBYTECODE=1
mkdir -p /var/tmp /var/log
echo "# Linux $(uname -r), $(systemctl --version | head -n 1), cgroups: $layout; up $(cut -d' ' -f1 /proc/uptime) s"
cd /src
for tests in $(sed -n 's/.*tests=\([^ ]*\).*/\1/p' /proc/cmdline | tr , ' '); do
	# What is left behind may say something in the middle of a line of ours: it has a place of its own.
	python3 "tests/$tests.py" 2>/run/vm-stderr || echo "# tests/$tests.py ended with status $?"
	sed 's/^/# /' /run/vm-stderr
done
echo "# up $(cut -d' ' -f1 /proc/uptime) s"
INIT
chmod +x "$work/over/init-test"

options=(-d 1200 -r "$tree")
parameters='systemd.unit=vm-test.service systemd.show_status=0 systemd.log_level=warning systemd.default_timeout_start_sec=600'
