/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* JSON and tables on stdout, byte by byte as runc's callers decode them. */
#include "runtime/output.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/fd.h"
#include "base/str.h"
#include "lifecycle/container.h"
#include "oci-spec/spec.h"
#include "runtime/owner.h"
#include "runtime/signals.h"
#include "runtime/state_json.h"
#include "runtime/table.h"
#include "tests/unit/check.h"

static const struct spec_pair annotations[] = {{"z", "1"}, {"a\"", "2"}};

static const struct container_state state = {
	.oci_version = "1.3.0",
	.id = "c1",
	.pid = 42,
	.status = CONTAINER_RUNNING,
	.bundle = "/b",
	.rootfs = "/b/rootfs",
	.created = "2026-11-22T17:04:07.123456789Z",
	.owner_uid = 0,
	.annotations = annotations,
	.n_annotations = 2,
};

TEST(state_is_indented_and_ends_without_newline)
{
	AUTO_STRBUF out = STRBUF_INIT;
	struct json_out j = {.out = &out, .indent = "  "};

	state_json(&j, &state, "");
	CHECK_STR(out.buf, "{\n"
			   "  \"ociVersion\": \"1.3.0\",\n"
			   "  \"id\": \"c1\",\n"
			   "  \"pid\": 42,\n"
			   "  \"status\": \"running\",\n"
			   "  \"bundle\": \"/b\",\n"
			   "  \"rootfs\": \"/b/rootfs\",\n"
			   "  \"created\": \"2026-11-22T17:04:07.123456789Z\",\n"
			   "  \"annotations\": {\n"
			   "    \"a\\\"\": \"2\",\n"
			   "    \"z\": \"1\"\n"
			   "  },\n"
			   "  \"owner\": \"\"\n"
			   "}");
}

TEST(state_on_one_line_without_annotations)
{
	AUTO_STRBUF out = STRBUF_INIT;
	struct json_out j = {.out = &out};
	struct container_state s = state;

	s.n_annotations = 0;
	s.pid = 0;
	s.status = CONTAINER_STOPPED;
	json_out_open(&j, NULL, '[');
	state_json(&j, &s, "root");
	state_json(&j, &s, "root");
	json_out_close(&j, ']');
	CHECK_HAS(out.buf, "[{\"ociVersion\":\"1.3.0\",\"id\":\"c1\",\"pid\":0,"
			   "\"status\":\"stopped\",\"bundle\":\"/b\",\"rootfs\":\"/b/rootfs\","
			   "\"created\":\"2026-11-22T17:04:07.123456789Z\",\"owner\":\"root\"},{");
	CHECK(!strchr(out.buf, '\n'));
}

TEST(empty_json_values)
{
	AUTO_STRBUF out = STRBUF_INIT;
	struct json_out j = {.out = &out, .indent = "\t"};

	json_out_open(&j, NULL, '{');
	json_out_strings(&j, "none", NULL, 0);
	json_out_bool(&j, "yes", true);
	json_out_raw(&j, "raw", "[\n\t1\n]");
	json_out_open(&j, "inner", '{');
	json_out_close(&j, '}');
	json_out_close(&j, '}');
	CHECK_STR(out.buf, "{\n\t\"none\": [],\n\t\"yes\": true,\n\t\"raw\": [\n\t\t1\n\t],\n"
			   "\t\"inner\": {}\n}");
}

TEST(a_full_disk_is_an_error)
{
	AUTO_STRBUF out = STRBUF_INIT;
	int saved = dup(1), full = open("/dev/full", O_WRONLY | O_CLOEXEC), r;
	struct err e = {0};

	strbuf_adds(&out, "x");
	fflush(stdout);
	dup2(full, 1);
	r = output_write(&out, &e);
	dup2(saved, 1);
	close(saved);
	close(full);
	CHECK_INT(r, -ENOSPC);
	CHECK_STR(e.msg, "write the output: no space left on device");
}

TEST(lost_memory_is_an_error)
{
	struct strbuf out = {.failed = true};
	struct err e = {0};

	CHECK_INT(output_write(&out, &e), -ENOMEM);
}

TEST(table_columns)
{
	static const char *const cells[] = {"ID", "PID", "OWNER", "a-long-container-id", "1", "me"};
	AUTO_STRBUF out = STRBUF_INIT;

	table_write(cells, 2, 3, &out);
	CHECK_STR(out.buf, "ID                    PID         OWNER\n"
			   "a-long-container-id   1           me\n");
}

TEST(table_of_nothing_is_its_head)
{
	static const char *const cells[] = {"ID", "PID"};
	AUTO_STRBUF out = STRBUF_INIT;

	table_write(cells, 1, 2, &out);
	CHECK_STR(out.buf, "ID          PID\n");
}

TEST(table_counts_characters_and_keeps_lines)
{
	static const char *const cells[] = {"\xc3\xa4\xc3\xa4", "x", "a\nb\x1b\xc2\x9b", "y"};
	AUTO_STRBUF out = STRBUF_INIT;

	table_write(cells, 2, 2, &out);
	CHECK_STR(out.buf, "\xc3\xa4\xc3\xa4          x\na?b??       y\n");
}

TEST(owner_from_passwd)
{
	AUTO_ARENA struct arena a = ARENA_INIT;
	const char *passwd = "\nroot:x:0:0:root:/root:/bin/sh\n+::::::\nbad:x:007x:1\n"
			     "no-newline:x:4294967294:5";

	CHECK_STR(owner_find(passwd, 0, &a), "root");
	CHECK_STR(owner_find(passwd, 4294967294u, &a), "no-newline");
	CHECK(!owner_find(passwd, 7, &a));
	CHECK(!owner_find("", 0, &a));
	CHECK(!owner_find("root:x", 0, &a));
	CHECK_STR(owner_name(4294967293u, &a), "#4294967293");
}

TEST(signal_names)
{
	CHECK_INT(signal_parse("9"), 9);
	CHECK_INT(signal_parse("0"), 0);
	CHECK_INT(signal_parse("64"), 64);
	CHECK_INT(signal_parse("KILL"), 9);
	CHECK_INT(signal_parse("SIGKILL"), 9);
	CHECK_INT(signal_parse("sigTerm"), 15);
	CHECK_INT(signal_parse("usr1"), 10);
	CHECK_INT(signal_parse("SIGRTMIN+3"), 37);
	CHECK_INT(signal_parse("rtmin"), 34);
	CHECK_INT(signal_parse("RTMAX-1"), 63);
}

TEST(signals_that_are_none)
{
	static const char *const bad[] = {"",	    "65",	"-9",	    "+9",      " 9",
					  "0x9",    "9 ",	"FOO",	    "SIG",     "SIGSIGKILL",
					  "RTMIN+", "RTMIN+31", "RTMAX-31", "RTMIN-1", "KILLX"};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		CHECK_MSG(signal_parse(bad[i]) < 0, "%s", bad[i]);
}
