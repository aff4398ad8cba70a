/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * fuzz_policy.c: the policy parser against arbitrary bytes; see fuzz_spec.c for how it is run.
 * What is taken is complete, has only known levels, and is written and read back the same.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include "oci-spec/schema.h"
#include "oci-spec/spec.h"
#include "policy/document.h"
#include "policy/names.h"
#include "policy/policy.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define MUST(cond)                                                                                 \
	do {                                                                                       \
		if (!(cond)) {                                                                     \
			printf("Bail out! %s:%d: %s\n", __FILE__, __LINE__, #cond);                \
			fflush(stdout);                                                            \
			abort();                                                                   \
		}                                                                                  \
	} while (0)

static void is_complete(struct policy *p)
{
	const char *name;

	for (size_t i = 0; policy_level(p, i, &name); i++)
		MUST(str_in(*policy_level(p, i, &name), policy_levels));
	for (size_t i = 0; i < p->n_exceptions; i++)
		MUST(p->exceptions[i].n_users + p->exceptions[i].n_login_users > 0);
	for (size_t i = 0; i < p->capabilities.n_ceiling; i++)
		MUST(p->capabilities.ceiling[i].value[0]);
	MUST(p->audit.file[0] == '/' && p->userns.pool[0] && p->seccomp.profile);
}

static void reads_back(const struct policy *p, struct arena *a)
{
	AUTO_STRBUF text = STRBUF_INIT;
	struct err e = {0};
	struct spec_change *c;
	struct policy again;

	json_write_object(&policy_schema, p, "  ", &text);
	MUST(!text.failed);
	MUST(policy_parse(text.buf, text.len, a, &again, &e) == 0);
	MUST(json_diff_object(&policy_schema, p, &again, a, &c) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO_ARENA struct arena a = ARENA_INIT;
	struct err e = {0};
	struct policy p;

	if (policy_parse((const char *)data, size, &a, &p, &e) == 0) {
		MUST(e.kind == ERR_NONE);
		is_complete(&p);
		reads_back(&p, &a);
	} else {
		MUST(e.kind == ERR_SPEC);
		MUST(e.msg[0] == '/' || str_starts(e.msg, "policy: "));
		MUST(strstr(e.msg, ": ") && !strchr(e.msg, '\n'));
	}
	MUST(a.used < 4 * JSON_MAX_MEMORY);
	return 0;
}

#ifndef FUZZ_ENGINE

#include "tests/fuzz/damage.h"

int main(void)
{
	return damage_corpus("policy", LLVMFuzzerTestOneInput);
}

#endif
