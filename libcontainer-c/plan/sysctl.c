/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* sysctl.c: see sysctl.h. Owns the list of what is namespaced. PURE. */
#include "plan/sysctl.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include "oci-spec/spec.h"

static bool word_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '_' || c == '-';
}

static bool separator(char c)
{
	return c == '.' || c == '/';
}

int sysctl_path(const char *key, char *ret, size_t size)
{
	static const char prefix[] = "sys/";
	size_t n = strlen(key), first = strcspn(key, "./");
	bool turn = key[first] == '.';

	if (n + sizeof(prefix) > size)
		return -ENAMETOOLONG;
	/* No empty component, so no absolute path; and no two dots together, so no "..". */
	if (!word_char(key[0]) || !word_char(key[n - 1]))
		return -EINVAL;
	for (size_t i = 0; i < n; i++)
		if (!word_char(key[i]) && (!separator(key[i]) || separator(key[i + 1])))
			return -EINVAL;
	memcpy(ret, prefix, sizeof(prefix) - 1);
	char *out = ret + sizeof(prefix) - 1;
	for (size_t i = 0; i <= n; i++) {
		out[i] = key[i];
		if (turn && separator(key[i]))
			out[i] = key[i] == '.' ? '/' : '.';
	}
	return 0;
}

/* The namespaced ones (runc's validator has the same list); a trailing slash stands for a tree. */
static const struct {
	const char *path;
	enum ns_kind ns;
} namespaced[] = {
	{"sys/net/", NS_NET},
	{"sys/fs/mqueue/", NS_IPC},
	{"sys/kernel/msgmax", NS_IPC},
	{"sys/kernel/msgmnb", NS_IPC},
	{"sys/kernel/msgmni", NS_IPC},
	{"sys/kernel/sem", NS_IPC},
	{"sys/kernel/shmall", NS_IPC},
	{"sys/kernel/shmmax", NS_IPC},
	{"sys/kernel/shmmni", NS_IPC},
	{"sys/kernel/shm_rmid_forced", NS_IPC},
	{"sys/kernel/domainname", NS_UTS},
	{"sys/user/", NS_USER},
};

static int find_namespace(const char *path, enum ns_kind *ret)
{
	for (size_t i = 0; i < sizeof(namespaced) / sizeof(namespaced[0]); i++) {
		const char *p = namespaced[i].path;

		if (p[strlen(p) - 1] == '/' ? str_starts(path, p) : strcmp(path, p) == 0) {
			*ret = namespaced[i].ns;
			return 0;
		}
	}
	return -ENOENT;
}

static bool str_ends(const char *s, const char *tail)
{
	size_t n = strlen(s), m = strlen(tail);

	return n >= m && strcmp(s + n - m, tail) == 0;
}

static enum sysctl_compare choose_compare(const char *path)
{
	if (str_ends(path, "/ip_local_reserved_ports"))
		return SYSCTL_COMPARE_PORTS;
	if (str_ends(path, "_ms"))
		return SYSCTL_COMPARE_ROUNDED;
	/* Write-only; and one that reads back as an IPv6 address written out in full. */
	if (str_ends(path, "/flush") || str_ends(path, "/stable_secret"))
		return SYSCTL_COMPARE_NONE;
	return SYSCTL_COMPARE_WORDS;
}

/* RFC 6901: '~' and '/' in a member's name. */
static const char *pointer_escape(const char *key, struct arena *a)
{
	char *out = arena_array(a, 2, strlen(key) + 1), *o = out;

	if (!out)
		return "?";
	for (; *key; key++) {
		if (*key == '~' || *key == '/') {
			*o++ = '~';
			*o++ = *key == '~' ? '0' : '1';
		} else {
			*o++ = *key;
		}
	}
	*o = '\0';
	return out;
}

static bool value_ok(const char *v)
{
	/* CVE-2022-0811: "1+kernel.core_pattern=|/x" became a second setting downstream. */
	for (; *v; v++)
		if (((unsigned char)*v < 0x20 && *v != '\t') || *v == 0x7f || *v == '+' ||
		    *v == '=')
			return false;
	return true;
}

static int bad(const struct spec_pair *s, const char *why, struct arena *a, struct err *e)
{
	return err_set(e, ERR_SPEC, EINVAL, "/linux/sysctl/%.128s: %s", pointer_escape(s->key, a),
		       why);
}

/*
 * net.ipv4.ping_group_range holds group ids. It is written with the host's credentials, since root
 * of the container may not name ids that it does not have (docker asks for "0 2147483647"), so the
 * container's ids are turned into the host's, up to the last one that it has.
 */
static int map_ping_groups(const struct spec_pair *s, const struct id_maps *m, struct arena *a,
			   struct sysctl_item *ret, struct err *e)
{
	unsigned long long low, high;
	char rest;

	if (sscanf(s->value, "%llu %llu %c", &low, &high, &rest) != 2)
		return bad(s, "two group ids are expected", a, e);
	/* Nobody (the kernel's own default is "1 0"), or no map to go by. */
	if (low > high || m->n_gid == 0)
		return 0;
	for (size_t i = 0; i < m->n_gid; i++) {
		const struct id_extent *x = &m->gid[i];
		if (low < x->inside || low - x->inside >= x->size)
			continue;
		unsigned long long last = (unsigned long long)x->inside + x->size - 1;
		high = high < last ? high : last;
		ret->value = arena_printf(a, "%llu %llu", x->outside + (low - x->inside),
					  x->outside + (high - x->inside));
		return ret->value ? 0 : err_set(e, ERR_SYSTEM, ENOMEM, "out of memory");
	}
	return bad(s, "the container does not have the first group id", a, e);
}

static int plan_one(const struct spec_pair *s, const struct namespaces_plan *ns, struct arena *a,
		    struct sysctl_item *ret, struct err *e)
{
	char path[256];
	enum ns_kind kind;

	if (sysctl_path(s->key, path, sizeof(path)) < 0)
		return bad(s, "malformed sysctl name", a, e);
	if (!s->value || !*s->value || strlen(s->value) >= 4096 || !value_ok(s->value))
		return bad(s, "malformed sysctl value", a, e);
	if (strcmp(path, "sys/kernel/hostname") == 0)
		return bad(s, "conflicts with the hostname property, use that", a, e);
	if (find_namespace(path, &kind) < 0 || ns->ns[kind].mode == NS_SHARED)
		return err_set(e, ERR_SPEC, EINVAL,
			       "/linux/sysctl/%.128s: sysctl \"%.128s\" is not in a separate "
			       "kernel namespace",
			       pointer_escape(s->key, a), s->key);
	*ret = (struct sysctl_item){
		.key = s->key,
		.path = arena_strdup(a, path),
		.value = s->value,
		.ns = kind,
		/* ipc_permissions(), 5.19: only the owner's root; net and uts ask for capabilities.
		 */
		.as_root = kind == NS_IPC && namespaces_owned_by_container(ns, kind),
		.compare = choose_compare(path),
	};
	if (!ret->path)
		return err_set(e, ERR_SYSTEM, ENOMEM, "out of memory");
	if (strcmp(path, "sys/net/ipv4/ping_group_range") == 0)
		return map_ping_groups(s, &ns->maps, a, ret, e);
	return 0;
}

int sysctl_plan_make(const struct spec *s, const struct namespaces_plan *ns, struct arena *a,
		     struct sysctl_plan *ret, struct err *e)
{
	size_t n = s->linux_ ? s->linux_->n_sysctl : 0;
	struct sysctl_item *items = arena_array(a, n, sizeof(*items));

	if (!items)
		return err_set(e, ERR_SYSTEM, ENOMEM, "out of memory");
	for (size_t i = 0; i < n; i++) {
		int r = plan_one(&s->linux_->sysctl[i], ns, a, &items[i], e);

		if (r < 0)
			return r;
	}
	*ret = (struct sysctl_plan){items, n};
	return 0;
}
