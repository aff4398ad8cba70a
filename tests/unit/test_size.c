/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* test_size.c: amounts of memory on the command line. */
#include "runtime/size.h"

#include "check.h"

TEST(sizes)
{
	static const struct {
		const char *text;
		long long want;
	} good[] = {
		{"-1", -1},
		{"0", 0},
		{"1024", 1024},
		{"1k", 1024},
		{"1K", 1024},
		{"64 KiB", 65536},
		{"512m", 536870912},
		{"512Mb", 536870912},
		{"1.5g", 1610612736},
		{"0.25G", 268435456},
		{"1t", 1ll << 40},
		{"1p", 1ll << 50},
		{"8191p", 8191ll << 50},
		{"7b", 7},
		{"9223372036854775807", INT64_MAX},
		{"1.000000001g", 1073741825},
	};
	static const char *const bad[] = {
		"",	"k",	 "-2",
		"-1k",	"+1",	 "1x",
		"1kk",	"1 k b", " 1",
		"1  k", "1.k",	 ".5g",
		"1.",	"8192p", "9223372036854775808",
		"1e3",	"0x10",	 "1.0000000001g",
		"1ib",
	};
	int64_t v;

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		v = -7;
		CHECK_MSG(size_parse(good[i].text, &v) == 0 && v == good[i].want, "%s: %lld",
			  good[i].text, (long long)v);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		CHECK_MSG(size_parse(bad[i], &v) < 0, "%s", bad[i]);
}
