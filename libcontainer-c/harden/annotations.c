/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * annotations.c: annotations change nothing here. Other runtimes act on some: run programs, load
 * plugins, keep groups. An image's labels can become annotations (CVE-2026-53488), so whoever wrote
 * one learns that it had no effect.
 */
#include "base/str.h"
#include "harden/rule.h"

void rule_annotations(struct harden *h)
{
	for (size_t i = 0; i < h->s->n_annotations && !h->oom; i++) {
		const char *key = h->s->annotations[i].key;
		const struct policy_entry *p = h->policy->annotations.ignored;
		while (p->value && !str_starts(key, p->value))
			p++;
		if (!p->value)
			continue;
		const char *token = pointer_key(h, key);
		if (token)
			decide_note(h, text(h, "/annotations/%s", token), "has no effect: %s",
				    p->why);
	}
}
