/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* cgroups_path.c: see cgroups_path.h. */
#include "oci-spec/cgroups_path.h"

#include <errno.h>
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

#define POINTER	 "/linux/cgroupsPath"
#define UNIT_MAX 255 /* UNIT_NAME_MAX of systemd, and the kernel's for a directory */
#define VALID                                                                                      \
	"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789:-_.\\@" /* systemd.unit(5) \
										 */

static int no_memory(struct err *e)
{
	return err_set(e, ERR_SYSTEM, ENOMEM, "out of memory");
}

static bool ends_with(const char *s, const char *tail)
{
	size_t n = strlen(s), m = strlen(tail);

	return n >= m && strcmp(s + n - m, tail) == 0;
}

static int check_unit(const char *unit, struct err *e)
{
	size_t n = strlen(unit);

	if (n > UNIT_MAX)
		return err_set(e, ERR_SPEC, ENAMETOOLONG,
			       POINTER ": the unit's name has more than %d bytes", UNIT_MAX);
	if (strspn(unit, VALID) != n)
		return err_set(e, ERR_SPEC, EINVAL,
			       POINTER ": has a character that the name of a systemd unit cannot "
				       "have");
	return 0;
}

/* "a-b.slice" to "/a.slice/a-b.slice"; "-.slice", the root of all, to "". */
static int expand_slice(const char *slice, struct arena *a, const char **ret, struct err *e)
{
	AUTO_STRBUF out = STRBUF_INIT;
	size_t n = strlen(slice) - strlen(".slice");
	int r = check_unit(slice, e);

	if (r < 0)
		return r;
	if (str_eq(slice, "-.slice")) {
		*ret = "";
		return 0;
	}
	for (size_t i = 0; i <= n; i++) {
		bool cut = i == n || slice[i] == '-';
		if (cut && (i == 0 || slice[i - 1] == '-'))
			return err_set(e, ERR_SPEC, EINVAL,
				       POINTER ": is no name of a slice: \"-\" parts names that "
					       "are not empty");
		if (cut)
			strbuf_addf(&out, "/%.*s.slice", (int)i, slice);
	}
	*ret = out.failed ? NULL : arena_strdup(a, out.buf);
	return *ret ? 0 : no_memory(e);
}

/* The three parts, cut in place. */
static int split(char *path, char *part[3], struct err *e)
{
	for (int i = 0; i < 3; i++) {
		part[i] = path;
		path = path ? strchr(path, ':') : NULL;
		if (path && i < 2)
			*path++ = '\0';
	}
	if (!part[2] || strchr(part[2], ':'))
		return err_set(e, ERR_SPEC, EINVAL,
			       POINTER ": expected \"slice:prefix:name\", as with "
				       "--systemd-cgroup");
	if (!*part[2])
		return err_set(e, ERR_SPEC, EINVAL, POINTER ": the name of the unit is empty");
	return 0;
}

int systemd_path_parse(const char *path, const char *id, bool user, struct arena *a,
		       struct systemd_path *ret, struct err *e)
{
	bool absent = !path || !*path;
	char *text = absent ? arena_printf(a, ":bulkhead:%s", id) : arena_strdup(a, path);
	char *part[3];
	const char *above;

	if (!text)
		return no_memory(e);
	int r = split(text, part, e);
	if (r < 0)
		return r;
	struct systemd_path p = {
		.slice = *part[0] ? part[0]
			 : user	  ? "user.slice"
				  : "system.slice",
		.is_slice = ends_with(part[2], ".slice"),
	};
	if (!ends_with(p.slice, ".slice"))
		return err_set(e, ERR_SPEC, EINVAL,
			       POINTER ": the slice's name does not end with \".slice\"");
	p.unit = p.is_slice
			 ? part[2]
			 : arena_printf(a, "%s%s%s.scope", part[1], *part[1] ? "-" : "", part[2]);
	if (!p.unit)
		return no_memory(e);
	r = check_unit(p.unit, e);
	if (r == 0)
		r = expand_slice(p.is_slice ? p.unit : p.slice, a, &above, e);
	if (r < 0)
		return r;
	if (p.is_slice && !*above)
		return err_set(e, ERR_SPEC, EINVAL,
			       POINTER ": must name a cgroup below the root cgroup");
	p.cgroup = p.is_slice ? above : arena_printf(a, "%s/%s", above, p.unit);
	if (!p.cgroup)
		return no_memory(e);
	*ret = p;
	return 0;
}
