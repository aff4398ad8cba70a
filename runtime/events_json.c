/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* events_json.c: see events_json.h. */
#include "runtime/events_json.h"

#include <stdio.h>

#include "base/str.h"
#include "lifecycle/events.h"
#include "runtime/output.h"

/* Go's omitempty. */
static void add_u64(struct json_out *j, const char *key, uint64_t value)
{
	if (value)
		json_out_uint(j, key, value);
}

static void add_text(struct json_out *j, const char *key, const char *value)
{
	if (value && *value)
		json_out_string(j, key, value);
}

static void add_numbers(struct json_out *j, const char *key, const struct cgroup_numbers *l)
{
	if (l->n == 0)
		return;
	json_out_open(j, key, '[');
	for (size_t i = 0; i < l->n; i++)
		json_out_uint(j, NULL, l->v[i]);
	json_out_close(j, ']');
}

/* Hundredths as the shortest decimal: 1.5, 0.07, 3. */
static void add_hundredths(struct json_out *j, const char *key, uint64_t v)
{
	char text[32];
	int n = snprintf(text, sizeof(text), "%llu.%02llu", (unsigned long long)(v / 100),
			 (unsigned long long)(v % 100));

	while (n > 0 && text[n - 1] == '0')
		text[--n] = '\0';
	if (n > 0 && text[n - 1] == '.')
		text[--n] = '\0';
	json_out_raw(j, key, text);
}

static void add_psi_line(struct json_out *j, const char *key, const struct cgroup_psi_line *l)
{
	json_out_open(j, key, '{');
	add_hundredths(j, "avg10", l->avg10);
	add_hundredths(j, "avg60", l->avg60);
	add_hundredths(j, "avg300", l->avg300);
	json_out_uint(j, "total", l->total);
	json_out_close(j, '}');
}

static void add_psi(struct json_out *j, const struct cgroup_psi *p)
{
	if (!p->known)
		return;
	json_out_open(j, "psi", '{');
	add_psi_line(j, "some", &p->some);
	add_psi_line(j, "full", &p->full);
	json_out_close(j, '}');
}

static void add_cpu(struct json_out *j, const struct cgroup_stats *s)
{
	json_out_open(j, "cpu", '{');
	json_out_open(j, "usage", '{');
	add_u64(j, "total", s->cpu.total);
	add_numbers(j, "percpu", &s->cpu.percpu);
	add_numbers(j, "percpu_kernel", &s->cpu.percpu_kernel);
	add_numbers(j, "percpu_user", &s->cpu.percpu_user);
	json_out_uint(j, "kernel", s->cpu.kernel);
	json_out_uint(j, "user", s->cpu.user);
	json_out_close(j, '}');
	json_out_open(j, "throttling", '{');
	add_u64(j, "periods", s->cpu.periods);
	add_u64(j, "throttledPeriods", s->cpu.throttled_periods);
	add_u64(j, "throttledTime", s->cpu.throttled_time);
	json_out_close(j, '}');
	add_psi(j, &s->cpu.psi);
	json_out_close(j, '}');
}

static void add_cpuset(struct json_out *j, const struct cgroup_cpuset_stats *s)
{
	json_out_open(j, "cpuset", '{');
	add_numbers(j, "cpus", &s->cpus);
	json_out_uint(j, "cpu_exclusive", s->cpu_exclusive);
	add_numbers(j, "mems", &s->mems);
	json_out_uint(j, "mem_hardwall", s->mem_hardwall);
	json_out_uint(j, "mem_exclusive", s->mem_exclusive);
	json_out_uint(j, "memory_migrate", s->memory_migrate);
	json_out_uint(j, "memory_spread_page", s->memory_spread_page);
	json_out_uint(j, "memory_spread_slab", s->memory_spread_slab);
	json_out_uint(j, "memory_pressure", s->memory_pressure);
	json_out_uint(j, "sched_load_balance", s->sched_load_balance);
	json_out_int(j, "sched_relax_domain_level", s->sched_relax_domain_level);
	json_out_close(j, '}');
}

static void add_usage(struct json_out *j, const char *key, const struct cgroup_memory_stats *m)
{
	json_out_open(j, key, '{');
	json_out_uint(j, "limit", m->limit);
	add_u64(j, "usage", m->usage);
	add_u64(j, "max", m->max);
	json_out_uint(j, "failcnt", m->failcnt);
	json_out_close(j, '}');
}

static void add_memory(struct json_out *j, const struct cgroup_stats *s)
{
	json_out_open(j, "memory", '{');
	add_u64(j, "cache", s->memory.cache);
	add_usage(j, "usage", &s->memory.usage);
	add_usage(j, "swap", &s->memory.swap);
	add_usage(j, "kernel", &s->memory.kernel);
	add_usage(j, "kernelTCP", &s->memory.kernel_tcp);
	if (s->memory.n_raw) {
		json_out_open(j, "raw", '{');
		for (size_t i = 0; i < s->memory.n_raw; i++)
			json_out_uint(j, s->memory.raw[i].name, s->memory.raw[i].value);
		json_out_close(j, '}');
	}
	add_psi(j, &s->memory.psi);
	json_out_close(j, '}');
}

static void add_pids(struct json_out *j, const struct cgroup_stats *s)
{
	json_out_open(j, "pids", '{');
	add_u64(j, "current", s->pids.current);
	add_u64(j, "limit", s->pids.limit);
	json_out_close(j, '}');
}

static void add_table(struct json_out *j, const char *key, const struct cgroup_blkio_stats *t)
{
	if (t->n == 0)
		return;
	json_out_open(j, key, '[');
	for (size_t i = 0; i < t->n; i++) {
		json_out_open(j, NULL, '{');
		add_u64(j, "major", t->v[i].major);
		add_u64(j, "minor", t->v[i].minor);
		add_text(j, "op", t->v[i].op);
		add_u64(j, "value", t->v[i].value);
		json_out_close(j, '}');
	}
	json_out_close(j, ']');
}

static void add_blkio(struct json_out *j, const struct cgroup_stats *s)
{
	static const char *const names[CGROUP_BLKIO_TABLES] = {
		[CGROUP_BLKIO_BYTES] = "ioServiceBytesRecursive",
		[CGROUP_BLKIO_SERVICED] = "ioServicedRecursive",
		[CGROUP_BLKIO_QUEUED] = "ioQueueRecursive",
		[CGROUP_BLKIO_SERVICE_TIME] = "ioServiceTimeRecursive",
		[CGROUP_BLKIO_WAIT_TIME] = "ioWaitTimeRecursive",
		[CGROUP_BLKIO_MERGED] = "ioMergedRecursive",
		[CGROUP_BLKIO_TIME] = "ioTimeRecursive",
		[CGROUP_BLKIO_SECTORS] = "sectorsRecursive",
	};

	json_out_open(j, "blkio", '{');
	for (size_t i = 0; i < CGROUP_BLKIO_TABLES; i++)
		add_table(j, names[i], &s->blkio[i]);
	add_psi(j, &s->io_psi);
	json_out_close(j, '}');
}

static void add_hugetlb(struct json_out *j, const struct cgroup_stats *s)
{
	json_out_open(j, "hugetlb", '{');
	for (size_t i = 0; i < s->n_hugetlb; i++) {
		const struct cgroup_hugetlb_stats *h = &s->hugetlb[i];
		json_out_open(j, h->size, '{');
		add_u64(j, "usage", h->usage);
		add_u64(j, "max", h->max);
		json_out_uint(j, "failcnt", h->failcnt);
		json_out_close(j, '}');
	}
	json_out_close(j, '}');
}

static void add_l3(struct json_out *j, const struct intel_rdt_stats *s)
{
	if (!s->l3)
		return;
	json_out_open(j, "l3_cache_info", '{');
	add_text(j, "cbm_mask", s->cbm_mask);
	add_u64(j, "min_cbm_bits", s->min_cbm_bits);
	add_u64(j, "num_closids", s->l3_closids);
	json_out_close(j, '}');
	add_text(j, "l3_cache_schema_root", s->l3_root);
	add_text(j, "l3_cache_schema", s->l3_own);
}

static void add_mem_bw(struct json_out *j, const struct intel_rdt_stats *s)
{
	if (!s->mem_bw)
		return;
	json_out_open(j, "mem_bw_info", '{');
	add_u64(j, "bandwidth_gran", s->bandwidth_gran);
	add_u64(j, "delay_linear", s->delay_linear);
	add_u64(j, "min_bandwidth", s->min_bandwidth);
	add_u64(j, "num_closids", s->mem_bw_closids);
	json_out_close(j, '}');
	add_text(j, "mem_bw_schema_root", s->mem_bw_root);
	add_text(j, "mem_bw_schema", s->mem_bw_own);
}

static void add_monitoring(struct json_out *j, const struct intel_rdt_stats *s)
{
	if (s->mbm) {
		json_out_open(j, "mbm_stats", '[');
		for (size_t i = 0; i < s->n_domains; i++) {
			json_out_open(j, NULL, '{');
			add_u64(j, "mbm_total_bytes", s->domains[i].mbm_total_bytes);
			add_u64(j, "mbm_local_bytes", s->domains[i].mbm_local_bytes);
			json_out_close(j, '}');
		}
		json_out_close(j, ']');
	}
	if (s->cmt) {
		json_out_open(j, "cmt_stats", '[');
		for (size_t i = 0; i < s->n_domains; i++) {
			json_out_open(j, NULL, '{');
			add_u64(j, "llc_occupancy", s->domains[i].llc_occupancy);
			json_out_close(j, '}');
		}
		json_out_close(j, ']');
	}
}

static void add_rdt(struct json_out *j, const struct intel_rdt_stats *s)
{
	json_out_open(j, "intel_rdt", '{');
	add_l3(j, s);
	add_mem_bw(j, s);
	if (s->n_schemata)
		json_out_strings(j, "schemata", s->schemata, s->n_schemata);
	add_monitoring(j, s);
	json_out_close(j, '}');
}

/* Here Go has no other names than its own, and null for none. */
static void add_interfaces(struct json_out *j, const struct container_stats *s)
{
	if (s->n_interfaces == 0) {
		json_out_raw(j, "network_interfaces", "null");
		return;
	}
	json_out_open(j, "network_interfaces", '[');
	for (size_t i = 0; i < s->n_interfaces; i++) {
		const struct net_stats *x = &s->interfaces[i];
		json_out_open(j, NULL, '{');
		json_out_string(j, "Name", x->name);
		json_out_uint(j, "RxBytes", x->rx_bytes);
		json_out_uint(j, "RxPackets", x->rx_packets);
		json_out_uint(j, "RxErrors", x->rx_errors);
		json_out_uint(j, "RxDropped", x->rx_dropped);
		json_out_uint(j, "TxBytes", x->tx_bytes);
		json_out_uint(j, "TxPackets", x->tx_packets);
		json_out_uint(j, "TxErrors", x->tx_errors);
		json_out_uint(j, "TxDropped", x->tx_dropped);
		json_out_close(j, '}');
	}
	json_out_close(j, ']');
}

static void begin(struct json_out *j, const char *type, const char *id)
{
	json_out_open(j, NULL, '{');
	json_out_string(j, "type", type);
	json_out_string(j, "id", id);
}

void events_stats_json(struct strbuf *out, const char *id, const struct container_stats *s)
{
	struct json_out j = {.out = out};

	begin(&j, "stats", id);
	json_out_open(&j, "data", '{');
	add_cpu(&j, &s->cgroup);
	add_cpuset(&j, &s->cgroup.cpuset);
	add_memory(&j, &s->cgroup);
	add_pids(&j, &s->cgroup);
	add_blkio(&j, &s->cgroup);
	add_hugetlb(&j, &s->cgroup);
	add_rdt(&j, &s->rdt);
	add_interfaces(&j, s);
	json_out_close(&j, '}');
	json_out_close(&j, '}');
	strbuf_addc(out, '\n');
}

void events_oom_json(struct strbuf *out, const char *id)
{
	struct json_out j = {.out = out};

	begin(&j, "oom", id);
	json_out_close(&j, '}');
	strbuf_addc(out, '\n');
}
