/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* cgroup_misc.c: hugepageLimits, network and rdma of linux.resources. Pure. */
#include "plan/cgroup_build.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include "oci-spec/spec.h"

#define P "/linux/resources"

/* "2MB" to bytes; 0 when it is not of the form the kernel gives its files. */
static uint64_t page_size_bytes(const char *text)
{
	static const struct {
		const char *name;
		unsigned shift;
	} units[] = {{"KB", 10}, {"MB", 20}, {"GB", 30}};
	size_t n = strspn(text, "0123456789");
	char digits[8];
	uint64_t v;

	if (n == 0 || n >= sizeof(digits) || text[0] == '0')
		return 0;
	memcpy(digits, text, n);
	digits[n] = '\0';
	if (str_u64(digits, 1 << 20, &v) < 0)
		return 0;
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
		if (strcmp(text + n, units[i].name) == 0)
			return v << units[i].shift;
	return 0;
}

static int set_hugepages(struct cgroup_builder *b, const struct cgroup_where *w,
			 const struct spec_hugepage_limit *h, const char *pointer)
{
	uint64_t size = h->page_size ? page_size_bytes(h->page_size) : 0;
	const char *suffix = w->version == CGROUP_V1 ? "limit_in_bytes" : "max";
	struct cgroup_setting *s;

	if (size == 0)
		return err_set(b->e, ERR_SPEC, EINVAL,
			       "%s/pageSize: expected a size like \"2MB\" or \"1GB\"", pointer);
	const char *value = arena_printf(b->a, "%" PRIu64, h->limit);
	/* The kernel rounds down to whole huge pages. */
	const char *want = arena_printf(b->a, "%" PRIu64, h->limit - h->limit % size);
	if (!want)
		return cgroup_no_memory(b);
	int r = cgroup_set(b, w, pointer, arena_printf(b->a, "hugetlb.%s.%s", h->page_size, suffix),
			   value, CGROUP_CHECK_SIZE, 0, &s);
	if (r < 0)
		return r;
	s->want = want;
	/* Reservations are counted apart since 5.7; without this limit mmap() could still reserve.
	 */
	r = cgroup_set(b, w, pointer,
		       arena_printf(b->a, "hugetlb.%s.rsvd.%s", h->page_size, suffix), value,
		       CGROUP_CHECK_SIZE, CGROUP_OPTIONAL, &s);
	if (r == 0)
		s->want = want;
	return r;
}

int cgroup_plan_hugetlb(struct cgroup_builder *b)
{
	const struct spec_resources *res = b->r;
	struct cgroup_where w;

	if (res->n_hugepage_limits == 0)
		return 0;
	int r = cgroup_find(b, "hugetlb", "hugetlb", P "/hugepageLimits", &w);
	for (size_t i = 0; r == 0 && i < res->n_hugepage_limits; i++) {
		const char *pointer = arena_printf(b->a, P "/hugepageLimits/%zu", i);
		r = pointer ? set_hugepages(b, &w, &res->hugepage_limits[i], pointer)
			    : cgroup_no_memory(b);
	}
	return r;
}

/* A name that goes into a line of words must be one word. */
static bool is_word(const char *s, size_t max)
{
	size_t n = s ? strlen(s) : 0;

	if (n == 0 || n > max)
		return false;
	for (; *s; s++)
		if ((unsigned char)*s <= ' ' || *s == 0x7f || *s == '/' || *s == '~')
			return false;
	return true;
}

static int set_priorities(struct cgroup_builder *b)
{
	const struct spec_network *net = b->r->network;
	struct cgroup_where w;
	int r = cgroup_find(b, "net_prio", NULL, P "/network/priorities", &w);

	for (size_t i = 0; r == 0 && i < net->n_priorities; i++) {
		const struct spec_interface_priority *p = &net->priorities[i];
		const char *pointer = arena_printf(b->a, P "/network/priorities/%zu", i);
		if (!pointer)
			return cgroup_no_memory(b);
		if (!is_word(p->name, 15))
			return err_set(b->e, ERR_SPEC, EINVAL,
				       "%s/name: expected the name of an interface", pointer);
		r = cgroup_set(b, &w, pointer, "net_prio.ifpriomap",
			       arena_printf(b->a, "%s %" PRIu32, p->name, p->priority),
			       CGROUP_CHECK_TOKENS, 0, NULL);
	}
	return r;
}

int cgroup_plan_network(struct cgroup_builder *b)
{
	const struct spec_network *net = b->r->network;
	struct cgroup_where w;
	int r = 0;

	if (!net)
		return 0;
	/* Both are v1 only: v2 leaves the marking of packets to netfilter and eBPF. */
	if (net->class_id && *net->class_id) {
		r = cgroup_find(b, "net_cls", NULL, P "/network/classID", &w);
		if (r == 0)
			r = cgroup_set(b, &w, P "/network/classID", "net_cls.classid",
				       arena_printf(b->a, "%" PRIu32, *net->class_id),
				       CGROUP_CHECK_TEXT, 0, NULL);
	}
	if (r == 0 && net->n_priorities)
		r = set_priorities(b);
	return r;
}

/* " NAME=NUMBER", nothing for an absent one, NULL without memory. The kernel keeps an int, whose
 * largest is no limit, and reads back as that. */
static const char *rdma_limit(struct arena *a, const char *name, const uint32_t *limit)
{
	if (!limit)
		return "";
	return *limit == INT32_MAX ? arena_printf(a, " %s=max", name)
				   : arena_printf(a, " %s=%" PRIu32, name, *limit);
}

int cgroup_plan_rdma(struct cgroup_builder *b)
{
	const struct spec_resources *res = b->r;
	struct cgroup_where w;
	int r = 0;

	if (res->n_rdma)
		r = cgroup_find(b, "rdma", "rdma", P "/rdma", &w);
	for (size_t i = 0; r == 0 && i < res->n_rdma; i++) {
		const struct spec_rdma *d = &res->rdma[i];
		if (!is_word(d->key, 63))
			return err_set(b->e, ERR_SPEC, EINVAL,
				       P "/rdma: a key is not the name of a device");
		const char *handles = rdma_limit(b->a, "hca_handle", d->hca_handles);
		const char *objects = rdma_limit(b->a, "hca_object", d->hca_objects);
		if (!handles || !objects)
			return cgroup_no_memory(b);
		if (!*handles && !*objects)
			continue;
		r = cgroup_set(b, &w, arena_printf(b->a, P "/rdma/%s", d->key), "rdma.max",
			       arena_printf(b->a, "%s%s%s", d->key, handles, objects),
			       CGROUP_CHECK_TOKENS, 0, NULL);
	}
	return r;
}
