libcontainer_c_libcontainer_c_a_SOURCES += \
	libcontainer-c/lifecycle/audit.c libcontainer-c/lifecycle/audit.h \
	libcontainer-c/lifecycle/audit_file.c libcontainer-c/lifecycle/audit_journal.c \
	libcontainer-c/lifecycle/audit_line.c libcontainer-c/lifecycle/audit_line.h \
	libcontainer-c/lifecycle/audit_read.c libcontainer-c/lifecycle/audit_read.h \
	libcontainer-c/lifecycle/audit_sinks.h libcontainer-c/lifecycle/audit_syslog.c \
	libcontainer-c/lifecycle/audit_trace.c \
	libcontainer-c/lifecycle/bundle.c libcontainer-c/lifecycle/bundle.h \
	libcontainer-c/lifecycle/child.c \
	libcontainer-c/lifecycle/container.h \
	libcontainer-c/lifecycle/create.c libcontainer-c/lifecycle/create_finish.c \
	libcontainer-c/lifecycle/create_inside.c libcontainer-c/lifecycle/create_plan.c \
	libcontainer-c/lifecycle/create_process.c libcontainer-c/lifecycle/create_steps.h \
	libcontainer-c/lifecycle/creation.h \
	libcontainer-c/lifecycle/creation_parts.c libcontainer-c/lifecycle/creation_parts.h \
	libcontainer-c/lifecycle/creation_root.c libcontainer-c/lifecycle/creation_root.h \
	libcontainer-c/lifecycle/delete.c \
	libcontainer-c/lifecycle/destroy.c libcontainer-c/lifecycle/destroy.h \
	libcontainer-c/lifecycle/documents.c libcontainer-c/lifecycle/documents.h \
	libcontainer-c/lifecycle/events.c libcontainer-c/lifecycle/events.h \
	libcontainer-c/lifecycle/exec.c libcontainer-c/lifecycle/exec.h \
	libcontainer-c/lifecycle/exec_ask.c libcontainer-c/lifecycle/exec_cgroup.c \
	libcontainer-c/lifecycle/exec_child.c libcontainer-c/lifecycle/exec_priv.h \
	libcontainer-c/lifecycle/foreground.c libcontainer-c/lifecycle/foreground.h \
	libcontainer-c/lifecycle/groups.c libcontainer-c/lifecycle/groups.h \
	libcontainer-c/lifecycle/handshake.c libcontainer-c/lifecycle/handshake.h \
	libcontainer-c/lifecycle/ids.c libcontainer-c/lifecycle/ids.h \
	libcontainer-c/lifecycle/ids_find.c \
	libcontainer-c/lifecycle/initproc.c libcontainer-c/lifecycle/initproc.h \
	libcontainer-c/lifecycle/kill.c \
	libcontainer-c/lifecycle/listener.c libcontainer-c/lifecycle/listener.h \
	libcontainer-c/lifecycle/late_hooks.c libcontainer-c/lifecycle/late_hooks.h \
	libcontainer-c/lifecycle/nsfds.c libcontainer-c/lifecycle/nsfds.h \
	libcontainer-c/lifecycle/notify.c libcontainer-c/lifecycle/notify.h \
	libcontainer-c/lifecycle/mntns.c libcontainer-c/lifecycle/mntns.h \
	libcontainer-c/lifecycle/now.c libcontainer-c/lifecycle/now.h \
	libcontainer-c/lifecycle/oci_state.c libcontainer-c/lifecycle/oci_state.h \
	libcontainer-c/lifecycle/opened.h libcontainer-c/lifecycle/query.c \
	libcontainer-c/lifecycle/outer.c libcontainer-c/lifecycle/outer.h \
	libcontainer-c/lifecycle/outer_map.c libcontainer-c/lifecycle/outer_map.h \
	libcontainer-c/lifecycle/own_dir.c libcontainer-c/lifecycle/own_dir.h \
	libcontainer-c/lifecycle/pause.c \
	libcontainer-c/lifecycle/pidfile.c libcontainer-c/lifecycle/pidfile.h \
	libcontainer-c/lifecycle/program.c libcontainer-c/lifecycle/program.h \
	libcontainer-c/lifecycle/remains.c libcontainer-c/lifecycle/remains.h \
	libcontainer-c/lifecycle/range_users.c libcontainer-c/lifecycle/range_users.h \
	libcontainer-c/lifecycle/readback.c libcontainer-c/lifecycle/readback.h \
	libcontainer-c/lifecycle/record.c libcontainer-c/lifecycle/record.h \
	libcontainer-c/lifecycle/restarts.c libcontainer-c/lifecycle/restarts.h \
	libcontainer-c/lifecycle/run.c \
	libcontainer-c/lifecycle/seal.c libcontainer-c/lifecycle/seal.h \
	libcontainer-c/lifecycle/self.c libcontainer-c/lifecycle/self.h \
	libcontainer-c/lifecycle/spawn.c libcontainer-c/lifecycle/spawn.h \
	libcontainer-c/lifecycle/start.c \
	libcontainer-c/lifecycle/statedir.c libcontainer-c/lifecycle/statedir.h \
	libcontainer-c/lifecycle/update.c libcontainer-c/lifecycle/update_classes.c libcontainer-c/lifecycle/update_classes.h libcontainer-c/lifecycle/update.h \
	libcontainer-c/lifecycle/trace.c libcontainer-c/lifecycle/trace.h \
	libcontainer-c/lifecycle/warnings.c libcontainer-c/lifecycle/warnings.h

# checkpoint and restore.
libcontainer_c_libcontainer_c_a_SOURCES += \
	libcontainer-c/lifecycle/checkpoint.c libcontainer-c/lifecycle/checkpoint.h \
	libcontainer-c/lifecycle/checkpoint_command.c libcontainer-c/lifecycle/checkpoint_images.c \
	libcontainer-c/lifecycle/checkpoint_priv.h \
	libcontainer-c/lifecycle/checkpoint_files.c libcontainer-c/lifecycle/checkpoint_files.h \
	libcontainer-c/lifecycle/checkpoint_note.c libcontainer-c/lifecycle/checkpoint_note.h \
	libcontainer-c/lifecycle/checkpoint_plan.c libcontainer-c/lifecycle/checkpoint_plan.h \
	libcontainer-c/lifecycle/criu.c libcontainer-c/lifecycle/criu.h \
	libcontainer-c/lifecycle/restore.c \
	libcontainer-c/lifecycle/restore_ids.c \
	libcontainer-c/lifecycle/restore_images.c \
	libcontainer-c/lifecycle/restore_mounts.c \
	libcontainer-c/lifecycle/restore_priv.h \
	libcontainer-c/lifecycle/restore_process.c \
	libcontainer-c/lifecycle/restore_verify.c

# What `verify` compares.
libcontainer_c_libcontainer_c_a_SOURCES += \
	libcontainer-c/lifecycle/verify.c libcontainer-c/lifecycle/verify.h \
	libcontainer-c/lifecycle/verify_cgroup.c \
	libcontainer-c/lifecycle/verify_find.c \
	libcontainer-c/lifecycle/verify_minimum.c \
	libcontainer-c/lifecycle/verify_mounts.c \
	libcontainer-c/lifecycle/verify_ns.c \
	libcontainer-c/lifecycle/verify_others.c \
	libcontainer-c/lifecycle/verify_paths.c \
	libcontainer-c/lifecycle/verify_priv.h \
	libcontainer-c/lifecycle/verify_process.c \
	libcontainer-c/lifecycle/verify_seccomp.c \
	libcontainer-c/lifecycle/verify_state.c \
	libcontainer-c/lifecycle/verify_machine.c \
	libcontainer-c/lifecycle/verify_sysctl.c \
	libcontainer-c/lifecycle/verify_text.c libcontainer-c/lifecycle/verify_text.h \
	libcontainer-c/lifecycle/verify_view.c libcontainer-c/lifecycle/verify_view.h

# The unit of the systemd cgroup driver.
libcontainer_c_libcontainer_c_a_SOURCES += \
	libcontainer-c/lifecycle/scope.c libcontainer-c/lifecycle/scope.h
