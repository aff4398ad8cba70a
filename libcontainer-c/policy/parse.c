/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* parse.c: from text to a policy: the built-in one, and what the text says on top of it. */
#include "policy/document.h"
#include "policy/policy.h"

int policy_parse(const char *text, size_t len, struct arena *a, struct policy *ret, struct err *e)
{
	return json_parse_onto(&policy_schema, "policy", text, len, policy_default(), a, ret,
			       JSON_REFUSE, e);
}
