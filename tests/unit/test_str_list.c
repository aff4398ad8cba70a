/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* test_str_list.c: str_list_has() of base/str.h. */
#include "base/str.h"
#include "check.h"

TEST(entries_of_a_list)
{
	CHECK(str_list_has("cpu,cpuacct", ',', "cpu"));
	CHECK(str_list_has("cpu,cpuacct", ',', "cpuacct"));
	CHECK(str_list_has("a b c", ' ', "b"));
	CHECK(!str_list_has("cpuacct,cpuset", ',', "cpu"));
	CHECK(!str_list_has("xcpu,ycpu", ',', "cpu"));
	CHECK(!str_list_has("cpu,cpuacct", ' ', "cpu"));
	CHECK(!str_list_has("", ',', "cpu"));
	CHECK(!str_list_has(NULL, ',', "cpu"));
	CHECK(!str_list_has("cp", ',', "cpu"));
}
