/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * spec_fields.c: every member of config.json that the field tables know, one line "POINTER TYPE"
 * each. An element of an array is "0" in the pointer, a free key "k": tests make documents from
 * them.
 */
#include <stdio.h>
#include <string.h>

#include "oci-spec/schema.h"

static const char *type_name(unsigned type)
{
	static const char *const names[] = {
		[JSON_T_BOOL] = "bool",	   [JSON_T_U16] = "u16",
		[JSON_T_U32] = "u32",	   [JSON_T_U64] = "u64",
		[JSON_T_I32] = "i32",	   [JSON_T_I64] = "i64",
		[JSON_T_STR] = "string",   [JSON_T_OBJ] = "object",
		[JSON_T_STRS] = "strings", [JSON_T_U32S] = "numbers",
		[JSON_T_U64S] = "numbers", [JSON_T_OBJS] = "objects",
		[JSON_T_MAP] = "map",	   [JSON_T_OBJ_MAP] = "object-map",
	};

	return names[type];
}

static void list(const struct json_schema *s, const char *above)
{
	char path[256];

	for (size_t i = 0; i < s->n_fields; i++) {
		const struct json_field *f = &s->fields[i];
		const char *below = f->type == JSON_T_OBJS	? "/0"
				    : f->type == JSON_T_OBJ_MAP ? "/k"
								: "";

		printf("%s/%s %s\n", above, f->name, type_name(f->type));
		snprintf(path, sizeof(path), "%s/%s%s", above, f->name, below);
		if (f->sub)
			list(f->sub, path);
	}
}

int main(void)
{
	list(&spec_schema, "");
	return 0;
}
