/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* systemd_probe.c: see systemd_probe.h. */
#include "host/systemd_probe.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/fd.h"
#include "base/str.h"
#include "dbus/manager.h"
#include "host/facts.h"

#define INIT_SCOPE "/init.scope" /* where systemd itself runs, below its root */

/* Root of a user namespace that an ordinary user made (podman) is that user; of one with a systemd
 * of its own it is not. */
static bool is_user(const struct host_facts *f)
{
	if (geteuid() != 0)
		return true;
	return f->in_userns && getenv("XDG_RUNTIME_DIR") &&
	       access("/run/systemd/private", W_OK) < 0;
}

static int root_of_user(struct arena *a, const char **ret, struct err *e)
{
	struct systemd_manager m;
	int r = systemd_open(true, &m, e);

	if (r == 0)
		r = systemd_get(&m, "ControlGroup", a, ret, e);
	systemd_close(&m);
	return r < 0 ? err_wrap(e, "--systemd-cgroup") : 0;
}

/* Its line of "name=systemd" or, on v2, of the only tree; "/" and what cannot be read are "". */
static const char *root_of_system(struct arena *a)
{
	char *text, *save = NULL;
	AUTO_FD fd = open("/proc/1/cgroup", O_RDONLY | O_CLOEXEC);

	if (fd < 0 || fd_read_all(fd, a, 1 << 16, &text) < 0)
		return "";
	for (char *p = strtok_r(text, "\n", &save); p; p = strtok_r(NULL, "\n", &save)) {
		char *path = strstr(p, ":name=systemd:");
		path = path ? path + strlen(":name=systemd:") : NULL;
		if (!path && str_starts(p, "0::"))
			path = p + strlen("0::");
		if (!path || *path != '/')
			continue;
		size_t n = strlen(path), m = strlen(INIT_SCOPE);
		if (n >= m && strcmp(path + n - m, INIT_SCOPE) == 0)
			path[n - m] = '\0';
		return path;
	}
	return "";
}

int host_probe_systemd(struct arena *a, struct host_facts *f, struct err *e)
{
	const char *root = "";
	int r = 0;

	f->systemd.on = true;
	f->systemd.user = is_user(f);
	if (f->systemd.user)
		r = root_of_user(a, &root, e);
	else
		root = root_of_system(a);
	f->systemd.root = str_eq(root, "/") ? "" : root;
	return r;
}
