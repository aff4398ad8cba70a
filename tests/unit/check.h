/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * check.h: the whole unit test framework. A test file defines `TEST(name) { CHECK(...); }` blocks
 * and nothing else; main() is here and prints TAP. A failed CHECK ends its test, not the program.
 */
#ifndef BULKHEAD_TESTS_CHECK_H
#define BULKHEAD_TESTS_CHECK_H

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct check_test {
	const char *name;
	void (*run)(void);
	struct check_test *next;
};

static struct check_test *check_first, **check_last = &check_first;
static jmp_buf check_fail;

#define TEST(id)                                                                                   \
	static void id(void);                                                                      \
	__attribute__((constructor)) static void id##_register(void)                               \
	{                                                                                          \
		static struct check_test t = {.name = #id, .run = id};                             \
		*check_last = &t;                                                                  \
		check_last = &t.next;                                                              \
	}                                                                                          \
	static void id(void)

#define CHECK_MSG(cond, ...)                                                                       \
	do {                                                                                       \
		if (!(cond)) {                                                                     \
			printf("# %s:%d: %s\n# ", __FILE__, __LINE__, #cond);                      \
			printf(__VA_ARGS__);                                                       \
			printf("\n");                                                              \
			longjmp(check_fail, 1);                                                    \
		}                                                                                  \
	} while (0)
#define CHECK(cond) CHECK_MSG(cond, "is false")
#define CHECK_INT(a, b)                                                                            \
	do {                                                                                       \
		long long check_a = (long long)(a), check_b = (long long)(b);                      \
		CHECK_MSG(check_a == check_b, "%lld != %lld", check_a, check_b);                   \
	} while (0)
#define CHECK_STR(a, b)                                                                            \
	do {                                                                                       \
		const char *check_a = (a), *check_b = (b);                                         \
		CHECK_MSG(check_a &&check_b &&strcmp(check_a, check_b) == 0, "\"%s\" != \"%s\"",   \
			  check_a ? check_a : "(null)", check_b ? check_b : "(null)");             \
	} while (0)
#define CHECK_HAS(text, part)                                                                      \
	do {                                                                                       \
		const char *check_a = (text), *check_b = (part);                                   \
		CHECK_MSG(check_a &&strstr(check_a, check_b), "\"%s\" not in \"%s\"", check_b,     \
			  check_a ? check_a : "(null)");                                           \
	} while (0)

int main(void)
{
	volatile int n = 0, failed = 0;

	for (struct check_test *volatile t = check_first; t; t = t->next)
		n++;
	printf("1..%d\n", n);
	n = 0;
	for (struct check_test *volatile t = check_first; t; t = t->next) {
		n++;
		if (setjmp(check_fail) == 0) {
			t->run();
			printf("ok %d - %s\n", n, t->name);
		} else {
			failed++;
			printf("not ok %d - %s\n", n, t->name);
		}
		fflush(stdout);
	}
	return failed ? 1 : 0;
}

#endif
