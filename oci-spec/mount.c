/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* mount.c: what a mount of the document is. */
#include <string.h>

#include "oci-spec/spec.h"

bool spec_mount_is_bind(const struct spec_mount *m)
{
	if (m->type && strcmp(m->type, "bind") == 0)
		return true;
	for (size_t i = 0; i < m->n_options; i++)
		if (strcmp(m->options[i], "bind") == 0 || strcmp(m->options[i], "rbind") == 0)
			return true;
	return false;
}
