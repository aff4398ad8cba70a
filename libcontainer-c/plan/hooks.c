/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* hooks.c: see hooks.h. PURE. */
#include "plan/hooks.h"

#include <errno.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include "oci-spec/spec.h"

static const char *const kind_names[HOOK_KINDS] = {
	[HOOK_PRESTART] = "prestart",
	[HOOK_CREATE_RUNTIME] = "createRuntime",
	[HOOK_CREATE_CONTAINER] = "createContainer",
	[HOOK_START_CONTAINER] = "startContainer",
	[HOOK_POSTSTART] = "poststart",
	[HOOK_POSTSTOP] = "poststop",
};

const char *hook_kind_name(enum hook_kind k)
{
	return k < HOOK_KINDS ? kind_names[k] : NULL;
}

static char *const no_strings[] = {NULL};

static char *const *environment(const struct spec_hook *s)
{
	if (s->n_env)
		return s->env;
	return s->env ? no_strings : NULL;
}

static int plan_one(const struct spec_hook *s, enum hook_kind k, size_t i, struct arena *a,
		    struct hook_plan *ret, struct err *e)
{
	const char *kind = kind_names[k];

	/* A relative path would be searched for in whatever directory the engine runs us. */
	if (!s->path || s->path[0] != '/')
		return err_set(e, ERR_SPEC, EINVAL, "/hooks/%s/%zu/path: must be an absolute path",
			       kind, i);
	if (s->timeout && (*s->timeout <= 0 || *s->timeout > INT32_MAX))
		return err_set(e, ERR_SPEC, EINVAL,
			       "/hooks/%s/%zu/timeout: must be greater than zero and below 2^31",
			       kind, i);
	*ret = (struct hook_plan){
		.path = s->path,
		.argv = s->args,
		.envp = environment(s),
		.timeout = s->timeout ? *s->timeout : 0,
	};
	if (s->n_args)
		return 0;
	char **argv = arena_array(a, 2, sizeof(*argv));
	if (!argv)
		return err_set(e, ERR_SYSTEM, ENOMEM, "out of memory");
	argv[0] = arena_strdup(a, s->path);
	if (!argv[0])
		return err_set(e, ERR_SYSTEM, ENOMEM, "out of memory");
	ret->argv = argv;
	return 0;
}

static int plan_list(const struct spec_hook *s, size_t n, enum hook_kind kind, struct arena *a,
		     struct hooks_plan *ret, struct err *e)
{
	struct hook_plan *items = arena_array(a, n, sizeof(*items));

	if (!items)
		return err_set(e, ERR_SYSTEM, ENOMEM, "out of memory");
	for (size_t i = 0; i < n; i++) {
		int r = plan_one(&s[i], kind, i, a, &items[i], e);

		if (r < 0)
			return r;
	}
	ret->lists[kind] = (struct hook_list){items, n};
	return 0;
}

/*
 * sched(7): fork(2) fails under SCHED_DEADLINE without the flag. These hooks are children of the
 * container's first process, whose scheduler is set by then; the others are the runtime's.
 */
static int check_scheduler(const struct spec *s, struct err *e)
{
	const struct spec_scheduler *sched = s->process ? s->process->scheduler : NULL;

	if (!s->hooks->n_start_container || !sched || !str_eq(sched->policy, "SCHED_DEADLINE"))
		return 0;
	for (size_t i = 0; i < sched->n_flags; i++)
		if (str_eq(sched->flags[i], "SCHED_FLAG_RESET_ON_FORK"))
			return 0;
	return err_set(e, ERR_SPEC, EINVAL,
		       "/hooks/startContainer: a process with SCHED_DEADLINE can make no children "
		       "without SCHED_FLAG_RESET_ON_FORK");
}

int hooks_plan_make(const struct spec *s, struct arena *a, struct hooks_plan *ret, struct err *e)
{
	struct hooks_plan p = {0};
	const struct spec_hooks *h = s->hooks;

	if (!h) {
		*ret = p;
		return 0;
	}
	const struct {
		const struct spec_hook *items;
		size_t n;
	} lists[HOOK_KINDS] = {
		[HOOK_PRESTART] = {h->prestart, h->n_prestart},
		[HOOK_CREATE_RUNTIME] = {h->create_runtime, h->n_create_runtime},
		[HOOK_CREATE_CONTAINER] = {h->create_container, h->n_create_container},
		[HOOK_START_CONTAINER] = {h->start_container, h->n_start_container},
		[HOOK_POSTSTART] = {h->poststart, h->n_poststart},
		[HOOK_POSTSTOP] = {h->poststop, h->n_poststop},
	};
	for (enum hook_kind k = 0; k < HOOK_KINDS; k++) {
		int r = plan_list(lists[k].items, lists[k].n, k, a, &p, e);

		if (r < 0)
			return r;
	}
	int r = check_scheduler(s, e);
	if (r == 0)
		*ret = p;
	return r;
}
