libcontainer_c_libcontainer_c_a_SOURCES += \
	libcontainer-c/host/bind_probe.c libcontainer-c/host/bind_probe.h \
	libcontainer-c/host/check.c libcontainer-c/host/check.h libcontainer-c/host/check_priv.h \
	libcontainer-c/host/check_cgroups.c libcontainer-c/host/check_engines.c \
	libcontainer-c/host/check_fs.c libcontainer-c/host/check_ids.c \
	libcontainer-c/host/check_kernel.c libcontainer-c/host/check_rootless.c libcontainer-c/host/check_security.c \
	libcontainer-c/host/facts.h \
	libcontainer-c/host/hook_probe.c libcontainer-c/host/hook_probe.h \
	libcontainer-c/host/lsm_probe.c libcontainer-c/host/lsm_probe.h \
	libcontainer-c/host/mount_table.c libcontainer-c/host/mount_table.h \
	libcontainer-c/host/ns_probe.c libcontainer-c/host/ns_probe.h \
	libcontainer-c/host/path_probe.c libcontainer-c/host/path_probe.h \
	libcontainer-c/host/policy_load.c libcontainer-c/host/policy_load.h \
	libcontainer-c/host/trust.c libcontainer-c/host/trust.h \
	libcontainer-c/host/probe.c libcontainer-c/host/probe.h \
	libcontainer-c/host/process_probe.c libcontainer-c/host/process_probe.h \
	libcontainer-c/host/range_probe.c \
	libcontainer-c/host/seccomp_probe.c libcontainer-c/host/seccomp_probe.h \
	libcontainer-c/host/socket_probe.c libcontainer-c/host/socket_probe.h \
	libcontainer-c/host/subid_probe.c libcontainer-c/host/subid_probe.h \
	libcontainer-c/host/systemd_probe.c libcontainer-c/host/systemd_probe.h \
	libcontainer-c/host/userns_probe.c libcontainer-c/host/userns_probe.h
libcontainer_c_libcontainer_c_a_SOURCES += \
	libcontainer-c/host/cgroup_mountinfo.c libcontainer-c/host/cgroup_mountinfo.h \
	libcontainer-c/host/cgroup_own.c libcontainer-c/host/cgroup_own.h \
	libcontainer-c/host/cgroup_probe.c libcontainer-c/host/cgroup_probe.h
