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
/* What is asked for keeps its place, which errors name; what else the container has comes after. */
#define MERGE_LIST(h, to, from, member, same)                                                      \
	((to)->member = join(h, (from)->member, (from)->n_##member, (to)->member,                  \
			     &(to)->n_##member, sizeof(*(to)->member), same))

/* The container's object, made when it has none; NULL with h->oom when there is no memory. */
#define NEED(h, to, member)                                                                        \
	((to)->member ? (to)->member                                                               \
		      : ((to)->member = arena_alloc((h)->a, sizeof(*(to)->member)),                \
			 (h)->oom |= !(to)->member, (to)->member))

static void *join(struct harden *h, void *asked, size_t n, void *has, size_t *n_has, size_t size,
		  bool (*same)(const void *, const void *))
{
	if (n == 0)
		return has;
	char *all = arena_array(h->a, n + *n_has, size);
	if (!all) {
		h->oom = true;
		return has;
	}
	size_t k = n;
	memcpy(all, asked, n * size);
	for (size_t i = 0; i < *n_has; i++) {
		const char *old = (const char *)has + i * size;
		bool replaced = false;
		for (size_t q = 0; q < n && !replaced; q++)
			replaced = same((const char *)asked + q * size, old);
		if (!replaced)
			memcpy(all + k++ * size, old, size);
	}
	*n_has = k;
	return all;
}

static bool same_throttle(const void *a, const void *b)
{
	const struct spec_throttle_device *x = a, *y = b;

	return x->major == y->major && x->minor == y->minor;
}

static bool same_weight(const void *a, const void *b)
{
	const struct spec_weight_device *x = a, *y = b;

	return x->major == y->major && x->minor == y->minor;
}

static bool same_page_size(const void *a, const void *b)
{
	const struct spec_hugepage_limit *x = a, *y = b;

	return str_eq(x->page_size, y->page_size);
}

static bool same_interface(const void *a, const void *b)
{
	const struct spec_interface_priority *x = a, *y = b;

	return str_eq(x->name, y->name);
}

static bool same_rdma(const void *a, const void *b)
{
	const struct spec_rdma *x = a, *y = b;

	return str_eq(x->key, y->key);
}

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
	TAKE_GIVEN(m, asked, use_hierarchy);
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

static void fill_weights(struct spec_weight_device *d, const struct spec_weight_device *from,
			 size_t n)
{
	for (; n-- > 0;) {
		if (!same_weight(d, &from[n]))
			continue;
		d->weight = d->weight ? d->weight : from[n].weight;
		d->leaf_weight = d->leaf_weight ? d->leaf_weight : from[n].leaf_weight;
	}
}

/*
 * Of one device that is asked for: the one weight leaves the other as it is. Asked for twice, the
 * last one counts, as with the kernel, which gets them one after the other.
 */
static void keep_weights(const struct spec_block_io *has, const struct spec_block_io *asked)
{
	for (size_t i = 0; i < asked->n_weight_device; i++) {
		struct spec_weight_device *d = &asked->weight_device[i];
		fill_weights(d, asked->weight_device, asked->n_weight_device);
		fill_weights(d, has->weight_device, has->n_weight_device);
	}
}

static void merge_block_io(struct harden *h, struct spec_resources *r,
			   const struct spec_block_io *asked)
{
	struct spec_block_io *b = NEED(h, r, block_io);

	if (!b)
		return;
	TAKE(b, asked, weight);
	TAKE(b, asked, leaf_weight);
	keep_weights(b, asked);
	MERGE_LIST(h, b, asked, weight_device, same_weight);
	MERGE_LIST(h, b, asked, throttle_read_bps_device, same_throttle);
	MERGE_LIST(h, b, asked, throttle_write_bps_device, same_throttle);
	MERGE_LIST(h, b, asked, throttle_read_iops_device, same_throttle);
	MERGE_LIST(h, b, asked, throttle_write_iops_device, same_throttle);
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
	MERGE_LIST(h, n, asked, priorities, same_interface);
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
	MERGE_LIST(h, r, asked, hugepage_limits, same_page_size);
	MERGE_LIST(h, r, asked, rdma, same_rdma);
	if (asked->n_devices == 0)
		return;
	h->rule = "device-rules";
	decide_note(h, "/linux/resources/devices",
		    "device rules of a running container are not changed");
}

static void merge_classes(struct harden *h, const struct spec_intel_rdt *asked)
{
	struct spec_intel_rdt *r = h->s->linux_ ? h->s->linux_->intel_rdt : NULL;

	if (!asked || !r)
		return;
	if (asked->l3_cache_schema)
		r->l3_cache_schema = text(h, "%s", asked->l3_cache_schema);
	if (asked->mem_bw_schema)
		r->mem_bw_schema = text(h, "%s", asked->mem_bw_schema);
}

int harden_update(const struct spec_resources *asked, const struct spec_intel_rdt *classes,
		  const struct spec *container, const struct measures *measures,
		  const struct policy *policy, const struct host_facts *facts, struct arena *a,
		  struct spec **ret, struct measures *ret_measures, struct decisions *ret_decisions,
		  struct err *e)
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
		merge_classes(&h, classes);
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
