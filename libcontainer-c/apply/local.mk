
# The process, its hooks, sysctls and terminal.
libcontainer_c_libcontainer_c_a_SOURCES += \
	libcontainer-c/apply/caps.c libcontainer-c/apply/caps.h \
	libcontainer-c/apply/console.c libcontainer-c/apply/console.h \
	libcontainer-c/apply/exec_path.c libcontainer-c/apply/exec_path.h \
	libcontainer-c/apply/fds.c libcontainer-c/apply/fds.h \
	libcontainer-c/apply/home.c libcontainer-c/apply/home.h \
	libcontainer-c/apply/hook_child.c libcontainer-c/apply/hook_child.h \
	libcontainer-c/apply/hooks.c libcontainer-c/apply/hooks.h \
	libcontainer-c/apply/keyring.c libcontainer-c/apply/keyring.h \
	libcontainer-c/apply/labels.c libcontainer-c/apply/labels.h \
	libcontainer-c/apply/landlock.c libcontainer-c/apply/landlock.h \
	libcontainer-c/apply/memory_policy.c libcontainer-c/apply/memory_policy.h \
	libcontainer-c/apply/process.c libcontainer-c/apply/process.h \
	libcontainer-c/apply/procfs.c libcontainer-c/apply/procfs.h \
	libcontainer-c/apply/relay.c libcontainer-c/apply/relay.h \
	libcontainer-c/apply/rlimits.c libcontainer-c/apply/rlimits.h \
	libcontainer-c/apply/scheduling.c libcontainer-c/apply/scheduling.h \
	libcontainer-c/apply/selinux.c libcontainer-c/apply/selinux.h \
	libcontainer-c/apply/socket.c libcontainer-c/apply/socket.h \
	libcontainer-c/apply/sysctl.c libcontainer-c/apply/sysctl.h

# Mounts, devices, masks, and the helpers for the root file system and the namespaces.
libcontainer_c_libcontainer_c_a_SOURCES += \
	libcontainer-c/apply/devices.c libcontainer-c/apply/devices.h \
	libcontainer-c/apply/in_root.c libcontainer-c/apply/in_root.h \
	libcontainer-c/apply/masks.c libcontainer-c/apply/masks.h \
	libcontainer-c/apply/masks_glob.c \
	libcontainer-c/apply/mounts.c libcontainer-c/apply/mounts.h \
	libcontainer-c/apply/mounts_bind.c \
	libcontainer-c/apply/mounts_cgroup.c \
	libcontainer-c/apply/mounts_console.c \
	libcontainer-c/apply/mounts_copyup.c \
	libcontainer-c/apply/mounts_fs.c \
	libcontainer-c/apply/mounts_links.c \
	libcontainer-c/apply/mounts_remount.c \
	libcontainer-c/apply/mounts_priv.h \
	libcontainer-c/apply/mounts_target.c \
	libcontainer-c/apply/nshelper.c libcontainer-c/apply/nshelper.h
libcontainer_c_libcontainer_c_a_SOURCES += \
	libcontainer-c/apply/cgroup.h libcontainer-c/apply/cgroup_priv.h \
	libcontainer-c/apply/cgroup_create.c \
	libcontainer-c/apply/cgroup_delegate.c \
	libcontainer-c/apply/cgroup_destroy.c \
	libcontainer-c/apply/cgroup_devices.c \
	libcontainer-c/apply/cgroup_handle.c \
	libcontainer-c/apply/cgroup_kill.c \
	libcontainer-c/apply/cgroup_limits.c \
	libcontainer-c/apply/cgroup_none.c libcontainer-c/apply/cgroup_pids.c \
	libcontainer-c/apply/cgroup_mark.c \
	libcontainer-c/apply/cgroup_snapshot.c libcontainer-c/apply/cgroup_util.c libcontainer-c/apply/cgroup_walk.c \
	libcontainer-c/apply/cgroup_v1.c \
	libcontainer-c/apply/cgroup_v2.c

# What the kernel counts for a container.
libcontainer_c_libcontainer_c_a_SOURCES += \
	libcontainer-c/apply/cgroup_oom.c \
	libcontainer-c/apply/cgroup_stats.c libcontainer-c/apply/cgroup_stats.h \
	libcontainer-c/apply/cgroup_stats_parse.c libcontainer-c/apply/cgroup_stats_priv.h \
	libcontainer-c/apply/cgroup_stats_v1.c libcontainer-c/apply/cgroup_stats_v2.c \
	libcontainer-c/apply/intel_rdt_stats.c libcontainer-c/apply/intel_rdt_stats.h \
	libcontainer-c/apply/net_stats.c libcontainer-c/apply/net_stats.h

# The system call filter.
libcontainer_c_libcontainer_c_a_SOURCES += \
	libcontainer-c/apply/seccomp.c libcontainer-c/apply/seccomp.h \
	libcontainer-c/apply/seccomp_notify.c libcontainer-c/apply/seccomp_notify.h

# The root mount.
libcontainer_c_libcontainer_c_a_SOURCES += \
	libcontainer-c/apply/fsids.c libcontainer-c/apply/fsids.h \
	libcontainer-c/apply/id_map.c libcontainer-c/apply/id_map.h \
	libcontainer-c/apply/idmap.c libcontainer-c/apply/idmap.h \
	libcontainer-c/apply/overlay.c libcontainer-c/apply/overlay.h \
	libcontainer-c/apply/overlay_layers.c libcontainer-c/apply/overlay_layers.h \
	libcontainer-c/apply/overlay_options.c libcontainer-c/apply/overlay_options.h \
	libcontainer-c/apply/overlay_stage.c libcontainer-c/apply/overlay_stage.h \
	libcontainer-c/apply/overlay_workdir.c libcontainer-c/apply/overlay_workdir.h \
	libcontainer-c/apply/rootfs.c libcontainer-c/apply/rootfs.h \
	libcontainer-c/apply/rootfs_guard.c \
	libcontainer-c/apply/rootfs_move.c \
	libcontainer-c/apply/rootfs_pivot.c \
	libcontainer-c/apply/rootfs_refresh.c \
	libcontainer-c/apply/rootfs_release.c \
	libcontainer-c/apply/rootfs_source.c libcontainer-c/apply/rootfs_source.h

# Network devices of the host.
libcontainer_c_libcontainer_c_a_SOURCES += \
	libcontainer-c/apply/net_devices.c libcontainer-c/apply/net_devices.h \
	libcontainer-c/apply/net_devices_link.c libcontainer-c/apply/net_devices_priv.h \
	libcontainer-c/apply/netlink.c libcontainer-c/apply/netlink.h

# Classes of service of the processor.
libcontainer_c_libcontainer_c_a_SOURCES += \
	libcontainer-c/apply/intel_rdt.c libcontainer-c/apply/intel_rdt.h \
	libcontainer-c/apply/intel_rdt_schemata.c libcontainer-c/apply/intel_rdt_schemata.h

# The systemd cgroup driver.
libcontainer_c_libcontainer_c_a_SOURCES += \
	libcontainer-c/apply/systemd.c libcontainer-c/apply/systemd.h \
	libcontainer-c/apply/systemd_holder.c libcontainer-c/apply/systemd_priv.h \
	libcontainer-c/apply/systemd_properties.c
