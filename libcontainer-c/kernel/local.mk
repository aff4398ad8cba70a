libcontainer_c_libcontainer_c_a_SOURCES += \
	libcontainer-c/kernel/calls.c libcontainer-c/kernel/calls.h \
	libcontainer-c/kernel/clone.c \
	libcontainer-c/kernel/close_range.c \
	libcontainer-c/kernel/mount_attr.c \
	libcontainer-c/kernel/mount_context.c \
	libcontainer-c/kernel/mount_id.c libcontainer-c/kernel/mount_id.h \
	libcontainer-c/kernel/mount_stage.c libcontainer-c/kernel/mount_stage.h \
	libcontainer-c/kernel/mountinfo.c libcontainer-c/kernel/mountinfo.h \
	libcontainer-c/kernel/mountinfo_read.c \
	libcontainer-c/kernel/pidfd.c \
	libcontainer-c/kernel/resolve.c libcontainer-c/kernel/resolve.h \
	libcontainer-c/kernel/signals.c \
	libcontainer-c/kernel/sys.c libcontainer-c/kernel/sys.h
