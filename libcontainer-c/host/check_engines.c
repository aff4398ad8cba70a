/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * check_engines.c: which engines there are, and whether their configuration names this runtime.
 * docker's is JSON and is parsed; containerd's and podman's are TOML, and there a mention has to
 * do: what counts in the end is `docker info`, `crictl info`, `podman info`.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/err.h"
#include "base/fd.h"
#include "base/str.h"
#include "host/check_priv.h"
#include "oci-spec/schema.h"

#define AREA	 "engines"
#define FILE_MAX (1u << 20)

struct docker_runtime {
	const char *key; /* its name */
	const char *path;
};

struct docker_config {
	struct docker_runtime *runtimes;
	size_t n_runtimes;
	const char *default_runtime;
	const char *data_root;
};

static const struct json_field runtime_fields[] = {JSON_STR(docker_runtime, path, "path")};
static const struct json_schema runtime_schema = JSON_SCHEMA(docker_runtime, runtime_fields);
static const struct json_field config_fields[] = {
	JSON_OBJ_MAP(docker_config, runtimes, "runtimes", docker_runtime, runtime_schema),
	JSON_STR(docker_config, default_runtime, "default-runtime"),
	JSON_STR(docker_config, data_root, "data-root"),
};
static const struct json_schema config_schema = JSON_SCHEMA(docker_config, config_fields);

/* Where one of the directories that programs are in has it; PATH of root's shells is no help. */
static const char *find_program(const struct check *c, const char *name)
{
	static const char *const dirs[] = {"/usr/bin", "/usr/sbin",	 "/bin",
					   "/sbin",    "/usr/local/bin", "/usr/local/sbin"};
	char path[PATH_MAX];

	for (size_t i = 0; i < sizeof(dirs) / sizeof(dirs[0]); i++) {
		snprintf(path, sizeof(path), "%s/%s", dirs[i], name);
		if (access(path, X_OK) == 0)
			return arena_strdup(c->a, path);
	}
	return NULL;
}

static ssize_t read_text(const struct check *c, const char *path, char **ret)
{
	AUTO_FD fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);

	return fd < 0 ? -errno : fd_read_all(fd, c->a, FILE_MAX, ret);
}

/* Whether the last component of @path is the program's name. */
static bool is_ours(const struct check *c, const char *path)
{
	const char *base = path ? strrchr(path, '/') : NULL;

	return path && strcmp(base ? base + 1 : path, c->q->program) == 0;
}

static void check_docker_config(struct check *c, const struct docker_config *d)
{
	static const char todo[] =
		"contrib/docker/daemon.json shows the entry; \"default-runtime\" makes it the "
		"usual one";
	const char *name = NULL;

	for (size_t i = 0; i < d->n_runtimes && !name; i++)
		if (is_ours(c, d->runtimes[i].path))
			name = d->runtimes[i].key;
	if (!name)
		check_add(c, CHECK_WARN, AREA, "docker",
			  "not configured in /etc/docker/daemon.json", todo);
	else if (str_eq(d->default_runtime, name))
		check_add(c, CHECK_OK, AREA, "docker",
			  arena_printf(c->a, "default runtime \"%s\"", name), "");
	else
		check_add(c, CHECK_WARN, AREA, "docker",
			  arena_printf(c->a, "runtime \"%s\", but it is not the default", name),
			  "only containers of `docker run --runtime` use it; set "
			  "\"default-runtime\"");
}

/* Without the file all is as by default. -EACCES, or another error with @e set. */
static int read_docker_config(const struct check *c, struct docker_config *ret, struct err *e)
{
	static const char path[] = "/etc/docker/daemon.json";
	char *text;
	ssize_t n = read_text(c, path, &text);

	*ret = (struct docker_config){0};
	if (n < 0)
		return n == -ENOENT ? 0 : (int)n;
	return json_parse_object(&config_schema, path, text, (size_t)n, c->a, ret, JSON_IGNORE, e);
}

const char *check_docker_root(const struct check *c)
{
	struct docker_config d;

	return read_docker_config(c, &d, NULL) == 0 && d.data_root ? d.data_root
								   : "/var/lib/docker";
}

static void check_docker(struct check *c)
{
	struct docker_config d;
	struct err why = {0};
	int r = read_docker_config(c, &d, &why);

	if (why.kind != ERR_NONE)
		check_add(c, CHECK_WARN, AREA, "docker", arena_strdup(c->a, why.msg),
			  "dockerd will not start with it");
	else if (r < 0)
		check_needs_root(c, AREA, "docker");
	else
		check_docker_config(c, &d);
}

/* 1 a file mentions the program, 0 none does, -EACCES when one cannot be read. */
static int mentions(const struct check *c, const char *path)
{
	char *text;
	ssize_t n = read_text(c, path, &text);

	if (n >= 0)
		return strstr(text, c->q->program) != NULL;
	return n == -EACCES ? -EACCES : 0;
}

static int mentions_below(const struct check *c, const char *dir)
{
	DIR *d = opendir(dir);
	int found = 0;

	for (struct dirent *x; d && found == 0 && (x = readdir(d));) {
		const char *path = arena_printf(c->a, "%s/%s", dir, x->d_name);
		size_t n = strlen(x->d_name);
		if (path && x->d_name[0] != '.' && n > 5)
			found = mentions(c, path);
	}
	if (d)
		closedir(d);
	return found;
}

static void check_mention(struct check *c, const char *engine, const char *file, const char *dir,
			  const char *todo)
{
	int r = mentions(c, file);

	if (r == 0 && dir)
		r = mentions_below(c, dir);
	if (r < 0)
		check_needs_root(c, AREA, engine);
	else
		check_add(c, r ? CHECK_OK : CHECK_WARN, AREA, engine,
			  r ? arena_printf(c->a, "%s is in its configuration", c->q->program)
			    : arena_printf(c->a, "not configured in %s", file),
			  todo);
}

void check_engines(struct check *c)
{
	bool docker = find_program(c, "dockerd"), containerd = find_program(c, "containerd"),
	     podman = find_program(c, "podman");

	if (docker)
		check_docker(c);
	/* One that serves dockerd alone needs no configuration of its own. */
	if (containerd && (!docker || access("/etc/containerd/config.toml", F_OK) == 0))
		check_mention(c, "containerd", "/etc/containerd/config.toml", NULL,
			      "a runtime of type io.containerd.runc.v2 with BinaryName = the path "
			      "of bulkhead");
	if (podman)
		check_mention(c, "podman", "/etc/containers/containers.conf",
			      "/etc/containers/containers.conf.d",
			      "[engine.runtimes] bulkhead = [\"/path/of/bulkhead\"], and runtime = "
			      "\"bulkhead\" in [engine]");
	if (!docker && !containerd && !podman)
		check_add(c, CHECK_WARN, AREA, "docker, containerd, podman", "none is installed",
			  "containers can be run from bundles: bulkhead run");
}
