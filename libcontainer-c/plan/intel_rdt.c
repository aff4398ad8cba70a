/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* intel_rdt.c: see intel_rdt.h. PURE. */
#include "plan/intel_rdt.h"

#include <errno.h>
#include <limits.h>
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include "host/facts.h"
#include "oci-spec/spec.h"

#define AT "/linux/intelRdt/"

/* One directory of resctrl, and none of those that the kernel makes there. */
static bool group_valid(const char *name)
{
	static const char *const others[] = {".", "..", "info", "mon_groups", "mon_data", NULL};

	if (!*name || strlen(name) > NAME_MAX || str_in(name, others))
		return false;
	for (const char *c = name; *c; c++)
		if (*c == '/' || (unsigned char)*c < 0x20 || *c == 0x7f)
			return false;
	return true;
}

static bool line_valid(const char *text)
{
	const char *colon = strchr(text, ':');

	return colon && colon != text && !strpbrk(text, "\n\r");
}

static int add_line(struct intel_rdt_line *v, size_t *n, const char *text, const char *pointer,
		    struct err *e)
{
	if (!pointer)
		return err_set(e, ERR_SYSTEM, ENOMEM, "out of memory");
	if (!line_valid(text))
		return err_set(e, ERR_SPEC, EINVAL,
			       "%s: \"%.64s\" is not one line of a schemata file (RESOURCE:"
			       "ID=VALUE;...)",
			       pointer, text);
	v[(*n)++] = (struct intel_rdt_line){text, pointer};
	return 0;
}

/* The order is the specification's. */
static int plan_lines(const struct spec_intel_rdt *s, struct arena *a, struct intel_rdt_plan *p,
		      struct err *e)
{
	struct intel_rdt_line *v = arena_array(a, s->n_schemata + 2, sizeof(*v));
	int r = v ? 0 : err_set(e, ERR_SYSTEM, ENOMEM, "out of memory");

	if (r == 0 && s->l3_cache_schema)
		r = add_line(v, &p->n_lines, s->l3_cache_schema, AT "l3CacheSchema", e);
	if (r == 0 && s->mem_bw_schema)
		r = add_line(v, &p->n_lines, s->mem_bw_schema, AT "memBwSchema", e);
	for (size_t i = 0; r == 0 && i < s->n_schemata; i++)
		r = add_line(v, &p->n_lines, s->schemata[i], arena_printf(a, AT "schemata/%zu", i),
			     e);
	p->lines = v;
	return r;
}

static int plan_group(const struct spec_intel_rdt *s, const char *id, struct intel_rdt_plan *p,
		      struct err *e)
{
	bool is_root = str_eq(s->clos_id, "/");

	p->own = !s->clos_id;
	p->group = is_root ? "." : s->clos_id ? s->clos_id : id;
	p->may_make = s->clos_id && !is_root && p->n_lines > 0;
	if (is_root || group_valid(p->group))
		return 0;
	return err_set(e, ERR_SPEC, EINVAL,
		       "%s: \"%.64s\" cannot be the name of a class of service",
		       s->clos_id ? AT "closID" : "/linux/intelRdt", p->group);
}

/* What newer versions of the specification have one member for had two until 1.2.1. */
static bool wants_monitor(const struct spec_intel_rdt *s)
{
	return (s->enable_monitoring && *s->enable_monitoring) ||
	       (s->enable_cmt && *s->enable_cmt) || (s->enable_mbm && *s->enable_mbm);
}

int intel_rdt_plan_make(const struct spec_intel_rdt *s, const char *id, const struct host_facts *f,
			struct arena *a, struct intel_rdt_plan *ret, struct err *e)
{
	struct intel_rdt_plan p = {.set = true, .mountpoint = f->resctrl};

	*ret = (struct intel_rdt_plan){0};
	if (!s)
		return 0;
	int r = plan_lines(s, a, &p, e);
	if (r == 0)
		r = plan_group(s, id, &p, e);
	if (r == 0 && wants_monitor(s)) {
		p.monitor = arena_printf(a, "%s/mon_groups/%s", p.group, id);
		if (!p.monitor)
			r = err_set(e, ERR_SYSTEM, ENOMEM, "out of memory");
		else if (!group_valid(id))
			r = err_set(e, ERR_SPEC, EINVAL,
				    AT "enableMonitoring: \"%.64s\" cannot be the name of a group",
				    id);
	}
	if (r == 0 && !f->resctrl)
		r = err_set(e, ERR_HOST, ENODEV,
			    "/linux/intelRdt: no resctrl file system is mounted on this host");
	if (r == 0)
		*ret = p;
	return r;
}
