/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* systemd.c: see systemd.h. */
#include "plan/systemd_priv.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include "host/facts.h"
#include "oci-spec/cgroups_path.h"
#include "oci-spec/spec.h"
#include "plan/cgroup.h"

void systemd_set(struct systemd_list *l, const struct systemd_property *p)
{
	for (size_t i = 0; i < l->n; i++)
		if (str_eq(l->items[i].name, p->name)) {
			l->items[i] = *p;
			return;
		}
	struct systemd_property *v = arena_grow(l->a, l->items, l->n, &l->cap, sizeof(*v));
	if (!v) {
		l->failed = true;
		return;
	}
	l->items = v;
	v[l->n++] = *p;
}

void systemd_set_number(struct systemd_list *l, const char *name, const char *type, uint64_t v)
{
	systemd_set(l, &(struct systemd_property){.name = name, .type = type, .number = v});
}

static void set_text(struct systemd_list *l, const char *name, const char *text)
{
	l->failed = l->failed || !text;
	systemd_set(l, &(struct systemd_property){.name = name, .type = "s", .text = text});
}

static void set_texts(struct systemd_list *l, const char *name, const char *text)
{
	const char **list = arena_array(l->a, 1, sizeof(*list));

	if (!list) {
		l->failed = true;
		return;
	}
	list[0] = text;
	systemd_set(l,
		    &(struct systemd_property){.name = name, .type = "as", .texts = list, .n = 1});
}

/*
 * The name that systemd has for what @x allows (systemd.resource-control(5), DeviceAllow=). It has
 * none for one minor of every major: on v2 a wider one will do, because our own program is in force
 * beside systemd's; on v1 both write the same list, and nothing is better.
 */
static const char *device_name(const struct device_exception *x, bool v1, struct arena *a)
{
	const char *kind = x->type == 'b' ? "block" : "char";

	if (x->major == DEVICE_ANY)
		return v1 && x->minor != DEVICE_ANY ? "" : arena_printf(a, "%s-*", kind);
	if (x->minor == DEVICE_ANY)
		return arena_printf(a, "%s-%" PRId64, kind, x->major);
	return arena_printf(a, "/dev/%s/%" PRId64 ":%" PRId64, kind, x->major, x->minor);
}

static const char *access_text(unsigned access, struct arena *a)
{
	return arena_printf(a, "%s%s%s", access & DEVICE_READ ? "r" : "",
			    access & DEVICE_WRITE ? "w" : "", access & DEVICE_MKNOD ? "m" : "");
}

/*
 * systemd has a program, or a list, of its own for the unit and makes it anew after each
 * daemon-reload: what it is not told of is lost then. It knows no list of what is denied.
 */
void systemd_list_devices(struct systemd_list *l, const struct cgroup_plan *p)
{
	const struct devices_rules *d = &p->devices;
	const char **pairs = arena_array(l->a, 2 * d->n + 1, sizeof(*pairs));
	size_t n = 0;

	if (!pairs) {
		l->failed = true;
		return;
	}
	for (size_t i = 0; i < d->n && !d->default_allow; i++) {
		const char *name = device_name(&d->exceptions[i], p->devices_v1, l->a);
		const char *access = access_text(d->exceptions[i].access, l->a);
		l->failed = l->failed || !name || !access;
		if (l->failed || !*name)
			continue;
		pairs[2 * n] = name;
		pairs[2 * n++ + 1] = access;
	}
	set_text(l, "DevicePolicy", d->default_allow ? "auto" : "strict");
	systemd_set(l, &(struct systemd_property){
			       .name = "DeviceAllow", .type = "a(ss)", .texts = pairs, .n = n});
}

int systemd_cgroup_place(const char *path, const struct host_facts *f, const char *id,
			 struct arena *a, struct systemd_plan *ret, const char **ret_path,
			 struct err *e)
{
	struct systemd_path p;
	int r = systemd_path_parse(path, id, f->systemd.user, a, &p, e);

	if (r < 0)
		return r;
	*ret = (struct systemd_plan){
		.unit = p.unit, .is_slice = p.is_slice, .user = f->systemd.user};
	*ret_path = arena_printf(a, "%s%s", f->systemd.root, p.cgroup);
	return *ret_path ? 0 : err_set(e, ERR_SYSTEM, ENOMEM, "out of memory");
}

static void list_basics(struct systemd_list *l, const struct systemd_path *path, bool v1,
			const char *id)
{
	set_text(l, "Description", arena_printf(l->a, "bulkhead container %s", id));
	/* A slice lies where its name says; it only has to be wanted. */
	if (path->is_slice)
		set_texts(l, "Wants", path->slice);
	else
		set_text(l, "Slice", path->slice);
	if (!path->is_slice)
		systemd_set_number(l, "Delegate", "b", 1);
	systemd_set_number(l, "DefaultDependencies", "b", 0);
	systemd_set_number(l, "MemoryAccounting", "b", 1);
	systemd_set_number(l, "CPUAccounting", "b", 1);
	systemd_set_number(l, "TasksAccounting", "b", 1);
	systemd_set_number(l, v1 ? "BlockIOAccounting" : "IOAccounting", "b", 1);
}

int systemd_plan_make(const struct spec *s, const struct host_facts *f, const char *id,
		      struct arena *a, struct cgroup_plan *p, struct err *e)
{
	struct systemd_list l = {.a = a};
	struct systemd_path path;
	int r = systemd_path_parse(s->linux_ ? s->linux_->cgroups_path : NULL, id, f->systemd.user,
				   a, &path, e);

	if (r < 0)
		return r;
	list_basics(&l, &path, f->cgroup_layout != CGROUP_LAYOUT_V2, id);
	systemd_list_devices(&l, p);
	systemd_list_limits(&l, p);
	r = systemd_list_annotations(&l, s, e);
	if (r == 0 && l.failed)
		r = err_set(e, ERR_SYSTEM, ENOMEM, "out of memory");
	p->systemd.properties = l.items;
	p->systemd.n_properties = l.n;
	return r;
}

int systemd_limits(const struct cgroup_plan *p, struct arena *a,
		   const struct systemd_property **ret, size_t *ret_n, struct err *e)
{
	struct systemd_list l = {.a = a};

	systemd_list_limits(&l, p);
	if (l.failed)
		return err_set(e, ERR_SYSTEM, ENOMEM, "out of memory");
	*ret = l.items;
	*ret_n = l.n;
	return 0;
}
