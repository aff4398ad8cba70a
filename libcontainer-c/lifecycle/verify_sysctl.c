/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* verify_sysctl.c: the planned sysctls, read in the container's network, ipc and uts namespaces. */
#include <errno.h>
#include <sched.h>
#include <string.h>

#include "apply/nshelper.h"
#include "apply/procfs.h"
#include "base/err.h"
#include "lifecycle/verify_priv.h"

#define AREA	  "sysctls"
#define VALUE_MAX 4096 /* a page: what a sysctl can show */

struct reading {
	char text[VALUE_MAX];
	ssize_t n; /* length or -errno */
};

struct job {
	const struct verify *v;
	struct reading *readings;
};

/* struct nshelper_job's run: shares our memory, so that there is nothing to send. */
static int read_all(void *arg)
{
	const struct job *j = arg;
	const struct sysctl_plan *p = &j->v->plan.sysctl;

	for (size_t i = 0; i < p->n; i++)
		j->readings[i].n = procfs_read(j->v->proc_fd, p->items[i].path, j->readings[i].text,
					       VALUE_MAX);
	return 0;
}

static void compare(struct verify *v, const struct sysctl_item *s, struct reading *got)
{
	/* Those of a user namespace are shown to who lives in it. */
	if (s->ns == NS_USER || s->compare == SYSCTL_COMPARE_NONE) {
		verify_add(v, VERIFY_NOTE, AREA, s->key, s->value, "cannot be read from outside");
		return;
	}
	if (got->n < 0) {
		verify_add(v, VERIFY_FAILED, AREA, s->key, s->value,
			   arena_printf(v->a, "cannot be read: %s", strerror((int)-got->n)));
		return;
	}
	bool same = sysctl_equal(s->compare, s->value, got->text);
	got->text[strcspn(got->text, "\n")] = '\0';
	verify_is(v, same, AREA, s->key, s->value, got->text);
}

int verify_sysctl(struct verify *v, struct err *e)
{
	const struct sysctl_plan *p = &v->plan.sysctl;
	struct job job = {.v = v};
	struct nshelper_job in_ns = {.run = read_all, .arg = &job};

	if (!v->has_plan || p->n == 0)
		return 0;
	job.readings = arena_array(v->a, p->n, sizeof(*job.readings));
	if (!job.readings)
		return err_set(e, ERR_SYSTEM, ENOMEM, "out of memory");
	int r = nshelper_run(v->pidfd, CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS, &in_ns, 1, e);
	for (size_t i = 0; r == 0 && i < p->n; i++)
		compare(v, &p->items[i], &job.readings[i]);
	return r;
}
