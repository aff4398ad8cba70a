/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* walk.h: reading struct members through a field, for writer, copier and differ. Internal. */
#ifndef BULKHEAD_OCI_SPEC_WALK_H
#define BULKHEAD_OCI_SPEC_WALK_H

#include <string.h>

#include "base/str.h"
#include "oci-spec/schema.h"
#include "oci-spec/spec.h"

static inline bool field_is_list(const struct json_field *f)
{
	return f->type >= JSON_T_STRS && f->type <= JSON_T_OBJ_MAP;
}

static inline bool field_is_map(const struct json_field *f)
{
	return f->type == JSON_T_MAP || f->type == JSON_T_OBJ_MAP;
}

/** field_size - bytes of a scalar, or of one element of a list. */
size_t field_size(const struct json_field *f);

/**
 * field_value - what the member holds: the scalar's address, the object, the string, or the first
 * element of a list; NULL when absent.
 */
const void *field_value(const struct json_field *f, const void *obj);

/** field_count - number of elements of a list. */
size_t field_count(const struct json_field *f, const void *obj);

/** write_value - the member's JSON; @value and @n from above. @level: indentation of its line. */
void write_value(const struct json_field *f, const void *value, size_t n, const char *indent,
		 int level, struct strbuf *out);

/** write_element - the JSON of one element at @element of a list. */
void write_element(const struct json_field *f, const void *element, const char *indent, int level,
		   struct strbuf *out);

#endif
