/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* outlook.c: see outlook.h. */
#include "runtime/outlook.h"

#include <string.h>

#include "base/str.h"
#include "host/facts.h"
#include "host/probe.h"
#include "oci-spec/schema.h"
#include "oci-spec/spec.h"
#include "plan/plan.h"
#include "policy/policy.h"
#include "runtime/output.h"

/* The range that the first container of an idle host would get: nothing is reserved here. */
static int pretend_range(const struct spec *s, const struct policy *p, struct host_facts *f,
			 struct err *e)
{
	unsigned base, slots;
	int r;

	if (!harden_needs_id_range(s, f))
		return 0;
	r = host_probe_range(p->userns.pool, &base, &slots, &f->range_source, e);
	if (r == 0)
		f->range =
			(struct id_extent){.inside = 0, .outside = base, .size = HOST_RANGE_SIZE};
	return r;
}

int outlook_make(const struct spec *s, const struct policy *policy, const char *dir, bool systemd,
		 struct arena *a, struct outlook *ret, struct err *e)
{
	struct host_facts facts = {0};
	struct plan plan;
	int r = host_probe(s, policy, a, &facts, e);

	if (r == 0)
		r = host_probe_place(s->linux_ ? s->linux_->cgroups_path : NULL, systemd, a, &facts,
				     e);
	if (r == 0)
		r = pretend_range(s, policy, &facts, e);
	if (r < 0)
		return r;
	*ret = (struct outlook){0};
	struct err *refusal = &ret->refusal;
	/* Every stage adds to the picture; the first refusal is the one that create would report.
	 */
	spec_check_create(s, refusal);
	r = harden(s, policy, &facts, a, &ret->hardened, &ret->measures, &ret->decisions, refusal);
	if (r == 0 && refusal->kind == ERR_NONE)
		r = plan_make(ret->hardened, &ret->measures, &facts, "explain", dir, a, &plan,
			      refusal);
	if (r == 0 && refusal->kind == ERR_NONE)
		ret->rootfs = plan.rootfs.path;
	return 0;
}

/* One measure on a line of its own; nothing for one that is not taken. */
static void add_measure(const struct json_field *f, const char *member, struct strbuf *out)
{
	const char *const *list;
	const void *object;
	uint64_t n = 0;

	switch ((enum json_type)f->type) {
	case JSON_T_BOOL:
		if (*(const bool *)(const void *)member)
			strbuf_addf(out, "  %s\n", f->name);
		break;
	case JSON_T_STRS:
		memcpy(&list, member, sizeof(list));
		if (list && *list)
			strbuf_addf(out, "  %s:", f->name);
		for (; list && *list; list++)
			strbuf_addf(out, " %s%s", *list, list[1] ? "" : "\n");
		break;
	case JSON_T_OBJ:
		memcpy(&object, member, sizeof(object));
		if (object)
			strbuf_addf(out, "  %s: the policy's own\n", f->name);
		break;
	default:
		memcpy(&n, member, f->type == JSON_T_U32 ? sizeof(uint32_t) : sizeof(n));
		if (n)
			strbuf_addf(out, "  %s: %llu\n", f->name, (unsigned long long)n);
	}
}

void outlook_write_json(const struct outlook *o, struct strbuf *out)
{
	AUTO_STRBUF list = STRBUF_INIT, measures = STRBUF_INIT;
	struct json_out j = {.out = out, .indent = "  "};

	decisions_write_json(&o->decisions, j.indent, &list);
	json_out_open(&j, NULL, '{');
	json_out_bool(&j, "accepted", o->refusal.kind == ERR_NONE);
	if (o->refusal.kind != ERR_NONE)
		json_out_string(&j, "refusal", o->refusal.msg);
	else
		json_write_object(&measures_schema, &o->measures, j.indent, &measures);
	if (measures.buf)
		json_out_raw(&j, "measures", measures.buf);
	json_out_raw(&j, "decisions", list.buf ? list.buf : "[]");
	json_out_close(&j, '}');
	strbuf_addc(out, '\n');
	out->failed = out->failed || list.failed || measures.failed;
}

void outlook_write_table(const struct outlook *o, struct strbuf *out)
{
	decisions_write_table(&o->decisions, out);
	if (o->refusal.kind != ERR_NONE) {
		strbuf_addf(out, "\nRefused: %s\n", o->refusal.msg);
		return;
	}
	strbuf_adds(out, "\nMeasures that config.json has no words for:\n");
	for (size_t i = 0; i < measures_schema.n_fields; i++) {
		const struct json_field *f = &measures_schema.fields[i];
		add_measure(f, (const char *)&o->measures + f->offset, out);
	}
	strbuf_adds(out, "\nNothing is refused.\n");
}
