/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * cgroup_io.c: linux.resources.blockIO. Pure.
 *
 * Weights: v1 had blkio.weight with CFQ (until 5.0) and has blkio.bfq.weight with BFQ; v2 has
 * io.bfq.weight (1 to 1000, taken as it is) and io.weight (1 to 10000, scaled as runc does).
 * Which one exists is known only in the container's own cgroup, so both are planned.
 */
#include "plan/cgroup_build.h"

#include <errno.h>
#include <inttypes.h>

#include "base/arena.h"
#include "base/err.h"
#include "oci-spec/spec.h"

#define P	   "/linux/resources/blockIO"
#define WEIGHT_MIN 10
#define WEIGHT_MAX 1000

static unsigned io_weight(unsigned weight)
{
	return 1 + (weight - WEIGHT_MIN) * 9999 / (WEIGHT_MAX - WEIGHT_MIN);
}

static int check_weight(struct cgroup_builder *b, unsigned weight, const char *pointer)
{
	if (weight >= WEIGHT_MIN && weight <= WEIGHT_MAX)
		return 0;
	return err_set(b->e, ERR_SPEC, ERANGE, "%s: expected %d to %d", pointer, WEIGHT_MIN,
		       WEIGHT_MAX);
}

static int set_weight(struct cgroup_builder *b, const struct cgroup_where *w, unsigned weight)
{
	static const char pointer[] = P "/weight";
	bool v1 = w->version == CGROUP_V1;
	const char *text = arena_printf(b->a, "%u", weight);
	struct cgroup_setting *s;
	int r = check_weight(b, weight, pointer);

	if (r == 0)
		r = cgroup_set(b, w, pointer, v1 ? "blkio.weight" : "io.bfq.weight", text,
			       v1 ? CGROUP_CHECK_TEXT : CGROUP_CHECK_TOKENS, 0, &s);
	if (r < 0)
		return r;
	if (v1) {
		s->alt_file = "blkio.bfq.weight";
		s->alt_value = s->alt_want = text;
		return 0;
	}
	/* Both files list devices behind the line "default N". */
	s->want = arena_printf(b->a, "default %u", weight);
	s->alt_file = "io.weight";
	s->alt_value = arena_printf(b->a, "default %u", io_weight(weight));
	s->alt_want = s->alt_value;
	return s->want && s->alt_value ? 0 : cgroup_no_memory(b);
}

/* Only CFQ had leaf weights; where its file is gone the setting fails with its pointer. */
static int set_leaf_weight(struct cgroup_builder *b, const struct cgroup_where *w, unsigned weight)
{
	static const char pointer[] = P "/leafWeight";
	int r = check_weight(b, weight, pointer);

	if (r < 0)
		return r;
	if (w->version == CGROUP_V2)
		return cgroup_unsupported(b, pointer, "cgroup v2 has no leaf weights");
	return cgroup_set(b, w, pointer, "blkio.leaf_weight", arena_printf(b->a, "%u", weight),
			  CGROUP_CHECK_TEXT, 0, NULL);
}

static int set_device_weight(struct cgroup_builder *b, const struct cgroup_where *w,
			     const struct spec_weight_device *d, const char *pointer)
{
	bool v1 = w->version == CGROUP_V1;
	unsigned weight = *d->weight;
	const char *text =
		arena_printf(b->a, "%" PRId64 ":%" PRId64 " %u", d->major, d->minor, weight);
	struct cgroup_setting *s;
	int r = check_weight(b, weight, pointer);

	if (r == 0)
		r = cgroup_set(b, w, pointer, v1 ? "blkio.weight_device" : "io.bfq.weight", text,
			       CGROUP_CHECK_TOKENS, 0, &s);
	if (r < 0)
		return r;
	s->alt_file = v1 ? "blkio.bfq.weight_device" : "io.weight";
	s->alt_value = v1 ? text
			  : arena_printf(b->a, "%" PRId64 ":%" PRId64 " %u", d->major, d->minor,
					 io_weight(weight));
	s->alt_want = s->alt_value;
	return s->alt_value ? 0 : cgroup_no_memory(b);
}

static int set_device_leaf_weight(struct cgroup_builder *b, const struct cgroup_where *w,
				  const struct spec_weight_device *d, const char *pointer)
{
	int r = check_weight(b, *d->leaf_weight, pointer);

	if (r < 0)
		return r;
	if (w->version == CGROUP_V2)
		return cgroup_unsupported(b, pointer, "cgroup v2 has no leaf weights");
	return cgroup_set(b, w, pointer, "blkio.leaf_weight_device",
			  arena_printf(b->a, "%" PRId64 ":%" PRId64 " %u", d->major, d->minor,
				       *d->leaf_weight),
			  CGROUP_CHECK_TOKENS, 0, NULL);
}

static int set_weight_devices(struct cgroup_builder *b, const struct cgroup_where *w)
{
	const struct spec_block_io *io = b->r->block_io;

	for (size_t i = 0; i < io->n_weight_device; i++) {
		const struct spec_weight_device *d = &io->weight_device[i];
		const char *pointer = arena_printf(b->a, P "/weightDevice/%zu", i);
		int r = pointer ? 0 : cgroup_no_memory(b);
		if (r == 0 && d->weight && *d->weight)
			r = set_device_weight(b, w, d, pointer);
		if (r == 0 && d->leaf_weight && *d->leaf_weight)
			r = set_device_leaf_weight(b, w, d, pointer);
		if (r < 0)
			return r;
	}
	return 0;
}

struct throttle {
	const char *member; /* of blockIO */
	const char *v1_file;
	const char *v2_key; /* in io.max */
	const struct spec_throttle_device *list;
	size_t n;
};

static int set_throttle(struct cgroup_builder *b, const struct cgroup_where *w,
			const struct throttle *t, size_t i)
{
	const struct spec_throttle_device *d = &t->list[i];
	const char *pointer = arena_printf(b->a, P "/%s/%zu", t->member, i), *value;
	/* 0 lifts the limit: v1 then drops the line, v2 drops it or says "max". */
	unsigned flags = d->rate ? 0 : CGROUP_MAY_VANISH;

	if (w->version == CGROUP_V1) {
		value = arena_printf(b->a, "%" PRId64 ":%" PRId64 " %" PRIu64, d->major, d->minor,
				     d->rate);
		return cgroup_set(b, w, pointer, t->v1_file, value, CGROUP_CHECK_TOKENS, flags,
				  NULL);
	}
	value = d->rate ? arena_printf(b->a, "%" PRId64 ":%" PRId64 " %s=%" PRIu64, d->major,
				       d->minor, t->v2_key, d->rate)
			: arena_printf(b->a, "%" PRId64 ":%" PRId64 " %s=max", d->major, d->minor,
				       t->v2_key);
	return cgroup_set(b, w, pointer, "io.max", value, CGROUP_CHECK_TOKENS, flags, NULL);
}

int cgroup_plan_block_io(struct cgroup_builder *b)
{
	const struct spec_block_io *io = b->r->block_io;
	struct cgroup_where w;

	if (!io)
		return 0;
	const struct throttle throttles[] = {
		{"throttleReadBpsDevice", "blkio.throttle.read_bps_device", "rbps",
		 io->throttle_read_bps_device, io->n_throttle_read_bps_device},
		{"throttleWriteBpsDevice", "blkio.throttle.write_bps_device", "wbps",
		 io->throttle_write_bps_device, io->n_throttle_write_bps_device},
		{"throttleReadIOPSDevice", "blkio.throttle.read_iops_device", "riops",
		 io->throttle_read_iops_device, io->n_throttle_read_iops_device},
		{"throttleWriteIOPSDevice", "blkio.throttle.write_iops_device", "wiops",
		 io->throttle_write_iops_device, io->n_throttle_write_iops_device},
	};
	size_t rules = io->n_weight_device;
	for (size_t i = 0; i < 4; i++)
		rules += throttles[i].n;
	unsigned weight = io->weight ? *io->weight : 0;
	unsigned leaf_weight = io->leaf_weight ? *io->leaf_weight : 0;
	if (!weight && !leaf_weight && !rules)
		return 0;
	int r = cgroup_find(b, "blkio", "io", P, &w);
	if (r == 0 && weight)
		r = set_weight(b, &w, weight);
	if (r == 0 && leaf_weight)
		r = set_leaf_weight(b, &w, leaf_weight);
	if (r == 0)
		r = set_weight_devices(b, &w);
	for (size_t t = 0; t < 4; t++)
		for (size_t i = 0; r == 0 && i < throttles[t].n; i++)
			r = set_throttle(b, &w, &throttles[t], i);
	return r;
}
