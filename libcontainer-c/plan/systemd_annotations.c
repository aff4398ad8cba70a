/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * systemd_annotations.c: annotations "org.systemd.property.NAME": "VALUE", as runc and crun take
 * them. Which names a config may use is the policy's to say (harden/annotations.c).
 */
#include "plan/systemd_priv.h"

#include <errno.h>
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include "oci-spec/spec.h"

#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"

/* "TimeoutStopSec", but not "TimeoutStopUSec". */
static bool in_seconds(const char *name)
{
	size_t n = strlen(name);

	return n > 3 && strcmp(name + n - 3, "Sec") == 0 && name[n - 4] >= 'a' &&
	       name[n - 4] <= 'z';
}

const char *systemd_property_name(const char *key, struct arena *a)
{
	if (!str_starts(key, SYSTEMD_ANNOTATION))
		return NULL;
	const char *name = key + strlen(SYSTEMD_ANNOTATION);
	size_t n = strlen(name);
	return in_seconds(name) ? arena_printf(a, "%.*sUSec", (int)(n - 3), name)
				: arena_strdup(a, name);
}

/* Seconds of any number type to microseconds, which systemd takes as "t". */
static const char *to_microseconds(struct systemd_property *v)
{
	uint64_t us;

	if (str_eq(v->type, "d")) {
		double d;
		memcpy(&d, &v->number, sizeof(d));
		if (!(d >= 0 && d < 1e12))
			return "is no time in seconds";
		us = (uint64_t)(d * 1e6);
	} else if (v->type[1] || !strchr("ynqiuxt", v->type[0])) {
		return "a time in seconds is a number";
	} else if ((strchr("nix", v->type[0]) && (int64_t)v->number < 0) ||
		   __builtin_mul_overflow(v->number, 1000000u, &us)) {
		return "is no time in seconds";
	}
	v->type = "t";
	v->number = us;
	return NULL;
}

static int refuse(const char *key, const char *why, struct err *e)
{
	return err_set(e, ERR_SPEC, EINVAL, "/annotations/%.200s: %s", key, why);
}

static int add(struct systemd_list *l, const struct spec_pair *p, struct err *e)
{
	/* What says where the cgroup is and who is in it. */
	static const char *const own[] = {"PIDs", "Slice", "Delegate", "DelegateSubgroup", NULL};
	const char *asked = p->key + strlen(SYSTEMD_ANNOTATION), *why = NULL;
	struct systemd_property v;

	if (strlen(asked) < 3 || strspn(asked, LETTERS) != strlen(asked))
		return refuse(p->key, "is not the name of a property", e);
	int r = gvariant_parse(p->value, l->a, &v, &why);
	if (r == -EINVAL)
		return refuse(p->key, why, e);
	v.name = r == 0 ? systemd_property_name(p->key, l->a) : NULL;
	v.pointer = arena_printf(l->a, "/annotations/%s", p->key);
	if (!v.name || !v.pointer)
		return err_set(e, ERR_SYSTEM, ENOMEM, "out of memory");
	why = in_seconds(asked) ? to_microseconds(&v) : NULL;
	if (!why && str_in(v.name, own))
		why = "this property is bulkhead's own";
	if (why)
		return refuse(p->key, why, e);
	systemd_set(l, &v);
	return 0;
}

int systemd_list_annotations(struct systemd_list *l, const struct spec *s, struct err *e)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < s->n_annotations; i++)
		if (str_starts(s->annotations[i].key, SYSTEMD_ANNOTATION))
			r = add(l, &s->annotations[i], e);
	return r;
}
