/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * damage.h: a fuzz target of JSON documents without a fuzzer: the corpus and random damage to it,
 * so that `make check` with the sanitizers on keeps what fuzzing has found.
 */
#ifndef BULKHEAD_TESTS_DAMAGE_H
#define BULKHEAD_TESTS_DAMAGE_H

#include <dirent.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/prop/gen_spec.h"
#include "tests/unit/files.h"

#define DAMAGE_ROUNDS 300 /* per file of the corpus */

/* One to four small damages: a byte set, a range removed, a range doubled, a bracket put in. */
static inline size_t damage(uint64_t *seed, char *text, size_t n)
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

static inline void damage_must(bool ok, const char *what)
{
	if (ok)
		return;
	printf("Bail out! %s\n", what);
	fflush(stdout);
	abort();
}

static inline void damage_file(const char *corpus, const char *name,
			       int (*target)(const uint8_t *data, size_t size))
{
	char path[512];
	size_t n;

	snprintf(path, sizeof(path), "fuzz/corpus/%s/%s", corpus, name);
	char *text = file_text(path, &n);
	uint64_t seed = n;

	target((const uint8_t *)text, n);
	for (int i = 0; i < DAMAGE_ROUNDS; i++) {
		/* of its exact size, so that ASan sees a read behind the end */
		char *room = malloc(n + 200);

		damage_must(room, "no memory");
		memcpy(room, text, n);
		size_t m = damage(&seed, room, n);
		char *exact = malloc(m ? m : 1);

		damage_must(exact, "no memory");
		memcpy(exact, room, m);
		target((const uint8_t *)exact, m);
		free(exact);
		free(room);
	}
	free(text);
}

/** damage_corpus - main() of a target: every file of tests/fuzz/corpus/@name, in TAP. */
static inline int damage_corpus(const char *name, int (*target)(const uint8_t *data, size_t size))
{
	const char *top = getenv("srcdir");
	char dir[4096];
	struct dirent *d;
	int n = 0;

	snprintf(dir, sizeof(dir), "%s/tests/fuzz/corpus/%s", top ? top : ".", name);
	DIR *corpus = opendir(dir);

	damage_must(corpus, dir);
	while ((d = readdir(corpus))) {
		if (d->d_name[0] == '.')
			continue;
		damage_file(name, d->d_name, target);
		printf("ok %d - %s\n", ++n, d->d_name);
		fflush(stdout);
	}
	closedir(corpus);
	damage_must(n > 0, "nothing in the corpus");
	printf("1..%d\n", n);
	return 0;
}

#endif
