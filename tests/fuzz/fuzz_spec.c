/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * fuzz_spec.c: the parser against arbitrary bytes. Built with -fsanitize=fuzzer and
 * -DFUZZ_ENGINE it is a libFuzzer target (contrib/fuzz); else main() runs the corpus and random
 * damage to it, so that `make check` with the sanitizers on keeps what fuzzing has found.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include "oci-spec/schema.h"
#include "oci-spec/spec.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define MUST(cond)                                                                                 \
	do {                                                                                       \
		if (!(cond)) {                                                                     \
			printf("Bail out! %s:%d: %s\n", __FILE__, __LINE__, #cond);                \
			fflush(stdout);                                                            \
			abort();                                                                   \
		}                                                                                  \
	} while (0)

/* What was read can be written, read again, copied, and is the same each time. */
static void read_is_stable(const struct spec *s, struct arena *a)
{
	AUTO_STRBUF text = STRBUF_INIT;
	struct err e = {0};
	struct spec *again, *copy = spec_copy(s, a);
	struct spec_change *c;

	spec_write(s, NULL, &text);
	MUST(!text.failed && copy);
	MUST(spec_parse(text.buf, text.len, a, &again, &e) == 0);
	MUST(spec_diff(s, again, a, &c) == 0);
	MUST(spec_diff(s, copy, a, &c) == 0);
	(void)spec_check_create(s, &e);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO_ARENA struct arena a = ARENA_INIT;
	const char *text = (const char *)data;
	struct err e = {0};
	struct spec *s = NULL;
	struct spec_process *p;
	struct spec_resources *r;

	if (spec_parse(text, size, &a, &s, &e) == 0) {
		MUST(e.kind == ERR_NONE && s);
		read_is_stable(s, &a);
	} else {
		MUST(e.kind == ERR_SPEC && !s);
		MUST(e.msg[0] == '/' || str_starts(e.msg, "config.json: "));
		MUST(strstr(e.msg, ": ") && !strchr(e.msg, '\n'));
	}
	(void)spec_parse_process(text, size, &a, &p, NULL);
	(void)spec_parse_resources(text, size, &a, &r, NULL);
	MUST(a.used < 4 * JSON_MAX_MEMORY);
	return 0;
}

#ifndef FUZZ_ENGINE

#include "tests/fuzz/damage.h"

int main(void)
{
	return damage_corpus("spec", LLVMFuzzerTestOneInput);
}

#endif
