/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* lsm_probe.c: see lsm_probe.h. */
#include "host/lsm_probe.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/fd.h"
#include "base/str.h"
#include "kernel/sys.h"
#include "oci-spec/spec.h"
#include "policy/policy.h"

#define PROFILES_MAX (4u << 20) /* bytes; a desktop has some ten thousand */

enum profile_mode lsm_profile_line(char *line)
{
	static const struct {
		const char *text;
		enum profile_mode mode;
	} modes[] = {
		{"enforce)", PROFILE_ENFORCED},	  {"kill)", PROFILE_ENFORCED},
		{"prompt)", PROFILE_COMPLAINS}, /* somebody at a desktop decides */
		{"user)", PROFILE_COMPLAINS},	/* the same, as the first patches called it */
		{"complain)", PROFILE_COMPLAINS}, {"unconfined)", PROFILE_UNCONFINED},
	};
	char *mode = strrchr(line, '(');

	if (!mode || mode < line + 2 || mode[-1] != ' ')
		return PROFILE_UNKNOWN;
	for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++)
		if (strcmp(mode + 1, modes[i].text) == 0) {
			mode[-1] = '\0';
			return modes[i].mode;
		}
	return PROFILE_UNKNOWN;
}

static void match_profile(struct host_facts *f, struct profile_fact *wanted, char *line)
{
	enum profile_mode mode = lsm_profile_line(line);

	for (size_t i = 0; i < f->n_profiles && mode != PROFILE_UNKNOWN; i++)
		if (str_eq(wanted[i].name, line))
			wanted[i].mode = mode;
}

/* Only root may read the list; without it everything stays unknown. */
static int read_profiles(struct host_facts *f, struct profile_fact *wanted)
{
	AUTO_ARENA struct arena scratch = ARENA_INIT;
	char *text;

	AUTO_FD fd = open("/sys/kernel/security/apparmor/profiles", O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return 0;
	ssize_t n = fd_read_all(fd, &scratch, PROFILES_MAX, &text);
	if (n < 0)
		return n == -ENOMEM ? -ENOMEM : 0;
	for (size_t i = 0; i < f->n_profiles; i++)
		wanted[i].mode = PROFILE_NOT_LOADED;
	for (char *save, *line = strtok_r(text, "\n", &save); line;
	     line = strtok_r(NULL, "\n", &save))
		match_profile(f, wanted, line);
	return 0;
}

/* Namespaces and stacks ("a//&b", ":ns:a", "&a") are no names of the list, and unconfined is always
 * there. */
static bool is_listed_name(const char *name)
{
	return name && *name && *name != ':' && *name != '&' && !strstr(name, "//&") &&
	       strcmp(name, "unconfined") != 0;
}

static int probe_apparmor(const struct spec *s, const struct policy *p, struct arena *a,
			  struct host_facts *f)
{
	const char *names[] = {p->apparmor.profile,
			       s && s->process ? s->process->apparmor_profile : NULL};
	char text[8];

	f->apparmor = file_read_at(AT_FDCWD, "/sys/module/apparmor/parameters/enabled", text,
				   sizeof(text)) > 0 &&
		      text[0] == 'Y';
	if (!f->apparmor)
		return 0;
	struct profile_fact *wanted = arena_array(a, 2, sizeof(*wanted));
	if (!wanted)
		return -ENOMEM;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (is_listed_name(names[i]))
			wanted[f->n_profiles++].name = names[i];
	f->profiles = wanted;
	return read_profiles(f, wanted);
}

/* selinuxfs says whether the loaded policy takes a label (selinux(8), security_check_context(3)).
 */
static bool label_known(const char *label)
{
	AUTO_FD fd = open("/sys/fs/selinux/context", O_RDWR | O_CLOEXEC);

	return fd >= 0 && write(fd, label, strlen(label)) == (ssize_t)strlen(label);
}

static int probe_selinux(const struct policy *p, struct arena *a, struct host_facts *f)
{
	char text[8];
	ssize_t n = file_read_at(AT_FDCWD, "/sys/fs/selinux/enforce", text, sizeof(text));

	f->selinux = n > 0;
	f->selinux_enforcing = n > 0 && text[0] == '1';
	if (!f->selinux || !p->selinux.label)
		return 0;
	const char *label = arena_printf(a, "%s:s0%s", p->selinux.label,
					 p->selinux.categories ? ":c0,c1023" : "");
	if (!label)
		return -ENOMEM;
	f->selinux_label_known = label_known(label);
	return 0;
}

int host_probe_lsm(const struct spec *s, const struct policy *p, struct arena *a,
		   struct host_facts *f)
{
	int r = probe_apparmor(s, p, a, f);

	if (r == 0)
		r = probe_selinux(p, a, f);
	int abi = sys_landlock_create_ruleset(NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
	f->landlock_abi = abi > 0 ? abi : 0;
	return r;
}
