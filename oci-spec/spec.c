/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* spec.c: spec.h's functions, each the generic one with the right table. */
#include "oci-spec/spec.h"

#include <errno.h>

#include "base/arena.h"
#include "base/err.h"
#include "oci-spec/schema.h"

static int parse(const struct json_schema *schema, const char *what, const char *json, size_t len,
		 struct arena *a, void **ret, struct err *e)
{
	void *obj = arena_alloc(a, schema->size);

	if (!obj)
		return err_set(e, ERR_SYSTEM, ENOMEM, "%s: cannot allocate memory", what);
	int r = json_parse_object(schema, what, json, len, a, obj, JSON_IGNORE, e);

	if (r < 0)
		return r;
	*ret = obj;
	return 0;
}

int spec_parse(const char *json, size_t len, struct arena *a, struct spec **ret, struct err *e)
{
	void *obj = NULL;
	int r = parse(&spec_schema, "config.json", json, len, a, &obj, e);

	if (r == 0)
		*ret = obj;
	return r;
}

int spec_parse_process(const char *json, size_t len, struct arena *a, struct spec_process **ret,
		       struct err *e)
{
	void *obj = NULL;
	int r = parse(&spec_process_schema, "process.json", json, len, a, &obj, e);

	if (r == 0)
		*ret = obj;
	return r;
}

int spec_parse_resources(const char *json, size_t len, struct arena *a, struct spec_resources **ret,
			 struct err *e)
{
	void *obj = NULL;
	int r = parse(&spec_resources_schema, "resources.json", json, len, a, &obj, e);

	if (r == 0)
		*ret = obj;
	return r;
}

void spec_write(const struct spec *s, const char *indent, struct strbuf *out)
{
	json_write_object(&spec_schema, s, indent, out);
}

struct spec *spec_copy(const struct spec *s, struct arena *a)
{
	struct spec *copy = arena_alloc(a, sizeof(*copy));

	if (!copy || json_copy_object(&spec_schema, s, a, copy) < 0)
		return NULL;
	return copy;
}

int spec_diff(const struct spec *before, const struct spec *after, struct arena *a,
	      struct spec_change **ret_changes)
{
	return json_diff_object(&spec_schema, before, after, a, ret_changes);
}
