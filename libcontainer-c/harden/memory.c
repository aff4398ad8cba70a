/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * memory.c: linux.resources.memory. A limit is always there, and swap beyond it only where a
 * bounded amount is asked for. 0 and -1 mean "none" for limit and swap, as all engines use them;
 * swap is memory and swap together (config-linux.md). More than the host's RAM is no limit either:
 * the built-in ceiling. Swap beyond the limit has a ceiling of its own, as much again.
 *
 * Kernel memory has had no limit of its own since 5.16 on v1 (58056f77502f) and never had on v2: it
 * is charged to the memory limit, which is one more reason to always have that.
 */
#include <string.h>

#include "base/str.h"
#include "harden/rule.h"
#include "harden/unified.h"

#define PAGE 4096u

static const char why_ceiling[] = "above the policy's ceiling";

/* @percent of @total bytes in whole pages. */
static int64_t share(uint64_t total, unsigned percent)
{
	uint64_t v = (total / 100 * percent + total % 100 * percent / 100) / PAGE * PAGE;

	return v > INT64_MAX / 2 ? INT64_MAX / 2 : (int64_t)v;
}

/* Of the host's RAM; 0 when it is not known. */
static int64_t ram_share(const struct harden *h, unsigned percent)
{
	return share(h->facts->mem_total, percent);
}

static bool memory_on_v1(const struct host_facts *f)
{
	for (size_t i = 0; i < f->n_cgroup_v1; i++)
		if (str_list_has(f->cgroup_v1[i].controllers, ',', "memory"))
			return true;
	return false;
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

/* Of RAM for the limit, and as much again for swap; 0: none. */
static int64_t ceiling_of(const struct harden *h)
{
	return ram_share(h, h->policy->memory.ceiling_percent);
}

static void cap_memory(struct harden *h, struct spec_memory *m)
{
	int64_t ceiling = ceiling_of(h);

	if (ceiling && is_limit(m->limit) && *m->limit > ceiling)
		set(h, "limit", &m->limit, within_swap(m, ceiling), why_ceiling);
}

/* Swap beyond the limit that is asked for by the member or by the raw file; 0: none. */
static int64_t swap_asked(struct harden *h, const struct spec_memory *m, int64_t limit_asked)
{
	int64_t extra = 0;

	if (limit_asked > 0 && is_limit(m->swap))
		return *m->swap > limit_asked ? *m->swap - limit_asked : 0;
	/* The file is about swap alone, the member about memory and swap. */
	unified_take(h, "memory.swap.max", "/linux/resources/memory/swap", 0, &extra);
	return extra;
}

static void limit_swap(struct harden *h, struct spec_memory *m, int64_t limit_asked)
{
	const char *why = "no swap beyond the memory limit";
	int64_t ceiling = ceiling_of(h), total;

	if (!is_limit(m->limit))
		return;
	if (!h->facts->swap_accounting) {
		/* Nothing to write to; a value in the config would only make create fail. */
		decide_note(h, "/linux/resources/memory/swap",
			    "swap is not accounted on this host: it is not limited");
		return;
	}
	int64_t extra = swap_asked(h, m, limit_asked);
	if (extra)
		why = is_limit(m->swap) && limit_asked > 0 ? why_ceiling : "as unified asks";
	if (ceiling && extra > ceiling)
		extra = ceiling;
	if (__builtin_add_overflow(*m->limit, extra, &total))
		total = *m->limit;
	total = within_swap(m, total);
	if (!m->swap || *m->swap != total)
		set(h, "swap", &m->swap, total, why);
}

/* The v1 controller counts socket buffers by themselves, too; not so v2. */
static void limit_kernel_tcp(struct harden *h, struct spec_memory *m)
{
	unsigned percent = h->policy->memory.kernel_tcp_percent;

	if (!percent || !is_limit(m->limit))
		return;
	if (!memory_on_v1(h->facts)) {
		decide_note(h, "/linux/resources/memory/kernelTCP",
			    "socket buffers are charged to memory.max, which is their limit");
		return;
	}
	int64_t v = share((uint64_t)*m->limit, percent);
	v = v ? v : PAGE;
	if (!is_limit(m->kernel_tcp) || *m->kernel_tcp > v)
		set(h, "kernelTCP", &m->kernel_tcp, v,
		    "the share of the memory limit that socket buffers may take");
}

static void group_oom(struct harden *h)
{
	const char *file = "memory.oom.group";

	if (!h->policy->memory.oom_group)
		return;
	if (!memory_on_v1(h->facts) && str_list_has(h->facts->cgroup_v2_controllers, ' ', "memory"))
		unified_set(h, file, "1", "half a container is worse than none");
	else
		decide_note(h, "/linux/resources/unified",
			    "cgroup v1 has no %s: the OOM killer ends single processes", file);
}

static void note_kernel_memory(struct harden *h, const struct spec_memory *m)
{
	const struct host_facts *f = h->facts;
	bool v1 = memory_on_v1(f);
	bool knob = v1 && (f->kernel_major < 5 || (f->kernel_major == 5 && f->kernel_minor < 16));
	const char *charged = v1 ? "memory.limit_in_bytes" : "memory.max";

	if (f->kmem_accounting_off)
		decide_note(h, "/linux/resources/memory/kernel",
			    "kernel memory has no limit: this host was booted with "
			    "cgroup.memory=nokmem");
	else if (is_limit(m->kernel) && knob)
		decide_note(
			h, "/linux/resources/memory/kernel",
			"kernel memory is limited by memory.kmem.limit_in_bytes and charged to %s",
			charged);
	else
		decide_note(h, "/linux/resources/memory/kernel",
			    "kernel memory is charged to %s, which is its limit%s", charged,
			    is_limit(m->kernel) ? "; this kernel has no limit of its own for it"
						: "");
}

void rule_memory(struct harden *h)
{
	const struct spec_resources *r = h->s->linux_ ? h->s->linux_->resources : NULL;
	struct spec_memory none = {0};
	/* Worked on beside the spec, so that a refusal leaves no empty object behind. */
	struct spec_memory m = r && r->memory ? *r->memory : none;
	int64_t limit_asked = is_limit(m.limit) ? *m.limit : 0;

	if (m.disable_oom_killer && *m.disable_oom_killer && !limit_asked)
		decide_refuse(h, "/linux/resources/memory/disableOOMKiller", "true",
			      "without a memory limit the OOM killer is the host's only defence");
	/* What is asked for, the plan refuses. */
	if (!limit_asked &&
	    controller_missing(h, "memory", "/linux/resources/memory/limit",
			       h->policy->memory.required,
			       "memory ends where the host's limits for the user are"))
		return;
	limit_memory(h, &m);
	cap_memory(h, &m);
	limit_swap(h, &m, limit_asked);
	limit_kernel_tcp(h, &m);
	note_kernel_memory(h, &m);
	group_oom(h);
	struct spec_memory *out = is_limit(m.limit) ? need_memory(h) : NULL;
	if (out)
		*out = m;
}
