libcontainer_c_libcontainer_c_a_SOURCES += \
	libcontainer-c/plan/affinity.c libcontainer-c/plan/affinity.h \
	libcontainer-c/plan/cgroup.c libcontainer-c/plan/cgroup.h \
	libcontainer-c/plan/cgroup_build.c libcontainer-c/plan/cgroup_build.h \
	libcontainer-c/plan/cgroup_check.c libcontainer-c/plan/cgroup_default.c \
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
	libcontainer-c/plan/memory_policy.c libcontainer-c/plan/memory_policy.h \
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
	libcontainer-c/plan/mounts_idmap.c \
	libcontainer-c/plan/mounts_options.c \
	libcontainer-c/plan/mounts_priv.h

# Namespaces and id maps; what binds the plans together.
libcontainer_c_libcontainer_c_a_SOURCES += \
	libcontainer-c/plan/idmaps.c \
	libcontainer-c/plan/intel_rdt.c libcontainer-c/plan/intel_rdt.h \
	libcontainer-c/plan/namespaces.c libcontainer-c/plan/namespaces.h \
	libcontainer-c/plan/namespaces_priv.h \
	libcontainer-c/plan/net_devices.c libcontainer-c/plan/net_devices.h \
	libcontainer-c/plan/plan.c libcontainer-c/plan/plan.h

# The system call filter. seccomp_generate runs while bulkhead is built and compiles the built-in
# profile; it prints, so it has no place among the pure. A program that was built for another
# machine compiles the profile at run time, in a tenth of a millisecond.
SECCOMP_COMPILER = \
	libcontainer-c/plan/seccomp_abi.c libcontainer-c/plan/seccomp_abi.h \
	libcontainer-c/plan/seccomp_assemble.c \
	libcontainer-c/plan/seccomp_base.c libcontainer-c/plan/seccomp_base.h \
	libcontainer-c/plan/seccomp_chain.c libcontainer-c/plan/seccomp_chain.h \
	libcontainer-c/plan/seccomp_compile.c libcontainer-c/plan/seccomp_compile.h \
	libcontainer-c/plan/seccomp_dag.c libcontainer-c/plan/seccomp_dag.h \
	libcontainer-c/plan/seccomp_default.c libcontainer-c/plan/seccomp_default.h \
	libcontainer-c/plan/seccomp_policy.c libcontainer-c/plan/seccomp_policy.h \
	libcontainer-c/plan/seccomp_rows.c libcontainer-c/plan/seccomp_rows.h \
	libcontainer-c/plan/seccomp_sets.c libcontainer-c/plan/seccomp_sets.h
libcontainer_c_libcontainer_c_a_SOURCES += $(SECCOMP_COMPILER) \
	libcontainer-c/plan/seccomp.c libcontainer-c/plan/seccomp.h \
	libcontainer-c/plan/seccomp_builtin.c libcontainer-c/plan/seccomp_builtin.h \
	libcontainer-c/plan/seccomp_features.c libcontainer-c/plan/seccomp_features.h \
	libcontainer-c/plan/seccomp_listener.c libcontainer-c/plan/seccomp_listener.h \
	libcontainer-c/plan/seccomp_profile.c libcontainer-c/plan/seccomp_profile.h
nodist_libcontainer_c_libcontainer_c_a_SOURCES = libcontainer-c/plan/seccomp_builtin_data.h

noinst_PROGRAMS += libcontainer-c/generate/seccomp_generate
libcontainer_c_generate_seccomp_generate_SOURCES = libcontainer-c/generate/seccomp_generate.c \
	$(SECCOMP_COMPILER) \
	libcontainer-c/base/arena.c libcontainer-c/base/err.c libcontainer-c/base/str.c \
	libcontainer-c/policy/default.c
libcontainer_c_generate_seccomp_generate_LDFLAGS = $(BULKHEAD_LDFLAGS)
libcontainer_c_generate_seccomp_generate_LDADD = $(SECCOMP_LIBS)

SECCOMP_HEADER = libcontainer-c/plan/seccomp_builtin_data.h
BUILT_SOURCES += $(SECCOMP_HEADER)
CLEANFILES += $(SECCOMP_HEADER) $(SECCOMP_HEADER).tmp
$(SECCOMP_HEADER): libcontainer-c/generate/seccomp_generate$(EXEEXT)
	$(AM_V_GEN)if test "x$(host_alias)" = x || test "x$(host_alias)" = "x$(build_alias)"; then \
		libcontainer-c/generate/seccomp_generate$(EXEEXT) >$@.tmp; \
	else \
		echo 'static const struct seccomp_builtin builtins[] = {{.insns = NULL}};' >$@.tmp; \
	fi && mv $@.tmp $@
libcontainer-c/plan/seccomp_builtin.$(OBJEXT): $(SECCOMP_HEADER)

# The root mount.
libcontainer_c_libcontainer_c_a_SOURCES += \
	libcontainer-c/plan/rootfs.c libcontainer-c/plan/rootfs.h

# Landlock.
libcontainer_c_libcontainer_c_a_SOURCES += \
	libcontainer-c/plan/landlock.c libcontainer-c/plan/landlock.h

# The unit of the systemd cgroup driver.
libcontainer_c_libcontainer_c_a_SOURCES += \
	libcontainer-c/plan/gvariant.c \
	libcontainer-c/plan/systemd.c libcontainer-c/plan/systemd.h \
	libcontainer-c/plan/systemd_annotations.c libcontainer-c/plan/systemd_limits.c \
	libcontainer-c/plan/systemd_priv.h
