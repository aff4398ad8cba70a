/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* update.c: `bulkhead update`: new limits, from options or from a JSON document. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/fd.h"
#include "base/str.h"
#include "lifecycle/update.h"
#include "oci-spec/spec.h"
#include "runtime/command.h"
#include "runtime/size.h"

static struct {
	const char *resources, *blkio_weight, *cpu_period, *cpu_quota, *cpu_burst, *cpu_share,
		*cpu_rt_period, *cpu_rt_runtime, *cpuset_cpus, *cpuset_mems, *cpu_idle, *memory,
		*reservation, *swap, *pids_limit, *l3_cache, *mem_bw, *kernel, *kernel_tcp;
} opt;

static const struct option_spec options[] = {
	{.name = "resources",
	 .key = 'r',
	 .text = &opt.resources,
	 .help = "file with a JSON object as linux.resources, or - for stdin; other options are "
		 "then ignored"},
	{.name = "blkio-weight",
	 .text = &opt.blkio_weight,
	 .help = "weight of block I/O, 10 to 1000"},
	{.name = "cpu-period", .text = &opt.cpu_period, .help = "CFS period in microseconds"},
	{.name = "cpu-quota", .text = &opt.cpu_quota, .help = "CPU time per period; -1: no limit"},
	{.name = "cpu-burst",
	 .text = &opt.cpu_burst,
	 .help = "CPU time that can be saved up, in microseconds"},
	{.name = "cpu-share", .text = &opt.cpu_share, .help = "relative weight of CPU time"},
	{.name = "cpu-shares", .hidden = true, .text = &opt.cpu_share, .help = "as docker has it"},
	{.name = "cpu-rt-period",
	 .text = &opt.cpu_rt_period,
	 .help = "real-time period in microseconds"},
	{.name = "cpu-rt-runtime",
	 .text = &opt.cpu_rt_runtime,
	 .help = "real-time CPU time per period"},
	{.name = "cpuset-cpus", .text = &opt.cpuset_cpus, .help = "CPUs to use, such as 0-3,7"},
	{.name = "cpuset-mems", .text = &opt.cpuset_mems, .help = "memory nodes to use"},
	{.name = "memory",
	 .text = &opt.memory,
	 .help = "memory limit: bytes, or with a unit (512m); -1: no limit"},
	{.name = "cpu-idle",
	 .text = &opt.cpu_idle,
	 .help = "1: only when nobody else runs; 0: not"},
	{.name = "memory-reservation",
	 .text = &opt.reservation,
	 .help = "memory that is kept under pressure"},
	{.name = "memory-swap",
	 .text = &opt.swap,
	 .help = "memory and swap together; -1: no limit on swap"},
	{.name = "pids-limit", .text = &opt.pids_limit, .help = "most processes; -1: no limit"},
	{.name = "l3-cache-schema",
	 .text = &opt.l3_cache,
	 .help = "cache of the container's class of service, such as L3:0=7f0;1=1f"},
	{.name = "mem-bw-schema",
	 .text = &opt.mem_bw,
	 .help = "its memory bandwidth, such as MB:0=20;1=70"},
	/* Without effect in runc since 1.0.0-rc94, and still sent. */
	{.name = "kernel-memory", .hidden = true, .text = &opt.kernel, .help = "ignored"},
	{.name = "kernel-memory-tcp", .hidden = true, .text = &opt.kernel_tcp, .help = "ignored"},
	{0},
};

static int read_document(const char *path, struct arena *a, struct spec_resources **ret,
			 struct err *e)
{
	bool is_stdin = strcmp(path, "-") == 0;
	AUTO_FD fd = is_stdin ? dup(STDIN_FILENO) : fd_open_input(path);
	char *text;

	if (fd < 0)
		return err_sys(e, is_stdin ? errno : -fd, "open %s", path);
	ssize_t n = fd_read_all(fd, a, SPEC_MAX_BYTES, &text);
	if (n < 0)
		return err_sys(e, (int)-n, "read %s", path);
	int r = spec_parse_resources(text, (size_t)n, a, ret, e);
	return r < 0 ? err_wrap(e, "%s", path) : 0;
}

static int bad(const char *name, const char *value, struct err *e)
{
	return err_set(e, ERR_STATE, EINVAL, "invalid value for %s: \"%s\"", name, value);
}

/* Numbers in the arena; NULL for an option that is not given. */
static int64_t *take_i64(struct arena *a, const char *name, const char *text, int64_t min, int *r,
			 struct err *e)
{
	int64_t *v = text && *text && *r == 0 ? arena_alloc(a, sizeof(*v)) : NULL;

	if (v && str_i64(text, min, INT64_MAX, v) < 0)
		*r = bad(name, text, e);
	return v;
}

static uint64_t *take_u64(struct arena *a, const char *name, const char *text, uint64_t max, int *r,
			  struct err *e)
{
	uint64_t *v = text && *text && *r == 0 ? arena_alloc(a, sizeof(*v)) : NULL;

	if (v && str_u64(text, max, v) < 0)
		*r = bad(name, text, e);
	return v;
}

static int64_t *take_size(struct arena *a, const char *name, const char *text, int *r,
			  struct err *e)
{
	int64_t *v = text && *text && *r == 0 ? arena_alloc(a, sizeof(*v)) : NULL;

	if (v && size_parse(text, v) < 0)
		*r = bad(name, text, e);
	return v;
}

struct asked {
	struct spec_resources all;
	struct spec_memory memory;
	struct spec_cpu cpu;
	struct spec_pids pids;
	struct spec_block_io block_io;
	uint16_t weight;
};

static int read_options(struct arena *a, struct asked *x, struct err *e)
{
	int r = 0;
	uint64_t *weight = take_u64(a, "blkio-weight", opt.blkio_weight, UINT16_MAX, &r, e);

	x->cpu = (struct spec_cpu){
		.shares = take_u64(a, "cpu-share", opt.cpu_share, UINT64_MAX, &r, e),
		.quota = take_i64(a, "cpu-quota", opt.cpu_quota, -1, &r, e),
		.burst = take_u64(a, "cpu-burst", opt.cpu_burst, UINT64_MAX, &r, e),
		.period = take_u64(a, "cpu-period", opt.cpu_period, UINT64_MAX, &r, e),
		.realtime_runtime =
			take_i64(a, "cpu-rt-runtime", opt.cpu_rt_runtime, INT64_MIN, &r, e),
		.realtime_period =
			take_u64(a, "cpu-rt-period", opt.cpu_rt_period, UINT64_MAX, &r, e),
		.idle = take_i64(a, "cpu-idle", opt.cpu_idle, 0, &r, e),
		.cpus = opt.cpuset_cpus,
		.mems = opt.cpuset_mems,
	};
	x->memory = (struct spec_memory){
		.limit = take_size(a, "memory", opt.memory, &r, e),
		.reservation = take_size(a, "memory-reservation", opt.reservation, &r, e),
		.swap = take_size(a, "memory-swap", opt.swap, &r, e),
	};
	x->pids.limit = take_i64(a, "pids-limit", opt.pids_limit, -1, &r, e);
	if (weight && r == 0) {
		x->weight = (uint16_t)*weight;
		x->block_io.weight = &x->weight;
	}
	x->all = (struct spec_resources){
		.memory = &x->memory, .cpu = &x->cpu, .pids = &x->pids, .block_io = &x->block_io};
	return r;
}

/* NULL: neither option is given. They go beside a document of resources, as with runc. */
static const struct spec_intel_rdt *asked_classes(struct spec_intel_rdt *buf)
{
	*buf = (struct spec_intel_rdt){
		.l3_cache_schema = opt.l3_cache && *opt.l3_cache ? opt.l3_cache : NULL,
		.mem_bw_schema = opt.mem_bw && *opt.mem_bw ? opt.mem_bw : NULL,
	};
	return buf->l3_cache_schema || buf->mem_bw_schema ? buf : NULL;
}

static int update_run(const struct context *c, char **args, int n_args, struct err *e)
{
	AUTO_ARENA struct arena a = ARENA_INIT;
	struct update_request q = {.root = c->root, .id = args[0]};
	struct spec_resources *document;
	struct spec_intel_rdt classes;
	struct asked asked = {0};
	int r;

	(void)n_args;
	q.classes = asked_classes(&classes);
	if (opt.resources && *opt.resources) {
		r = read_document(opt.resources, &a, &document, e);
		if (r == 0)
			q.resources = document;
	} else {
		r = read_options(&a, &asked, e);
		q.resources = &asked.all;
	}
	if (r == 0)
		r = context_policy(c, &q.policy, e);
	if (r == 0)
		return container_update(&q, e);
	context_failed(c, "update", args[0], e);
	return r;
}

const struct command command_update = {
	.name = "update",
	.summary = "change the limits of a container",
	.arguments = "<container-id>",
	.description =
		"What is not given stays as it is. The policy's rules apply as for create: a\n"
		"limit that the policy demands cannot be lifted. Either all is changed or nothing.",
	.options = options,
	.min_args = 1,
	.max_args = 1,
	.rootless = ROOTLESS_ENTER,
	.run = update_run,
};
