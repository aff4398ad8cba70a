/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* net_stats.c: see net_stats.h. */
#include "apply/net_stats.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/fd.h"
#include "base/str.h"

#define TEXT_MAX (4u << 20)

/* Columns of /proc/net/dev: proc_pid_net(5). */
enum {
	RX_BYTES,
	RX_PACKETS,
	RX_ERRORS,
	RX_DROPPED,
	TX_BYTES = 8,
	TX_PACKETS,
	TX_ERRORS,
	TX_DROPPED
};
#define COLUMNS 16

static int parse_columns(char *text, uint64_t *v)
{
	char *save = NULL, *w = strtok_r(text, " ", &save);

	for (size_t i = 0; i < COLUMNS; i++, w = strtok_r(NULL, " ", &save))
		if (!w || str_u64(w, UINT64_MAX, &v[i]) < 0)
			return -EINVAL;
	return 0;
}

/* "  eth0: 1 2 3 ..."; a name has no colon. */
static int parse_line(char *line, struct net_stats *ret)
{
	uint64_t v[COLUMNS];
	char *colon = strchr(line, ':');

	if (!colon)
		return -EINVAL;
	*colon = '\0';
	int r = parse_columns(colon + 1, v);
	if (r < 0)
		return r;
	*ret = (struct net_stats){
		.name = line + strspn(line, " "),
		.rx_bytes = v[RX_BYTES],
		.rx_packets = v[RX_PACKETS],
		.rx_errors = v[RX_ERRORS],
		.rx_dropped = v[RX_DROPPED],
		.tx_bytes = v[TX_BYTES],
		.tx_packets = v[TX_PACKETS],
		.tx_errors = v[TX_ERRORS],
		.tx_dropped = v[TX_DROPPED],
	};
	return 0;
}

int net_stats_parse(char *text, struct arena *a, struct net_stats **ret, size_t *ret_n)
{
	struct net_stats *v = NULL, x;
	size_t n = 0, cap = 0;
	char *save = NULL, *line = strtok_r(text, "\n", &save);

	/* Two lines of heading, with a bar in them. */
	for (; line; line = strtok_r(NULL, "\n", &save)) {
		if (strchr(line, '|') && !strchr(line, ':'))
			continue;
		int r = parse_line(line, &x);
		if (r < 0)
			return r;
		if (strcmp(x.name, "lo") == 0)
			continue;
		struct net_stats *room = arena_grow(a, v, n, &cap, sizeof(*v));
		if (!room)
			return -ENOMEM;
		v = room;
		v[n++] = x;
	}
	*ret = v;
	*ret_n = n;
	return 0;
}

static bool is_our_own(int proc)
{
	struct stat theirs, ours;

	return fstatat(proc, "ns/net", &theirs, 0) == 0 && stat("/proc/self/ns/net", &ours) == 0 &&
	       theirs.st_ino == ours.st_ino && theirs.st_dev == ours.st_dev;
}

int net_stats_read(pid_t pid, struct arena *a, struct net_stats **ret, size_t *ret_n, struct err *e)
{
	char path[32], *text;

	snprintf(path, sizeof(path), "/proc/%d", (int)pid);
	AUTO_FD proc = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	*ret = NULL;
	*ret_n = 0;
	if (proc >= 0 && is_our_own(proc))
		return 0;
	AUTO_FD fd = proc < 0 ? -1 : openat(proc, "net/dev", O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return err_sys(e, errno, "open %s/net/dev", path);
	ssize_t len = fd_read_all(fd, a, TEXT_MAX, &text);
	int r = len < 0 ? (int)len : net_stats_parse(text, a, ret, ret_n);
	return r < 0 ? err_sys(e, -r, "read %s/net/dev", path) : 0;
}
