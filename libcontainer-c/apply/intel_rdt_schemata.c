/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* intel_rdt_schemata.c: see intel_rdt_schemata.h. */
#include "apply/intel_rdt_schemata.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

static const char *skip_spaces(const char *s)
{
	return s + strspn(s, " \t");
}

/* The part behind "NAME:" of the file's line of that name; NULL: there is none. */
static const char *find_line(const char *file, const char *name, size_t n)
{
	for (const char *s = file; *s; s += strcspn(s, "\n"), s += *s == '\n') {
		const char *begin = skip_spaces(s);
		if (strncmp(begin, name, n) == 0 && begin[n] == ':')
			return begin + n + 1;
	}
	return NULL;
}

/* "ID=VALUE" up to ';' or the end of the line; steps over it. False: not such a thing. */
static bool next_domain(const char **s, int base, uint64_t *id, uint64_t *value)
{
	char *end;

	*s = skip_spaces(*s);
	if (**s < '0' || **s > '9')
		return false;
	*id = strtoull(*s, &end, 10);
	end += strspn(end, " ");
	if (*end != '=')
		return false;
	const char *number = end + 1 + strspn(end + 1, " ");
	*value = strtoull(number, &end, base);
	if (end == number)
		return false;
	end += strspn(end, " ");
	if (*end == ';')
		end++;
	else if (*end && *end != '\n')
		return false;
	*s = end;
	return true;
}

static bool find_domain(const char *list, int base, uint64_t id, uint64_t *ret)
{
	uint64_t i;

	while (*list && *list != '\n' && next_domain(&list, base, &i, ret))
		if (i == id)
			return true;
	return false;
}

bool schemata_has(const char *file, const char *line, uint64_t bandwidth_step)
{
	size_t n = strcspn(line, ":");
	bool bandwidth = n == 2 && strncmp(line, "MB", 2) == 0;
	int base = bandwidth ? 10 : 16;
	const char *there = find_line(file, line, n);
	uint64_t id, want, got;

	if (!there || !line[n])
		return false;
	for (const char *s = line + n + 1; *skip_spaces(s);) {
		if (!next_domain(&s, base, &id, &want) || !find_domain(there, base, id, &got))
			return false;
		if (bandwidth && bandwidth_step > 1)
			want += (bandwidth_step - want % bandwidth_step) % bandwidth_step;
		if (want != got)
			return false;
	}
	return true;
}
