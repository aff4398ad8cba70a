/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* pattern.c: see pattern.h. Pure string matching; no regcomp(3), which allocates and is slow. */
#include "oci-spec/pattern.h"

#include <string.h>

#define DIGITS "0123456789"
#define UPPER  "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define LOWER  "abcdefghijklmnopqrstuvwxyz"

/* One number of a version: digits without a leading zero; returns what follows it, or NULL. */
static const char *version_number(const char *s)
{
	size_t n = strspn(s, DIGITS);

	if (n == 0 || n > 9 || (n > 1 && s[0] == '0'))
		return NULL;
	return s + n;
}

/* Dot-separated identifiers of a pre-release or build tag; returns what follows, or NULL. */
static const char *version_tag(const char *s)
{
	for (;;) {
		size_t n = strspn(s, DIGITS UPPER LOWER "-");

		if (n == 0)
			return NULL;
		s += n;
		if (*s != '.')
			return s;
		s++;
	}
}

static bool match_version(const char *s)
{
	if (s[0] != '1' || s[1] != '.')
		return false;
	s = version_number(s + 2);
	if (!s || *s != '.')
		return false;
	s = version_number(s + 1);
	if (s && *s == '-')
		s = version_tag(s + 1);
	if (s && *s == '+')
		s = version_tag(s + 1);
	return s && !*s;
}

static bool match_abs_path(const char *s)
{
	return s[0] == '/';
}

static bool match_rlimit(const char *s)
{
	if (strncmp(s, "RLIMIT_", 7) != 0)
		return false;
	s += 7;
	size_t n = strspn(s, UPPER);

	return n > 0 && !s[n];
}

static bool match_page_size(const char *s)
{
	if (s[0] < '1' || s[0] > '9')
		return false;
	s += strspn(s, DIGITS);
	return (*s == 'K' || *s == 'M' || *s == 'G') && s[1] == 'B' && !s[2];
}

static bool match_cpu_list(const char *s)
{
	return !s[strspn(s, DIGITS ", -")];
}

static bool match_mem_bw(const char *s)
{
	return strncmp(s, "MB:", 3) == 0 && !strchr(s, '\n');
}

/* runc passes over the "a" in "rwa", which its own suite has, and which means nothing. */
static bool match_access(const char *s)
{
	return !s[strspn(s, "rwma")];
}

#define SAMPLES(...)                                                                               \
	(const char *const[])                                                                      \
	{                                                                                          \
		__VA_ARGS__, NULL                                                                  \
	}

const struct json_pattern pattern_version = {
	"a version of the 1.x series (MAJOR.MINOR.PATCH)", match_version,
	SAMPLES("1.0.0", "1.0.2-dev", "1.0.0-rc5-dev", "1.2.1+build.7", "1.3.0")};
const struct json_pattern pattern_abs_path = {
	"an absolute path", match_abs_path,
	SAMPLES("/", "/bin/true", "/proc/1/ns/net", "//a/../b")};
const struct json_pattern pattern_rlimit = {
	"the name of a resource limit (RLIMIT_...)", match_rlimit,
	SAMPLES("RLIMIT_NOFILE", "RLIMIT_NPROC", "RLIMIT_CORE", "RLIMIT_AS", "RLIMIT_STACK")};
const struct json_pattern pattern_page_size = {"a page size such as 64KB, 2MB or 1GB",
					       match_page_size, SAMPLES("64KB", "2MB", "1GB")};
const struct json_pattern pattern_cpu_list = {"a list of CPUs", match_cpu_list,
					      SAMPLES("0", "0-3", "0-3,7", "1, 3")};
const struct json_pattern pattern_mem_bw = {"one line beginning with MB:", match_mem_bw,
					    SAMPLES("MB:0=20;1=70", "MB:")};
const struct json_pattern pattern_access = {"a composition of r, w and m", match_access,
					    SAMPLES("r", "rw", "rwm", "m")};
