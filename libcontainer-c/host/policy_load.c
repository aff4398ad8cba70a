/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* policy_load.c: see policy_load.h. */
#include "host/policy_load.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "base/arena.h"
#include "base/digest.h"
#include "base/err.h"
#include "base/fd.h"
#include "base/str.h"
#include "host/trust.h"
#include "oci-spec/spec.h"
#include "policy/document.h"
#include "policy/policy.h"

/* O_PATH and O_NOFOLLOW: whatever stands there, a dangling link as well, is not nothing. */
static bool exists(const char *path)
{
	AUTO_FD fd = open(path, O_PATH | O_NOFOLLOW | O_CLOEXEC);

	return fd >= 0 || errno != ENOENT;
}

static int no_memory(struct err *e)
{
	return err_set(e, ERR_SYSTEM, ENOMEM, "out of memory");
}

/* Puts the file's name in front of what is wrong with its contents. */
static int blame(const char *file, const struct err *why, struct err *e)
{
	if (why->kind != ERR_SPEC)
		return err_set(e, why->kind, why->code, "%s", why->msg);
	return err_set(e, ERR_POLICY, why->code, "policy: file: %s: %.800s", file, why->msg);
}

static ssize_t read_file(const char *file, struct arena *a, char **ret_text, struct err *e)
{
	AUTO_FD fd = trust_open(file, e);

	if (fd < 0)
		return fd;
	ssize_t n = fd_read_all(fd, a, SPEC_MAX_BYTES, ret_text);
	if (n == -ENOMEM)
		return no_memory(e);
	if (n == -EFBIG)
		return err_set(e, ERR_POLICY, EFBIG, "policy: file: %s: larger than %u bytes", file,
			       SPEC_MAX_BYTES);
	if (n < 0)
		return err_set(e, ERR_POLICY, (int)-n, "policy: file: %s: %s", file,
			       strerror((int)-n));
	return n;
}

static int load_profile(const char *file, struct arena *a, const struct spec_seccomp **ret,
			struct err *e)
{
	struct spec_seccomp *profile = arena_alloc(a, sizeof(*profile));
	struct err why = {0};
	char *text;

	if (!profile)
		return no_memory(e);
	ssize_t n = read_file(file, a, &text, e);
	if (n < 0)
		return (int)n;
	/* Unknown members are errors: Docker's own form has some that allow or deny. */
	if (json_parse_object(&spec_seccomp_schema, "profile", text, (size_t)n, a, profile,
			      JSON_REFUSE, &why) < 0)
		return blame(file, &why, e);
	*ret = profile;
	return 0;
}

static int load_file(const char *file, struct arena *a, struct policy *ret, struct err *e)
{
	struct err why = {0};
	char digest[DIGEST_LEN + 1], *text;
	ssize_t n = read_file(file, a, &text, e);

	if (n < 0)
		return (int)n;
	if (policy_parse(text, (size_t)n, a, ret, &why) < 0)
		return blame(file, &why, e);
	digest_text(text, (size_t)n, digest);
	ret->source = arena_strdup(a, file);
	ret->digest = arena_strdup(a, digest);
	if (!ret->source || !ret->digest)
		return no_memory(e);
	return *ret->seccomp.profile
		       ? load_profile(ret->seccomp.profile, a, &ret->seccomp.loaded, e)
		       : 0;
}

int policy_load(const char *file, struct arena *a, const struct policy **ret, struct err *e)
{
	if (!file && !exists(POLICY_FILE)) {
		*ret = policy_default();
		return 0;
	}
	struct policy *p = arena_alloc(a, sizeof(*p));
	int r = p ? load_file(file ? file : POLICY_FILE, a, p, e) : no_memory(e);
	if (r == 0)
		*ret = p;
	return r;
}
