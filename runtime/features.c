/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * features.c: `bulkhead features` (features.md, features-linux.md). "enabled" means compiled in,
 * not what this host has, but for seccomp.supportedFlags: needs neither root nor a state root.
 * containerd looks for "rro" and idmap, CRI-O takes any byte on stderr for a broken answer.
 */
#include <seccomp.h>
#include <stddef.h>
#include <stdio.h>

#include "base/err.h"
#include "base/str.h"
#include "config.h"
#include "host/seccomp_probe.h"
#include "oci-spec/mount_options.h"
#include "oci-spec/spec.h"
#include "plan/caps.h"
#include "plan/memory_policy.h"
#include "plan/seccomp_abi.h"
#include "plan/seccomp_features.h"
#include "plan/seccomp_profile.h"
#include "runtime/command.h"
#include "runtime/output.h"

#ifdef HAVE_APPARMOR
#define WITH_APPARMOR true
#else
#define WITH_APPARMOR false
#endif
#ifdef HAVE_SELINUX
#define WITH_SELINUX true
#else
#define WITH_SELINUX false
#endif

#define ADD(j, key, list) json_out_strings(j, key, list, sizeof(list) / sizeof((list)[0]))

static const struct option_spec options[] = {{0}};

static const char *const hooks[] = {
	"prestart", "createRuntime", "createContainer", "startContainer", "poststart", "poststop",
};

static const char *const namespaces[] = {
	"cgroup", "ipc", "mount", "network", "pid", "time", "user", "uts",
};

static void add_list(struct json_out *j, const char *key, const char *const *list)
{
	size_t n = 0;

	while (list[n])
		n++;
	json_out_strings(j, key, list, n);
}

static void add_capabilities(struct json_out *j)
{
	json_out_open(j, "capabilities", '[');
	for (unsigned i = 0; i < 64; i++)
		if (caps_name(i))
			json_out_string(j, NULL, caps_name(i));
	json_out_close(j, ']');
}

static void add_cgroup(struct json_out *j)
{
	json_out_open(j, "cgroup", '{');
	json_out_bool(j, "v1", true);
	json_out_bool(j, "v2", true);
	json_out_bool(j, "systemd", true);
	json_out_bool(j, "systemdUser", true);
	json_out_bool(j, "rdma", true);
	json_out_close(j, '}');
}

/* Those that the running kernel takes. */
static void add_supported_flags(struct json_out *j)
{
	const char *const *known = seccomp_features_known_flags;
	uint32_t kernel = host_probe_seccomp();

	json_out_open(j, "supportedFlags", '[');
	for (size_t i = 0; known[i]; i++)
		if (seccomp_profile_flag(known[i]) & kernel)
			json_out_string(j, NULL, known[i]);
	json_out_close(j, ']');
}

/* Those that libseccomp, whatever version is there, has numbers of system calls for. */
static void add_archs(struct json_out *j)
{
	const char *const *archs = seccomp_features_archs;

	json_out_open(j, "archs", '[');
	for (size_t i = 0; archs[i]; i++)
		if (seccomp_abi_usable(seccomp_abi_by_name(archs[i])))
			json_out_string(j, NULL, archs[i]);
	json_out_close(j, ']');
}

static void add_seccomp(struct json_out *j)
{
	json_out_open(j, "seccomp", '{');
	json_out_bool(j, "enabled", true);
	add_list(j, "actions", seccomp_features_actions);
	add_list(j, "operators", seccomp_features_operators);
	add_archs(j);
	add_list(j, "knownFlags", seccomp_features_known_flags);
	add_supported_flags(j);
	json_out_close(j, '}');
}

/* {"NAME": {"enabled": VALUE}} */
static void add_enabled(struct json_out *j, const char *name, bool enabled)
{
	json_out_open(j, name, '{');
	json_out_bool(j, "enabled", enabled);
	json_out_close(j, '}');
}

static void add_memory_policy(struct json_out *j)
{
	json_out_open(j, "memoryPolicy", '{');
	json_out_open(j, "modes", '[');
	for (size_t i = 0; memory_policy_mode_name(i); i++)
		json_out_string(j, NULL, memory_policy_mode_name(i));
	json_out_close(j, ']');
	json_out_open(j, "flags", '[');
	for (size_t i = 0; memory_policy_flag_name(i); i++)
		json_out_string(j, NULL, memory_policy_flag_name(i));
	json_out_close(j, ']');
	json_out_close(j, '}');
}

static void add_linux(struct json_out *j)
{
	json_out_open(j, "linux", '{');
	ADD(j, "namespaces", namespaces);
	add_capabilities(j);
	add_cgroup(j);
	add_seccomp(j);
	add_enabled(j, "apparmor", WITH_APPARMOR);
	add_enabled(j, "selinux", WITH_SELINUX);
	json_out_open(j, "intelRdt", '{');
	json_out_bool(j, "enabled", true);
	json_out_bool(j, "schemata", true);
	json_out_bool(j, "monitoring", true);
	json_out_close(j, '}');
	json_out_open(j, "mountExtensions", '{');
	add_enabled(j, "idmap", true);
	json_out_close(j, '}');
	add_enabled(j, "netDevices", true);
	add_memory_policy(j);
	json_out_close(j, '}');
}

static void add_annotations(struct json_out *j)
{
	const struct scmp_version *v = seccomp_version();
	char text[64];

	json_out_open(j, "annotations", '{');
	if (v) {
		snprintf(text, sizeof(text), "%u.%u.%u", v->major, v->minor, v->micro);
		json_out_string(j, "io.github.seccomp.libseccomp.version", text);
	}
	json_out_string(j, "org.opencontainers.runc.checkpoint.enabled", "true");
	json_out_close(j, '}');
}

static int features_run(const struct context *c, char **args, int n_args, struct err *e)
{
	AUTO_STRBUF out = STRBUF_INIT;
	struct json_out j = {.out = &out, .indent = "    "};

	(void)c, (void)args, (void)n_args;
	json_out_open(&j, NULL, '{');
	json_out_string(&j, "ociVersionMin", "1.0.0");
	json_out_string(&j, "ociVersionMax", SPEC_VERSION);
	ADD(&j, "hooks", hooks);
	add_list(&j, "mountOptions", mount_option_names());
	add_linux(&j);
	add_annotations(&j);
	/* Nothing in annotations changes what this runtime does. */
	json_out_strings(&j, "potentiallyUnsafeConfigAnnotations", NULL, 0);
	json_out_close(&j, '}');
	strbuf_addc(&out, '\n');
	return output_write(&out, e);
}

const struct command command_features = {
	.name = "features",
	.summary = "show what this build can do",
	.arguments = "",
	.description =
		"The output is the JSON document of the runtime specification's features.md.",
	.options = options,
	.run = features_run,
};
