/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * annotations.c: annotations change nothing here, but for one that asks for the groups of whoever
 * calls the runtime, and that one is taken away: as ids of the host they are rights on its files.
 * Other runtimes act on more: run programs, load plugins. An image's labels can become annotations
 * (CVE-2026-53488), so whoever wrote one learns that it had no effect.
 *
 * One kind has an effect: with --systemd-cgroup "org.systemd.property.NAME" sets a property of the
 * container's scope. Those that the policy lists are harmless: order, names, times. The host's
 * shutdown waits as long as TimeoutStopSec says for a process that ignores signals, so it is at
 * most an hour; RuntimeMaxSec is judged by nothing, as none at all is the default. Each unit that
 * After or Before names is one that PID 1 loads, so there are few. Others are not harmless:
 * limits (MemoryMax, TasksMax, DevicePolicy) are systemd's word against ours from the next
 * daemon-reload on; OnFailure, Conflicts or PropagatesStopTo act on other units of the host.
 */
#include <stdint.h>
#include <string.h>

#include "base/str.h"
#include "harden/rule.h"
#include "oci-spec/annotations.h"

static void drop_groups(struct harden *h)
{
	struct spec *s = h->s;

	for (size_t i = 0; i < s->n_annotations; i++) {
		const struct spec_pair *a = &s->annotations[i];
		const char *token =
			str_eq(a->key, ANNOTATION_KEEP_GROUPS) ? pointer_key(h, a->key) : NULL;
		if (!token ||
		    !decide_change(h, text(h, "/annotations/%s", token), json_string(h, a->value),
				   NULL, "the caller's groups are ids of the host"))
			continue;
		s->n_annotations--;
		memmove(&s->annotations[i], &s->annotations[i + 1],
			(s->n_annotations - i) * sizeof(*s->annotations));
		i--;
	}
}

#define PROPERTY "org.systemd.property."

#define UNITS_MAX	 8
#define STOP_SECONDS_MAX 3600u

static const char *skip_space(const char *s)
{
	return s + strspn(s, " \t\n");
}

/*
 * A number in GVariant text form, plain decimal digits with or without its type in front ("5",
 * "uint64 5", "double 0.5"), above 0 and at most @max. Whatever is written in another way is none:
 * what it means to systemd is not guessed. Leading zeros make it octal, which is less.
 */
static bool is_number_up_to(const char *s, uint64_t max)
{
	static const char digits[] = "0123456789";
	char whole[21];

	s = skip_space(s);
	if (!strchr(digits, *s))
		s = skip_space(s + strcspn(s, " \t\n"));
	size_t n = strspn(s, digits);
	size_t fraction = s[n] == '.' ? 1 + strspn(s + n + 1, digits) : 0;
	uint64_t v;
	if (n >= sizeof(whole) || *skip_space(s + n + fraction))
		return false;
	memcpy(whole, s, n);
	whole[n] = '\0';
	if (str_u64(whole, max, &v) < 0 || (v == max && fraction))
		return false;
	return v > 0 || strcspn(s + n, "123456789") < fraction;
}

/* Of a list; a unit's name has no comma. */
static bool has_few_units(const char *s)
{
	size_t n = 1;

	while ((s = strchr(s, ',')) && n <= UNITS_MAX)
		s++, n++;
	return n <= UNITS_MAX;
}

/* What is wrong with the value of a property that the policy lists; NULL: nothing. */
static const char *fault_of(const char *name, const char *value)
{
	bool us = str_eq(name, "TimeoutStopUSec");

	if (us || str_eq(name, "TimeoutStopSec"))
		return is_number_up_to(value, STOP_SECONDS_MAX * (us ? UINT64_C(1000000) : 1))
			       ? NULL
			       : "the host's shutdown would wait: it is a plain number, at most an "
				 "hour";
	if (str_eq(name, "After") || str_eq(name, "Before"))
		return has_few_units(value) ? NULL : "it names more than 8 units";
	return NULL;
}

static void judge_property(struct harden *h, const struct spec_pair *annotation)
{
	const struct policy_annotations *a = &h->policy->annotations;
	const char *name = annotation->key + sizeof(PROPERTY) - 1;

	bool listed = entry_find(a->systemd_properties, a->n_systemd_properties, name);
	const char *fault = listed ? fault_of(name, annotation->value)
				   : "it is not a property of the scope that the policy lists";
	if (!fault)
		return;
	const char *token = pointer_key(h, annotation->key), *shown = printable(h, name);
	if (token && shown)
		decide_refuse(h, text(h, "/annotations/%s", token),
			      json_string(h, annotation->value), "%s: %s", shown, fault);
}

void rule_annotations(struct harden *h)
{
	drop_groups(h);
	for (size_t i = 0; i < h->s->n_annotations && !h->oom; i++) {
		const char *key = h->s->annotations[i].key;
		const struct policy_annotations *a = &h->policy->annotations;
		const struct spec_pair *p = a->ignored, *end = p + a->n_ignored;
		if (h->facts->systemd.on && str_starts(key, PROPERTY)) {
			judge_property(h, &h->s->annotations[i]);
			continue;
		}
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
