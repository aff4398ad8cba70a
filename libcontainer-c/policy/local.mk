# SPDX-License-Identifier: LGPL-2.1-or-later
libcontainer_c_libcontainer_c_a_SOURCES += \
	libcontainer-c/policy/checks.c libcontainer-c/policy/checks.h \
	libcontainer-c/policy/default.c \
	libcontainer-c/policy/document.h \
	libcontainer-c/policy/levels.c \
	libcontainer-c/policy/names.c libcontainer-c/policy/names.h \
	libcontainer-c/policy/parse.c \
	libcontainer-c/policy/patterns.c libcontainer-c/policy/patterns.h \
	libcontainer-c/policy/policy.h \
	libcontainer-c/policy/tables.c

