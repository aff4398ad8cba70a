/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * default.c: the document that the `spec` command writes: key by key what runc writes, because
 * test suites and tutorials edit that template with jq. Hardening is no business of the template:
 * what runs from it goes through the same rules as any other document.
 */
#include "oci-spec/spec.h"

#include <string.h>
#include <unistd.h>

#include "base/arena.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
/* A string array and its count; the literals are never written to, the type is spec.h's. */
#define STRINGS(m, ...)                                                                            \
	.m = (char **)(const char *[]){__VA_ARGS__, NULL},                                         \
	.n_##m = COUNT(((const char *[]){__VA_ARGS__}))

#define CAPS "CAP_AUDIT_WRITE", "CAP_KILL", "CAP_NET_BIND_SERVICE"

static bool yes = true;

static struct spec_mount mounts[] = {
	{.destination = "/proc", .type = "proc", .source = "proc"},
	{.destination = "/dev",
	 .type = "tmpfs",
	 .source = "tmpfs",
	 STRINGS(options, "nosuid", "strictatime", "mode=755", "size=65536k")},
	{.destination = "/dev/pts",
	 .type = "devpts",
	 .source = "devpts",
	 STRINGS(options, "nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620",
		 "gid=5")},
	{.destination = "/dev/shm",
	 .type = "tmpfs",
	 .source = "shm",
	 STRINGS(options, "nosuid", "noexec", "nodev", "mode=1777", "size=65536k")},
	{.destination = "/dev/mqueue",
	 .type = "mqueue",
	 .source = "mqueue",
	 STRINGS(options, "nosuid", "noexec", "nodev")},
	{.destination = "/sys",
	 .type = "sysfs",
	 .source = "sysfs",
	 STRINGS(options, "nosuid", "noexec", "nodev", "ro")},
	{.destination = "/sys/fs/cgroup",
	 .type = "cgroup",
	 .source = "cgroup",
	 STRINGS(options, "nosuid", "noexec", "nodev", "relatime", "ro")},
};

static const struct spec_namespace namespaces[] = {
	{.type = "pid"}, {.type = "network"}, {.type = "ipc"},
	{.type = "uts"}, {.type = "mount"},   {.type = "cgroup"},
};

static const struct spec template = {
	.version = SPEC_VERSION,
	.process =
		&(struct spec_process){
			.terminal = &yes,
			.user = &(struct spec_user){.uid = 0, .gid = 0},
			STRINGS(args, "sh"),
			STRINGS(env,
				"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
				"TERM=xterm"),
			.cwd = "/",
			.capabilities = &(struct spec_capabilities){STRINGS(bounding, CAPS),
								    STRINGS(effective, CAPS),
								    STRINGS(permitted, CAPS)},
			.rlimits = &(struct spec_rlimit){.type = "RLIMIT_NOFILE",
							 .hard = 1024,
							 .soft = 1024},
			.n_rlimits = 1,
			.no_new_privileges = &yes,
		},
	.root = &(struct spec_root){.path = "rootfs", .readonly = &yes},
	.hostname = "bulkhead",
	.mounts = mounts,
	.n_mounts = COUNT(mounts),
	.linux_ =
		&(struct spec_linux){
			.resources =
				&(struct spec_resources){
					.devices = &(struct spec_device_cgroup){.allow = false,
										.access = "rwm"},
					.n_devices = 1,
				},
			.namespaces = (struct spec_namespace *)namespaces,
			.n_namespaces = COUNT(namespaces),
			STRINGS(masked_paths, "/proc/acpi", "/proc/asound", "/proc/kcore",
				"/proc/keys", "/proc/latency_stats", "/proc/timer_list",
				"/proc/timer_stats", "/proc/sched_debug", "/sys/firmware",
				"/proc/scsi"),
			STRINGS(readonly_paths, "/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys",
				"/proc/sysrq-trigger"),
		},
};

/*
 * What a caller without root cannot have: other ids, and limits where no cgroup is his. Unlike
 * runc's his container has a network namespace, and so a sysfs, of its own: the host's is refused.
 */
static bool make_rootless(struct spec *s, struct arena *a)
{
	struct spec_linux *l = s->linux_;
	struct spec_mount *pts = &s->mounts[2];
	struct spec_namespace *v = arena_array(a, l->n_namespaces + 1, sizeof(*v));

	l->uid_mappings = arena_alloc(a, sizeof(*l->uid_mappings));
	l->gid_mappings = arena_alloc(a, sizeof(*l->gid_mappings));
	if (!l->uid_mappings || !l->gid_mappings || !v)
		return false;
	*l->uid_mappings = (struct spec_id_mapping){0, (uint32_t)geteuid(), 1};
	*l->gid_mappings = (struct spec_id_mapping){0, (uint32_t)getegid(), 1};
	l->n_uid_mappings = l->n_gid_mappings = 1;
	l->resources = NULL;
	memcpy(v, l->namespaces, l->n_namespaces * sizeof(*v));
	v[l->n_namespaces++] = (struct spec_namespace){.type = "user"};
	l->namespaces = v;
	pts->options[--pts->n_options] = NULL; /* gid=5 is not mapped */
	return true;
}

struct spec *spec_default(bool rootless, bool cgroup_v2, struct arena *a)
{
	struct spec *s = spec_copy(&template, a);

	if (!s)
		return NULL;
	if (!cgroup_v2) /* cgroup is the last one */
		s->linux_->n_namespaces--;
	if (rootless && !make_rootless(s, a))
		return NULL;
	return s;
}
