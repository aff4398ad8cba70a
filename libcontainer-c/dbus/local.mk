# SPDX-License-Identifier: LGPL-2.1-or-later
libcontainer_c_libcontainer_c_a_SOURCES += \
	libcontainer-c/dbus/address.c \
	libcontainer-c/dbus/connection.c libcontainer-c/dbus/connection.h \
	libcontainer-c/dbus/manager.c libcontainer-c/dbus/manager.h \
	libcontainer-c/dbus/wire_read.c libcontainer-c/dbus/wire_write.c libcontainer-c/dbus/wire.h
