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
