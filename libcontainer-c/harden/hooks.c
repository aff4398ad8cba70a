/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * hooks.c: hooks are programs that run as root on the host, before and after the container. Engines
 * need them (docker's network); they are the caller's own choice. A note makes them visible.
 */
#include "harden/rule.h"

static void note(struct harden *h, const char *member, size_t n)
{
	if (n)
		decide_note(h, text(h, "/hooks/%s", member),
			    "%zu program%s run%s with the host's root privileges", n,
			    n == 1 ? "" : "s", n == 1 ? "s" : "");
}

void rule_hooks(struct harden *h)
{
	const struct spec_hooks *k = h->s->hooks;

	if (!k)
		return;
	note(h, "prestart", k->n_prestart);
	note(h, "createRuntime", k->n_create_runtime);
	note(h, "createContainer", k->n_create_container);
	note(h, "poststart", k->n_poststart);
	note(h, "poststop", k->n_poststop);
}
