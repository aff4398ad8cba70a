/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * apparmor.c: where the kernel has AppArmor, every container runs in a profile (CIS Docker
 * Benchmark 5.2): the config's, or else the policy's (contrib/apparmor). "unconfined", by whatever
 * spelling, is a refusal and not the policy's profile instead: who asked for it is told.
 *
 * A profile that is asked for and not loaded is no matter of policy: the plan says so.
 */
#include <string.h>

#include "base/str.h"
#include "harden/rule.h"

static enum profile_mode mode_of(const struct harden *h, const char *profile)
{
	for (size_t i = 0; i < h->facts->n_profiles; i++)
		if (str_eq(h->facts->profiles[i].name, profile))
			return h->facts->profiles[i].mode;
	return PROFILE_UNKNOWN;
}

/* One part of a stack, with or without a policy namespace: ":ns:name" or ":ns://name". */
static bool part_unconfined(const struct harden *h, const char *part)
{
	if (*part == ':') {
		const char *end = strchr(part + 1, ':');
		part = end ? end + 1 : part;
		if (str_starts(part, "//"))
			part += 2;
		return str_eq(part, "unconfined");
	}
	return str_eq(part, "unconfined") || mode_of(h, part) == PROFILE_UNCONFINED;
}

/* A stack confines as soon as one of its parts does. "&" in front: on top of what is there. */
static bool is_unconfined(struct harden *h, const char *profile)
{
	static const char stack[] = "//&";

	profile += *profile == '&';
	for (const char *next; (next = strstr(profile, stack)); profile = next + strlen(stack))
		if (!part_unconfined(h, text(h, "%.*s", (int)(next - profile), profile)))
			return false;
	return part_unconfined(h, profile);
}

static void check_asked(struct harden *h, const char *profile)
{
	static const char where[] = "/process/apparmorProfile";

	if (mode_of(h, profile) == PROFILE_COMPLAINS)
		decide_note(h, where,
			    "the profile is in complain mode: what it denies is only logged");
	if (!is_unconfined(h, profile))
		return;
	if (h->policy->apparmor.allow_unconfined)
		decide_note(h, where, "not confined by AppArmor, as the policy allows");
	else
		decide_refuse(h, where, json_string(h, profile),
			      "the container would not be confined by AppArmor");
}

static void not_confined(struct harden *h, const char *profile, const char *why)
{
	static const char where[] = "/process/apparmorProfile";

	if (h->policy->apparmor.require)
		decide_refuse(h, where, NULL, "profile \"%s\" is required and %s", profile, why);
	else
		decide_note(h, where, "not confined by AppArmor: profile \"%s\" %s", profile, why);
}

static void confine(struct harden *h, struct spec_process *p, const char *profile, const char *why)
{
	if (decide_change(h, "/process/apparmorProfile", NULL, json_string(h, profile), "%s", why))
		p->apparmor_profile = profile;
}

void rule_apparmor(struct harden *h)
{
	const char *profile = h->policy->apparmor.profile;
	struct spec_process *p = h->s->process;

	if (!p || !h->facts->apparmor)
		return;
	if (p->apparmor_profile) {
		check_asked(h, p->apparmor_profile);
		return;
	}
	/* A process of exec is what the first one is (complete() in exec.c): that has none. */
	if (!profile || h->when == RULES_OF_EXEC)
		return;
	switch (mode_of(h, profile)) {
	case PROFILE_ENFORCED:
		confine(h, p, profile,
			"files, signals and mounts are checked once more, by AppArmor");
		return;
	case PROFILE_COMPLAINS:
		if (h->policy->apparmor.require)
			not_confined(h, profile, "is in complain mode");
		else
			confine(h, p, profile, "in complain mode: what it denies is only logged");
		return;
	case PROFILE_UNCONFINED:
		not_confined(h, profile, "confines nothing");
		return;
	case PROFILE_NOT_LOADED:
		not_confined(h, profile, "is not loaded");
		return;
	case PROFILE_UNKNOWN:
		not_confined(h, profile, "may be loaded or not: that cannot be read here");
		return;
	}
}
