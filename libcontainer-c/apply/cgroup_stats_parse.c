/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* cgroup_stats_parse.c: texts of the kernel; see cgroup_stats_priv.h. */
#include "apply/cgroup_stats_priv.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/str.h"

#define LIST_MAX 65536 /* CPUs, far above any kernel's */

int stats_number(char *text, uint64_t *ret)
{
	int64_t below;

	text[strcspn(text, "\n")] = '\0';
	if (strcmp(text, "max") == 0) {
		*ret = UINT64_MAX;
		return 0;
	}
	if (str_u64(text, UINT64_MAX, ret) == 0)
		return 0;
	if (str_i64(text, INT64_MIN, -1, &below) < 0)
		return -EINVAL;
	*ret = 0;
	return 0;
}

static int by_name(const void *x, const void *y)
{
	const struct cgroup_named *a = x, *b = y;

	return strcmp(a->name, b->name);
}

int stats_named(char *text, struct arena *a, struct cgroup_named **ret, size_t *ret_n)
{
	struct cgroup_named *v = NULL;
	size_t n = 0, cap = 0;
	char *save = NULL;

	for (char *line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		char *value = strchr(line, ' ');
		struct cgroup_named *room = arena_grow(a, v, n, &cap, sizeof(*v));
		if (!room)
			return -ENOMEM;
		v = room;
		if (!value)
			return -EINVAL;
		*value++ = '\0';
		v[n].name = line;
		if (stats_number(value, &v[n].value) < 0)
			return -EINVAL;
		n++;
	}
	if (n)
		qsort(v, n, sizeof(*v), by_name);
	*ret = v;
	*ret_n = n;
	return 0;
}

uint64_t stats_value(const struct cgroup_named *v, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(v[i].name, name) == 0)
			return v[i].value;
	return 0;
}

static int add_number(struct arena *a, struct cgroup_numbers *l, uint64_t value)
{
	uint64_t *room = arena_grow(a, l->v, l->n, &l->cap, sizeof(*l->v));

	if (!room)
		return -ENOMEM;
	l->v = room;
	l->v[l->n++] = value;
	return 0;
}

int stats_numbers(char *text, struct arena *a, struct cgroup_numbers *ret)
{
	struct cgroup_numbers l = {0};
	uint64_t value;
	char *save = NULL;

	for (char *w = strtok_r(text, " \n", &save); w; w = strtok_r(NULL, " \n", &save)) {
		if (str_u64(w, UINT64_MAX, &value) < 0)
			return -EINVAL;
		if (add_number(a, &l, value) < 0)
			return -ENOMEM;
	}
	*ret = l;
	return 0;
}

static int add_range(struct arena *a, struct cgroup_numbers *l, char *range)
{
	char *dash = strchr(range, '-');
	uint64_t first, last;

	if (dash)
		*dash++ = '\0';
	if (str_u64(range, LIST_MAX - 1, &first) < 0 ||
	    str_u64(dash ? dash : range, LIST_MAX - 1, &last) < 0 || last < first)
		return -EINVAL;
	for (uint64_t i = first; i <= last; i++)
		if (l->n == LIST_MAX || add_number(a, l, i) < 0)
			return -ENOMEM;
	return 0;
}

int stats_list(char *text, struct arena *a, struct cgroup_numbers *ret)
{
	struct cgroup_numbers l = {0};
	char *save = NULL;

	for (char *w = strtok_r(text, ",\n", &save); w; w = strtok_r(NULL, ",\n", &save)) {
		int r = add_range(a, &l, w);
		if (r < 0)
			return r;
	}
	*ret = l;
	return 0;
}

int stats_usage_all(char *text, struct arena *a, struct cgroup_numbers *user,
		    struct cgroup_numbers *kernel)
{
	struct cgroup_numbers row, u = {0}, k = {0};
	char *save = NULL, *line = strtok_r(text, "\n", &save);

	if (!line || strcmp(line, "cpu user system") != 0)
		return -EINVAL;
	while ((line = strtok_r(NULL, "\n", &save))) {
		int r = stats_numbers(line, a, &row);
		if (r == 0 && row.n != 3)
			r = -EINVAL;
		if (r == 0)
			r = add_number(a, &u, row.v[1]);
		if (r == 0)
			r = add_number(a, &k, row.v[2]);
		if (r < 0)
			return r;
	}
	*user = u;
	*kernel = k;
	return 0;
}

/* "8:16" */
static int parse_device(char *word, struct cgroup_blkio_entry *ret)
{
	char *colon = strchr(word, ':');

	if (!colon)
		return -EINVAL;
	*colon++ = '\0';
	return str_u64(word, UINT32_MAX, &ret->major) < 0 ||
			       str_u64(colon, UINT32_MAX, &ret->minor) < 0
		       ? -EINVAL
		       : 0;
}

static int add_entry(struct arena *a, struct cgroup_blkio_stats *t,
		     const struct cgroup_blkio_entry *x)
{
	struct cgroup_blkio_entry *room = arena_grow(a, t->v, t->n, &t->cap, sizeof(*t->v));

	if (!room)
		return -ENOMEM;
	t->v = room;
	t->v[t->n++] = *x;
	return 0;
}

int stats_blkio(char *text, struct arena *a, struct cgroup_blkio_stats *ret)
{
	struct cgroup_blkio_stats t = {0};
	char *save = NULL, *in_line;

	for (char *line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		struct cgroup_blkio_entry x = {0};
		char *device = strtok_r(line, " ", &in_line);
		char *second = device ? strtok_r(NULL, " ", &in_line) : NULL;
		char *third = second ? strtok_r(NULL, " ", &in_line) : NULL;
		if (device && strcmp(device, "Total") == 0)
			continue;
		x.op = third ? second : NULL;
		if (!second || parse_device(device, &x) < 0 ||
		    str_u64(third ? third : second, UINT64_MAX, &x.value) < 0)
			return -EINVAL;
		if (add_entry(a, &t, &x) < 0)
			return -ENOMEM;
	}
	*ret = t;
	return 0;
}

static const struct {
	const char *key, *op;
	enum cgroup_blkio_table table;
} io_keys[] = {
	{"rbytes", "Read", CGROUP_BLKIO_BYTES},
	{"wbytes", "Write", CGROUP_BLKIO_BYTES},
	{"rios", "Read", CGROUP_BLKIO_SERVICED},
	{"wios", "Write", CGROUP_BLKIO_SERVICED},
};

/* "rbytes=4096"; what v1 has no name for is passed over. */
static int add_io(struct arena *a, struct cgroup_blkio_stats *tables, struct cgroup_blkio_entry x,
		  char *word)
{
	char *value = strchr(word, '=');

	if (!value)
		return -EINVAL;
	*value++ = '\0';
	for (size_t i = 0; i < sizeof(io_keys) / sizeof(io_keys[0]); i++) {
		if (strcmp(word, io_keys[i].key) != 0)
			continue;
		x.op = io_keys[i].op;
		if (str_u64(value, UINT64_MAX, &x.value) < 0)
			return -EINVAL;
		return add_entry(a, &tables[io_keys[i].table], &x);
	}
	return 0;
}

/*
 * Words, not lines: before 5.13 a device without any numbers had no line break behind it
 * ("8:0 8:16 rbytes=...").
 */
int stats_io(char *text, struct arena *a, struct cgroup_blkio_stats *tables)
{
	struct cgroup_blkio_entry x = {0};
	bool device = false;
	char *save = NULL;

	for (char *w = strtok_r(text, " \n", &save); w; w = strtok_r(NULL, " \n", &save)) {
		int r = 0;
		if (strchr(w, ':') && !strchr(w, '=')) {
			r = parse_device(w, &x);
			device = true;
		} else {
			r = device ? add_io(a, tables, x, w) : -EINVAL;
		}
		if (r < 0)
			return r;
	}
	return 0;
}

/* "avg10=1.23" as 123: the kernel always writes two digits behind the point. */
static int parse_average(const char *text, uint64_t *ret)
{
	char digits[24];
	const char *point = strchr(text, '.');
	size_t n = point ? (size_t)(point - text) : 0;

	if (n == 0 || n > 16 || strlen(point) != 3)
		return -EINVAL;
	memcpy(digits, text, n);
	memcpy(digits + n, point + 1, 3);
	return str_u64(digits, UINT64_MAX, ret);
}

static int parse_psi_word(char *word, struct cgroup_psi_line *ret)
{
	char *value = strchr(word, '=');

	if (!value)
		return -EINVAL;
	*value++ = '\0';
	if (strcmp(word, "avg10") == 0)
		return parse_average(value, &ret->avg10);
	if (strcmp(word, "avg60") == 0)
		return parse_average(value, &ret->avg60);
	if (strcmp(word, "avg300") == 0)
		return parse_average(value, &ret->avg300);
	return strcmp(word, "total") == 0 ? str_u64(value, UINT64_MAX, &ret->total) : 0;
}

int stats_psi(char *text, struct cgroup_psi *ret)
{
	struct cgroup_psi p = {.known = true};
	char *save = NULL, *in_line;

	for (char *line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		char *w = strtok_r(line, " ", &in_line);
		if (!w || (strcmp(w, "some") != 0 && strcmp(w, "full") != 0))
			continue;
		struct cgroup_psi_line *l = strcmp(w, "some") == 0 ? &p.some : &p.full;
		while ((w = strtok_r(NULL, " ", &in_line)))
			if (parse_psi_word(w, l) < 0)
				return -EINVAL;
	}
	*ret = p;
	return 0;
}
