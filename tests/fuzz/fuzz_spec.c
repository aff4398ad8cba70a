/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * fuzz_spec.c: the parser against arbitrary bytes. Built with -fsanitize=fuzzer and
 * -DFUZZ_ENGINE it is a libFuzzer target (contrib/fuzz); else main() runs the corpus and random
 * damage to it, so that `make check` with the sanitizers on keeps what fuzzing has found.
 */
#include <dirent.h>
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

#include "tests/prop/gen_spec.h"
#include "tests/unit/files.h"

#define ROUNDS 300 /* per file of the corpus */

/* One to four small damages: a byte set, a range removed, a range doubled, a bracket put in. */
static size_t damage(uint64_t *seed, char *text, size_t n)
{
	static const char tokens[] = "{}[]\",:\\0-e\xff";

	for (uint64_t k = gen_below(seed, 4) + 1; k && n; k--) {
		size_t at = gen_below(seed, n), len = gen_below(seed, n - at < 40 ? n - at : 40);

		switch (gen_below(seed, 4)) {
		case 0:
			text[at] = (char)gen_u64(seed);
			break;
		case 1:
			memmove(text + at, text + at + len, n - at - len);
			n -= len;
			break;
		case 2: /* the buffer has room for all four */
			memmove(text + at + len, text + at, n - at);
			n += len;
			break;
		default:
			text[at] = tokens[gen_below(seed, sizeof(tokens))];
		}
	}
	return n;
}

static void run_file(const char *name)
{
	char path[512];
	size_t n;

	snprintf(path, sizeof(path), "fuzz/corpus/spec/%s", name);
	char *text = file_text(path, &n);
	uint64_t seed = n;

	LLVMFuzzerTestOneInput((const uint8_t *)text, n);
	for (int i = 0; i < ROUNDS; i++) {
		/* of its exact size, so that ASan sees a read behind the end */
		char *room = malloc(n + 200);

		MUST(room);
		memcpy(room, text, n);
		size_t m = damage(&seed, room, n);
		char *exact = malloc(m ? m : 1);

		MUST(exact);
		memcpy(exact, room, m);
		LLVMFuzzerTestOneInput((const uint8_t *)exact, m);
		free(exact);
		free(room);
	}
	free(text);
}

int main(void)
{
	const char *top = getenv("srcdir");
	char dir[4096];
	struct dirent *d;
	int n = 0;

	snprintf(dir, sizeof(dir), "%s/tests/fuzz/corpus/spec", top ? top : ".");
	DIR *corpus = opendir(dir);

	MUST(corpus);
	while ((d = readdir(corpus))) {
		if (d->d_name[0] == '.')
			continue;
		run_file(d->d_name);
		printf("ok %d - %s\n", ++n, d->d_name);
		fflush(stdout);
	}
	closedir(corpus);
	MUST(n > 0);
	printf("1..%d\n", n);
	return 0;
}

#endif
