/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* member.c: one member of a document as the text that it is; see schema.h. */
#include "oci-spec/schema.h"

#include <string.h>

/* Behind the string that begins at @p, or NULL. */
static const char *skip_string(const char *p, const char *end)
{
	for (p++; p < end && *p != '"'; p++)
		if (*p == '\\')
			p++;
	return p < end ? p + 1 : NULL;
}

/* Behind the value that begins at @p: what stands in front of the next comma or the end. */
static const char *skip_value(const char *p, const char *end)
{
	unsigned depth = 0;

	while (p && p < end) {
		if (*p == '"') {
			p = skip_string(p, end);
			continue;
		}
		if (depth == 0 && (*p == ',' || *p == '}'))
			return p;
		depth += *p == '{' || *p == '[';
		depth -= *p == '}' || *p == ']';
		p++;
	}
	return NULL;
}

const char *json_member(const char *text, size_t len, const char *name, size_t *ret_len)
{
	const char *p = text, *end = text + len;
	size_t n = strlen(name);

	while (p && p < end && (*p == '{' || *p == ',')) {
		const char *key = p + 1, *value;
		if (key >= end || *key != '"' || !(p = skip_string(key, end)) || p >= end ||
		    *p != ':')
			return NULL;
		value = p + 1;
		p = skip_value(value, end);
		if (!p || (size_t)(value - key) != n + 3 || memcmp(key + 1, name, n) != 0)
			continue;
		*ret_len = (size_t)(p - value);
		return value;
	}
	return NULL;
}
