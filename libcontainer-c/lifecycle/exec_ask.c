/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * exec_ask.c: which process exec is asked for, from a file or from the command line. Nothing is
 * judged here but the form: harden_exec() does that.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>

#include "base/err.h"
#include "base/fd.h"
#include "base/str.h"
#include "lifecycle/exec_priv.h"
#include "oci-spec/schema.h"
#include "oci-spec/spec.h"

/* Any kind of file: callers hand in pipes, too. */
static int from_file(struct execution *x, struct err *e)
{
	const char *path = x->req->process_file;
	char *text;

	AUTO_FD fd = fd_open_input(path);
	if (fd < 0)
		return err_sys(e, -fd, "open %s", path);
	ssize_t n = fd_read_all(fd, &x->arena, SPEC_MAX_BYTES, &text);
	if (n < 0)
		return err_sys(e, (int)-n, "read %s", path);
	return spec_parse_process(text, (size_t)n, &x->arena, &x->asked, e);
}

/* A list with more behind it, NULL-terminated. */
static int append(struct execution *x, char ***list, size_t *n, const char *const *more,
		  size_t n_more)
{
	char **v = arena_array(&x->arena, *n + n_more + 1, sizeof(*v));

	if (!v)
		return -ENOMEM;
	if (*n)
		memcpy(v, *list, *n * sizeof(*v));
	for (size_t i = 0; i < n_more; i++) {
		v[*n + i] = arena_strdup(&x->arena, more[i]);
		if (!v[*n + i])
			return -ENOMEM;
	}
	*list = v;
	*n += n_more;
	return 0;
}

static int no_memory(struct err *e)
{
	return err_set(e, ERR_SYSTEM, ENOMEM, "out of memory");
}

/* CVE-2026-30892: "-u 1" is user 1, and what is no number is no user. */
static int parse_id(const char *text, const char *what, uint32_t *ret, struct err *e)
{
	uint64_t v;

	if (str_u64(text, UINT32_MAX - 1, &v) < 0)
		return err_set(e, ERR_STATE, EINVAL,
			       "bad %s: \"%.32s\" is not a number from 0 to 4294967294", what,
			       text);
	*ret = (uint32_t)v;
	return 0;
}

static int ask_user(struct execution *x, struct spec_user *u, struct err *e)
{
	const char *user = x->req->words.user;

	if (!user)
		return 0;
	const char *colon = strchr(user, ':');
	const char *uid =
		arena_strndup(&x->arena, user, colon ? (size_t)(colon - user) : strlen(user));
	if (!uid)
		return no_memory(e);
	int r = parse_id(uid, "uid", &u->uid, e);
	if (r == 0 && colon)
		r = parse_id(colon + 1, "gid", &u->gid, e);
	return r;
}

static int ask_groups(struct execution *x, struct spec_user *u, struct err *e)
{
	const struct exec_words *w = &x->req->words;
	uint32_t *v = arena_array(&x->arena, u->n_additional_gids + w->n_gids, sizeof(*v));
	int r = 0;

	if (w->n_gids == 0)
		return 0;
	if (!v)
		return no_memory(e);
	if (u->n_additional_gids)
		memcpy(v, u->additional_gids, u->n_additional_gids * sizeof(*v));
	for (size_t i = 0; i < w->n_gids && r == 0; i++)
		r = parse_id(w->gids[i], "additional gid", &v[u->n_additional_gids + i], e);
	u->additional_gids = v;
	u->n_additional_gids += w->n_gids;
	return r;
}

/*
 * What config.json has in the inheritable set, as with runc: without it a program of another user
 * than root would lose at execve(2) what was asked for.
 */
static int ask_ambient(struct execution *x, struct spec_capabilities *c)
{
	const struct exec_words *w = &x->req->words;
	int r = 0;

	for (size_t i = 0; r == 0 && i < w->n_caps; i++)
		for (size_t k = 0; r == 0 && k < c->n_inheritable; k++)
			if (strcmp(w->caps[i], c->inheritable[k]) == 0)
				r = append(x, &c->ambient, &c->n_ambient, &w->caps[i], 1);
	return r;
}

/* Never into the inheritable set (CVE-2022-29162). */
static int ask_caps(struct execution *x)
{
	const struct exec_words *w = &x->req->words;
	struct spec_process *p = x->asked;

	if (w->n_caps == 0)
		return 0;
	if (!p->capabilities)
		p->capabilities = arena_alloc(&x->arena, sizeof(*p->capabilities));
	struct spec_capabilities *c = p->capabilities;
	if (!c || append(x, &c->bounding, &c->n_bounding, w->caps, w->n_caps) < 0 ||
	    append(x, &c->permitted, &c->n_permitted, w->caps, w->n_caps) < 0 ||
	    append(x, &c->effective, &c->n_effective, w->caps, w->n_caps) < 0)
		return -ENOMEM;
	return ask_ambient(x, c);
}

static int ask_flags(struct execution *x)
{
	const struct exec_words *w = &x->req->words;
	struct spec_process *p = x->asked;
	bool *terminal = arena_alloc(&x->arena, sizeof(*terminal));
	bool *nnp = arena_alloc(&x->arena, sizeof(*nnp));

	if (!terminal || !nnp)
		return -ENOMEM;
	/* Whatever the container's own process has: a terminal is for who asks for it. */
	*terminal = w->tty;
	p->terminal = terminal;
	*nnp = true;
	if (w->no_new_privs)
		p->no_new_privileges = nnp;
	return 0;
}

/* The container's own process, with what the command line says. */
static int from_words(struct execution *x, struct err *e)
{
	const struct exec_words *w = &x->req->words;
	struct spec_process *p = arena_alloc(&x->arena, sizeof(*p));

	if (!x->container->process)
		return err_set(e, ERR_STATE, EINVAL, "process property must not be empty");
	if (!p || json_copy_object(&spec_process_schema, x->container->process, &x->arena, p) < 0)
		return no_memory(e);
	x->asked = p;
	p->args = NULL;
	p->n_args = 0;
	if (w->cwd)
		p->cwd = w->cwd;
	if (w->apparmor)
		p->apparmor_profile = w->apparmor;
	if (w->process_label)
		p->selinux_label = w->process_label;
	if (!p->user)
		p->user = arena_alloc(&x->arena, sizeof(*p->user));
	if (!p->user ||
	    append(x, &p->args, &p->n_args, (const char *const *)w->args, w->n_args) < 0 ||
	    append(x, &p->env, &p->n_env, w->env, w->n_env) < 0 || ask_caps(x) < 0 ||
	    ask_flags(x) < 0)
		return no_memory(e);
	int r = ask_user(x, p->user, e);
	return r < 0 ? r : ask_groups(x, p->user, e);
}

int exec_ask(struct execution *x, struct err *e)
{
	int r = x->req->process_file ? from_file(x, e) : from_words(x, e);

	return r < 0 ? r : spec_check_process(x->asked, e);
}
