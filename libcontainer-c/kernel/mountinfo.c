/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* mountinfo.c: see mountinfo.h. The pure part: text to fields. */
#include "kernel/mountinfo.h"

#include <errno.h>
#include <string.h>

#include "base/err.h"
#include "base/str.h"

int mountinfo_unescape(char *s)
{
	char *out = strchr(s, '\\');

	if (!out)
		return 0;
	for (s = out; *s; s++) {
		if (*s != '\\') {
			*out++ = *s;
			continue;
		}
		unsigned v = 0;
		for (int i = 1; i <= 3; i++) {
			if (s[i] < '0' || s[i] > '7')
				return -EINVAL;
			v = v * 8 + (unsigned)(s[i] - '0');
		}
		if (v == 0 || v > 255)
			return -EINVAL;
		*out++ = (char)v;
		s += 3;
	}
	*out = '\0';
	return 0;
}

/* Cut the field that ends at the next space off *p. Fields are separated by exactly one space: the
 * kernel prints an empty device name as nothing between two of them. */
static char *cut_field(char **p)
{
	char *field = *p;

	if (!field)
		return NULL;
	char *end = strchr(field, ' ');
	if (end)
		*end++ = '\0';
	*p = end;
	return field;
}

static int cut_number(char **p, uint32_t *ret)
{
	const char *field = cut_field(p);
	uint64_t v;

	if (!field || str_u64(field, UINT32_MAX, &v) < 0)
		return -EINVAL;
	*ret = (uint32_t)v;
	return 0;
}

static int cut_device(char **p, uint32_t *ret_major, uint32_t *ret_minor)
{
	char *field = cut_field(p);
	char *colon = field ? strchr(field, ':') : NULL;
	uint64_t major, minor;

	if (!colon)
		return -EINVAL;
	*colon = '\0';
	if (str_u64(field, UINT32_MAX, &major) < 0 || str_u64(colon + 1, UINT32_MAX, &minor) < 0)
		return -EINVAL;
	*ret_major = (uint32_t)major;
	*ret_minor = (uint32_t)minor;
	return 0;
}

static int cut_text(char **p, bool may_be_empty, const char **ret)
{
	char *field = cut_field(p);

	if (!field || (!*field && !may_be_empty) || mountinfo_unescape(field) < 0)
		return -EINVAL;
	*ret = field;
	return 0;
}

/* The optional fields up to the lone "-", which is always there (proc(5)). */
static int cut_optional(char **p, const char **ret)
{
	char *start = *p;

	if (!start)
		return -EINVAL;
	if (str_starts(start, "- ")) {
		*ret = "";
		*p = start + 2;
		return 0;
	}
	char *dash = strstr(start, " - ");
	if (!dash)
		return -EINVAL;
	*dash = '\0';
	*ret = start;
	*p = dash + 3;
	return 0;
}

static int parse_line(char *line, struct mountinfo *ret)
{
	struct mountinfo m;
	char *p = line;

	if (cut_number(&p, &m.id) < 0 || cut_number(&p, &m.parent) < 0 ||
	    cut_device(&p, &m.major, &m.minor) < 0 || cut_text(&p, false, &m.root) < 0 ||
	    cut_text(&p, false, &m.mountpoint) < 0)
		return -EINVAL;
	m.options = cut_field(&p);
	if (!m.options || !*m.options || cut_optional(&p, &m.fields) < 0 ||
	    cut_text(&p, false, &m.fstype) < 0 || cut_text(&p, true, &m.source) < 0)
		return -EINVAL;
	/* The rest of the line: a file system may print a raw space in its own options. */
	if (!p || !*p)
		return -EINVAL;
	m.super_options = p;
	*ret = m;
	return 0;
}

int mountinfo_next(char **text, struct mountinfo *ret)
{
	char *line = *text;

	if (!*line)
		return 0;
	char *end = strchr(line, '\n');
	if (end) {
		*end = '\0';
		*text = end + 1;
	} else {
		*text = line + strlen(line);
	}
	int r = parse_line(line, ret);
	return r < 0 ? r : 1;
}

bool mountinfo_has_option(const struct mountinfo *m, const char *name)
{
	size_t n = strlen(name);

	for (const char *p = m->options; p; p = strchr(p, ',')) {
		p += *p == ',';
		if (strncmp(p, name, n) == 0 && (p[n] == ',' || p[n] == '\0'))
			return true;
	}
	return false;
}

bool mountinfo_is_shared(const struct mountinfo *m)
{
	return str_starts(m->fields, "shared:") || strstr(m->fields, " shared:");
}

int mountinfo_find(char *text, uint64_t id, struct mountinfo *ret, struct err *e)
{
	struct mountinfo m;
	int r;

	while ((r = mountinfo_next(&text, &m)) > 0) {
		if (m.id != id)
			continue;
		*ret = m;
		return 1;
	}
	if (r < 0)
		return err_set(e, ERR_SYSTEM, EINVAL, "/proc/self/mountinfo: malformed line");
	return 0;
}
