/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* address.c: "unix:path=/run/dbus/system_bus_socket,guid=..." */
#include "dbus/manager.h"

#include <errno.h>
#include <string.h>

static int hex(char c)
{
	const char *digits = "0123456789abcdef0123456789ABCDEF";
	const char *p = c ? strchr(digits, c) : NULL;

	return p ? (int)((p - digits) % 16) : -1;
}

/* %XX stands for a byte; a value ends at ',' or ';'. */
static int unescape(const char *value, char *out, size_t size)
{
	size_t n = 0;

	for (; *value && *value != ',' && *value != ';'; value++) {
		char c = *value;
		if (c == '%') {
			int high = hex(value[1]), low = high < 0 ? -1 : hex(value[2]);
			if (low < 0)
				return -EINVAL;
			c = (char)(high * 16 + low);
			value += 2;
		}
		if (c == '\0' || n + 1 >= size)
			return -EINVAL;
		out[n++] = c;
	}
	out[n] = '\0';
	return n ? 0 : -EINVAL;
}

int dbus_address_path(const char *address, char *path, size_t size)
{
	while (*address) {
		const char *end = address + strcspn(address, ";");
		const char *p = address;
		if (str_starts(p, "unix:"))
			for (p += strlen("unix:"); p < end; p += strcspn(p, ",;"), p += *p == ',') {
				if (str_starts(p, "path="))
					return unescape(p + strlen("path="), path, size);
				if (!str_starts(p, "abstract="))
					continue;
				path[0] = '@';
				return unescape(p + strlen("abstract="), path + 1, size - 1);
			}
		address = *end ? end + 1 : end;
	}
	return -EINVAL;
}
