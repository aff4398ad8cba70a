/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* files.h: a test's data files, found whatever directory the tests are run from. */
#ifndef BULKHEAD_TESTS_FILES_H
#define BULKHEAD_TESTS_FILES_H

#include <stdio.h>
#include <stdlib.h>

/** file_text - the whole of tests/@name; NUL-terminated, to be freed. Aborts when it is missing. */
static inline char *file_text(const char *name, size_t *ret_len)
{
	const char *top = getenv("srcdir"); /* automake's */
	char path[4096];

	snprintf(path, sizeof(path), "%s/tests/%s", top ? top : ".", name);
	FILE *f = fopen(path, "re");

	if (!f) {
		printf("Bail out! cannot open %s\n", path);
		fflush(stdout);
		abort();
	}
	char *text = NULL;
	size_t n = 0, room = 0;

	do {
		room = room ? room * 2 : 65536;
		text = realloc(text, room + 1);
		if (!text)
			abort();
		n += fread(text + n, 1, room - n, f);
	} while (n == room);
	fclose(f);
	text[n] = '\0';
	*ret_len = n;
	return text;
}

#endif
