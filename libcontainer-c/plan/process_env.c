/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* process_env.c: the environment of the container's process. PURE. */
#include "plan/process.h"
#include "plan/process_parts.h"

#include <errno.h>
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "oci-spec/spec.h"

/* Set of names by open addressing: engines do send thousands of variables (Kubernetes services). */
struct names {
	const char **slots;
	size_t mask;
};

static size_t hash(const char *s, size_t n)
{
	size_t h = 1469598103934665603u;

	for (size_t i = 0; i < n; i++)
		h = (h ^ (unsigned char)s[i]) * 1099511628211u;
	return h ^ (h >> 29);
}

static bool same_name(const char *a, const char *b, size_t n)
{
	return strncmp(a, b, n) == 0 && b[n] == '=';
}

/* Add the name in front of '='; false when it is there already. */
static bool names_add(struct names *set, const char *entry, size_t n)
{
	for (size_t i = hash(entry, n) & set->mask;; i = (i + 1) & set->mask) {
		if (!set->slots[i]) {
			set->slots[i] = entry;
			return true;
		}
		if (same_name(entry, set->slots[i], n))
			return false;
	}
}

static int names_init(struct names *set, size_t n, struct arena *a)
{
	size_t cap = 16;

	while (cap < 2 * n)
		cap *= 2;
	set->slots = arena_array(a, cap, sizeof(*set->slots));
	set->mask = cap - 1;
	return set->slots ? 0 : -ENOMEM;
}

static int check(const char *entry, size_t i, size_t *ret_name, struct err *e)
{
	const char *eq = strchr(entry, '=');

	/* runc's words (libcontainer/env.go). */
	if (!eq)
		return err_set(e, ERR_SPEC, EINVAL,
			       "/process/env/%zu: invalid environment variable: missing '='", i);
	if (eq == entry)
		return err_set(
			e, ERR_SPEC, EINVAL,
			"/process/env/%zu: invalid environment variable: name cannot be empty", i);
	*ret_name = (size_t)(eq - entry);
	return 0;
}

int process_plan_env(const struct spec_process *s, struct arena *a, struct process_plan *p,
		     struct err *e)
{
	struct names seen;
	char **out = arena_array(a, s->n_env + PROCESS_ENV_SPARE + 1, sizeof(*out));

	if (!out || names_init(&seen, s->n_env, a) < 0)
		return err_set(e, ERR_SYSTEM, ENOMEM, "out of memory");
	/* From the end, so that the last value of a name is the one that stays, in its place. */
	size_t first = s->n_env;
	for (size_t i = s->n_env; i-- > 0;) {
		size_t n = 0;
		int r = check(s->env[i], i, &n, e);

		if (r < 0)
			return r;
		if (names_add(&seen, s->env[i], n))
			out[--first] = s->env[i];
	}
	p->n_env = s->n_env - first;
	memmove(out, out + first, p->n_env * sizeof(*out));
	memset(out + p->n_env, 0, first * sizeof(*out));
	p->envp = out;
	const char *home = process_env_get(p, "HOME");
	p->home_missing = !home || !*home;
	return 0;
}

static char **find(const struct process_plan *p, const char *name, size_t n)
{
	for (char **v = p->envp; v && *v; v++)
		if (same_name(name, *v, n))
			return v;
	return NULL;
}

const char *process_env_get(const struct process_plan *p, const char *name)
{
	char **v = find(p, name, strlen(name));

	return v ? *v + strlen(name) + 1 : NULL;
}

int process_env_add(struct process_plan *p, char *entry)
{
	size_t n = strcspn(entry, "=");
	char **v = find(p, entry, n);

	if (v) {
		*v = entry;
		return 0;
	}
	if (p->n_spare == PROCESS_ENV_SPARE)
		return -ENOSPC;
	p->envp[p->n_env++] = entry;
	p->n_spare++;
	return 0;
}
