/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* update.c: see update.h. */
#include "harden/update.h"

#include <errno.h>
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include "harden/rule.h"
#include "oci-spec/schema.h"

/* Engines send every member, 0 for what nobody asked for. */
#define TAKE(to, from, member)                                                                     \
	do {                                                                                       \
		if ((from)->member && *(from)->member)                                             \
			(to)->member = (from)->member;                                             \
	} while (0)
#define TAKE_GIVEN(to, from, member)                                                               \
	do {                                                                                       \
		if ((from)->member)                                                                \
			(to)->member = (from)->member;                                             \
	} while (0)
#define TAKE_LIST(to, from, member)                                                                \
	do {                                                                                       \
		if ((from)->n_##member) {                                                          \
			(to)->member = (from)->member;                                             \
			(to)->n_##member = (from)->n_##member;                                     \
		}                                                                                  \
	} while (0)

/* The container's object, made when it has none; NULL with h->oom when there is no memory. */
#define NEED(h, to, member)                                                                        \
	((to)->member ? (to)->member                                                               \
		      : ((to)->member = arena_alloc((h)->a, sizeof(*(to)->member)),                \
			 (h)->oom |= !(to)->member, (to)->member))

static bool equal(const int64_t *a, const int64_t *b)
{
	return a && b && *a == *b;
}

static void merge_memory(struct harden *h, struct spec_resources *r,
			 const struct spec_memory *asked)
{
	struct spec_memory *m = NEED(h, r, memory);

	if (!m)
		return;
	/* No swap beyond memory: that stays so. And where memory has no limit, swap has none. */
	if (asked->limit && *asked->limit && (!asked->swap || !*asked->swap)) {
		if (*asked->limit < 0)
			m->swap = NULL;
		else if (equal(m->limit, m->swap))
			m->swap = asked->limit;
	}
	TAKE(m, asked, limit);
	TAKE(m, asked, reservation);
	TAKE(m, asked, swap);
	TAKE(m, asked, kernel);
	TAKE(m, asked, kernel_tcp);
	TAKE_GIVEN(m, asked, swappiness);
	TAKE_GIVEN(m, asked, disable_oom_killer);
	/* Of this update only. */
	m->check_before_update = asked->check_before_update;
}

static void merge_cpu(struct harden *h, struct spec_resources *r, const struct spec_cpu *asked)
{
	struct spec_cpu *c = NEED(h, r, cpu);

	if (!c)
		return;
	/* An idle cgroup takes no weight (runc update.go). */
	if (asked->idle && (!asked->shares || !*asked->shares))
		c->shares = NULL;
	TAKE(c, asked, shares);
	TAKE(c, asked, quota);
	TAKE(c, asked, period);
	TAKE_GIVEN(c, asked, burst);
	TAKE(c, asked, realtime_runtime);
	TAKE(c, asked, realtime_period);
	TAKE_GIVEN(c, asked, idle);
	if (asked->cpus && *asked->cpus)
		c->cpus = asked->cpus;
	if (asked->mems && *asked->mems)
		c->mems = asked->mems;
}

static void merge_block_io(struct harden *h, struct spec_resources *r,
			   const struct spec_block_io *asked)
{
	struct spec_block_io *b = NEED(h, r, block_io);

	if (!b)
		return;
	TAKE(b, asked, weight);
	TAKE(b, asked, leaf_weight);
	TAKE_LIST(b, asked, weight_device);
	TAKE_LIST(b, asked, throttle_read_bps_device);
	TAKE_LIST(b, asked, throttle_write_bps_device);
	TAKE_LIST(b, asked, throttle_read_iops_device);
	TAKE_LIST(b, asked, throttle_write_iops_device);
}

static void merge_pids(struct harden *h, struct spec_resources *r, const struct spec_pids *asked)
{
	struct spec_pids *p = NEED(h, r, pids);

	if (p)
		TAKE(p, asked, limit);
}

static void merge_network(struct harden *h, struct spec_resources *r,
			  const struct spec_network *asked)
{
	struct spec_network *n = NEED(h, r, network);

	if (!n)
		return;
	TAKE(n, asked, class_id);
	TAKE_LIST(n, asked, priorities);
}

/* A file of cgroup v2 that is asked for takes the place of the member that stands for it. */
static void make_way(struct spec_resources *r, const struct spec_pair *asked)
{
	struct spec_memory *m = r->memory;
	const char *file = asked->key;

	if (str_eq(file, "pids.max"))
		r->pids = NULL;
	if (m && str_eq(file, "memory.max")) {
		if (str_eq(asked->value, "max") || equal(m->limit, m->swap))
			m->swap = NULL;
		m->limit = NULL;
	}
	if (m && str_eq(file, "memory.swap.max"))
		m->swap = NULL;
	if (r->cpu && str_eq(file, "cpu.max")) {
		r->cpu->quota = NULL;
		r->cpu->period = NULL;
	}
	if (r->cpu && str_eq(file, "cpu.weight"))
		r->cpu->shares = NULL;
}

static void merge_unified(struct harden *h, struct spec_resources *r,
			  const struct spec_resources *asked)
{
	struct spec_pair *v = arena_array(h->a, r->n_unified + asked->n_unified, sizeof(*v));
	size_t n = r->n_unified;

	if (!v) {
		h->oom = true;
		return;
	}
	if (n)
		memcpy(v, r->unified, n * sizeof(*v));
	for (size_t i = 0; i < asked->n_unified; i++) {
		size_t k = 0;
		while (k < n && !str_eq(v[k].key, asked->unified[i].key))
			k++;
		v[k] = asked->unified[i];
		n += k == n;
		make_way(r, &asked->unified[i]);
	}
	r->unified = v;
	r->n_unified = n;
}

static bool is_empty(const struct spec_resources *r)
{
	const struct spec_resources none = {0};

	return memcmp(r, &none, sizeof(none)) == 0;
}

/* The result shares @asked's memory, which is the caller's copy in h->a. */
static void merge(struct harden *h, const struct spec_resources *asked)
{
	struct spec_resources *r = is_empty(asked) ? NULL : need_resources(h);

	if (!r)
		return;
	/* First: it makes way in what the container has, not in what is asked for. */
	if (asked->n_unified)
		merge_unified(h, r, asked);
	if (asked->memory)
		merge_memory(h, r, asked->memory);
	if (asked->cpu)
		merge_cpu(h, r, asked->cpu);
	if (asked->pids)
		merge_pids(h, r, asked->pids);
	if (asked->block_io)
		merge_block_io(h, r, asked->block_io);
	if (asked->network)
		merge_network(h, r, asked->network);
	TAKE_LIST(r, asked, hugepage_limits);
	TAKE_LIST(r, asked, rdma);
	if (asked->n_devices == 0)
		return;
	h->rule = "device-rules";
	decide_note(h, "/linux/resources/devices",
		    "device rules of a running container are not changed");
}

int harden_update(const struct spec_resources *asked, const struct spec *container,
		  const struct measures *measures, const struct policy *policy,
		  const struct host_facts *facts, struct arena *a, struct spec **ret,
		  struct measures *ret_measures, struct decisions *ret_decisions, struct err *e)
{
	struct spec_resources *copy = arena_alloc(a, sizeof(*copy));
	struct decisions d = {0};
	struct harden h = {
		.in = container,
		.s = spec_copy(container, a),
		.m = *measures,
		.policy = policy,
		.facts = facts,
		.a = a,
		.d = &d,
	};

	h.oom = !h.s || !copy || json_copy_object(&spec_resources_schema, asked, a, copy) < 0;
	struct spec_process *process = h.s ? h.s->process : NULL;
	if (!h.oom) {
		merge(&h, copy);
		/* It runs: an update does not change it, and has no business to judge it. */
		h.s->process = NULL;
	}
	int r = harden_run(&h, RULES_OF_UPDATE, e);
	if (h.s)
		h.s->process = process;
	if (r != -ENOMEM)
		*ret_decisions = d;
	if (r < 0)
		return r;
	*ret = h.s;
	*ret_measures = h.m;
	return 0;
}
