/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * capabilities.c: the five sets of process.capabilities (capabilities(7)), each cut down to the
 * policy's ceiling and to the sets that the kernel or execve(2) would cut it to anyhow:
 *
 *	bounding >= permitted >= effective, permitted >= ambient
 *
 * inheritable is emptied: with it, file capabilities marked inheritable give a non-root user what
 * the image's author chose (CVE-2022-24769, CVE-2022-29162). The kernel raises nothing in ambient
 * that is not inheritable, so ambient goes with it (CVE-2016-8867) unless the policy allows it.
 *
 * With the securebit "noroot" root is a user like others: execve(2) leaves it its ambient
 * capabilities and no more. The sets say so, because they say what a container's process has.
 */
#include <linux/securebits.h>
#include <stdint.h>
#include <string.h>

#include "base/arena.h"
#include "base/str.h"
#include "harden/ns_view.h"
#include "harden/rule.h"

/* Which capabilities may stay in a set. Masks: bit N is entry N of the policy's ceiling. */
struct limit {
	const struct spec_pair *ceiling;
	size_t n_ceiling;
	uint64_t within; /* at most these ... */
	const char *why; /* ... because of this */
};

static uint64_t cap_bit(const struct limit *l, const char *cap)
{
	const struct spec_pair *e = entry_find(l->ceiling, l->n_ceiling, cap);

	return e ? 1ull << (e - l->ceiling) : 0;
}

static uint64_t set_mask(const struct limit *l, char *const *set, size_t n)
{
	uint64_t mask = 0;

	for (size_t i = 0; i < n; i++)
		mask |= cap_bit(l, set[i]);
	return mask;
}

static bool may_stay(const struct limit *l, const char *cap)
{
	return cap_bit(l, cap) & l->within;
}

/* Add "REASON: CAP_A (WHY), CAP_B" for those that go because of the ceiling, or of l->within. */
static void add_removed(struct strbuf *b, const struct limit *l, char *const *set, size_t n,
			bool ceiling)
{
	size_t count = 0;

	for (size_t i = 0; i < n; i++) {
		if (may_stay(l, set[i]) || (cap_bit(l, set[i]) == 0) != ceiling)
			continue;
		if (count++ == 0)
			strbuf_addf(b, "%s%s:", b->len ? "; " : "",
				    ceiling ? "above the policy's ceiling" : l->why);
		if (count > 64) /* a config may repeat names thousands of times */
			continue;
		const char *why = ceiling ? capability_danger(set[i]) : NULL;
		strbuf_addf(b, "%s %.64s", count == 1 ? "" : ",", set[i]);
		if (why)
			strbuf_addf(b, " (%s)", why);
	}
	if (count > 64)
		strbuf_addf(b, " and %zu more", count - 64);
}

static const char *removal_reason(struct harden *h, const struct limit *l, char *const *set,
				  size_t n)
{
	AUTO_STRBUF b = STRBUF_INIT;

	add_removed(&b, l, set, n, true);
	add_removed(&b, l, set, n, false);
	return b.failed ? oom(h) : text(h, "%s", b.buf);
}

static void cut(struct harden *h, const char *name, char ***set, size_t *n, const struct limit *l)
{
	size_t kept = 0;

	for (size_t i = 0; i < *n; i++)
		kept += may_stay(l, (*set)[i]);
	if (kept == *n)
		return;
	char **v = list_new(h, kept);
	if (!v)
		return;
	for (size_t i = 0, k = 0; i < *n; i++)
		if (may_stay(l, (*set)[i]))
			v[k++] = (*set)[i];
	const char *why = removal_reason(h, l, *set, *n);
	if (!why || !decide_change(h, text(h, "/process/capabilities/%s", name),
				   json_strings(h, *set, *n), json_strings(h, v, kept), "%s", why))
		return;
	*set = v;
	*n = kept;
}

/* Absent means none. It is written down, because runc and crun take absence for "all". */
static struct spec_capabilities *none(struct harden *h)
{
	struct spec_capabilities *c = arena_alloc(h->a, sizeof(*c));
	char **empty = list_new(h, 0);

	if (!c || !empty) {
		h->oom = true;
		return NULL;
	}
	*c = (struct spec_capabilities){empty, empty, empty, empty, empty, 0, 0, 0, 0, 0};
	if (!decide_change(h, "/process/capabilities", NULL,
			   "{\"bounding\":[],\"effective\":[],\"inheritable\":[],\"permitted\":[],"
			   "\"ambient\":[]}",
			   "none are asked for, so there are none"))
		return NULL;
	return c;
}

/* Each with its lock: what could be switched off again would stop nobody (capabilities(7)). */
static const struct {
	const char *name;
	uint32_t bits;
} securebits[] = {
	{"noroot", SECBIT_NOROOT | SECBIT_NOROOT_LOCKED},
	{"no-setuid-fixup", SECBIT_NO_SETUID_FIXUP | SECBIT_NO_SETUID_FIXUP_LOCKED},
	{"no-cap-ambient-raise", SECBIT_NO_CAP_AMBIENT_RAISE | SECBIT_NO_CAP_AMBIENT_RAISE_LOCKED},
};

static uint32_t securebits_of(const struct policy_capabilities *p)
{
	uint32_t bits = 0;

	for (size_t i = 0; i < sizeof(securebits) / sizeof(securebits[0]); i++)
		if (list_has(p->securebits, p->n_securebits, securebits[i].name))
			bits |= securebits[i].bits;
	return bits;
}

static void set_securebits(struct harden *h)
{
	const struct policy_capabilities *p = &h->policy->capabilities;

	h->m.securebits = securebits_of(p);
	if (h->m.securebits)
		decide_note(h, "/process/capabilities", "securebits that are set and locked: %s",
			    json_strings(h, p->securebits, p->n_securebits));
}

void rule_capabilities(struct harden *h)
{
	const struct policy_capabilities *p = &h->policy->capabilities;

	if (!h->s->process)
		return;
	struct spec_capabilities *c = h->s->process->capabilities;
	if (!c) {
		h->s->process->capabilities = none(h);
		set_securebits(h);
		return;
	}
	struct limit l = {.ceiling = p->ceiling, .n_ceiling = p->n_ceiling, .within = ~0ull};
	/* Where no rule stopped that, there is no pivot_root(2) that could not be undone. */
	if (ns_view(h->s, h->facts, "mount") == NS_VIEW_HOST) {
		l.within = ~cap_bit(&l, "CAP_SYS_CHROOT");
		l.why = "in the host's mount namespace chroot(2) leads out";
	}
	cut(h, "bounding", &c->bounding, &c->n_bounding, &l);
	l.within = set_mask(&l, c->bounding, c->n_bounding);
	l.why = "not in the bounding set";
	cut(h, "permitted", &c->permitted, &c->n_permitted, &l);
	if (securebits_of(p) & SECBIT_NOROOT) {
		l.within = p->allow_ambient ? set_mask(&l, c->ambient, c->n_ambient) : 0;
		l.why = "the securebit noroot leaves only what is ambient";
		cut(h, "permitted", &c->permitted, &c->n_permitted, &l);
	}
	l.within = set_mask(&l, c->permitted, c->n_permitted);
	l.why = "not permitted";
	cut(h, "effective", &c->effective, &c->n_effective, &l);
	if (!p->allow_ambient) {
		l.within = 0;
		l.why = "needs the inheritable set, which is emptied";
	}
	cut(h, "ambient", &c->ambient, &c->n_ambient, &l);
	l.within = set_mask(&l, c->ambient, c->n_ambient);
	l.why = "file capabilities of the image would use it";
	cut(h, "inheritable", &c->inheritable, &c->n_inheritable, &l);
	set_securebits(h);
}
