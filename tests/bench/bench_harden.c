/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * bench_harden.c: what the hardening layer itself costs, stage by stage: the facts it needs, the
 * rules, the text of their decisions, the line of the audit trail. In one process, on a real
 * config.json, so that nothing of the kernel's work for a container is in the figures.
 *
 *	bench_harden CONFIG ROUNDS AUDIT-FILE
 *
 * One line per stage: NAME MEDIAN_US.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/fd.h"
#include "base/str.h"
#include "harden/harden.h"
#include "harden/measures.h"
#include "host/facts.h"
#include "host/probe.h"
#include "lifecycle/audit.h"
#include "oci-spec/spec.h"
#include "policy/policy.h"

enum stage { PARSE, FACTS, RULES, DECISIONS, AUDIT, STAGES };
static const char *const names[STAGES] = {"parse", "facts", "rules", "decisions", "audit"};

static double now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* Everything that create does with a document before it changes the host, less the plan. */
static int round_once(const char *text, size_t len, const struct policy *p, double *us,
		      struct err *e)
{
	AUTO_ARENA struct arena a = ARENA_INIT;
	AUTO_STRBUF out = STRBUF_INIT;
	struct decisions d = {0};
	struct host_facts f;
	struct measures m;
	struct spec *asked, *hardened;
	double t[STAGES + 1];

	t[PARSE] = now_us();
	int r = spec_parse(text, len, &a, &asked, e);
	t[FACTS] = now_us();
	if (r == 0)
		r = host_probe(asked, p, &a, &f, e);
	if (r < 0)
		return r;
	f.range = (struct id_extent){0, f.pool.outside, HOST_RANGE_SIZE};
	t[RULES] = now_us();
	r = harden(asked, p, &f, &a, &hardened, &m, &d, e);
	t[DECISIONS] = now_us();
	json_write_object(&measures_schema, &m, NULL, &out);
	decisions_write_json(&d, NULL, &out);
	t[AUDIT] = now_us();
	struct audit line = {.policy = p,
			     .event = "create",
			     .id = "bench",
			     .bundle = "/bench",
			     .process = r == 0 ? hardened->process : NULL,
			     .decisions = &d};
	if (r == 0)
		r = audit_done(&line, e);
	t[STAGES] = now_us();
	for (int i = 0; i < STAGES; i++)
		us[i] = t[i + 1] - t[i];
	return r;
}

static void report(double (*us)[STAGES], size_t rounds)
{
	double *v = malloc(rounds * sizeof(*v));

	if (!v)
		abort();
	for (int s = 0; s < STAGES; s++) {
		for (size_t i = 0; i < rounds; i++)
			v[i] = us[i][s];
		qsort(v, rounds, sizeof(*v), by_value);
		printf("%s %.1f\n", names[s], v[rounds / 2]);
	}
	free(v);
}

int main(int argc, char **argv)
{
	AUTO_ARENA struct arena a = ARENA_INIT;
	struct policy p = *policy_default();
	struct err e = {0};
	char *text;

	if (argc != 4)
		return 2;
	size_t rounds = strtoul(argv[2], NULL, 10);
	AUTO_FD fd = open(argv[1], O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : fd_read_all(fd, &a, SPEC_MAX_BYTES, &text);
	if (n < 0 || !rounds) {
		fprintf(stderr, "bench_harden: cannot read %s\n", argv[1]);
		return 1;
	}
	p.audit.destination = "file";
	p.audit.file = argv[3];
	p.audit.required = true;
	double(*us)[STAGES] = calloc(rounds, sizeof(*us));
	if (!us)
		abort();
	for (size_t i = 0; i < rounds; i++)
		if (round_once(text, (size_t)n, &p, us[i], &e) < 0) {
			fprintf(stderr, "bench_harden: %s\n", e.msg);
			return 1;
		}
	report(us, rounds);
	free(us);
	return 0;
}
