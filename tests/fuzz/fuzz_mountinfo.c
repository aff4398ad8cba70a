/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * fuzz_mountinfo.c: the parsers of mountinfo and of an overlay's options against arbitrary bytes.
 * Built with -fsanitize=fuzzer and -DFUZZ_ENGINE it is a libFuzzer target; else main() runs the
 * corpus and random damage to it.
 */
#include <dirent.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/mountinfo.h"
#include "apply/overlay_options.h"
#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define MUST(cond)                                                                                 \
	do {                                                                                       \
		if (!(cond)) {                                                                     \
			printf("Bail out! %s:%d: %s\n", __FILE__, __LINE__, #cond);                \
			fflush(stdout);                                                            \
			abort();                                                                   \
		}                                                                                  \
	} while (0)

static void check_path(const struct overlay_path *p)
{
	MUST(p->path && *p->path && p->bare && *p->bare);
	MUST(strcmp(p->path, p->bare) == 0 || strchr(p->bare, '\\'));
}

/* What is passed on is split again by the kernel, at commas that are not inside double quotes: no
 * option that decides which directories are mounted may come out. */
static void check_extra(const char *extra)
{
	static const char *const never[] = {
		"lowerdir=", "lowerdir+=", "upperdir=", "workdir=", "datadir+=", "index="};
	bool quoted = false;

	MUST(!*extra || *extra == ',');
	for (const char *p = extra; *p; p++) {
		if (*p == '"')
			quoted = !quoted;
		if (*p != ',' || (quoted && strchr(p, '"')))
			continue;
		for (size_t i = 0; i < sizeof(never) / sizeof(never[0]); i++)
			MUST(!str_starts(p + 1, never[i]));
	}
}

static void parse_options(const char *text)
{
	AUTO_ARENA struct arena a = ARENA_INIT;
	struct overlay_options o;
	struct err e = {0};

	if (overlay_options_parse(text, &a, &o, &e) < 0) {
		MUST(e.kind == ERR_HOST && str_starts(e.msg, "rootfs overlay: "));
		return;
	}
	MUST(o.n_lower > 0 && o.n_lower <= OVERLAY_MAX_LAYERS);
	for (size_t i = 0; i < o.n_lower; i++)
		check_path(&o.lower[i]);
	if (o.upper.path)
		check_path(&o.upper);
	check_extra(o.extra);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	/* Of its exact size, so that ASan sees a read behind the end. */
	char *text = malloc(size + 1), *copy = malloc(size + 1), *p = text;
	struct mountinfo m;
	int r;

	MUST(text && copy);
	memcpy(text, data, size);
	text[size] = '\0';
	strcpy(copy, text);
	parse_options(copy);
	(void)mountinfo_unescape(copy);
	while ((r = mountinfo_next(&p, &m)) != 0) {
		MUST(p > text && p <= text + size);
		if (r < 0)
			continue;
		MUST(*m.root && *m.mountpoint && *m.options && *m.fstype && *m.super_options);
		MUST(!strchr(m.options, ' '));
		(void)mountinfo_is_shared(&m);
		(void)mountinfo_has_option(&m, "ro");
		parse_options(m.super_options);
	}
	free(text);
	free(copy);
	return 0;
}

#ifndef FUZZ_ENGINE

#include "tests/unit/files.h"

#define ROUNDS 2000 /* per file of the corpus */

static uint32_t next(uint32_t *seed, uint32_t below)
{
	*seed = *seed * 1664525 + 1013904223;
	return (*seed >> 8) % below;
}

/* A few small damages: a token put in, a byte changed, a piece cut out. */
static size_t damage(uint32_t *seed, char *text, size_t n)
{
	static const char tokens[] = "\\134\\072\\054:,= -\"/\nlowerdir+=";

	for (uint32_t k = next(seed, 4) + 1; k && n > 1; k--) {
		size_t at = next(seed, (uint32_t)n), len = next(seed, 8) + 1;

		if (len > n - at)
			len = n - at;
		switch (next(seed, 3)) {
		case 0:
			memcpy(text + at, tokens + next(seed, sizeof(tokens) - 8), len);
			break;
		case 1:
			text[at] = (char)next(seed, 256);
			break;
		default:
			memmove(text + at, text + at + len, n - at - len);
			n -= len;
		}
	}
	return n;
}

static void run_file(const char *name)
{
	char path[512];
	size_t n;

	snprintf(path, sizeof(path), "fuzz/corpus/mountinfo/%s", name);
	char *text = file_text(path, &n), *room = malloc(n + 1);
	uint32_t seed = (uint32_t)n;

	MUST(room);
	LLVMFuzzerTestOneInput((const uint8_t *)text, n);
	for (int i = 0; i < ROUNDS; i++) {
		memcpy(room, text, n);
		LLVMFuzzerTestOneInput((const uint8_t *)room, damage(&seed, room, n));
	}
	free(room);
	free(text);
}

int main(void)
{
	const char *top = getenv("srcdir");
	char dir[4096];
	struct dirent *d;
	int n = 0;

	snprintf(dir, sizeof(dir), "%s/tests/fuzz/corpus/mountinfo", top ? top : ".");
	DIR *corpus = opendir(dir);

	MUST(corpus);
	while ((d = readdir(corpus))) {
		if (d->d_name[0] == '.')
			continue;
		run_file(d->d_name);
		printf("ok %d - %s\n", ++n, d->d_name);
	}
	closedir(corpus);
	MUST(n > 0);
	printf("1..%d\n", n);
	return 0;
}

#endif
