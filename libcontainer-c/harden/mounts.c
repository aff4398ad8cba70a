/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * mounts.c: types and flags of mounts[]. What a bind brings in is binds.c's.
 *
 *   every mount   nosuid, nodev; but the tmpfs at /dev, which holds the container's devices, and
 *                 devpts keep dev
 *   proc, sysfs, mqueue, cgroup   noexec as well
 *   sysfs, cgroup                 read-only (CVE-2022-0492, CVE-2023-25809)
 *   file systems of disks, hugetlbfs, bpf, debugfs, ...   refused: mounted by host root they are
 *                 attack surface of the host's kernel, and a container's root may mount none
 *   shared propagation            refused (CIS Docker Benchmark 5.20)
 *   remount, parameters that no container needs   refused
 */
#include <sys/stat.h>

#include "base/str.h"
#include "harden/mount_params.h"
#include "harden/mount_view.h"
#include "harden/rule.h"

static const char why_suid[] = "setuid programs there have no effect";
static const char why_dev[] = "device nodes there have no effect";
static const char why_exec[] = "nothing there is a program";
static const char why_readonly[] = "the kernel's settings are not the container's";

/* A character device that every container has, or may have by the policy. */
static bool is_listed_device(const struct harden *h, size_t i)
{
	const struct bind_fact *f = bind_fact(h->facts, i);

	return f->exists && S_ISCHR(f->mode) && device_listed(h->policy, 'c', f->rdev);
}

static void force_bind(struct harden *h, struct options_edit *e, const struct spec_mount *m)
{
	bool tree = mount_has(m, "rbind");

	options_remove(h, e, "suid", why_suid);
	options_remove(h, e, "rsuid", why_suid);
	options_add(h, e, tree ? "rnosuid" : "nosuid", why_suid);
	/* docker run -v /dev/null:/file is how a file is hidden: nodev would make it an error. */
	if (is_listed_device(h, e->index))
		return;
	options_remove(h, e, "dev", why_dev);
	options_remove(h, e, "rdev", why_dev);
	options_add(h, e, tree ? "rnodev" : "nodev", why_dev);
}

static void force_readonly(struct harden *h, struct options_edit *e)
{
	options_remove(h, e, "rw", why_readonly);
	options_remove(h, e, "rrw", why_readonly);
	options_add(h, e, "ro", why_readonly);
}

static void force_fs(struct harden *h, struct options_edit *e, const struct spec_mount *m)
{
	static const char *const views[] = {"proc", "sysfs", "mqueue", "cgroup", "cgroup2", NULL};
	static const char *const settings[] = {"sysfs", "cgroup", "cgroup2", NULL};
	bool devices =
		str_eq(m->type, "devpts") || (str_eq(m->type, "tmpfs") && mount_is_at(m, "/dev"));

	options_remove(h, e, "suid", why_suid);
	options_remove(h, e, "rsuid", why_suid);
	options_add(h, e, "nosuid", why_suid);
	if (!devices) {
		options_remove(h, e, "dev", why_dev);
		options_remove(h, e, "rdev", why_dev);
		options_add(h, e, "nodev", why_dev);
	}
	if (m->type && str_in(m->type, views)) {
		options_remove(h, e, "exec", why_exec);
		options_remove(h, e, "rexec", why_exec);
		options_add(h, e, "noexec", why_exec);
	}
	if (m->type && str_in(m->type, settings) && h->policy->mounts.readonly_kernel_views)
		force_readonly(h, e);
}

static void check_type(struct harden *h, size_t i, const struct spec_mount *m)
{
	if (!m->type || entry_find(h->policy->mounts.types, h->policy->mounts.n_types, m->type))
		return;
	const char *type = printable(h, m->type);
	if (type)
		decide_refuse(h, text(h, "/mounts/%zu/type", i), json_string(h, m->type),
			      "%s is not a file system that containers may have mounted: %s", type,
			      mount_type_why(m->type));
}

static void check_params(struct harden *h, size_t i, const struct spec_mount *m)
{
	for (size_t k = 0; k < m->n_options && !h->oom; k++) {
		const char *bad = mount_param_refused(h, m->type, m->options[k]);
		const char *name = bad ? printable(h, bad) : NULL;
		if (name)
			decide_refuse(h, text(h, "/mounts/%zu/options/%zu", i, k),
				      json_string(h, m->options[k]),
				      "\"%s\" is no parameter that containers may give to a %s",
				      name, m->type);
	}
}

static void check_remount(struct harden *h, size_t i, const struct spec_mount *m)
{
	if (mount_has(m, "remount"))
		decide_refuse(
			h, text(h, "/mounts/%zu/options", i),
			json_strings(h, m->options, m->n_options),
			"remount would undo what was decided about another mount, or change a "
			"file system of the host");
}

static void check_propagation(struct harden *h, size_t i, const struct spec_mount *m)
{
	if (h->policy->mounts.allow_shared_propagation ||
	    (!mount_has(m, "shared") && !mount_has(m, "rshared")))
		return;
	decide_refuse(h, text(h, "/mounts/%zu/options", i),
		      json_strings(h, m->options, m->n_options),
		      "shared propagation makes the container's mounts appear on the host");
}

void rule_mounts(struct harden *h)
{
	/* "nosuid", which is added here, would else clear the "ro" that the host has there. */
	h->m.keep_bind_flags = true;
	for (size_t i = 0; i < h->s->n_mounts && !h->oom; i++) {
		const struct spec_mount *m = &h->s->mounts[i];
		struct options_edit e = options_edit_begin(h, i);

		check_propagation(h, i, m);
		check_remount(h, i, m);
		if (spec_mount_is_bind(m)) {
			force_bind(h, &e, m);
		} else {
			check_type(h, i, m);
			check_params(h, i, m);
			force_fs(h, &e, m);
		}
		options_edit_end(h, &e);
	}
}
