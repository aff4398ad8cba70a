/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* documents.c: see documents.h. */
#include "lifecycle/documents.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/fd.h"
#include "base/str.h"
#include "harden/harden.h"
#include "harden/measures.h"
#include "lifecycle/seal.h"
#include "lifecycle/statedir.h"
#include "oci-spec/spec.h"

/* What is read of hardening.json; the rest is for people. */
struct hardening {
	struct measures measures;
};

static const struct json_field hardening_fields[] = {
	JSON_OBJ_IN(hardening, measures, "measures", measures, measures_schema, .required = true),
};
static const struct json_schema hardening_schema = JSON_SCHEMA(hardening, hardening_fields);

static int write_text(const struct statedir *d, const char *name, const struct strbuf *text,
		      struct err *e)
{
	if (text->failed)
		return err_set(e, ERR_SYSTEM, ENOMEM, "out of memory");
	return statedir_write(d, name, text->buf, text->len, e);
}

/* By the error's symbol: engines take "no such file" for a program that is missing. */
static int unreadable(const struct statedir *d, const char *name, int code, struct err *e)
{
	return err_set(e, ERR_STATE, code, "state of the container is damaged: %s/%s: %s", d->path,
		       name, strerrorname_np(code));
}

static int read_text(const struct statedir *d, const char *name, struct arena *a, char **ret,
		     struct err *e)
{
	AUTO_FD fd = openat(d->fd, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	if (fd < 0)
		return unreadable(d, name, errno, e);
	ssize_t n = fd_read_all(fd, a, SPEC_MAX_BYTES, ret);
	return n < 0 ? unreadable(d, name, (int)-n, e) : (int)n;
}

/* The decisions of create, as they are. */
static void keep_decisions(const struct statedir *d, struct strbuf *out)
{
	AUTO_ARENA struct arena a = ARENA_INIT;
	char *text;
	size_t len = 0;
	int n = read_text(d, HARDENING_FILE, &a, &text, NULL);
	const char *old = n < 0 ? NULL : json_member(text, (size_t)n, "decisions", &len);

	strbuf_add(out, old ? old : "[]", old ? len : 2);
}

static void make_hardening(const struct statedir *d, const struct documents *docs,
			   struct strbuf *hardening)
{
	strbuf_adds(hardening, "{\"measures\":");
	json_write_object(&measures_schema, docs->measures, NULL, hardening);
	strbuf_adds(hardening, ",\"decisions\":");
	if (docs->decisions)
		decisions_write_json(docs->decisions, NULL, hardening);
	else
		keep_decisions(d, hardening);
	if (docs->update) {
		strbuf_adds(hardening, ",\"update\":");
		decisions_write_json(docs->update, NULL, hardening);
	}
	strbuf_addf(hardening, ",\"cgroup\":%s}\n", docs->limits ? docs->limits : "null");
}

int documents_digest(const struct statedir *d, const struct documents *docs, struct seal *ret)
{
	AUTO_STRBUF config = STRBUF_INIT;
	AUTO_STRBUF hardening = STRBUF_INIT;

	spec_write(docs->spec, NULL, &config);
	make_hardening(d, docs, &hardening);
	if (config.failed || hardening.failed)
		return -ENOMEM;
	seal_add(ret, CONFIG_FILE, config.buf, config.len);
	seal_add(ret, HARDENING_FILE, hardening.buf, hardening.len);
	return 0;
}

int documents_write_config(const struct statedir *d, const struct spec *s, struct err *e)
{
	AUTO_STRBUF config = STRBUF_INIT;

	spec_write(s, NULL, &config);
	return write_text(d, CONFIG_FILE, &config, e);
}

int documents_write_hardening(const struct statedir *d, const struct documents *docs, struct err *e)
{
	AUTO_STRBUF hardening = STRBUF_INIT;

	make_hardening(d, docs, &hardening);
	return write_text(d, HARDENING_FILE, &hardening, e);
}

int documents_write(const struct statedir *d, const struct documents *docs, struct err *e)
{
	int r = documents_write_config(d, docs->spec, e);

	return r < 0 ? r : documents_write_hardening(d, docs, e);
}

int documents_read_texts(const struct statedir *d, struct arena *a, const char *ret[2],
			 struct err *e)
{
	static const char *const names[2] = {CONFIG_FILE, HARDENING_FILE};

	for (int i = 0; i < 2; i++) {
		char *text;
		int r = read_text(d, names[i], a, &text, e);
		if (r < 0)
			return r;
		ret[i] = text;
	}
	return 0;
}

int documents_restore(const struct statedir *d, const char *const texts[2], struct err *e)
{
	int r = statedir_write(d, CONFIG_FILE, texts[0], strlen(texts[0]), e);

	return r < 0 ? r : statedir_write(d, HARDENING_FILE, texts[1], strlen(texts[1]), e);
}

int documents_read_spec(const struct statedir *d, struct arena *a, struct spec **ret, struct err *e)
{
	char *text;
	int n = read_text(d, CONFIG_FILE, a, &text, e);

	if (n < 0)
		return n;
	int r = spec_parse(text, (size_t)n, a, ret, e);
	return r < 0 ? err_wrap(e, "%s/%s", d->path, CONFIG_FILE) : 0;
}

int documents_read_measures(const struct statedir *d, struct arena *a, struct measures *ret,
			    struct err *e)
{
	struct hardening h;
	char *text;
	int n = read_text(d, HARDENING_FILE, a, &text, e);

	if (n < 0)
		return n;
	int r = json_parse_object(&hardening_schema, HARDENING_FILE, text, (size_t)n, a, &h,
				  JSON_IGNORE, e);
	if (r < 0)
		return err_wrap(e, "%s/%s", d->path, HARDENING_FILE);
	*ret = h.measures;
	return 0;
}
