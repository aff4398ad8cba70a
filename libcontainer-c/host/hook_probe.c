/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* hook_probe.c: see hook_probe.h. */
#include "host/hook_probe.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/arena.h"
#include "oci-spec/spec.h"

static bool is_roots_alone(const char *path)
{
	struct stat st;

	return lstat(path, &st) == 0 && st.st_uid == 0 && !(st.st_mode & (S_IWGRP | S_IWOTH));
}

/*
 * Cut @path, a real one, down to the first of itself and the directories above it that others than
 * root can change. Returns whether there is one.
 */
static bool find_weak(char *path)
{
	while (is_roots_alone(path)) {
		char *slash = strrchr(path, '/');

		if (!slash || !path[1])
			return false;
		slash[slash == path] = '\0';
	}
	return true;
}

static int probe_list(const struct spec_hook *h, size_t n, struct arena *a, struct hook_fact *ret)
{
	char real[PATH_MAX];
	struct stat st;

	for (size_t i = 0; i < n; i++) {
		/* A relative path is an error of the plan's. */
		if (!h[i].path || h[i].path[0] != '/' || !realpath(h[i].path, real) ||
		    lstat(real, &st) < 0 || !S_ISREG(st.st_mode))
			continue;
		ret[i].real = arena_strdup(a, real);
		if (!ret[i].real)
			return -ENOMEM;
		if (!find_weak(real))
			continue;
		ret[i].weak = arena_strdup(a, real);
		if (!ret[i].weak)
			return -ENOMEM;
	}
	return 0;
}

int host_probe_hooks(const struct spec_hooks *h, struct arena *a, struct host_facts *f)
{
	static const struct spec_hooks none;
	const struct spec_hooks *k = h ? h : &none;
	const struct {
		const struct spec_hook *items;
		size_t n;
	} lists[] = {
		{k->prestart, k->n_prestart},
		{k->create_runtime, k->n_create_runtime},
		{k->create_container, k->n_create_container},
		{k->poststart, k->n_poststart},
		{k->poststop, k->n_poststop},
	};
	size_t n = 0, at = 0;
	int r = 0;

	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++)
		n += lists[i].n;
	struct hook_fact *v = arena_array(a, n, sizeof(*v));
	if (!v)
		return -ENOMEM;
	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]) && r == 0; i++) {
		r = probe_list(lists[i].items, lists[i].n, a, v + at);
		at += lists[i].n;
	}
	f->hooks = v;
	f->n_hooks = n;
	return r;
}
