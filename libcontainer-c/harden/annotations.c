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
		const struct policy_annotations *a = &h->policy->annotations;
		const struct spec_pair *p = a->ignored, *end = p + a->n_ignored;
		while (p < end && !str_starts(key, p->key))
			p++;
		if (p == end)
			continue;
		const char *token = pointer_key(h, key);
		if (token)
			decide_note(h, text(h, "/annotations/%s", token), "has no effect: %s",
				    p->value);
	}
}
