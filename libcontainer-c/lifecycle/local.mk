libcontainer_c_libcontainer_c_a_SOURCES += \
	libcontainer-c/lifecycle/bundle.c libcontainer-c/lifecycle/bundle.h
