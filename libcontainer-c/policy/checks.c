/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * checks.c: see checks.h. Of two entries that contradict each other the later one is named. Where
 * one would simply win, nothing is said in the file about which, and the administrator may have
 * meant the other.
 */
#include "policy/checks.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/str.h"
#include "policy/policy.h"

__attribute__((format(printf, 3, 4))) static bool fault_at(struct json_fault *fault,
							   const char *why, const char *where, ...)
{
	va_list ap;

	va_start(ap, where);
	vsnprintf(fault->where, sizeof(fault->where), where, ap);
	va_end(ap);
	snprintf(fault->why, sizeof(fault->why), "%s", why);
	return false;
}

static bool names_differ(char *const *list, size_t n, const char *member, struct json_fault *fault)
{
	for (size_t i = 1; i < n; i++)
		for (size_t j = 0; j < i; j++)
			if (str_eq(list[i], list[j]))
				return fault_at(fault, "stands there twice", "/%s/%zu", member, i);
	return true;
}

bool policy_check_capabilities(const void *obj, struct json_fault *fault)
{
	const struct policy_capabilities *c = obj;

	return names_differ(c->securebits, c->n_securebits, "securebits", fault);
}

bool policy_check_seccomp(const void *obj, struct json_fault *fault)
{
	const struct policy_seccomp *s = obj;

	return names_differ(s->deny, s->n_deny, "deny", fault);
}

bool policy_check_binds(const void *obj, struct json_fault *fault)
{
	const struct policy_binds *b = obj;

	for (size_t i = 1; i < b->n_host_paths; i++)
		for (size_t j = 0; j < i; j++)
			if (str_eq(b->host_paths[i].path, b->host_paths[j].path))
				return fault_at(fault, "stands there twice", "/hostPaths/%zu/path",
						i);
	for (size_t i = 1; i < b->n_storage; i++)
		for (size_t j = 0; j < i; j++)
			if (str_eq(b->storage[i].pattern, b->storage[j].pattern))
				return fault_at(fault, "stands there twice", "/storage/%zu/pattern",
						i);
	return true;
}

static bool same_device(const struct policy_device *a, const struct policy_device *b)
{
	return str_eq(a->type, b->type) && a->major == b->major && a->minor == b->minor;
}

static bool devices_differ(const struct policy_device *list, size_t n, const char *member,
			   struct json_fault *fault)
{
	for (size_t i = 1; i < n; i++)
		for (size_t j = 0; j < i; j++)
			if (same_device(&list[i], &list[j]))
				return fault_at(fault, "the device stands there twice", "/%s/%zu",
						member, i);
	return true;
}

bool policy_check_devices(const void *obj, struct json_fault *fault)
{
	const struct policy_devices *d = obj;

	return devices_differ(d->defaults, d->n_defaults, "defaults", fault) &&
	       devices_differ(d->extra, d->n_extra, "extra", fault);
}

bool policy_check_pids(const void *obj, struct json_fault *fault)
{
	const struct policy_pids *p = obj;

	if (p->ceiling && p->default_limit > p->ceiling)
		return fault_at(fault, "is above the ceiling", "/defaultLimit");
	return true;
}

bool policy_check_memory(const void *obj, struct json_fault *fault)
{
	const struct policy_memory *m = obj;

	if (m->ceiling_percent && m->default_percent > m->ceiling_percent)
		return fault_at(fault, "is above ceilingPercent", "/defaultPercent");
	return true;
}

bool policy_check_rlimits(const void *obj, struct json_fault *fault)
{
	const struct policy_rlimits *r = obj;

	for (size_t i = 1; i < r->n_ceilings; i++)
		for (size_t j = 0; j < i; j++)
			if (str_eq(r->ceilings[i].type, r->ceilings[j].type))
				return fault_at(fault, "stands there twice", "/ceilings/%zu/type",
						i);
	return true;
}

bool policy_check_audit(const void *obj, struct json_fault *fault)
{
	const struct policy_audit *a = obj;

	if (a->required && str_eq(a->destination, "none"))
		return fault_at(fault, "contradicts destination \"none\"", "/required");
	if (a->sync && !str_eq(a->destination, "file"))
		return fault_at(fault, "only a file can be waited for", "/sync");
	return true;
}

bool policy_check_exception(const void *obj, struct json_fault *fault)
{
	const struct policy_exception *x = obj;

	if (x->n_users == 0 && x->n_login_users == 0)
		return fault_at(fault, "neither users nor loginUsers may use it", "%s", "");
	return true;
}

bool policy_check(const void *obj, struct json_fault *fault)
{
	const struct policy *p = obj;

	for (size_t i = 1; i < p->n_exceptions; i++) {
		const struct policy_exception *x = &p->exceptions[i];
		for (const struct policy_exception *y = p->exceptions; y < x; y++)
			if (str_eq(x->annotation, y->annotation) && str_eq(x->value, y->value) &&
			    str_eq(x->rule, y->rule))
				return fault_at(fault,
						"the same annotation, value and rule stand "
						"in an exception before it",
						"/exceptions/%zu", i);
	}
	return true;
}
