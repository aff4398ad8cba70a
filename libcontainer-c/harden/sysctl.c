/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * sysctl.c: linux.sysctl. Only keys that the policy lists for a namespace, only when that namespace
 * is not the host's, and only values that are plainly one setting: CVE-2022-0811 was a value with
 * "+kernel.core_pattern=|..." in it. All else is refused, not left out: who asks for a setting
 * needs it.
 *
 * kernel.domainname is a file that a user namespace may not write, although sethostname(2)'s twin
 * may be called: docker --domainname asks for it that way, and gets /domainname instead.
 */
#include <string.h>

#include "base/arena.h"
#include "base/str.h"
#include "harden/ns_view.h"
#include "harden/rule.h"

static bool is_name_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '_' || c == '-';
}

/* Components of [A-Za-z0-9_-] between single separators, '.' or '/'. */
static bool is_key(const char *key)
{
	bool component = false;

	for (; *key; key++) {
		if (is_name_char(*key))
			component = true;
		else if ((*key == '.' || *key == '/') && component)
			component = false;
		else
			return false;
	}
	return component;
}

static bool is_value(const char *v)
{
	for (; *v; v++)
		if (!is_name_char(*v) && !strchr(" \t,.:", *v))
			return false;
	return true;
}

/* @entry "net.*" matches "net.x" and "net/x", "kernel.sem" also "kernel/sem". */
static bool key_matches(const char *entry, const char *key)
{
	for (; *entry && *key; entry++, key++) {
		if (*entry == '*')
			return true;
		if (*entry != (*key == '/' ? '.' : *key))
			return false;
	}
	return !*entry && !*key;
}

static bool key_listed(const struct spec_pair *list, size_t n, const char *key)
{
	for (size_t i = 0; i < n; i++)
		if (key_matches(list[i].key, key))
			return true;
	return false;
}

static void refuse(struct harden *h, const struct spec_pair *p, const char *why)
{
	const char *key = pointer_key(h, p->key), *name = printable(h, p->key);

	if (key && name)
		decide_refuse(h, text(h, "/linux/sysctl/%s", key), json_string(h, p->value),
			      "%s %s", name, why);
}

static bool is_domainname(const char *key)
{
	return key_matches("kernel.domainname", key);
}

static void check(struct harden *h, const struct spec_pair *p)
{
	const struct policy_sysctl *list = &h->policy->sysctl;
	const char *type = key_listed(list->ipc, list->n_ipc, p->key)		? "ipc"
			   : key_listed(list->network, list->n_network, p->key) ? "network"
										: NULL;

	if (!is_key(p->key))
		refuse(h, p, "is not the name of a kernel setting");
	else if (is_domainname(p->key))
		return; /* see move_domainname() */
	else if (!type)
		refuse(h, p, "is not a kernel setting that a container may have");
	else if (ns_view(h->s, h->facts, type) == NS_VIEW_HOST)
		refuse(h, p,
		       text(h, "would be set for the host, whose %s namespace is shared", type));
	else if (!is_value(p->value))
		refuse(h, p, "has a value with unusual characters");
}

static void remove_pair(struct spec_linux *l, size_t i)
{
	memmove(&l->sysctl[i], &l->sysctl[i + 1], (l->n_sysctl - i - 1) * sizeof(*l->sysctl));
	l->n_sysctl--;
}

static void move_domainname(struct harden *h, size_t i)
{
	static const char why[] = "set through setdomainname(2), which user namespaces allow";
	struct spec_pair p = h->s->linux_->sysctl[i];
	const char *key = pointer_key(h, p.key);

	if (!key)
		return;
	if (ns_view(h->s, h->facts, "uts") == NS_VIEW_HOST) {
		refuse(h, &p, "would be set for the host, whose uts namespace is shared");
		return;
	}
	if (h->s->domainname && !str_eq(h->s->domainname, p.value)) {
		refuse(h, &p, "contradicts /domainname");
		return;
	}
	if (!decide_change(h, text(h, "/linux/sysctl/%s", key), json_string(h, p.value), NULL, "%s",
			   why))
		return;
	remove_pair(h->s->linux_, i);
	if (h->s->domainname ||
	    !decide_change(h, "/domainname", NULL, json_string(h, p.value), "%s", why))
		return;
	h->s->domainname = p.value;
}

void rule_sysctl(struct harden *h)
{
	struct spec_linux *l = h->s->linux_;

	if (!l)
		return;
	for (size_t i = 0; i < l->n_sysctl && !h->oom; i++)
		check(h, &l->sysctl[i]);
	for (size_t i = l->n_sysctl; i-- > 0 && !h->oom;)
		if (is_domainname(l->sysctl[i].key))
			move_domainname(h, i);
}
