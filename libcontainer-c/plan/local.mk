libcontainer_c_libcontainer_c_a_SOURCES += \
	libcontainer-c/plan/cgroup.c libcontainer-c/plan/cgroup.h \
	libcontainer-c/plan/cgroup_build.c libcontainer-c/plan/cgroup_build.h \
	libcontainer-c/plan/cgroup_check.c \
	libcontainer-c/plan/cgroup_cpu.c \
	libcontainer-c/plan/cgroup_io.c \
	libcontainer-c/plan/cgroup_memory.c \
	libcontainer-c/plan/cgroup_misc.c \
	libcontainer-c/plan/cgroup_path.c \
	libcontainer-c/plan/cgroup_unified.c \
	libcontainer-c/plan/devices_cgroup.c libcontainer-c/plan/devices_cgroup.h \
	libcontainer-c/plan/devices_cgroup_bpf.c

# The process, its hooks and its sysctls.
libcontainer_c_libcontainer_c_a_SOURCES += \
	libcontainer-c/plan/caps.c libcontainer-c/plan/caps.h \
	libcontainer-c/plan/hooks.c libcontainer-c/plan/hooks.h \
	libcontainer-c/plan/process.c libcontainer-c/plan/process.h \
	libcontainer-c/plan/process_env.c libcontainer-c/plan/process_limits.c \
	libcontainer-c/plan/process_parts.h \
	libcontainer-c/plan/sysctl.c libcontainer-c/plan/sysctl.h \
	libcontainer-c/plan/sysctl_equal.c

# Mounts and devices.
libcontainer_c_libcontainer_c_a_SOURCES += \
	libcontainer-c/plan/mounts.c libcontainer-c/plan/mounts.h \
	libcontainer-c/plan/mounts_cgroup.c \
	libcontainer-c/plan/mounts_devices.c \
	libcontainer-c/plan/mounts_options.c \
	libcontainer-c/plan/mounts_priv.h

# Namespaces and id maps; what binds the plans together; what is not supported yet.
libcontainer_c_libcontainer_c_a_SOURCES += \
	libcontainer-c/plan/idmaps.c \
	libcontainer-c/plan/namespaces.c libcontainer-c/plan/namespaces.h \
	libcontainer-c/plan/namespaces_priv.h \
	libcontainer-c/plan/plan.c libcontainer-c/plan/plan.h \
	libcontainer-c/plan/unsupported.c libcontainer-c/plan/unsupported.h
