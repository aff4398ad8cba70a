/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* process_probe.c: see process_probe.h. One read and a handful of system calls. */
#include "host/process_probe.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/ioprio.h>
#include <sched.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/fd.h"
#include "base/str.h"
#include "oci-spec/rlimit_names.h"

static int probe_oom_score_adj(void)
{
	char text[16];
	int64_t v;
	ssize_t n = file_read_at(AT_FDCWD, "/proc/self/oom_score_adj", text, sizeof(text));

	if (n > 0 && text[n - 1] == '\n')
		text[n - 1] = '\0';
	return n > 0 && str_i64(text, -1000, 1000, &v) == 0 ? (int)v : 0;
}

static int probe_rlimits(struct arena *a, struct inherited_fact *f)
{
	struct rlimit_fact *v = arena_array(a, RLIM_NLIMITS, sizeof(*v));
	struct rlimit limit;
	const char *name;

	if (!v)
		return -ENOMEM;
	for (unsigned i = 0; (name = rlimit_name(i)); i++) {
		/* glibc makes the first argument an enum */
		if (getrlimit((enum __rlimit_resource)i, &limit) < 0)
			continue;
		v[f->n_rlimits++] = (struct rlimit_fact){name, limit.rlim_cur, limit.rlim_max};
	}
	f->rlimits = v;
	return 0;
}

int host_probe_inherited(struct arena *a, struct host_facts *f)
{
	struct inherited_fact in = {.oom_score_adj = probe_oom_score_adj()};
	int policy = sched_getscheduler(0);
	long io = syscall(SYS_ioprio_get, IOPRIO_WHO_PROCESS, 0);

	/* SCHED_RESET_ON_FORK: the container's process is a child, which then has the default. */
	if (policy > 0 && !(policy & SCHED_RESET_ON_FORK))
		in.scheduler = policy;
	in.nice = getpriority(PRIO_PROCESS, 0);
	in.io_class = io < 0 ? IOPRIO_CLASS_NONE : (int)IOPRIO_PRIO_CLASS(io);
	int r = probe_rlimits(a, &in);
	if (r == 0)
		f->inherited = in;
	return r;
}
