/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * test_intel_rdt.c: linux.intelRdt, from the plan to the groups of a resctrl file system. Few
 * machines have one, so that a directory stands in for it: mkdirat(2) and rmdir(2) are wrapped to
 * do what the kernel does there, files included. Everything else is the code that runs on the real
 * one.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "apply/intel_rdt.h"
#include "apply/intel_rdt_schemata.h"
#include "base/arena.h"
#include "base/err.h"
#include "base/fd.h"
#include "base/str.h"
#include "host/facts.h"
#include "lifecycle/record.h"
#include "lifecycle/update_classes.h"
#include "oci-spec/spec.h"
#include "plan/intel_rdt.h"
#include "tests/unit/check.h"

#define FULL "    MB:0=100;1=100\n    L3:0=7ff;1=7ff\n"

static struct arena arena;
static struct err err;
static struct intel_rdt_plan plan;
static struct host_facts facts = {.resctrl = "/sys/fs/resctrl"};
static int root = -1;
static int no_room; /* errno of the next mkdirat() */

static void put(int dir, const char *name, const char *text)
{
	AUTO_FD fd = openat(dir, name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

	CHECK(fd >= 0 && fd_write_all(fd, text, strlen(text)) == 0);
}

static const char *get(const char *name)
{
	static char text[256];

	return file_read_at(root, name, text, sizeof(text)) < 0 ? "(none)" : text;
}

int __real_mkdirat(int dir, const char *name, mode_t mode);
int __wrap_mkdirat(int dir, const char *name, mode_t mode);
int __wrap_mkdirat(int dir, const char *name, mode_t mode)
{
	if (no_room) {
		errno = no_room;
		no_room = 0;
		return -1;
	}
	if (__real_mkdirat(dir, name, mode) < 0)
		return -1;
	AUTO_FD fd = openat(dir, name, O_PATH | O_DIRECTORY | O_CLOEXEC);
	put(fd, "tasks", "");
	if (!strstr(name, "mon_groups")) {
		/* The kernel gives a new class all there is. The line that is written takes its
		 * place, as far as a plain file can do that. */
		put(fd, "schemata", FULL);
		CHECK(__real_mkdirat(fd, "mon_groups", 0755) == 0);
	}
	return 0;
}

int __real_unlinkat(int dir, const char *name, int flags);
int __wrap_unlinkat(int dir, const char *name, int flags);
int __wrap_unlinkat(int dir, const char *name, int flags)
{
	static const char *const files[] = {"tasks", "schemata"};

	AUTO_FD fd = openat(dir, name, O_PATH | O_DIRECTORY | O_CLOEXEC);
	for (int i = 0; fd >= 0 && flags == AT_REMOVEDIR && i < 2; i++)
		(void)__real_unlinkat(fd, files[i], 0);
	if (fd >= 0)
		(void)__real_unlinkat(fd, "mon_groups", AT_REMOVEDIR);
	return __real_unlinkat(dir, name, flags);
}

/* "fake": the directory of tree(). */
int __real_intel_rdt_open(const char *mountpoint, struct err *e);
int __wrap_intel_rdt_open(const char *mountpoint, struct err *e);
int __wrap_intel_rdt_open(const char *mountpoint, struct err *e)
{
	return strcmp(mountpoint, "fake") == 0 ? dup(root) : __real_intel_rdt_open(mountpoint, e);
}

static char path[64];

static void remove_tree(void)
{
	AUTO_STRBUF command = STRBUF_INIT;

	if (root < 0)
		return;
	strbuf_addf(&command, "rm -r %s", path);
	if (system(command.buf) != 0)
		fprintf(stderr, "# %s remains\n", path);
	fd_closep(&root);
}

static void tree(void)
{
	if (root < 0)
		atexit(remove_tree);
	remove_tree();
	strcpy(path, "/tmp/bkh-resctrl-XXXXXX");
	CHECK(mkdtemp(path) != NULL);
	root = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	CHECK(root >= 0 && __real_mkdirat(root, "info", 0755) == 0 &&
	      __real_mkdirat(root, "info/MB", 0755) == 0 &&
	      __real_mkdirat(root, "mon_groups", 0755) == 0);
	put(root, "schemata", FULL);
	put(root, "tasks", "");
	put(root, "info/MB/bandwidth_gran", "10\n");
	put(root, "info/last_cmd_status", "out of CLOSIDs\n");
	CHECK_INT(mkdirat(root, "gold", 0755), 0);
	put(root, "gold/schemata", "    MB:0=20;1=70\n    L3:0=7f0;1=01f\n");
}

static int make(const struct spec_intel_rdt *s)
{
	arena_free(&arena);
	err = (struct err){0};
	return intel_rdt_plan_make(s, "box", &facts, &arena, &plan, &err);
}

static bool exists(const char *name)
{
	struct stat st;

	return fstatat(root, name, &st, 0) == 0;
}

TEST(plans)
{
	static char *lines[] = {(char *)"L2:0=f", (char *)"MB:0=10", NULL};
	bool yes = true, no = false;

	CHECK_INT(make(NULL), 0);
	CHECK(!plan.set);
	CHECK_INT(make(&(struct spec_intel_rdt){0}), 0);
	CHECK(plan.set && plan.own && !plan.monitor && plan.n_lines == 0);
	CHECK_STR(plan.group, "box");
	CHECK_INT(make(&(struct spec_intel_rdt){.clos_id = "gold",
						.schemata = lines,
						.n_schemata = 2,
						.mem_bw_schema = "MB:0=20",
						.l3_cache_schema = "L3:0=f",
						.enable_monitoring = &yes}),
		  0);
	CHECK(!plan.own && plan.may_make);
	CHECK_STR(plan.group, "gold");
	CHECK_STR(plan.monitor, "gold/mon_groups/box");
	CHECK_INT(plan.n_lines, 4);
	CHECK_STR(plan.lines[0].pointer, "/linux/intelRdt/l3CacheSchema");
	CHECK_STR(plan.lines[1].pointer, "/linux/intelRdt/memBwSchema");
	CHECK_STR(plan.lines[2].text, "L2:0=f");
	CHECK_STR(plan.lines[3].pointer, "/linux/intelRdt/schemata/1");
	CHECK_INT(make(&(struct spec_intel_rdt){.clos_id = "/", .enable_cmt = &yes}), 0);
	CHECK_STR(plan.group, ".");
	CHECK_STR(plan.monitor, "./mon_groups/box");
	CHECK(!plan.own && !plan.may_make);
	CHECK_INT(make(&(struct spec_intel_rdt){.enable_mbm = &yes}), 0);
	CHECK(plan.monitor != NULL);
	CHECK_INT(make(&(struct spec_intel_rdt){.enable_monitoring = &no}), 0);
	CHECK(plan.monitor == NULL);
}

TEST(wrong_ones)
{
	static const char *const names[] = {".",	"..",  "info", "mon_groups",
					    "mon_data", "a/b", "a\n",  NULL};
	static const char *const lines[] = {"L3", ":0=f", "L3:0=f\nMB:0=1", "L3:0=f\r", NULL};

	for (const char *const *s = names; *s; s++) {
		CHECK_INT(make(&(struct spec_intel_rdt){.clos_id = *s}), -EINVAL);
		CHECK_INT(err.kind, ERR_SPEC);
		CHECK_HAS(err.msg, "/linux/intelRdt/closID: ");
	}
	for (const char *const *s = lines; *s; s++) {
		char *list[] = {(char *)"L3:0=f", (char *)(uintptr_t)*s, NULL};
		CHECK_INT(make(&(struct spec_intel_rdt){.l3_cache_schema = *s}), -EINVAL);
		CHECK_HAS(err.msg, "/linux/intelRdt/l3CacheSchema: ");
		CHECK_INT(make(&(struct spec_intel_rdt){.schemata = list, .n_schemata = 2}),
			  -EINVAL);
		CHECK_HAS(err.msg, "/linux/intelRdt/schemata/1: ");
	}
	facts.resctrl = NULL;
	CHECK_INT(make(&(struct spec_intel_rdt){0}), -ENODEV);
	CHECK_INT(err.kind, ERR_HOST);
	CHECK_STR(err.msg, "/linux/intelRdt: no resctrl file system is mounted on this host");
	facts.resctrl = "/sys/fs/resctrl";
}

TEST(texts_of_schemata)
{
	static const char file[] = "    MB:0= 20;1= 100\nL3CODE:0=f\n    L3:0=0ff;1=7FF\n";

	CHECK(schemata_has(file, "L3:0=ff", 1));
	CHECK(schemata_has(file, "L3:1=7ff;0=0ff", 1));
	CHECK(schemata_has(file, "L3:", 1));
	CHECK(schemata_has(file, "L3CODE:0=F", 1));
	CHECK(schemata_has(file, "MB:0=20;1=100", 1));
	CHECK(schemata_has(file, "MB:0=15", 10));
	CHECK(schemata_has(file, "MB:0=20", 10));
	CHECK(!schemata_has(file, "MB:0=15", 1));
	CHECK(!schemata_has(file, "MB:0=21", 10));
	CHECK(!schemata_has(file, "L3:0=fe", 1));
	CHECK(!schemata_has(file, "L3:2=ff", 1));
	CHECK(!schemata_has(file, "L2:0=ff", 1));
	CHECK(!schemata_has(file, "L:0=ff", 1));
	CHECK(!schemata_has(file, "L3:0=", 1));
	CHECK(!schemata_has(file, "L3:x=ff", 1));
	CHECK(!schemata_has(file, "L3:0=ff,1=7ff", 1));
	CHECK(!schemata_has("", "L3:0=ff", 1));
	CHECK(!schemata_has("L3:0=f\nMB:1=ff", "L3:1=ff", 1));
}

TEST(a_group_of_its_own)
{
	static char *lines[] = {(char *)"L3:0=f0;1=1f", NULL};
	const char *const groups[] = {"box", "box/mon_groups/box"};
	bool yes = true;

	tree();
	CHECK_INT(make(&(struct spec_intel_rdt){
			  .schemata = lines, .n_schemata = 1, .enable_monitoring = &yes}),
		  0);
	CHECK_INT(intel_rdt_check_free(&plan, root, &err), 0);
	CHECK_MSG(intel_rdt_make(&plan, root, &err) == 0, "%s", err.msg);
	CHECK(str_starts(get("box/schemata"), "L3:0=f0;1=1f\n"));
	CHECK(exists("box/mon_groups/box"));
	CHECK_INT(intel_rdt_join(root, groups, 2, 4711, &err), 0);
	CHECK_STR(get("box/tasks"), "4711");
	CHECK_STR(get("box/mon_groups/box/tasks"), "4711");
	/* For verify: 471 is not 4711. */
	CHECK_INT(intel_rdt_has(root, "box", 4711), 1);
	CHECK_INT(intel_rdt_has(root, "box", 471), 0);
	CHECK_INT(intel_rdt_has(root, "none", 4711), -ENOENT);
	CHECK_INT(intel_rdt_check(&plan, root, &err), 0);
	put(root, "box/schemata", "L3:0=f0;1=ff\n");
	CHECK_INT(intel_rdt_check(&plan, root, &err), -EINVAL);
	CHECK_STR(err.msg, "/linux/intelRdt/schemata/0: the class of service does not have "
			   "\"L3:0=f0;1=1f\"");
	err = (struct err){0};
	/* It is there now. */
	CHECK_INT(intel_rdt_check_free(&plan, root, &err), -EEXIST);
	CHECK_STR(err.msg, "/linux/intelRdt: the group box exists already");
	err = (struct err){0};
	CHECK_INT(intel_rdt_make(&plan, root, &err), -EEXIST);
	CHECK(exists("box"));
	CHECK_INT(intel_rdt_remove(root, groups, 2, &err), 0);
	CHECK(!exists("box"));
	CHECK_INT(intel_rdt_remove(root, groups, 2, &err), 0);
	CHECK_STR(get("schemata"), FULL);
}

TEST(a_class_that_others_have)
{
	struct spec_intel_rdt s = {.clos_id = "gold", .l3_cache_schema = "L3:0=7f0;1=1f"};

	tree();
	CHECK_INT(make(&s), 0);
	CHECK_MSG(intel_rdt_make(&plan, root, &err) == 0, "%s", err.msg);
	CHECK_STR(get("gold/schemata"), "    MB:0=20;1=70\n    L3:0=7f0;1=01f\n");
	s.mem_bw_schema = "MB:0=30";
	CHECK_INT(make(&s), 0);
	CHECK_INT(intel_rdt_make(&plan, root, &err), -EINVAL);
	CHECK_STR(err.msg, "/linux/intelRdt/memBwSchema: the class of service exists and does not "
			   "have \"MB:0=30\"");
	CHECK(exists("gold"));
	s = (struct spec_intel_rdt){.clos_id = "gold"};
	CHECK_INT(make(&s), 0);
	CHECK_INT(intel_rdt_make(&plan, root, &err), 0);
	/* One that is missing needs something to make it with; and then it stays. */
	s.clos_id = "silver";
	CHECK_INT(make(&s), 0);
	CHECK_INT(intel_rdt_make(&plan, root, &err), -ENOENT);
	CHECK_INT(err.kind, ERR_HOST);
	CHECK_HAS(err.msg, "/linux/intelRdt/closID: there is no class of service \"silver\"");
	s.mem_bw_schema = "MB:0=30;1=30";
	CHECK_INT(make(&s), 0);
	CHECK_MSG(intel_rdt_make(&plan, root, &err) == 0, "%s", err.msg);
	CHECK(exists("silver"));
}

TEST(the_default_class)
{
	const char *const group = ".";
	bool yes = true;

	tree();
	CHECK_INT(make(&(struct spec_intel_rdt){.clos_id = "/", .enable_monitoring = &yes}), 0);
	CHECK_INT(intel_rdt_make(&plan, root, &err), 0);
	CHECK(exists("mon_groups/box"));
	CHECK_INT(intel_rdt_join(root, &group, 1, 12, &err), 0);
	CHECK_STR(get("tasks"), "12");
	CHECK_STR(get("schemata"), FULL);
	CHECK_INT(intel_rdt_check_free(&plan, root, &err), -EEXIST);
	CHECK_HAS(err.msg, "/linux/intelRdt/enableMonitoring: the group ./mon_groups/box");
}

TEST(nothing_is_left_after_a_failure)
{
	static char *lines[] = {(char *)"L3:0=f0", (char *)"L2:0=1", NULL};

	tree();
	CHECK_INT(make(&(struct spec_intel_rdt){.schemata = lines, .n_schemata = 1}), 0);
	no_room = ENOSPC;
	CHECK_INT(intel_rdt_make(&plan, root, &err), -ENOSPC);
	CHECK_STR(err.msg,
		  "/linux/intelRdt: unable to make the group: No space left on device: out "
		  "of CLOSIDs");
	CHECK(!exists("box"));
	/* The file keeps what the kernel would not take: it does not read back. */
	lines[0] = (char *)"L3:0=";
	CHECK_INT(make(&(struct spec_intel_rdt){.schemata = lines, .n_schemata = 1}), 0);
	CHECK_INT(intel_rdt_make(&plan, root, &err), -EINVAL);
	CHECK_STR(err.msg, "/linux/intelRdt/schemata/0: does not read back as \"L3:0=\"");
	CHECK(!exists("box"));
}

static struct spec_intel_rdt asked;
static struct spec_linux linux_part = {.intel_rdt = &asked};
static struct spec config = {.linux_ = &linux_part};
static struct class_update updating;

static int open_update(const struct spec_intel_rdt *s)
{
	const struct record r = {.id = "box", .rdt_root = "fake"};

	class_update_close(&updating);
	err = (struct err){0};
	asked = *s;
	return class_update_open(&r, &config, &arena, &updating, &err);
}

TEST(an_update_and_back)
{
	tree();
	CHECK_INT(make(&(struct spec_intel_rdt){.l3_cache_schema = "L3:0=f0;1=1f"}), 0);
	CHECK_INT(intel_rdt_make(&plan, root, &err), 0);
	put(root, "box/schemata", "    MB:0=100;1=100\n    L3:0=0f0;1=01f\n");
	CHECK_MSG(open_update(&(struct spec_intel_rdt){.l3_cache_schema = "L3:0=ff"}) == 0, "%s",
		  err.msg);
	CHECK_MSG(class_update_apply(&updating, &arena, &err) == 0, "%s", err.msg);
	CHECK(str_starts(get("box/schemata"), "L3:0=ff\n"));
	class_update_undo(&updating);
	CHECK_STR(get("box/schemata"), "    MB:0=100;1=100\n    L3:0=0f0;1=01f\n");
	/* What the kernel would not take does not read back; then nothing has changed in the end.
	 */
	CHECK_INT(open_update(&(struct spec_intel_rdt){.mem_bw_schema = "MB:0="}), 0);
	CHECK_INT(class_update_apply(&updating, &arena, &err), -EINVAL);
	CHECK_STR(err.msg, "/linux/intelRdt/memBwSchema: does not read back as \"MB:0=\"");
	class_update_undo(&updating);
	CHECK_STR(get("box/schemata"), "    MB:0=100;1=100\n    L3:0=0f0;1=01f\n");
	class_update_close(&updating);
	/* Nothing was asked for: nothing is done. */
	CHECK_INT(class_update_apply(&updating, &arena, &err), 0);
}

TEST(updates_that_cannot_be)
{
	const struct record without = {.id = "box"};

	tree();
	CHECK_INT(open_update(
			  &(struct spec_intel_rdt){.clos_id = "gold", .l3_cache_schema = "L3:0=f"}),
		  -ENOTSUP);
	CHECK_STR(err.msg, "/linux/intelRdt/closID: the class of service gold is not the "
			   "container's alone");
	CHECK_INT(open_update(&(struct spec_intel_rdt){.l3_cache_schema = "L3"}), -EINVAL);
	CHECK_HAS(err.msg, "/linux/intelRdt/l3CacheSchema: ");
	err = (struct err){0};
	CHECK_INT(class_update_open(&without, &config, &arena, &updating, &err), -ENOTSUP);
	CHECK_HAS(err.msg, "/linux/intelRdt: the container has no class of service");
	CHECK_STR(get("gold/schemata"), "    MB:0=20;1=70\n    L3:0=7f0;1=01f\n");
}

TEST(only_a_resctrl_file_system)
{
	err = (struct err){0};
	CHECK_INT(intel_rdt_open("/tmp", &err), -ENODEV);
	CHECK_STR(err.msg, "/linux/intelRdt: /tmp is not a resctrl file system");
	err = (struct err){0};
	CHECK_INT(intel_rdt_open("/no/such", &err), -ENOENT);
}
