/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * hooks.c: hooks are programs that run as root on the host, before and after the container. Engines
 * need them (docker's network); they are the caller's own choice. A note makes them visible.
 *
 * A policy can say in which directories they lie. The program is then one that root alone can
 * change, by its real path, which takes the place of the one asked for: a symbolic link on the way
 * could be another one when the hook runs. startContainer hooks are programs of the container.
 *
 * A hook without an environment of its own would get the runtime's, which an engine may have filled
 * from the container's image (CVE-2025-23266: LD_PRELOAD for a program that runs as root of the
 * host).
 */
#include "base/str.h"
#include "harden/rule.h"

static bool is_below(const char *path, const struct policy_hooks *p)
{
	for (size_t i = 0; i < p->n_directories; i++)
		if (path_below(path, p->directories[i].key))
			return true;
	return false;
}

static void judge(struct harden *h, const char *member, size_t i, struct spec_hook *k,
		  const struct hook_fact *f)
{
	const char *pointer = text(h, "/hooks/%s/%zu/path", member, i);
	const char *asked = json_string(h, k->path);

	if (!f || !f->real)
		decide_refuse(h, pointer, asked, "%s hook %zu is not a file on this host", member,
			      i);
	else if (!is_below(f->real, &h->policy->hooks))
		decide_refuse(h, pointer, asked,
			      "%s hook %zu is %s, outside of the policy's directories", member, i,
			      f->real);
	else if (f->weak)
		decide_refuse(h, pointer, asked,
			      "%s hook %zu is %s, and others than root can change %s", member, i,
			      f->real, f->weak);
	else if (!str_eq(k->path, f->real) &&
		 decide_change(h, pointer, asked, json_string(h, f->real),
			       "the program that was judged, whatever the link leads to later"))
		k->path = f->real;
}

static void empty_environment(struct harden *h, const char *member, size_t i, struct spec_hook *k)
{
	static char *none[] = {NULL};

	if (!k->env && decide_change(h, text(h, "/hooks/%s/%zu/env", member, i), NULL, "[]",
				     "none but its own: the runtime's is not handed on"))
		k->env = none;
}

/* @at: of the list's first hook in facts->hooks; moved on behind its last. */
static void judge_list(struct harden *h, const char *member, struct spec_hook *items, size_t n,
		       size_t *at)
{
	const struct host_facts *f = h->facts;

	if (n)
		decide_note(h, text(h, "/hooks/%s", member),
			    "%zu program%s run%s with the host's root privileges", n,
			    n == 1 ? "" : "s", n == 1 ? "s" : "");
	for (size_t i = 0; i < n; i++)
		empty_environment(h, member, i, &items[i]);
	for (size_t i = 0; i < n && h->policy->hooks.n_directories; i++)
		judge(h, member, i, &items[i], *at + i < f->n_hooks ? &f->hooks[*at + i] : NULL);
	*at += n;
}

void rule_hooks(struct harden *h)
{
	const struct spec_hooks *k = h->s->hooks;
	size_t at = 0;

	if (!k)
		return;
	judge_list(h, "prestart", k->prestart, k->n_prestart, &at);
	judge_list(h, "createRuntime", k->create_runtime, k->n_create_runtime, &at);
	judge_list(h, "createContainer", k->create_container, k->n_create_container, &at);
	judge_list(h, "poststart", k->poststart, k->n_poststart, &at);
	judge_list(h, "poststop", k->poststop, k->n_poststop, &at);
}
