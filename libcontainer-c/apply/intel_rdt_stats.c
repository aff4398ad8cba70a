/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* intel_rdt_stats.c: see intel_rdt_stats.h; files: Documentation/filesystems/resctrl.rst. */
#include "apply/intel_rdt_stats.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/fd.h"
#include "base/str.h"

#define FILE_BYTES 65536

/* One file without its last line break; NULL: there is none. */
static char *read_line(int dir_fd, const char *file, struct arena *a)
{
	char *text;
	AUTO_FD fd = openat(dir_fd, file, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	ssize_t n = fd < 0 ? -1 : fd_read_all(fd, a, FILE_BYTES, &text);

	if (n < 0)
		return NULL;
	if (n > 0 && text[n - 1] == '\n')
		text[n - 1] = '\0';
	return text;
}

/* "Unavailable" and "Error" stand where a counter cannot be read: they count as 0. */
static uint64_t read_number(int dir_fd, const char *file, struct arena *a)
{
	const char *text = read_line(dir_fd, file, a);
	uint64_t v = 0;

	return text && str_u64(text, UINT64_MAX, &v) == 0 ? v : 0;
}

static void read_l3(int root_fd, struct arena *a, struct intel_rdt_stats *s)
{
	AUTO_FD info = openat(root_fd, "info/L3", O_PATH | O_DIRECTORY | O_CLOEXEC);

	s->l3 = info >= 0;
	if (!s->l3)
		return;
	s->cbm_mask = read_line(info, "cbm_mask", a);
	s->min_cbm_bits = read_number(info, "min_cbm_bits", a);
	s->l3_closids = read_number(info, "num_closids", a);
}

static void read_mem_bw(int root_fd, struct arena *a, struct intel_rdt_stats *s)
{
	AUTO_FD info = openat(root_fd, "info/MB", O_PATH | O_DIRECTORY | O_CLOEXEC);

	s->mem_bw = info >= 0;
	if (!s->mem_bw)
		return;
	s->bandwidth_gran = read_number(info, "bandwidth_gran", a);
	s->delay_linear = read_number(info, "delay_linear", a);
	s->min_bandwidth = read_number(info, "min_bandwidth", a);
	s->mem_bw_closids = read_number(info, "num_closids", a);
}

/* Lines of a schemata file without the blanks that align them. */
static int read_schemata(int dir_fd, struct arena *a, const char ***ret, size_t *ret_n)
{
	char *save = NULL, *text = read_line(dir_fd, "schemata", a);
	const char **v = NULL;
	size_t n = 0, cap = 0;

	if (!text)
		return -ENOENT;
	for (char *l = strtok_r(text, "\n", &save); l; l = strtok_r(NULL, "\n", &save)) {
		const char **room = arena_grow(a, v, n, &cap, sizeof(*v));
		if (!room)
			return -ENOMEM;
		v = room;
		v[n++] = l + strspn(l, " ");
	}
	*ret = v;
	*ret_n = n;
	return 0;
}

static const char *line_of(const char *const *lines, size_t n, const char *resource)
{
	for (size_t i = 0; i < n; i++)
		if (str_starts(lines[i], resource))
			return lines[i];
	return NULL;
}

static void read_features(int root_fd, struct arena *a, struct intel_rdt_stats *s)
{
	AUTO_FD info = openat(root_fd, "info/L3_MON", O_PATH | O_DIRECTORY | O_CLOEXEC);
	const char *text = info < 0 ? NULL : read_line(info, "mon_features", a);

	s->cmt = str_list_has(text, '\n', "llc_occupancy");
	s->mbm = str_list_has(text, '\n', "mbm_total_bytes") ||
		 str_list_has(text, '\n', "mbm_local_bytes");
}

static int by_name(const void *x, const void *y)
{
	return strcmp(*(const char *const *)x, *(const char *const *)y);
}

static int list_domains(int fd, struct arena *a, const char ***ret, size_t *ret_n)
{
	const char **v = NULL;
	size_t n = 0, cap = 0;
	int r = 0, dup_fd = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = dup_fd < 0 ? NULL : fdopendir(dup_fd);

	if (!dir) {
		r = -errno;
		fd_closep(&dup_fd);
		return r;
	}
	for (struct dirent *x; r == 0 && (x = readdir(dir));) {
		if (!str_starts(x->d_name, "mon_L3_"))
			continue;
		const char **room = arena_grow(a, v, n, &cap, sizeof(*v));
		v = room ? room : v;
		r = room && (v[n++] = arena_strdup(a, x->d_name)) ? 0 : -ENOMEM;
	}
	closedir(dir);
	if (r == 0 && n)
		qsort(v, n, sizeof(*v), by_name);
	*ret = v;
	*ret_n = n;
	return r;
}

static int read_domains(int group_fd, struct arena *a, struct intel_rdt_stats *s)
{
	AUTO_FD fd = openat(group_fd, "mon_data", O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	const char **names = NULL;
	size_t n = 0;
	int r = fd < 0 ? -errno : list_domains(fd, a, &names, &n);

	if (r < 0)
		return r == -ENOENT ? 0 : r;
	s->domains = arena_array(a, n, sizeof(*s->domains));
	if (!s->domains)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++) {
		AUTO_FD d = openat(fd, names[i], O_PATH | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
		if (d < 0)
			return -errno;
		s->domains[i] = (struct intel_rdt_domain){
			.mbm_total_bytes = read_number(d, "mbm_total_bytes", a),
			.mbm_local_bytes = read_number(d, "mbm_local_bytes", a),
			.llc_occupancy = read_number(d, "llc_occupancy", a),
		};
	}
	s->n_domains = n;
	return 0;
}

static int read_group(int root_fd, const char *group, struct arena *a, struct intel_rdt_stats *s)
{
	AUTO_FD own = openat(root_fd, group, O_PATH | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	const char **root_lines;
	size_t n;
	int r = own < 0 ? -errno : read_schemata(own, a, &s->schemata, &s->n_schemata);

	if (r == 0)
		r = read_schemata(root_fd, a, &root_lines, &n);
	if (r < 0)
		return r;
	s->l3_own = line_of(s->schemata, s->n_schemata, "L3");
	s->mem_bw_own = line_of(s->schemata, s->n_schemata, "MB");
	s->l3_root = line_of(root_lines, n, "L3");
	s->mem_bw_root = line_of(root_lines, n, "MB");
	return 0;
}

int intel_rdt_stats_read(int root_fd, const char *group, const char *monitor, struct arena *a,
			 struct intel_rdt_stats *ret, struct err *e)
{
	struct intel_rdt_stats s = {0};

	read_l3(root_fd, a, &s);
	read_mem_bw(root_fd, a, &s);
	read_features(root_fd, a, &s);
	int r = read_group(root_fd, group, a, &s);
	AUTO_FD fd = openat(root_fd, monitor, O_PATH | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	if (r == 0)
		r = fd < 0 ? -errno : read_domains(fd, a, &s);
	if (r < 0)
		return err_sys(e, -r, "read the class of service %s", group);
	*ret = s;
	return 0;
}
