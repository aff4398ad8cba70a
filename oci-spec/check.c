/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * check.c: what members have to satisfy together. First part: rules that make a document invalid,
 * called by the parser through the tables. Second part: what `create`, `exec` and `update` need
 * beyond a valid document, and what the specification's text forbids though its schema does not.
 */
#include "oci-spec/tables.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "base/str.h"

#define RLIMITS_MAX 256

__attribute__((format(printf, 4, 5))) static bool fault_at(struct json_fault *f, const char *array,
							   size_t i, const char *fmt, ...)
{
	va_list ap;

	snprintf(f->where, sizeof(f->where), "/%s/%zu", array, i);
	va_start(ap, fmt);
	vsnprintf(f->why, sizeof(f->why), fmt, ap);
	va_end(ap);
	return false;
}

/* config.md: "If rlimits contains duplicated entries with same type, the runtime MUST [fail]". */
bool check_process(const void *obj, struct json_fault *fault)
{
	const struct spec_process *p = obj;

	/* Linux has 16; the bound keeps the comparison below cheap for a hostile document. */
	if (p->n_rlimits > RLIMITS_MAX)
		return fault_at(fault, "rlimits", RLIMITS_MAX, "more than %d rlimits", RLIMITS_MAX);
	for (size_t i = 1; i < p->n_rlimits; i++)
		for (size_t j = 0; j < i; j++)
			if (strcmp(p->rlimits[i].type, p->rlimits[j].type) == 0)
				return fault_at(fault, "rlimits", i, "duplicated rlimit \"%.64s\"",
						p->rlimits[i].type);
	return true;
}

/*
 * config-linux.md: duplicated namespaces MUST fail. The words are runc's. There are eight types,
 * so that the ninth entry at the latest is a duplicate and ends the loop.
 */
bool check_linux(const void *obj, struct json_fault *fault)
{
	const struct spec_linux *l = obj;

	for (size_t i = 1; i < l->n_namespaces; i++)
		for (size_t j = 0; j < i; j++)
			if (strcmp(l->namespaces[i].type, l->namespaces[j].type) == 0)
				return fault_at(fault, "namespaces", i,
						"malformed spec file: duplicated ns \"%s\"",
						l->namespaces[i].type);
	return true;
}

/* config-linux.md: major and minor are REQUIRED unless type is p. */
bool check_device(const void *obj, struct json_fault *fault)
{
	const struct spec_device *d = obj;

	if (d->type[0] == 'p' || (d->major && d->minor))
		return true;
	snprintf(fault->where, sizeof(fault->where), "/%s", d->major ? "minor" : "major");
	snprintf(fault->why, sizeof(fault->why), "required member is missing (type is \"%s\")",
		 d->type);
	return false;
}

/* The wrong entries of /proc/PID/timens_offsets; nanoseconds as timespec_valid() wants them. */
static int check_time_offsets(const struct spec_linux *l, struct err *e)
{
	for (size_t i = 0; i < l->n_time_offsets; i++) {
		const struct spec_time_offset *t = &l->time_offsets[i];

		if (strcmp(t->key, "boottime") != 0 && strcmp(t->key, "monotonic") != 0)
			return err_set(e, ERR_SPEC, EINVAL,
				       "/linux/timeOffsets: unknown clock \"%.64s\" (boottime and "
				       "monotonic can be set)",
				       t->key);
		if (t->nanosecs > 999999999)
			return err_set(e, ERR_SPEC, EINVAL,
				       "/linux/timeOffsets/%s/nanosecs: %u is more than 999999999",
				       t->key, t->nanosecs);
	}
	return 0;
}

bool spec_seccomp_notifies(const struct spec_seccomp *s)
{
	static const char notify[] = "SCMP_ACT_NOTIFY";

	for (size_t i = 0; i < s->n_syscalls; i++)
		if (str_eq(s->syscalls[i].action, notify))
			return true;
	return str_eq(s->default_action, notify);
}

static int check_create_linux(const struct spec_linux *l, struct err *e)
{
	const struct spec_seccomp *sc = l->seccomp;

	if (sc && sc->listener_metadata && !sc->listener_path)
		return err_set(e, ERR_SPEC, EINVAL,
			       "/linux/seccomp/listenerMetadata: needs listenerPath");
	if (l->memory_policy && !l->memory_policy->mode)
		return err_set(e, ERR_SPEC, EINVAL,
			       "/linux/memoryPolicy/mode: invalid memory policy mode: required "
			       "member is missing");
	if (l->personality && !l->personality->domain)
		return err_set(e, ERR_SPEC, EINVAL,
			       "/linux/personality/domain: required member is missing");
	int r = check_time_offsets(l, e);

	if (r < 0)
		return r;
	return l->resources ? spec_check_resources(l->resources, e) : 0;
}

/* -1 is "unlimited"; what lies below it means nothing and is somebody's mistake. */
static int check_memory(const struct spec_memory *m, struct err *e)
{
	const struct {
		const char *name;
		const int64_t *value;
	} sizes[] = {
		{"limit", m->limit},   {"reservation", m->reservation}, {"swap", m->swap},
		{"kernel", m->kernel}, {"kernelTCP", m->kernel_tcp},
	};

	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++)
		if (sizes[i].value && *sizes[i].value < -1)
			return err_set(e, ERR_SPEC, EINVAL,
				       "/linux/resources/memory/%s: %jd is below -1", sizes[i].name,
				       (intmax_t)*sizes[i].value);
	if (m->swappiness && *m->swappiness > 100)
		return err_set(e, ERR_SPEC, EINVAL,
			       "/linux/resources/memory/swappiness: %ju is not between 0 and 100",
			       (uintmax_t)*m->swappiness);
	return 0;
}

int spec_check_resources(const struct spec_resources *r, struct err *e)
{
	int rc = r->memory ? check_memory(r->memory, e) : 0;

	if (rc < 0)
		return rc;
	for (size_t i = 0; r->block_io && i < r->block_io->n_weight_device; i++)
		if (!r->block_io->weight_device[i].weight &&
		    !r->block_io->weight_device[i].leaf_weight)
			return err_set(e, ERR_SPEC, EINVAL,
				       "/linux/resources/blockIO/weightDevice/%zu: weight or "
				       "leafWeight is needed",
				       i);
	for (size_t i = 0; i < r->n_rdma; i++)
		if (!r->rdma[i].hca_handles && !r->rdma[i].hca_objects)
			return err_set(e, ERR_SPEC, EINVAL,
				       "/linux/resources/rdma: hcaHandles or hcaObjects is needed "
				       "for \"%.64s\"",
				       r->rdma[i].key);
	return 0;
}

int spec_check_process(const struct spec_process *p, struct err *e)
{
	if (!p->cwd || !*p->cwd)
		return err_set(e, ERR_SPEC, EINVAL, "/process/cwd: Cwd property must not be empty");
	if (p->cwd[0] != '/')
		return err_set(e, ERR_SPEC, EINVAL, "/process/cwd: Cwd must be an absolute path");
	if (p->n_args == 0)
		return err_set(e, ERR_SPEC, EINVAL, "/process/args: args must not be empty");
	for (size_t i = 0; i < p->n_rlimits; i++)
		if (p->rlimits[i].soft > p->rlimits[i].hard)
			return err_set(e, ERR_SPEC, EINVAL,
				       "/process/rlimits/%zu/soft: more than the hard limit", i);
	return 0;
}

int spec_check_create(const struct spec *s, struct err *e)
{
	if (!s->process)
		return err_set(e, ERR_SPEC, EINVAL, "/process: process property must not be empty");
	if (!s->root || !s->root->path || !*s->root->path)
		return err_set(e, ERR_SPEC, EINVAL, "/root: root must be specified");
	int r = spec_check_process(s->process, e);

	if (r < 0)
		return r;
	for (size_t i = 0; i < s->n_mounts; i++)
		if (!s->mounts[i].destination || !*s->mounts[i].destination)
			return err_set(e, ERR_SPEC, EINVAL,
				       "/mounts/%zu/destination: must not be empty", i);
	return s->linux_ ? check_create_linux(s->linux_, e) : 0;
}
