# SPDX-License-Identifier: LGPL-2.1-or-later
libcontainer_c_libcontainer_c_a_SOURCES += \
	libcontainer-c/harden/annotations.c \
	libcontainer-c/harden/apparmor.c \
	libcontainer-c/harden/binds.c \
	libcontainer-c/harden/capabilities.c \
	libcontainer-c/harden/cgroup_path.c \
	libcontainer-c/harden/control.h \
	libcontainer-c/harden/controllers.c libcontainer-c/harden/cpu.c \
	libcontainer-c/harden/danger.c \
	libcontainer-c/harden/decision.c \
	libcontainer-c/harden/decision_write.c \
	libcontainer-c/harden/device_rules.c \
	libcontainer-c/harden/devices.c \
	libcontainer-c/harden/edit.c \
	libcontainer-c/harden/exec.c libcontainer-c/harden/exec.h \
	libcontainer-c/harden/harden.c \
	libcontainer-c/harden/harden.h \
	libcontainer-c/harden/hooks.c \
	libcontainer-c/harden/host_paths.c \
	libcontainer-c/harden/host_paths.h \
	libcontainer-c/harden/intel_rdt.c \
	libcontainer-c/harden/kernel_fs.c \
	libcontainer-c/harden/kernel_fs.h \
	libcontainer-c/harden/landlock.c \
	libcontainer-c/harden/measures.c \
	libcontainer-c/harden/measures.h \
	libcontainer-c/harden/memory.c \
	libcontainer-c/harden/mount_params.c \
	libcontainer-c/harden/mount_params.h \
	libcontainer-c/harden/mount_view.c \
	libcontainer-c/harden/mount_view.h \
	libcontainer-c/harden/mounts.c \
	libcontainer-c/harden/namespaces.c \
	libcontainer-c/harden/net_devices.c \
	libcontainer-c/harden/no_new_privileges.c \
	libcontainer-c/harden/ns_view.c \
	libcontainer-c/harden/ns_view.h \
	libcontainer-c/harden/paths.c \
	libcontainer-c/harden/pids.c \
	libcontainer-c/harden/privileged.c \
	libcontainer-c/harden/restart.c \
	libcontainer-c/harden/rlimits.c \
	libcontainer-c/harden/rootfs.c \
	libcontainer-c/harden/rule.h \
	libcontainer-c/harden/scheduling.c \
	libcontainer-c/harden/seccomp.c \
	libcontainer-c/harden/selinux.c \
	libcontainer-c/harden/storage.c \
	libcontainer-c/harden/storage.h \
	libcontainer-c/harden/sysctl.c \
	libcontainer-c/harden/update.c libcontainer-c/harden/update.h \
	libcontainer-c/harden/unified.c \
	libcontainer-c/harden/unified.h \
	libcontainer-c/harden/userns.c
