/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* patterns.c: see patterns.h. */
#include "policy/patterns.h"

#include <limits.h>
#include <string.h>

#include "base/str.h"
#include "oci-spec/caps_names.h"

#define DIGITS	"0123456789"
#define LETTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
#define WORD	DIGITS LETTERS "_-"

#define SAMPLES(...)                                                                               \
	(const char *const[])                                                                      \
	{                                                                                          \
		__VA_ARGS__, NULL                                                                  \
	}

/* Something, and no control characters: names and reasons are printed to terminals and logs. */
static bool match_words(const char *s)
{
	if (!*s)
		return false;
	for (; *s; s++)
		if ((unsigned char)*s < 0x20 || *s == 0x7f)
			return false;
	return true;
}

/* Rules compare paths as texts, so that "/a/../b" and "/b/" would never match anything. */
static bool match_path(const char *s)
{
	char clean[PATH_MAX];

	return s[0] == '/' && match_words(s) && path_clean(s, clean, sizeof(clean)) == 0 &&
	       strcmp(s, clean) == 0;
}

static bool match_path_none(const char *s)
{
	return !*s || match_path(s);
}

/* "**" is for the end alone: in the middle harden/storage.c would take it for "*". */
static bool match_storage(const char *s)
{
	const char *deep;

	if (str_starts(s, "@build/"))
		s += strlen("@build");
	else if (*s == '@')
		s++;
	deep = strstr(s, "**");
	return match_path(s) && (!deep || (deep[-1] == '/' && !deep[2]));
}

static bool match_capability(const char *s)
{
	return caps_from_name(s) >= 0;
}

static bool match_fs_type(const char *s)
{
	return *s && !s[strspn(s, WORD ".")];
}

static bool match_setting(const char *s)
{
	for (;;) {
		size_t n = strspn(s, WORD);

		if (strcmp(s, "*") == 0)
			return true;
		if (n == 0)
			return false;
		s += n;
		if (!*s)
			return true;
		if (*s++ != '.')
			return false;
	}
}

/* dev_valid_name(), and "*" for the end alone. */
static bool match_net_device(const char *s)
{
	const char *star = strchr(s, '*');

	return match_words(s) && !strpbrk(s, "/: ") && strlen(s) < 16 && (!star || !star[1]);
}

/* A line of /etc/subuid begins with a user's name or number, which ends at a colon. */
static bool match_pool(const char *s)
{
	return *s && *s != '-' && !s[strspn(s, WORD ".")];
}

/* No confinement at all is a matter of the rule's level. */
static bool match_profile(const char *s)
{
	return match_words(s) && strcmp(s, "unconfined") != 0;
}

static bool match_label(const char *s)
{
	for (int part = 0; part < 3; part++) {
		size_t n = strspn(s, WORD ".");

		if (n == 0 || s[n] != (part < 2 ? ':' : '\0'))
			return false;
		s += n + 1;
	}
	return true;
}

static bool match_access(const char *s)
{
	size_t n = strlen(s);

	for (const char *c = "rwm"; *c; c++)
		if (strchr(s, *c) != strrchr(s, *c))
			return false;
	return n > 0 && strspn(s, "rwm") == n;
}

const struct json_pattern policy_path = {
	"an absolute path without \".\", \"..\", \"//\" or a final "
	"\"/\"",
	match_path, SAMPLES("/", "/dev/null", "/srv/a b", "/etc")};
const struct json_pattern policy_path_none = {
	"an absolute path without \".\", \"..\", \"//\" or a final \"/\", or \"\" for none",
	match_path_none, SAMPLES("", "/etc/bulkhead/seccomp.json")};
const struct json_pattern policy_storage_path = {
	"a clean path that begins with \"/\", \"@/\" or \"@build/\", with \"**\" only at its end",
	match_storage,
	SAMPLES("/var/lib/x/*/_data", "@/volumes/*/_data", "@build/tmp/*", "/srv/**")};
const struct json_pattern policy_capability = {
	"the name of a capability (\"CAP_CHOWN\")", match_capability,
	SAMPLES("CAP_CHOWN", "CAP_SYS_ADMIN", "CAP_BPF", "CAP_KILL")};
const struct json_pattern policy_fs_type = {"the name of a file system type", match_fs_type,
					    SAMPLES("tmpfs", "fuse.sshfs", "cgroup2")};
const struct json_pattern policy_setting = {
	"the name of a kernel setting (\"net.ipv4.ip_forward\", \"net.*\")", match_setting,
	SAMPLES("net.*", "kernel.sem", "fs.mqueue.msg_max")};
const struct json_pattern policy_net_device = {
	"the name of a network device, with \"*\" only at its end", match_net_device,
	SAMPLES("eth1", "mlx*", "*", "vlan.7")};
const struct json_pattern policy_pool = {"a name as in /etc/subuid", match_pool,
					 SAMPLES("bulkhead", "dock.er-1", "1000")};
const struct json_pattern policy_profile = {
	"the name of an AppArmor profile other than \"unconfined\"", match_profile,
	SAMPLES("bulkhead-default", "docker-default", "/usr/bin/x")};
const struct json_pattern policy_label = {"an SELinux context \"user:role:type\"", match_label,
					  SAMPLES("system_u:system_r:container_t", "a:b:c.d-e")};
const struct json_pattern policy_access = {"of the letters r, w and m, each at most once",
					   match_access, SAMPLES("r", "rw", "wrm")};
const struct json_pattern policy_words = {
	"a text of one line that is not empty", match_words,
	SAMPLES("why", "because \"it\" is \\needed", "\u00fc", "~/")};
