/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* state_json.c: see state_json.h. */
#include "runtime/state_json.h"

#include <stdlib.h>
#include <string.h>

#include "lifecycle/container.h"
#include "oci-spec/spec.h"
#include "runtime/output.h"

static int by_key(const void *a, const void *b)
{
	const struct spec_pair *const *pa = a, *const *pb = b;

	return strcmp((*pa)->key, (*pb)->key);
}

static void add_annotations(struct json_out *j, const struct container_state *s)
{
	const struct spec_pair **sorted = calloc(s->n_annotations, sizeof(*sorted));

	json_out_open(j, "annotations", '{');
	for (size_t i = 0; sorted && i < s->n_annotations; i++)
		sorted[i] = &s->annotations[i];
	if (sorted)
		qsort(sorted, s->n_annotations, sizeof(*sorted), by_key);
	for (size_t i = 0; i < s->n_annotations; i++) {
		/* Without memory for sorting they come in the order of the document. */
		const struct spec_pair *p = sorted ? sorted[i] : &s->annotations[i];
		json_out_string(j, p->key, p->value);
	}
	json_out_close(j, '}');
	free(sorted);
}

void state_json(struct json_out *j, const struct container_state *s, const char *owner)
{
	json_out_open(j, NULL, '{');
	json_out_string(j, "ociVersion", s->oci_version);
	json_out_string(j, "id", s->id);
	json_out_int(j, "pid", s->pid);
	json_out_string(j, "status", container_status_name(s->status));
	json_out_string(j, "bundle", s->bundle);
	json_out_string(j, "rootfs", s->rootfs);
	json_out_string(j, "created", s->created);
	if (s->n_annotations > 0)
		add_annotations(j, s);
	json_out_string(j, "owner", owner);
	json_out_close(j, '}');
}
