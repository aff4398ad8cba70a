/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * test_spec_golden.c: documents as engines write them (dockerd 20.10, podman 4.3, containerd 1.6,
 * runc 1.1, crun 1.8) and one with every property, against what the writer makes of them.
 * tests/golden/spec/NAME.json is read, NAME.out is what has to come out.
 */
#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include "oci-spec/schema.h"
#include "oci-spec/spec.h"
#include "oci-spec/walk.h"
#include "tests/unit/check.h"
#include "tests/unit/files.h"

static const char *const documents[] = {
	"everything",  "docker-default", "docker-many", "docker-privileged",
	"docker-host", "podman-default", "podman-many", "containerd-default",
	"runc-spec",   "runc-rootless",	 "crun-spec",	NULL,
};

static struct spec *parse_file(const char *name, struct arena *a)
{
	char path[128];
	struct err e = {0};
	struct spec *s;
	size_t len;

	snprintf(path, sizeof(path), "golden/spec/%s.json", name);
	char *text = file_text(path, &len);
	int r = spec_parse(text, len, a, &s, &e);

	free(text);
	CHECK_MSG(r == 0, "%s: %s", name, e.msg);
	return s;
}

static void expect_file(const char *name, const struct strbuf *out)
{
	char path[128];
	size_t len;

	snprintf(path, sizeof(path), "golden/spec/%s.out", name);
	char *text = file_text(path, &len);

	for (size_t i = 0; i <= len; i++)
		CHECK_MSG(i <= out->len && text[i] == (i < out->len ? out->buf[i] : '\0'),
			  "%s.out differs at byte %zu: %.60s", name, i,
			  out->buf + (i > 30 ? i - 30 : 0));
	CHECK_INT(len, out->len);
	free(text);
}

TEST(engines_documents_keep_every_member)
{
	for (const char *const *name = documents; *name; name++) {
		AUTO_ARENA struct arena a = ARENA_INIT;
		AUTO_STRBUF out = STRBUF_INIT;

		spec_write(parse_file(*name, &a), "\t", &out);
		strbuf_addc(&out, '\n');
		CHECK(!out.failed);
		expect_file(*name, &out);
	}
}

TEST(process_and_resources_documents)
{
	AUTO_ARENA struct arena a = ARENA_INIT;
	AUTO_STRBUF p_out = STRBUF_INIT, r_out = STRBUF_INIT;
	struct err e = {0};
	struct spec_process *p;
	struct spec_resources *r;
	size_t len;
	char *text = file_text("golden/spec/process-docker.json", &len);

	CHECK_MSG(spec_parse_process(text, len, &a, &p, &e) == 0, "%s", e.msg);
	free(text);
	json_write_object(&spec_process_schema, p, "\t", &p_out);
	strbuf_addc(&p_out, '\n');
	expect_file("process-docker", &p_out);
	text = file_text("golden/spec/resources-docker.json", &len);
	CHECK_MSG(spec_parse_resources(text, len, &a, &r, &e) == 0, "%s", e.msg);
	free(text);
	json_write_object(&spec_resources_schema, r, "\t", &r_out);
	strbuf_addc(&r_out, '\n');
	expect_file("resources-docker", &r_out);
}

/* Whether @f has a value somewhere in the objects[0..n), and so on for the fields of its own. */
static void look_for(const struct json_field *f, const char *where, const void *const *objects,
		     size_t n)
{
	const void *values[64];
	size_t n_values = 0;
	char path[256];

	snprintf(path, sizeof(path), "%s/%s", where, f->name);
	for (size_t i = 0; i < n; i++) {
		const char *v = field_value(f, objects[i]);
		size_t count = v && field_is_list(f) ? field_count(f, objects[i]) : v ? 1 : 0;

		for (size_t j = 0; j < count && n_values < 64; j++)
			values[n_values++] = v + (f->sub ? j * f->sub->size : 0);
	}
	CHECK_MSG(n_values || strcmp(path, "/linux/readonlyPaths") == 0, "%s is never set", path);
	for (size_t i = 0; f->sub && i < f->sub->n_fields; i++)
		look_for(&f->sub->fields[i], path, values, n_values);
}

TEST(everything_is_everything)
{
	AUTO_ARENA struct arena a = ARENA_INIT;
	const void *root = parse_file("everything", &a);

	for (size_t i = 0; i < spec_schema.n_fields; i++)
		look_for(&spec_schema.fields[i], "", &root, 1);
}
