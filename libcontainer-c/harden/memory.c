/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * memory.c: linux.resources.memory. A limit is always there, and swap beyond it only where a
 * bounded amount is asked for. 0 and -1 mean "none" for limit and swap, as all engines use them;
 * swap is memory and swap together (config-linux.md).
 *
 * Kernel memory has had no limit of its own since 5.16 on v1 (58056f77502f) and never had on v2: it
 * is charged to the memory limit, which is one more reason to always have that.
 */
#include <string.h>

#include "base/str.h"
#include "harden/rule.h"
#include "harden/unified.h"

#define PAGE 4096u

/* @percent of the host's RAM in whole pages; 0 when it is not known. */
static int64_t ram_share(const struct harden *h, unsigned percent)
{
	uint64_t total = h->facts->mem_total;
	uint64_t v = (total / 100 * percent + total % 100 * percent / 100) / PAGE * PAGE;

	return v > INT64_MAX / 2 ? INT64_MAX / 2 : (int64_t)v;
}

static bool is_limit(const int64_t *v)
{
	return v && *v > 0;
}

static void set(struct harden *h, const char *member, int64_t **field, int64_t v, const char *why)
{
	int64_t *p = number_i64(h, v);

	if (p && decide_change(h, text(h, "/linux/resources/memory/%s", member),
			       json_i64_opt(h, *field), json_i64(h, v), "%s", why))
		*field = p;
}

/* A limit must not be above memory and swap together. */
static int64_t within_swap(const struct spec_memory *m, int64_t v)
{
	return is_limit(m->swap) && *m->swap < v ? *m->swap : v;
}

static void limit_memory(struct harden *h, struct spec_memory *m)
{
	const char *why = "without a limit one container takes the host's memory";
	int64_t v = ram_share(h, h->policy->memory.default_percent);

	if (is_limit(m->limit))
		return;
	if (unified_take(h, "memory.max", "/linux/resources/memory/limit", 1, &v))
		why = "as unified asks";
	if (v)
		set(h, "limit", &m->limit, within_swap(m, v), why);
	else
		decide_refuse(h, "/linux/resources/memory/limit", json_i64_opt(h, m->limit),
			      "no limit is asked for, and the host's RAM is not known");
}

static void limit_swap(struct harden *h, struct spec_memory *m, bool had_limit)
{
	const char *why = "no swap beyond the memory limit";
	int64_t extra = 0, total;

	if (!is_limit(m->limit) || (had_limit && is_limit(m->swap)))
		return;
	if (!h->facts->swap_accounting) {
		/* Nothing to write to; a value in the config would only make create fail. */
		decide_note(h, "/linux/resources/memory/swap",
			    "swap is not accounted on this host: it is not limited");
		return;
	}
	/* The file is about swap alone, the member about memory and swap. */
	if (unified_take(h, "memory.swap.max", "/linux/resources/memory/swap", 0, &extra))
		why = "as unified asks";
	if (__builtin_add_overflow(*m->limit, extra, &total))
		total = *m->limit;
	total = within_swap(m, total);
	if (!m->swap || *m->swap != total)
		set(h, "swap", &m->swap, total, why);
}

/* Of limit, then of swap, which must not be left below its ceiling's share of limit. */
static void apply_ceiling(struct harden *h, struct spec_memory *m)
{
	static const char why[] = "above the policy's ceiling";
	unsigned percent = h->policy->memory.ceiling_percent;
	int64_t ceiling = percent ? ram_share(h, percent) : 0;

	if (!ceiling || !is_limit(m->limit) || *m->limit <= ceiling)
		return;
	set(h, "limit", &m->limit, ceiling, why);
	if (is_limit(m->swap) && *m->swap > ceiling)
		set(h, "swap", &m->swap, ceiling, why);
}

static bool memory_on_v1(const struct host_facts *f)
{
	for (size_t i = 0; i < f->n_cgroup_v1; i++) {
		const char *c = f->cgroup_v1[i].controllers;
		while (c && *c) {
			size_t n = strcspn(c, ",");
			if (n == strlen("memory") && strncmp(c, "memory", n) == 0)
				return true;
			c += n + (c[n] == ',');
		}
	}
	return false;
}

static void note_kernel_memory(struct harden *h, const struct spec_memory *m)
{
	const struct host_facts *f = h->facts;
	bool v1 = f->cgroup_layout != CGROUP_LAYOUT_V2 && memory_on_v1(f);
	bool knob = v1 && (f->kernel_major < 5 || (f->kernel_major == 5 && f->kernel_minor < 16));
	const char *charged = v1 ? "memory.limit_in_bytes" : "memory.max";

	if (m->kernel && *m->kernel > 0 && knob)
		decide_note(
			h, "/linux/resources/memory/kernel",
			"kernel memory is limited by memory.kmem.limit_in_bytes and charged to %s",
			charged);
	else
		decide_note(h, "/linux/resources/memory/kernel",
			    "kernel memory is charged to %s, which is its limit%s", charged,
			    m->kernel && *m->kernel > 0
				    ? "; this kernel has no limit of its own for it"
				    : "");
}

void rule_memory(struct harden *h)
{
	const struct spec_resources *r = h->s->linux_ ? h->s->linux_->resources : NULL;
	struct spec_memory none = {0};
	/* Worked on beside the spec, so that a refusal leaves no empty object behind. */
	struct spec_memory m = r && r->memory ? *r->memory : none;
	bool had_limit = is_limit(m.limit);

	if (m.disable_oom_killer && *m.disable_oom_killer && !had_limit)
		decide_refuse(h, "/linux/resources/memory/disableOOMKiller", "true",
			      "without a memory limit the OOM killer is the host's only defence");
	limit_memory(h, &m);
	limit_swap(h, &m, had_limit);
	apply_ceiling(h, &m);
	note_kernel_memory(h, &m);
	struct spec_memory *out = is_limit(m.limit) ? need_memory(h) : NULL;
	if (out)
		*out = m;
}
