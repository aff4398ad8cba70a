/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* unified.c: see unified.h. */
#include "harden/unified.h"

#include <string.h>

#include "base/arena.h"
#include "base/str.h"
#include "harden/rule.h"

static ssize_t find(const struct spec_resources *r, const char *file)
{
	for (size_t i = 0; i < r->n_unified; i++)
		if (str_eq(r->unified[i].key, file))
			return (ssize_t)i;
	return -1;
}

/* Digits and at most one suffix. */
static bool parse_size(const char *s, int64_t *ret)
{
	static const char suffixes[] = "kmgtKMGT";
	size_t n = strspn(s, "0123456789");
	const char *suffix = s[n] ? strchr(suffixes, s[n]) : NULL;
	char digits[24];
	int64_t v;

	if (n >= sizeof(digits) || (s[n] && (!suffix || s[n + 1])))
		return false;
	memcpy(digits, s, n);
	digits[n] = '\0';
	if (str_i64(digits, 0, INT64_MAX, &v) < 0)
		return false;
	int64_t unit = suffix ? 1ll << (10 * ((suffix - suffixes) % 4 + 1)) : 1;
	return !__builtin_mul_overflow(v, unit, ret);
}

static void drop(struct harden *h, struct spec_resources *r, size_t i, const char *why)
{
	struct spec_pair *p = &r->unified[i];

	if (!decide_change(h, text(h, "/linux/resources/unified/%s", p->key),
			   json_string(h, p->value), NULL, "%s", why))
		return;
	memmove(p, p + 1, (r->n_unified - i - 1) * sizeof(*p));
	r->n_unified--;
}

const char *unified_get(const struct harden *h, const char *file)
{
	const struct spec_resources *r = h->s->linux_ ? h->s->linux_->resources : NULL;
	ssize_t i = r ? find(r, file) : -1;

	return i < 0 ? NULL : r->unified[i].value;
}

void unified_drop(struct harden *h, const char *file, const char *why)
{
	struct spec_resources *r = h->s->linux_->resources;

	drop(h, r, (size_t)find(r, file), why);
}

void unified_set(struct harden *h, const char *file, const char *value, const char *why)
{
	struct spec_resources *r = need_resources(h);
	const char *before = unified_get(h, file);

	if (!r || str_eq(before, value))
		return;
	struct spec_pair *v = arena_array(h->a, r->n_unified + 1, sizeof(*v));
	if (!v) {
		h->oom = true;
		return;
	}
	if (!decide_change(h, text(h, "/linux/resources/unified/%s", file),
			   before ? json_string(h, before) : NULL, json_string(h, value), "%s",
			   why))
		return;
	if (r->n_unified)
		memcpy(v, r->unified, r->n_unified * sizeof(*v));
	if (before)
		v[find(r, file)].value = value;
	else
		v[r->n_unified++] = (struct spec_pair){file, value};
	r->unified = v;
}

bool unified_take(struct harden *h, const char *file, const char *pointer, int64_t min,
		  int64_t *ret)
{
	int64_t v;

	struct spec_resources *r = h->s->linux_ ? h->s->linux_->resources : NULL;
	ssize_t i = r ? find(r, file) : -1;

	if (i < 0)
		return false;
	if (str_eq(r->unified[i].value, "max")) {
		drop(h, r, (size_t)i, "unlimited is not possible");
		return false;
	}
	if (!parse_size(r->unified[i].value, &v) || v < min)
		return false;
	drop(h, r, (size_t)i, text(h, "counts as %s", pointer));
	*ret = v;
	return !h->oom;
}
