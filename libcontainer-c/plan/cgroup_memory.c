/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * cgroup_memory.c: linux.resources.memory. Pure.
 *
 * v1 counts swap together with memory (memsw), v2 alone: swap.max = swap - limit. Kernel memory:
 *   v1 before 5.16   charged to the memory limit and also to memory.kmem.limit_in_bytes, which is
 *                    written before the first task;
 *   v1 from 5.16     (58056f77502f) that file refuses, or since 6.1.55 takes and ignores, every
 *                    value; kernel memory is charged to memory.limit_in_bytes alone;
 *   v2               charged to memory.max.
 */
#include "plan/cgroup_build.h"

#include <errno.h>
#include <inttypes.h>

#include "base/arena.h"
#include "base/err.h"
#include "host/facts.h"
#include "oci-spec/spec.h"

#define P "/linux/resources/memory"

/* The object's numbers with "absent" and 0 folded together; -1 is "no limit". */
struct amounts {
	int64_t limit, reservation, swap, kernel, kernel_tcp;
};

static int amount(struct cgroup_builder *b, const int64_t *v, const char *pointer, int64_t *ret)
{
	*ret = v ? *v : 0;
	if (*ret < -1)
		return err_set(b->e, ERR_SPEC, ERANGE, "%s: expected -1 or more", pointer);
	return 0;
}

static int amounts_read(struct cgroup_builder *b, const struct spec_memory *m, struct amounts *ret)
{
	int r = amount(b, m->limit, P "/limit", &ret->limit);

	if (r == 0)
		r = amount(b, m->reservation, P "/reservation", &ret->reservation);
	if (r == 0)
		r = amount(b, m->swap, P "/swap", &ret->swap);
	if (r == 0)
		r = amount(b, m->kernel, P "/kernel", &ret->kernel);
	if (r == 0)
		r = amount(b, m->kernel_tcp, P "/kernelTCP", &ret->kernel_tcp);
	if (r < 0)
		return r;
	if (ret->swap > 0 && ret->limit <= 0)
		return err_set(b->e, ERR_SPEC, EINVAL, P "/swap: needs a memory limit");
	if (ret->swap > 0 && ret->swap < ret->limit)
		return err_set(b->e, ERR_SPEC, EINVAL, P "/swap: is less than the memory limit");
	return 0;
}

/* "-1" or "max" for no limit, as the version spells it; read back, both are "max". */
static int set_amount(struct cgroup_builder *b, const struct cgroup_where *w, const char *pointer,
		      const char *file, int64_t v, unsigned flags)
{
	struct cgroup_setting *s;
	const char *text = v >= 0 ? arena_printf(b->a, "%" PRId64, v)
				  : (w->version == CGROUP_V1 ? "-1" : "max");
	int r = cgroup_set(b, w, pointer, file, text, CGROUP_CHECK_SIZE, flags, &s);

	if (r == 0 && v < 0)
		s->want = "max";
	return r;
}

static int set_limit_and_swap(struct cgroup_builder *b, const struct cgroup_where *w,
			      const struct spec_memory *m, const struct amounts *n)
{
	bool v1 = w->version == CGROUP_V1;
	int64_t swap = n->swap;
	unsigned flags = 0;
	int r = 0;

	/* Without a limit on memory there is nothing that swap could be beyond (as runc). */
	if (n->limit == -1 && swap == 0 && b->f->swap_accounting)
		swap = -1;
	if (swap != 0 && !b->f->swap_accounting) {
		if (swap > 0)
			return cgroup_unsupported(b, P "/swap",
						  "swap accounting is off in this kernel");
		swap = 0;
	}
	if (m->check_before_update && *m->check_before_update && !v1)
		flags |= CGROUP_ABOVE_USAGE;
	if (v1 && swap != 0)
		flags |= CGROUP_AFTER_NEXT; /* memory may never be above memory plus swap */
	if (n->limit != 0)
		r = set_amount(b, w, P "/limit", v1 ? "memory.limit_in_bytes" : "memory.max",
			       n->limit, flags);
	if (r < 0 || swap == 0)
		return r;
	if (v1)
		return set_amount(b, w, P "/swap", "memory.memsw.limit_in_bytes", swap, 0);
	return set_amount(b, w, P "/swap", "memory.swap.max", swap > 0 ? swap - n->limit : -1, 0);
}

static bool kernel_before(const struct host_facts *f, unsigned major, unsigned minor)
{
	return f->kernel_major < major || (f->kernel_major == major && f->kernel_minor < minor);
}

static int plan_kernel(struct cgroup_builder *b, const struct cgroup_where *w,
		       const struct amounts *n)
{
	bool v1 = w->version == CGROUP_V1;

	if (b->f->kmem_accounting_off) {
		b->p->kernel_memory =
			"not accounted: this host was booted with cgroup.memory=nokmem";
		return n->kernel > 0 ? cgroup_unsupported(b, P "/kernel", b->p->kernel_memory) : 0;
	}
	if (n->kernel > 0 && n->limit <= 0 && !(v1 && kernel_before(b->f, 5, 16)))
		return cgroup_unsupported(b, P "/kernel",
					  "this kernel charges kernel memory to the memory limit, "
					  "and there is none");
	if (v1 && kernel_before(b->f, 5, 16) && n->kernel >= 0 && (n->kernel || n->limit > 0)) {
		b->p->kernel_memory = "limited by " CGROUP_KMEM_FILE;
		b->p->kernel_memory_fallback = "charged to memory.limit_in_bytes; this kernel "
					       "ignores " CGROUP_KMEM_FILE;
		/* Distributions have backported the removal: then the memory limit must do. */
		return set_amount(b, w, P "/kernel", CGROUP_KMEM_FILE,
				  n->kernel ? n->kernel : n->limit,
				  n->limit > 0 ? CGROUP_OPTIONAL : 0);
	}
	if (n->limit <= 0)
		b->p->kernel_memory = "not limited: there is no memory limit";
	else if (v1)
		b->p->kernel_memory = "charged to memory.limit_in_bytes; " CGROUP_KMEM_FILE
				      " has no effect since Linux 5.16";
	else
		b->p->kernel_memory = "charged to memory.max";
	return 0;
}

static int plan_kernel_tcp(struct cgroup_builder *b, const struct cgroup_where *w,
			   const struct amounts *n)
{
	if (n->kernel_tcp == 0)
		return 0;
	if (w->version == CGROUP_V1)
		return set_amount(b, w, P "/kernelTCP", "memory.kmem.tcp.limit_in_bytes",
				  n->kernel_tcp, 0);
	/* v2 charges socket buffers to memory.max, so the container gets less, never more. */
	if (n->kernel_tcp > 0 && n->limit <= 0)
		return cgroup_unsupported(b, P "/kernelTCP",
					  "cgroup v2 charges socket memory to the memory limit, "
					  "and there is none");
	return 0;
}

static int plan_swappiness(struct cgroup_builder *b, const struct cgroup_where *w, uint64_t v)
{
	if (v > 100)
		return err_set(b->e, ERR_SPEC, ERANGE, P "/swappiness: expected 0 to 100");
	if (w->version == CGROUP_V2)
		return cgroup_unsupported(b, P "/swappiness", "cgroup v2 has no such knob");
	return cgroup_set(b, w, P "/swappiness", "memory.swappiness",
			  arena_printf(b->a, "%" PRIu64, v), CGROUP_CHECK_TEXT, 0, NULL);
}

static int plan_oom(struct cgroup_builder *b, const struct cgroup_where *w)
{
	struct cgroup_setting *s;

	if (w->version == CGROUP_V2)
		return cgroup_unsupported(b, P "/disableOOMKiller", "cgroup v2 has no such knob");
	int r = cgroup_set(b, w, P "/disableOOMKiller", "memory.oom_control", "1",
			   CGROUP_CHECK_TOKENS, 0, &s);
	if (r == 0)
		s->want = "oom_kill_disable 1";
	return r;
}

static int plan_hierarchy(struct cgroup_builder *b, const struct cgroup_where *w, bool on)
{
	if (w->version == CGROUP_V2)
		return on ? 0
			  : cgroup_unsupported(b, P "/useHierarchy",
					       "cgroup v2 is always hierarchical");
	return cgroup_set(b, w, P "/useHierarchy", "memory.use_hierarchy", on ? "1" : "0",
			  CGROUP_CHECK_TEXT, 0, NULL);
}

static bool asks_for_anything(const struct spec_memory *m, const struct amounts *n)
{
	return n->limit || n->reservation || n->swap || n->kernel || n->kernel_tcp ||
	       m->swappiness || (m->disable_oom_killer && *m->disable_oom_killer) ||
	       m->use_hierarchy;
}

int cgroup_plan_memory(struct cgroup_builder *b)
{
	static const struct spec_memory none;
	const struct spec_memory *m = b->r->memory ? b->r->memory : &none;
	struct amounts n = {0};
	struct cgroup_where w;
	int r = amounts_read(b, m, &n);

	if (r < 0)
		return r;
	b->p->kernel_memory = "not limited: there is no memory limit";
	if (!asks_for_anything(m, &n))
		return 0;
	r = cgroup_find(b, "memory", "memory", P, &w);
	if (r == 0 && m->use_hierarchy)
		r = plan_hierarchy(b, &w, *m->use_hierarchy);
	if (r == 0)
		r = set_limit_and_swap(b, &w, m, &n);
	if (r == 0)
		r = plan_kernel(b, &w, &n);
	if (r == 0)
		r = plan_kernel_tcp(b, &w, &n);
	if (r == 0 && n.reservation)
		r = set_amount(b, &w, P "/reservation",
			       w.version == CGROUP_V1 ? "memory.soft_limit_in_bytes" : "memory.low",
			       n.reservation, 0);
	if (r == 0 && m->swappiness)
		r = plan_swappiness(b, &w, *m->swappiness);
	if (r == 0 && m->disable_oom_killer && *m->disable_oom_killer)
		r = plan_oom(b, &w);
	return r;
}
