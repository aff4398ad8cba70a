/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* mounts_fs.c: owns fsopen, fsconfig and fsmount of new file systems (5.2). */
#include "apply/mounts_priv.h"

#include <errno.h>
#include <linux/mount.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "apply/nshelper.h"
#include "base/err.h"
#include "base/fd.h"
#include "kernel/sys.h"
#include "plan/namespaces.h"

#define VALUE_MAX 255 /* fsconfig(2) takes 256 bytes with the NUL */

struct opening {
	const struct mounts_plan *plan;
	int *fds;
	size_t at; /* mount that failed */
};

/* File systems of the kernel's own kinds belong to a namespace of whoever opens them. */
static uint64_t namespace_of(const struct mount_plan *p)
{
	if (p->remount)
		return 0;
	switch (p->kind) {
	case MOUNT_PROC:
		return CLONE_NEWPID;
	case MOUNT_SYSFS:
		return CLONE_NEWNET;
	case MOUNT_MQUEUE:
		return CLONE_NEWIPC;
	case MOUNT_OTHER: /* those of the network: nfs, rpc_pipefs */
		return CLONE_NEWNET;
	default:
		return 0;
	}
}

static const char *fs_name(const struct mount_plan *p)
{
	switch (p->kind) {
	case MOUNT_PROC:
		return "proc";
	case MOUNT_SYSFS:
		return "sysfs";
	case MOUNT_MQUEUE:
		return "mqueue";
	case MOUNT_DEVPTS:
		return "devpts";
	case MOUNT_OTHER:
		return p->type;
	default:
		return "tmpfs";
	}
}

/* In the helper: see nshelper.h for what it may do. */
static int open_contexts(void *arg)
{
	struct opening *o = arg;

	for (size_t i = 0; i < o->plan->n_mounts; i++) {
		const struct mount_plan *m = &o->plan->mounts[i];
		if (!namespace_of(m))
			continue;
		o->at = i;
		o->fds[i] = sys_fsopen(fs_name(m));
		if (o->fds[i] < 0)
			return -errno;
	}
	return 0;
}

int mounts_contexts_open(const struct mounts_plan *p, const struct mounts_env *env, int *fds,
			 struct err *e)
{
	struct opening o = {.plan = p, .fds = fds};
	uint64_t ns = env->job_ns;
	bool any = env->n_jobs > 0;

	for (size_t i = 0; i < p->n_mounts; i++) {
		ns |= namespace_of(&p->mounts[i]);
		any |= namespace_of(&p->mounts[i]) != 0;
	}
	if (!any)
		return 0;
	struct nshelper_job *jobs = calloc(env->n_jobs + 1, sizeof(*jobs));
	if (!jobs)
		return err_set(e, ERR_SYSTEM, ENOMEM, "out of memory");
	jobs[0] = (struct nshelper_job){.run = open_contexts, .arg = &o};
	if (env->n_jobs)
		memcpy(jobs + 1, env->jobs, env->n_jobs * sizeof(*jobs));
	int r = nshelper_run(env->pidfd, ns, jobs, env->n_jobs + 1, e);
	if (jobs[0].result < 0 && jobs[0].result != -ECANCELED)
		r = err_sys(e, -jobs[0].result, "/mounts/%zu/type: open a %s file system",
			    p->mounts[o.at].index, p->mounts[o.at].type);
	if (env->n_jobs)
		memcpy(env->jobs, jobs + 1, env->n_jobs * sizeof(*jobs));
	free(jobs);
	return r;
}

/* The kernel says more than an errno: "e tmpfs: Bad value for 'size'". */
static int fs_error(int context_fd, int error, const char *type, const char *what, struct err *e)
{
	char log[256];
	ssize_t n = read(context_fd, log, sizeof(log) - 1);

	if (n > 2) {
		log[n] = '\0';
		log[strcspn(log, "\n")] = '\0';
		return err_sys(e, error, "%s %s (%s)", what, type, log + 2);
	}
	return err_sys(e, error, "%s %s", what, type);
}

int mounts_set_param(int fd, const char *key, const char *value, const char *type, struct err *e)
{
	unsigned cmd = value ? FSCONFIG_SET_STRING : FSCONFIG_SET_FLAG;

	if (sys_fsconfig(fd, cmd, key, value, 0) < 0)
		return fs_error(fd, errno, type, "set an option of", e);
	return 0;
}

/*
 * "lowerdir" of an overlay with more layers than one value has room for: one by one (6.8), and
 * after an empty name those for data alone. A name with a colon of its own would need the mounter's
 * "\:".
 */
static int add_layers(int fd, const char *value, struct err *e)
{
	const char *key = "lowerdir+";
	char layer[VALUE_MAX + 1];
	int r = 0;

	while (r >= 0 && *value) {
		size_t n = strcspn(value, ":");
		if (n > VALUE_MAX || memchr(value, '\\', n))
			return err_set(e, ERR_SPEC, ENAMETOOLONG,
				       "the layers can be told the kernel neither at once nor one "
				       "by one");
		memcpy(layer, value, n);
		layer[n] = '\0';
		if (n == 0)
			key = "datadir+";
		else
			r = mounts_set_param(fd, key, layer, "overlay", e);
		value += n + (value[n] == ':');
	}
	return r;
}

static int set_one(const struct mount_param *param, const char *type, int fd, struct err *e)
{
	if (!param->value || strlen(param->value) <= VALUE_MAX)
		return mounts_set_param(fd, param->key, param->value, type, e);
	if (strcmp(type, "overlay") == 0 && strcmp(param->key, "lowerdir") == 0)
		return add_layers(fd, param->value, e);
	return err_set(e, ERR_SPEC, ENAMETOOLONG, "longer than the %d bytes that fsconfig(2) takes",
		       VALUE_MAX);
}

int mounts_set_params(const struct mount_plan *p, int context_fd, struct err *e)
{
	for (size_t i = 0; i < p->n_params; i++) {
		int r = set_one(&p->params[i], p->type, context_fd, e);
		if (r >= 0)
			continue;
		/* In runc's words, and with the place in the config. */
		if (e)
			err_wrap(e,
				 "/mounts/%zu/options: \"%s\": error mounting \"%s\" to rootfs at "
				 "\"%s\"",
				 p->index, p->params[i].key, p->source, p->destination);
		return r;
	}
	return 0;
}

static int create(int fd, uint64_t attrs, const char *type, struct err *e)
{
	if (sys_fsconfig(fd, FSCONFIG_CMD_CREATE, NULL, NULL, 0) < 0)
		return fs_error(fd, errno, type, "create a file system of type", e);
	int mount_fd = sys_fsmount(fd, (unsigned)attrs);
	if (mount_fd < 0)
		return fs_error(fd, errno, type, "mount a file system of type", e);
	return mount_fd;
}

static int configure(const struct mount_plan *p, int fd, mode_t mode, const char *type,
		     struct err *e)
{
	char text[16];
	int r = 0;

	if (p->source && *p->source)
		r = mounts_set_param(fd, "source", p->source, type, e);
	if (r >= 0 && p->kind == MOUNT_TMPFS && !p->mode_given && mode != (mode_t)-1) {
		snprintf(text, sizeof(text), "%o", mode & 07777);
		r = mounts_set_param(fd, "mode", text, type, e);
	}
	/* A disk that cannot be written to is not mounted without it. */
	if (r >= 0 && p->kind == MOUNT_OTHER && (p->attr_set & MOUNT_ATTR_RDONLY))
		r = mounts_set_param(fd, "ro", NULL, type, e);
	return r < 0 ? r : mounts_set_params(p, fd, e);
}

static int own(int mount_fd, const char *name, const struct mounts_env *env, struct err *e)
{
	if (fchownat(mount_fd, name, env->root_uid, env->root_gid,
		     AT_EMPTY_PATH | AT_SYMLINK_NOFOLLOW) < 0)
		return err_sys(e, errno, "give a file system to the container's root");
	return 0;
}

/*
 * ptmx and the root directory of a devpts belong to uid 0 of the mounter's user namespace, whatever
 * the options say, and the root of mqueue to whoever made the ipc namespace, which was the host's
 * root: they would be shown as nobody's. An ipc namespace that is joined is not ours to change.
 */
static int own_root(const struct mount_plan *p, int mount_fd, const struct mounts_env *env,
		    struct err *e)
{
	int r = 0;

	if (p->kind == MOUNT_DEVPTS)
		r = own(mount_fd, "ptmx", env, e);
	if (r >= 0 && (p->kind == MOUNT_DEVPTS ||
		       (p->kind == MOUNT_MQUEUE && env->ns->ns[NS_IPC].mode == NS_NEW)))
		r = own(mount_fd, "", env, e);
	return r;
}

int mounts_fs_make(const struct mount_plan *p, const struct mounts_env *env, int context_fd,
		   mode_t mode, struct err *e)
{
	const char *type = fs_name(p);
	AUTO_FD own_fd = context_fd < 0 ? sys_fsopen(type) : -1;
	int fd = context_fd < 0 ? own_fd : context_fd;
	uint64_t attrs = p->attr_set;

	if (fd < 0)
		return err_sys(e, errno, "open a %s file system", type);
	if (p->readonly_last)
		attrs &= ~(uint64_t)MOUNT_ATTR_RDONLY;
	int r = configure(p, fd, mode, type, e);
	if (r < 0)
		return r;
	AUTO_FD mount_fd = create(fd, attrs, type, e);
	if (mount_fd < 0)
		return mount_fd;
	r = own_root(p, mount_fd, env, e);
	return r < 0 ? r : TAKE_FD(mount_fd);
}

int mounts_tmpfs_make(const char *const *params, unsigned attrs, struct err *e)
{
	AUTO_FD fd = sys_fsopen("tmpfs");

	if (fd < 0)
		return err_sys(e, errno, "open a tmpfs file system");
	for (; *params; params += 2) {
		int r = mounts_set_param(fd, params[0], params[1], "tmpfs", e);
		if (r < 0)
			return r;
	}
	return create(fd, attrs, "tmpfs", e);
}
