/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* edit.c: the small change that rules are made of: texts, lists, missing objects. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/str.h"
#include "harden/control.h"
#include "harden/rule.h"

void *oom(struct harden *h)
{
	h->oom = true;
	return NULL;
}

/* Hand @p on, noting exhaustion. */
static void *got(struct harden *h, void *p)
{
	return p ? p : oom(h);
}

const char *text(struct harden *h, const char *fmt, ...)
{
	va_list ap, again;

	va_start(ap, fmt);
	va_copy(again, ap);
	int n = vsnprintf(NULL, 0, fmt, again);
	va_end(again);
	char *p = n < 0 ? NULL : arena_alloc(h->a, (size_t)n + 1);
	if (p)
		vsnprintf(p, (size_t)n + 1, fmt, ap);
	va_end(ap);
	return got(h, p);
}

/* Move a finished strbuf into the arena. */
static const char *finish(struct harden *h, struct strbuf *b)
{
	return got(h, b->failed ? NULL : arena_strndup(h->a, b->buf ? b->buf : "", b->len));
}

const char *pointer_key(struct harden *h, const char *key)
{
	AUTO_STRBUF b = STRBUF_INIT;

	for (; *key; key++) {
		if (*key == '~')
			strbuf_adds(&b, "~0");
		else if (*key == '/')
			strbuf_adds(&b, "~1");
		else
			strbuf_addc(&b, *key);
	}
	return finish(h, &b);
}

const char *printable(struct harden *h, const char *s)
{
	AUTO_STRBUF b = STRBUF_INIT;
	const char *run = s;

	for (; *s; s++) {
		size_t n = control_length(s);
		if (!n)
			continue;
		strbuf_add(&b, run, (size_t)(s - run));
		strbuf_addc(&b, '?');
		s += n - 1;
		run = s + 1;
	}
	if (!b.buf && !b.failed)
		return run;
	strbuf_adds(&b, run);
	return finish(h, &b);
}

const char *json_string(struct harden *h, const char *s)
{
	AUTO_STRBUF b = STRBUF_INIT;

	/* A text() for which there was no memory: h->oom is set already. */
	if (!s)
		return NULL;
	strbuf_json(&b, s);
	return finish(h, &b);
}

const char *json_strings(struct harden *h, char *const *list, size_t n)
{
	AUTO_STRBUF b = STRBUF_INIT;

	if (!list)
		return NULL;
	strbuf_addc(&b, '[');
	for (size_t i = 0; i < n; i++) {
		if (i)
			strbuf_addc(&b, ',');
		strbuf_json(&b, list[i]);
	}
	strbuf_addc(&b, ']');
	return finish(h, &b);
}

const char *json_i64(struct harden *h, int64_t v)
{
	return text(h, "%lld", (long long)v);
}

const char *json_i64_opt(struct harden *h, const int64_t *v)
{
	return v ? json_i64(h, *v) : NULL;
}

static void add_rule(struct strbuf *b, const struct spec_device_cgroup *r)
{
	strbuf_addf(b, "{\"allow\":%s", r->allow ? "true" : "false");
	if (r->type) {
		strbuf_adds(b, ",\"type\":");
		strbuf_json(b, r->type);
	}
	if (r->major)
		strbuf_addf(b, ",\"major\":%lld", (long long)*r->major);
	if (r->minor)
		strbuf_addf(b, ",\"minor\":%lld", (long long)*r->minor);
	if (r->access) {
		strbuf_adds(b, ",\"access\":");
		strbuf_json(b, r->access);
	}
	strbuf_addc(b, '}');
}

const char *json_rule(struct harden *h, const struct spec_device_cgroup *r)
{
	AUTO_STRBUF b = STRBUF_INIT;

	add_rule(&b, r);
	return finish(h, &b);
}

const char *json_rules(struct harden *h, const struct spec_device_cgroup *r, size_t n)
{
	AUTO_STRBUF b = STRBUF_INIT;

	if (!r)
		return NULL;
	strbuf_addc(&b, '[');
	for (size_t i = 0; i < n; i++) {
		if (i)
			strbuf_addc(&b, ',');
		add_rule(&b, &r[i]);
	}
	strbuf_addc(&b, ']');
	return finish(h, &b);
}

const char *json_mappings(struct harden *h, const struct spec_id_mapping *m, size_t n)
{
	AUTO_STRBUF b = STRBUF_INIT;

	if (!m)
		return NULL;
	strbuf_addc(&b, '[');
	for (size_t i = 0; i < n; i++)
		strbuf_addf(&b, "%s{\"containerID\":%u,\"hostID\":%u,\"size\":%u}", i ? "," : "",
			    m[i].container_id, m[i].host_id, m[i].size);
	strbuf_addc(&b, ']');
	return finish(h, &b);
}

char **list_new(struct harden *h, size_t n)
{
	return got(h, arena_array(h->a, n + 1, sizeof(char *)));
}

char **list_with(struct harden *h, char *const *list, size_t n, const char *more)
{
	char **v = list_new(h, n + 1);

	if (!v)
		return NULL;
	if (n)
		memcpy(v, list, n * sizeof(*v));
	v[n] = got(h, arena_strdup(h->a, more));
	return v[n] ? v : NULL;
}

bool list_has(char *const *list, size_t n, const char *v)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(list[i], v) == 0)
			return true;
	return false;
}

int64_t *number_i64(struct harden *h, int64_t v)
{
	int64_t *p = got(h, arena_alloc(h->a, sizeof(*p)));

	if (p)
		*p = v;
	return p;
}

struct spec_linux *need_linux(struct harden *h)
{
	if (!h->s->linux_)
		h->s->linux_ = got(h, arena_alloc(h->a, sizeof(*h->s->linux_)));
	return h->s->linux_;
}

struct spec_resources *need_resources(struct harden *h)
{
	struct spec_linux *l = need_linux(h);

	if (l && !l->resources)
		l->resources = got(h, arena_alloc(h->a, sizeof(*l->resources)));
	return l ? l->resources : NULL;
}

struct spec_memory *need_memory(struct harden *h)
{
	struct spec_resources *r = need_resources(h);

	if (r && !r->memory)
		r->memory = got(h, arena_alloc(h->a, sizeof(*r->memory)));
	return r ? r->memory : NULL;
}

void namespace_append(struct harden *h, const char *type, const char *why)
{
	struct spec_linux *l = need_linux(h);

	if (!l)
		return;
	struct spec_namespace *v = got(h, arena_array(h->a, l->n_namespaces + 1, sizeof(*v)));
	const char *pointer = "/linux/namespaces";
	if (l->namespaces)
		pointer = text(h, "/linux/namespaces/%zu", l->n_namespaces);
	const char *after =
		text(h, l->namespaces ? "{\"type\":\"%s\"}" : "[{\"type\":\"%s\"}]", type);
	if (!v || !decide_change(h, pointer, NULL, after, "%s", why))
		return;
	if (l->n_namespaces)
		memcpy(v, l->namespaces, l->n_namespaces * sizeof(*v));
	v[l->n_namespaces].type = type;
	l->namespaces = v;
	l->n_namespaces++;
}

void namespace_drop_path(struct harden *h, size_t i, const char *why)
{
	struct spec_namespace *n = &h->s->linux_->namespaces[i];

	if (decide_change(h, text(h, "/linux/namespaces/%zu/path", i), json_string(h, n->path),
			  NULL, "%s", why))
		n->path = NULL;
}

const struct spec_pair *entry_find(const struct spec_pair *list, size_t n, const char *key)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(list[i].key, key) == 0)
			return &list[i];
	return NULL;
}

bool spec_at_least(const struct spec *s, unsigned major, unsigned minor)
{
	unsigned a, b;

	if (!s->version || sscanf(s->version, "%u.%u", &a, &b) != 2)
		return false;
	return a > major || (a == major && b >= minor);
}
