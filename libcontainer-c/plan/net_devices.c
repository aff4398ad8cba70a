/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* net_devices.c: see net_devices.h. PURE. */
#include "plan/net_devices.h"

#include <errno.h>
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include "oci-spec/spec.h"
#include "plan/namespaces.h"

/* isspace() of the kernel, whose table is Latin-1 (lib/ctype.c). */
static bool is_space(unsigned char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r') || c == 0xa0;
}

bool net_device_name_valid(const char *name)
{
	if (!*name || strlen(name) >= NET_DEVICE_NAME_MAX || strcmp(name, ".") == 0 ||
	    strcmp(name, "..") == 0)
		return false;
	for (const char *c = name; *c; c++)
		if (*c == '/' || *c == ':' || is_space((unsigned char)*c))
			return false;
	return true;
}

/* __dev_alloc_name(): one "%d" and no other "%". */
static bool template_valid(const char *name)
{
	const char *percent = strchr(name, '%');

	return !percent || (percent[1] == 'd' && !strchr(percent + 1, '%'));
}

/* "/linux/netDevices/KEY", KEY escaped as RFC 6901 wants it. */
static const char *pointer_of(const char *key, struct arena *a)
{
	AUTO_STRBUF b = STRBUF_INIT;

	strbuf_adds(&b, "/linux/netDevices/");
	for (; *key; key++)
		if (*key == '~' || *key == '/')
			strbuf_adds(&b, *key == '~' ? "~0" : "~1");
		else
			strbuf_addc(&b, (unsigned char)*key < 0x20 || *key == 0x7f ? '?' : *key);
	return b.failed ? NULL : arena_strdup(a, b.buf);
}

static int check_names(const struct net_device_plan *d, struct err *e)
{
	if (!net_device_name_valid(d->name))
		return err_set(e, ERR_SPEC, EINVAL, "%s: invalid network device name", d->pointer);
	if (!net_device_name_valid(d->inside) || !template_valid(d->inside))
		return err_set(e, ERR_SPEC, EINVAL,
			       "%s/name: invalid network device name: \"%.64s\"", d->pointer,
			       d->inside);
	/* The kernel lets it go nowhere, and each namespace has its own. */
	if (str_eq(d->name, "lo"))
		return err_set(e, ERR_SPEC, EINVAL,
			       "%s: the loopback device stays in its network namespace",
			       d->pointer);
	if (str_eq(d->inside, "lo"))
		return err_set(e, ERR_SPEC, EEXIST,
			       "%s/name: the container has a device of that name, its loopback",
			       d->pointer);
	return 0;
}

static int check_twice(const struct net_device_plan *v, size_t i, struct err *e)
{
	for (size_t j = 0; j < i; j++)
		if (!v[i].numbered && str_eq(v[i].inside, v[j].inside))
			return err_set(e, ERR_SPEC, EEXIST, "%s/name: %s gets this name, too",
				       v[i].pointer, v[j].pointer);
	return 0;
}

int net_devices_plan_make(const struct spec_linux *l, const struct namespaces_plan *ns,
			  struct arena *a, struct net_devices_plan *ret, struct err *e)
{
	size_t n = l ? l->n_net_devices : 0;
	int r = 0;

	*ret = (struct net_devices_plan){0};
	if (n == 0)
		return 0;
	if (ns->ns[NS_NET].mode == NS_SHARED)
		return err_set(e, ERR_SPEC, EINVAL,
			       "/linux/netDevices: unable to move network devices without a NET "
			       "namespace");
	struct net_device_plan *v = arena_array(a, n, sizeof(*v));
	for (size_t i = 0; v && r == 0 && i < n; i++) {
		const struct spec_net_device *d = &l->net_devices[i];
		v[i] = (struct net_device_plan){
			.name = d->key,
			.inside = d->name ? d->name : d->key,
			.pointer = pointer_of(d->key, a),
			.numbered = d->name && strchr(d->name, '%'),
		};
		if (!v[i].pointer)
			v = NULL;
		else
			r = check_names(&v[i], e);
		if (v && r == 0)
			r = check_twice(v, i, e);
	}
	if (!v)
		return err_set(e, ERR_SYSTEM, ENOMEM, "out of memory");
	if (r == 0)
		*ret = (struct net_devices_plan){v, n};
	return r;
}
