/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * document.h: a policy as a JSON document. What it says is in policy.5. Members that are absent
 * keep their built-in value at every depth; a list that is given takes the place of the built-in
 * one.
 */
#ifndef BULKHEAD_POLICY_DOCUMENT_H
#define BULKHEAD_POLICY_DOCUMENT_H

#include <stddef.h>

#include "oci-spec/schema.h"

struct policy;

/* What is not part of a document (source, digest, the loaded profile) is not in it. */
extern const struct json_schema policy_schema;

/**
 * policy_parse - read a policy.
 * @text: @len bytes; not referenced after return
 * @a:    owns what differs from the built-in policy
 * @ret:  source, digest and the loaded profile are those of the built-in policy
 *
 * Unknown members, duplicate keys, wrong types, values out of range and entries that contradict
 * each other are ERR_SPEC, beginning with the JSON pointer. Returns 0 or a negative errno.
 */
int policy_parse(const char *text, size_t len, struct arena *a, struct policy *ret, struct err *e);

#endif
