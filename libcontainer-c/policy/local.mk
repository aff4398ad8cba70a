# SPDX-License-Identifier: LGPL-2.1-or-later
libcontainer_c_libcontainer_c_a_SOURCES += \
	libcontainer-c/policy/default.c libcontainer-c/policy/levels.c libcontainer-c/policy/policy.h
