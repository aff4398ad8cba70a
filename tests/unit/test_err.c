/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* test_err.c: what an error says when its words are longer than there is room for. */
#include "base/err.h"

#include <errno.h>
#include <string.h>

#include "base/str.h"
#include "check.h"

/* "<n times c>" */
static const char *times(char c, size_t n)
{
	static char text[1 << 16];

	memset(text, c, n);
	text[n] = '\0';
	return text;
}

TEST(long_values_keep_their_cause)
{
	static const size_t lengths[] = {0,    1,    500,  900,	 990,  1000,
					 1010, 1023, 1024, 1025, 4096, 65000};

	for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		struct err e = {0};
		CHECK_INT(err_set(&e, ERR_STATE, EINVAL, "value \"%s\": parse error",
				  times('x', lengths[i])),
			  -EINVAL);
		CHECK(str_starts(e.msg, "value \"") && strlen(e.msg) < ERR_MSG_MAX);
		CHECK_STR(e.msg + strlen(e.msg) - 14, "\": parse error");
		CHECK_INT(strlen(e.msg) == 21 + lengths[i], lengths[i] < ERR_MSG_MAX - 21);
		err_clear(&e);
		CHECK_INT(err_sys(&e, ENOENT, "open %s", times('x', lengths[i])), -ENOENT);
		CHECK(str_starts(e.msg, "open "));
		CHECK_STR(e.msg + strlen(e.msg) - 27, ": no such file or directory");
		err_wrap(&e, "in %s", times('y', lengths[i]));
		CHECK(str_starts(e.msg, "in "));
		CHECK_STR(e.msg + strlen(e.msg) - 27, ": no such file or directory");
	}
}

TEST(the_first_error_stays)
{
	struct err e = {0};

	err_set(&e, ERR_STATE, EINVAL, "one");
	CHECK_INT(err_sys(&e, ENOENT, "two"), -ENOENT);
	CHECK_INT(err_wrap(&e, "in"), -EINVAL);
	CHECK_STR(e.msg, "in: one");
	CHECK_INT(err_set(NULL, ERR_STATE, 0, "x"), -EINVAL);
}

TEST(unknown_number)
{
	struct err e = {0};

	CHECK_INT(err_sys(&e, 9999, "x"), -9999);
	CHECK_STR(e.msg, "x: unknown error");
}
