libcontainer_c_libcontainer_c_a_SOURCES += \
	oci-spec/annotations.h oci-spec/caps_names.c oci-spec/caps_names.h \
	oci-spec/cgroups_path.c oci-spec/cgroups_path.h \
	oci-spec/check.c \
	oci-spec/copy.c \
	oci-spec/default.c \
	oci-spec/diff.c \
	oci-spec/member.c \
	oci-spec/parse.c oci-spec/parse.h \
	oci-spec/parse_memory.c \
	oci-spec/parse_object.c \
	oci-spec/parse_text.c \
	oci-spec/parse_value.c \
	oci-spec/pattern.c oci-spec/pattern.h \
	oci-spec/rlimit_names.c oci-spec/rlimit_names.h \
	oci-spec/schema.h \
	oci-spec/default_devices.h \
	oci-spec/spec.c oci-spec/spec.h \
	oci-spec/tables.c oci-spec/tables.h \
	oci-spec/tables_cgroup.c \
	oci-spec/tables_linux.c \
	oci-spec/tables_process.c \
	oci-spec/walk.h oci-spec/write.c
libcontainer_c_libcontainer_c_a_SOURCES += oci-spec/mount.c \
	oci-spec/mount_options.c oci-spec/mount_options.h
