libcontainer_c_libcontainer_c_a_SOURCES += \
	libcontainer-c/kernel/sys.c libcontainer-c/kernel/sys.h
