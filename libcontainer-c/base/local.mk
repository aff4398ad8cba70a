libcontainer_c_libcontainer_c_a_SOURCES += \
	libcontainer-c/base/arena.c libcontainer-c/base/arena.h \
	libcontainer-c/base/daemon_log.c libcontainer-c/base/daemon_log.h \
	libcontainer-c/base/dir.c libcontainer-c/base/dir.h \
	libcontainer-c/base/digest.c libcontainer-c/base/digest.h \
	libcontainer-c/base/err.c libcontainer-c/base/err.h \
	libcontainer-c/base/fd.c libcontainer-c/base/fd.h \
	libcontainer-c/base/str.c libcontainer-c/base/str.h
