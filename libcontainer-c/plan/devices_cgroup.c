/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * devices_cgroup.c: ordered device rules reduced to a default and exceptions; see
 * devices_cgroup.h. Pure. The semantics are those of security/device_cgroup.c in the kernel.
 */
#include "plan/devices_cgroup.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include "oci-spec/default_devices.h"
#include "oci-spec/spec.h"

/* Far above any real list; bounds the work, which grows with the square, and the BPF program. */
#define MAX_RULES 2048

/* No device has a larger one, and 4294967295 is the v1 controller's own spelling of "*". */
#define MAX_NUMBER INT32_MAX

struct builder {
	bool default_allow;
	struct device_exception *list;
	size_t n;
	struct err *e;
};

static int parse_access(const char *text, bool allow, const char *pointer, unsigned *ret,
			struct err *e)
{
	unsigned bits = 0;

	/* Nothing is taken for everything only where that takes away. */
	if (!text || !*text) {
		if (allow)
			return err_set(e, ERR_SPEC, EINVAL,
				       "%s/access: is needed to allow a device", pointer);
		*ret = DEVICE_ACCESS;
		return 0;
	}
	for (; *text; text++) {
		if (*text == 'r')
			bits |= DEVICE_READ;
		else if (*text == 'w')
			bits |= DEVICE_WRITE;
		else if (*text == 'm')
			bits |= DEVICE_MKNOD;
		else if (*text != 'a') /* see oci-spec/pattern.c */
			return err_set(e, ERR_SPEC, EINVAL,
				       "%s/access: expected letters of \"rwm\"", pointer);
	}
	if (!bits)
		return err_set(e, ERR_SPEC, EINVAL, "%s/access: expected letters of \"rwm\"",
			       pointer);
	*ret = bits;
	return 0;
}

static int parse_number(const int64_t *number, const char *pointer, const char *member,
			int64_t *ret, struct err *e)
{
	*ret = number ? *number : DEVICE_ANY;
	if (*ret < DEVICE_ANY || *ret > MAX_NUMBER)
		return err_set(e, ERR_SPEC, ERANGE, "%s/%s: expected -1 to %d", pointer, member,
			       MAX_NUMBER);
	return 0;
}

static bool covers(int64_t wide, int64_t narrow)
{
	return wide == DEVICE_ANY || wide == narrow;
}

static bool overlap(int64_t a, int64_t b)
{
	return a == b || a == DEVICE_ANY || b == DEVICE_ANY;
}

static void add_exception(struct builder *b, const struct device_exception *x)
{
	for (size_t i = 0; i < b->n; i++) {
		struct device_exception *o = &b->list[i];
		if (o->type == x->type && o->major == x->major && o->minor == x->minor) {
			o->access |= x->access;
			return;
		}
	}
	b->list[b->n++] = *x;
}

/* A rule that agrees with the default takes back what earlier rules excepted from it. */
static int take_back(struct builder *b, const struct device_exception *x)
{
	size_t kept = 0;

	for (size_t i = 0; i < b->n; i++) {
		struct device_exception o = b->list[i];
		bool hit = o.type == x->type && overlap(o.major, x->major) &&
			   overlap(o.minor, x->minor) && (o.access & x->access);
		if (hit && (!covers(x->major, o.major) || !covers(x->minor, o.minor)))
			return err_set(b->e, ERR_SPEC, EINVAL,
				       "%s: takes back a part of the wider rule %s, which the "
				       "devices controller cannot express",
				       x->pointer, o.pointer);
		if (hit)
			o.access &= ~x->access;
		if (o.access)
			b->list[kept++] = o;
	}
	b->n = kept;
	return 0;
}

static int apply_one(struct builder *b, bool allow, const struct device_exception *x)
{
	if (allow == b->default_allow)
		return take_back(b, x);
	add_exception(b, x);
	return 0;
}

#define RULE(path, maj, min)                                                                       \
	{.allow = true,                                                                            \
	 .type = "c",                                                                              \
	 .major = &(int64_t){maj},                                                                 \
	 .minor = &(int64_t){min},                                                                 \
	 .access = "rw"},
static const struct spec_device_cgroup defaults[] = {SPEC_DEFAULT_NODES(RULE)
							     SPEC_DEFAULT_TERMINALS(RULE)};

const struct spec_device_cgroup *devices_defaults(size_t *ret_n)
{
	*ret_n = sizeof(defaults) / sizeof(defaults[0]);
	return defaults;
}

static int apply_rule(struct builder *b, const struct spec_device_cgroup *rule, const char *pointer)
{
	struct device_exception x = {.pointer = pointer};
	bool all = !rule->type || str_eq(rule->type, "a");
	int r = parse_access(rule->access, rule->allow, pointer, &x.access, b->e);

	if (r == 0)
		r = parse_number(rule->major, pointer, "major", &x.major, b->e);
	if (r == 0)
		r = parse_number(rule->minor, pointer, "minor", &x.minor, b->e);
	if (r < 0)
		return r;
	if (!all && !str_eq(rule->type, "c") && !str_eq(rule->type, "b"))
		return err_set(b->e, ERR_SPEC, EINVAL, "%s/type: expected \"a\", \"b\" or \"c\"",
			       pointer);
	if (all && x.major == DEVICE_ANY && x.minor == DEVICE_ANY && x.access == DEVICE_ACCESS) {
		b->default_allow = rule->allow;
		b->n = 0;
		return 0;
	}
	/* The kernel takes "a 1:3 r" for "everything": both types with these numbers are meant. */
	for (const char *type = all ? "cb" : rule->type; *type; type++) {
		x.type = *type;
		r = apply_one(b, rule->allow, &x);
		if (r < 0)
			return r;
	}
	return 0;
}

/* Of a list that no config.json has: the policy's, kept in the state directory. */
static int apply_always(struct builder *b, const struct spec_device_cgroup *rule)
{
	size_t first = b->n;
	bool one = rule->allow && (str_eq(rule->type, "c") || str_eq(rule->type, "b"));
	int r = one ? apply_rule(b, rule, "devices of the policy") : -EINVAL;

	if (r < 0)
		return err_set(b->e, ERR_STATE, -r,
			       "a device that every container has is not allowed by its rule");
	for (; first < b->n; first++)
		b->list[first].pointer = NULL;
	return 0;
}

int devices_rules_make(const struct spec_device_cgroup *rules, size_t n,
		       const struct spec_device_cgroup *always, size_t n_always, struct arena *a,
		       struct devices_rules *ret, struct err *e)
{
	struct builder b = {.e = e};

	if (n > MAX_RULES)
		return err_set(e, ERR_SPEC, E2BIG, "/linux/resources/devices: more than %d rules",
			       MAX_RULES);
	b.list = arena_array(a, 2 * (n + n_always), sizeof(*b.list));
	if (!b.list)
		return err_set(e, ERR_SYSTEM, ENOMEM, "out of memory");
	for (size_t i = 0; i < n; i++) {
		const char *pointer = arena_printf(a, "/linux/resources/devices/%zu", i);
		if (!pointer)
			return err_set(e, ERR_SYSTEM, ENOMEM, "out of memory");
		int r = apply_rule(&b, &rules[i], pointer);
		if (r < 0)
			return r;
	}
	for (size_t i = 0; i < n_always && !b.default_allow; i++) {
		int r = apply_always(&b, &always[i]);
		if (r < 0)
			return r;
	}
	*ret = (struct devices_rules){
		.default_allow = b.default_allow, .exceptions = b.list, .n = b.n};
	return 0;
}

bool devices_rules_allow(const struct devices_rules *r, char type, int64_t major, int64_t minor,
			 unsigned access)
{
	for (size_t i = 0; i < r->n; i++) {
		const struct device_exception *x = &r->exceptions[i];
		if (x->type != type || !covers(x->major, major) || !covers(x->minor, minor))
			continue;
		if (r->default_allow ? (access & x->access) != 0 : (access & ~x->access) == 0)
			return !r->default_allow;
	}
	return r->default_allow;
}

static const char *number(int64_t v, struct arena *a)
{
	return v == DEVICE_ANY ? "*" : arena_printf(a, "%" PRId64, v);
}

char *device_exception_line(const struct device_exception *x, struct arena *a)
{
	const char *major = number(x->major, a), *minor = number(x->minor, a);

	if (!major || !minor)
		return NULL;
	return arena_printf(a, "%c %s:%s %s%s%s", x->type, major, minor,
			    x->access & DEVICE_READ ? "r" : "", x->access & DEVICE_WRITE ? "w" : "",
			    x->access & DEVICE_MKNOD ? "m" : "");
}
