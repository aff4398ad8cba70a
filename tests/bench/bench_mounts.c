/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How long mounts_open_sources() and mounts_apply() take for docker's default config, hot and
 * spaced. */
#include "tests/integration/mounts_box.h"

#define RUNS 60

#define ENGINE_BIND(destination)                                                                   \
	",{\"destination\":\"" destination "\",\"type\":\"bind\",\"source\":\"/etc/hostname\","    \
	"\"options\":[\"rbind\",\"rprivate\",\"nosuid\",\"nodev\",\"idmap\"]}"

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static void report(const char *what, double *us)
{
	qsort(us, RUNS, sizeof(*us), compare);
	printf("# %-22s median %4.0f us, p10 %4.0f, p90 %4.0f\n", what, us[RUNS / 2], us[RUNS / 10],
	       us[RUNS * 9 / 10]);
}

static void measure(const char *name, unsigned idle_us)
{
	static double sources[RUNS], apply[RUNS];
	char what[64];

	for (int i = 0; i < RUNS; i++) {
		struct box b = {.rootfs = box_image("bench"),
				.mounts = DOCKER_MOUNTS(ENGINE_BIND("/etc/resolv.conf") ENGINE_BIND(
					"/etc/hostname") ENGINE_BIND("/etc/hosts")),
				.linux_ = DOCKER_LINUX,
				.cgroups = true};
		usleep(idle_us);
		BOX_START(&b);
		sources[i] = b.us[0];
		apply[i] = b.us[1];
		box_stop(&b);
	}
	snprintf(what, sizeof(what), "%s, sources", name);
	report(what, sources);
	snprintf(what, sizeof(what), "%s, apply", name);
	report(what, apply);
}

TEST(docker_default)
{
	measure("hot", 0);
	measure("30 ms idle", 30000);
}
