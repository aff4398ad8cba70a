/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* test_spec_parse.c: what the parser takes, exactly, and the limits it keeps to. */
#include <errno.h>
#include <stdlib.h>
#include <time.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include "oci-spec/schema.h"
#include "oci-spec/spec.h"
#include "tests/unit/check.h"

#define V  "\"ociVersion\":\"1.3.0\""
#define P  "{" V ",\"process\":{\"cwd\":\"/\","
#define L  "{" V ",\"linux\":{"
#define R  L "\"resources\":{"
#define SC L "\"seccomp\":{\"defaultAction\":\"SCMP_ACT_ALLOW\","

TEST(every_prefix_of_a_document_is_refused)
{
	const char *text =
		P "\"args\":[\"a\\u00e9\",\"\\\\\"],\"rlimits\":[{\"type\":\"RLIMIT_AS\","
		  "\"hard\":10,\"soft\":-0}],\"x\":{\"y\":[null,true,1e5]}},\"root\":{"
		  "\"path\":\"r\"}}";

	/* "-0" is no unsigned number: cut the row that would be valid otherwise */
	for (size_t n = 0; n < strlen(text); n++) {
		AUTO_ARENA struct arena a = ARENA_INIT;
		struct err e = {0};
		struct spec *s;

		CHECK_MSG(spec_parse(text, n, &a, &s, &e) == -EINVAL, "%zu bytes were taken", n);
		CHECK(e.kind == ERR_SPEC && e.msg[0]);
	}
}

static struct spec *parse(struct arena *a, const char *text)
{
	struct err e = {0};
	struct spec *s;
	int r = spec_parse(text, strlen(text), a, &s, &e);

	CHECK_MSG(r == 0, "%s: %s", text, e.msg);
	return s;
}

TEST(takes_what_engines_send)
{
	static const char *const good[] = {
		"{" V "}",
		" \r\n\t{" V "}\n\n",
		"{\"ociVersion\":\"1.0.2-dev\"}",
		"{\"ociVersion\":\"1.0.0-rc5.x-1+b.2\"}",
		"{" V ",\"process\":null,\"root\":null,\"hooks\":null,\"mounts\":null,"
		"\"annotations\":null,\"linux\":null,\"hostname\":null}",
		P "\"user\":{},\"args\":null,\"capabilities\":{\"bounding\":null},\"env\":[]}}",
		SC "\"architectures\":null,\"syscalls\":null,\"flags\":[]}}}",
		L "\"rootfsPropagation\":\"\",\"cgroupsPath\":\"\"}}",
		L "\"rootfsPropagation\":\"rslave\"}}",
		"{" V ",\"windows\":{\"x\":1.5e300},\"vm\":[[[[]]]]}",
		"{" V ",\"OCIVERSION\":7}",
		"{" V ",\"x\":{\"\\u0061\":1,\"\\u0062\":2,\"\\u0063\":3}}",
		P "\"capabilities\":{\"bounding\":[\"CAP_FUTURE\",\"chown\"]}}}",
		L "\"devices\":[{\"path\":\"/d\",\"type\":\"p\"}]}}",
	};

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		AUTO_ARENA struct arena a = ARENA_INIT;

		parse(&a, good[i]);
	}
}

TEST(absent_empty_and_null_are_told_apart)
{
	AUTO_ARENA struct arena a = ARENA_INIT;
	struct spec *s = parse(&a, L "\"maskedPaths\":[],\"readonlyPaths\":null,\"sysctl\":{},"
				     "\"cgroupsPath\":\"\",\"resources\":{\"pids\":{}}}}");

	CHECK(s->linux_->masked_paths && s->linux_->n_masked_paths == 0);
	CHECK(s->linux_->masked_paths[0] == NULL);
	CHECK(!s->linux_->readonly_paths && s->linux_->n_readonly_paths == 0);
	CHECK(s->linux_->sysctl && s->linux_->n_sysctl == 0);
	CHECK(!s->linux_->cgroups_path);
	CHECK(s->linux_->resources->pids && !s->linux_->resources->pids->limit);
	CHECK(!s->process && !s->root && !s->mounts && !s->annotations);
}

TEST(values_are_exact)
{
	AUTO_ARENA struct arena a = ARENA_INIT;
	struct spec *s = parse(
		&a,
		"{" V ",\"process\":{\"cwd\":\"/\",\"terminal\":false,\"args\":[\"a\",\"\","
		"\"\\u00e9\\ud83d\\ude00\\/\\\"\"],\"rlimits\":[{\"type\":\"RLIMIT_AS\",\"hard\":"
		"18446744073709551615,\"soft\":0}],\"user\":{\"uid\":4294967295,\"gid\":7,"
		"\"additionalGids\":[0,4294967295]},\"oomScoreAdj\":-0},\"annotations\":{\"b\":"
		"\"1\",\"a\":\"2\"},\"linux\":{\"resources\":{\"memory\":{\"limit\":"
		"9223372036854775807,\"swap\":-9223372036854775808},\"rdma\":{\"k\":{"
		"\"hcaHandles\":3}}},\"timeOffsets\":{\"boottime\":{\"secs\":-5}}}}");
	const struct spec_process *p = s->process;

	CHECK(p->terminal && !*p->terminal);
	CHECK_INT(p->n_args, 3);
	CHECK_STR(p->args[1], "");
	CHECK_STR(p->args[2], "\xc3\xa9\xf0\x9f\x98\x80/\"");
	CHECK(p->args[3] == NULL);
	CHECK(p->rlimits[0].hard == UINT64_MAX && p->rlimits[0].soft == 0);
	CHECK(p->user->uid == UINT32_MAX && p->user->gid == 7);
	CHECK(p->user->n_additional_gids == 2 && p->user->additional_gids[1] == UINT32_MAX);
	CHECK(p->oom_score_adj && *p->oom_score_adj == 0);
	CHECK_STR(s->annotations[0].key, "b");
	CHECK_STR(s->annotations[1].value, "2");
	CHECK(*s->linux_->resources->memory->limit == INT64_MAX);
	CHECK(*s->linux_->resources->memory->swap == INT64_MIN);
	CHECK_STR(s->linux_->resources->rdma[0].key, "k");
	CHECK_INT(*s->linux_->resources->rdma[0].hca_handles, 3);
	CHECK(!s->linux_->resources->rdma[0].hca_objects);
	CHECK_INT(s->linux_->time_offsets[0].secs, -5);
}

/* The first and the last character of every length, as bytes and as escapes. */
TEST(characters)
{
	AUTO_ARENA struct arena a = ARENA_INIT;
	struct spec *s =
		parse(&a, P "\"args\":[\"\xc2\x80\",\"\xdf\xbf\",\"\xe0\xa0\x80\",\"\xed\x9f\xbf\","
			    "\"\xee\x80\x80\",\"\xef\xbf\xbf\",\"\xf0\x90\x80\x80\","
			    "\"\xf4\x8f\xbf\xbf\",\"\x7f\",\"\\u0080\",\"\\u07ff\",\"\\u0800\","
			    "\"\\uD7fF\",\"\\uE000\",\"\\uFFFF\",\"\\ud800\\udc00\","
			    "\"\\udBFf\\uDFFF\",\"\\u007F\"]}}");

	CHECK_INT(s->process->n_args, 18);
	for (int i = 0; i < 9; i++)
		CHECK_STR(s->process->args[i], s->process->args[i + 9]);
}

/* @head, @n times @unit, @tail. */
static char *repeated(const char *head, const char *unit, size_t n, const char *tail, size_t *len)
{
	struct strbuf b = STRBUF_INIT;

	strbuf_adds(&b, head);
	for (size_t i = 0; i < n; i++)
		strbuf_adds(&b, unit);
	strbuf_adds(&b, tail);
	CHECK(!b.failed);
	*len = b.len;
	return b.buf;
}

static void refused(const char *head, const char *unit, size_t n, const char *tail, int code,
		    const char *begins, const char *has)
{
	AUTO_ARENA struct arena a = ARENA_INIT;
	struct err e = {0};
	struct spec *s;
	size_t len;
	char *text = repeated(head, unit, n, tail, &len);
	int r = spec_parse(text, len, &a, &s, &e);

	free(text);
	CHECK_MSG(r == code && e.kind == ERR_SPEC, "%d, kind %d: %s", r, e.kind, e.msg);
	CHECK_MSG(str_starts(e.msg, begins), "%s", e.msg);
	CHECK_HAS(e.msg, has);
	CHECK(a.used <= JSON_MAX_MEMORY);
}

TEST(depth_is_limited)
{
	AUTO_ARENA struct arena a = ARENA_INIT;
	struct spec *s;
	struct err e = {0};
	size_t len;
	char *text;

	refused("{" V ",\"x\":", "[", 10000, "", -E2BIG, "/x/0/0/", "deeper than 32 levels");
	refused("{" V ",\"x\":", "{\"a\":", 10000, "", -E2BIG, "/x/a/a/", "deeper");
	refused("", "[", 10000, "", -EINVAL, "config.json: ", "expected an object");
	refused("{" V ",\"x\":", "[", 32, "", -E2BIG, "/x/0/0/", "deeper");
	/* 31 below the root object are 32 */
	text = repeated("{" V ",\"x\":", "[", 31, "]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]}", &len);
	CHECK_MSG(spec_parse(text, len, &a, &s, &e) == 0, "%s", e.msg);
	free(text);
}

TEST(size_is_limited)
{
	AUTO_ARENA struct arena a = ARENA_INIT;
	struct err e = {0};
	struct spec *s;
	static const char one = '{';

	/* Refused by its length alone: nothing behind the first byte exists here. */
	CHECK_INT(spec_parse(&one, 100u << 20, &a, &s, &e), -E2BIG);
	CHECK_INT(e.kind, ERR_SPEC);
	CHECK_STR(e.msg, "config.json: 104857600 bytes; at most 8388608 are taken");
	CHECK(a.used <= 16384);
	err_clear(&e);
	char *text = malloc(SPEC_MAX_BYTES);

	CHECK(text);
	memset(text, ' ', SPEC_MAX_BYTES);
	memcpy(text, "{" V "}", strlen("{" V "}"));
	CHECK_INT(spec_parse(text, SPEC_MAX_BYTES + 1, &a, &s, &e), -E2BIG);
	err_clear(&e);
	CHECK_MSG(spec_parse(text, SPEC_MAX_BYTES, &a, &s, &e) == 0, "%s", e.msg);
	free(text);
}

TEST(counts_are_limited)
{
	refused("{" V ",\"x\":[0", ",0", 65536, "]}", -E2BIG,
		"/x/65536: ", "more than 65536 elements");
	refused(P "\"args\":[\"\"", ",\"\"", 65536, "]}}", -E2BIG,
		"/process/args/65536: ", "more than 65536 elements");
	refused("{" V ",\"mounts\":[{\"destination\":\"\"}", ",{\"destination\":\"\"}", 65536, "]}",
		-E2BIG, "/mounts/65536: ", "more than 65536 elements");
	refused("{" V ",\"x\":{\"y\":0", ",\"y\":0", 65536, "}}", -E2BIG,
		"/x: ", "more than 65536 members");
	refused(P "\"rlimits\":[{\"type\":\"RLIMIT_A\",\"hard\":1,\"soft\":1}",
		",{\"type\":\"RLIMIT_A\",\"hard\":1,\"soft\":1}", 256, "]}}", -EINVAL,
		"/process/rlimits/256: ", "more than 256 rlimits");
}

/* Small text that would become big structs: refused before the memory is taken. */
TEST(memory_is_limited)
{
	struct strbuf b = STRBUF_INIT;
	AUTO_ARENA struct arena a = ARENA_INIT;
	struct err e = {0};
	struct spec *s;

	strbuf_adds(&b, SC "\"syscalls\":[");
	for (int i = 0; i < 40; i++) {
		strbuf_adds(&b, i ? ",{\"names\":[\"\"" : "{\"names\":[\"\"");
		for (int j = 1; j < 65536; j++)
			strbuf_adds(&b, ",\"\"");
		strbuf_adds(&b, "],\"action\":\"SCMP_ACT_LOG\"}");
	}
	strbuf_adds(&b, "]}}}");
	CHECK(!b.failed && b.len < SPEC_MAX_BYTES);
	CHECK_MSG(spec_parse(b.buf, b.len, &a, &s, &e) == 0, "%s", e.msg);
	arena_free(&a);
	/* the caller's own, lower limit is kept to and is not the document's fault */
	a.limit = 1 << 20;
	CHECK_INT(spec_parse(b.buf, b.len, &a, &s, &e), -ENOMEM);
	CHECK_INT(e.kind, ERR_SYSTEM);
	CHECK(a.used <= a.limit && a.limit == 1 << 20);
	strbuf_free(&b);
}

/* A map of 65536 keys, and as many unknown members: no quadratic search for duplicates. */
TEST(many_keys_are_quick)
{
	struct strbuf b = STRBUF_INIT;
	AUTO_ARENA struct arena a = ARENA_INIT;
	struct err e = {0};
	struct spec *s;
	struct timespec t0, t1;

	strbuf_adds(&b, "{" V ",\"annotations\":{\"k\":\"\"");
	for (unsigned int i = 1; i < SPEC_MAX_ITEMS; i++)
		strbuf_addf(&b, ",\"key%u\":\"\"", i);
	strbuf_adds(&b, "},\"x\":{\"k\":0");
	for (unsigned int i = 1; i < SPEC_MAX_ITEMS; i++)
		strbuf_addf(&b, ",\"key%u\":0", i);
	strbuf_adds(&b, "}}");
	CHECK(!b.failed);
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t0);
	CHECK_MSG(spec_parse(b.buf, b.len, &a, &s, &e) == 0, "%s", e.msg);
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t1);
	CHECK_INT(s->n_annotations, SPEC_MAX_ITEMS);
	CHECK_STR(s->annotations[65535].key, "key65535");
	/* 0.1 s here with the sanitizers on; quadratic it is minutes */
	CHECK(t1.tv_sec - t0.tv_sec < 5);
	strbuf_free(&b);
}

TEST(other_documents)
{
	AUTO_ARENA struct arena a = ARENA_INIT;
	struct err e = {0};
	struct spec_process *p;
	struct spec_resources *r;
	const char *text = "{\"cwd\":\"/\",\"args\":[\"id\"],\"user\":{\"uid\":5,\"gid\":0}}";

	CHECK_INT(spec_parse_process(text, strlen(text), &a, &p, &e), 0);
	CHECK_INT(p->user->uid, 5);
	CHECK_INT(spec_parse_process("{}", 2, &a, &p, &e), -EINVAL);
	CHECK_STR(e.msg, "/cwd: required member is missing");
	err_clear(&e);
	CHECK_INT(spec_parse_process("[]", 2, &a, &p, &e), -EINVAL);
	CHECK(str_starts(e.msg, "process.json: "));
	text = "{\"memory\":{\"limit\":1048576},\"cpu\":{\"shares\":0}}";
	CHECK_INT(spec_parse_resources(text, strlen(text), &a, &r, &e), 0);
	CHECK_INT(*r->memory->limit, 1048576);
	err_clear(&e);
	CHECK_INT(spec_parse_resources("{\"pids\":{\"limit\":\"x\"}}", 22, &a, &r, &e), -EINVAL);
	CHECK(str_starts(e.msg, "/pids/limit: "));
}
