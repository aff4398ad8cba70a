/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* test_harden_mounts.c: harden/mounts.c, rootfs.c, paths.c. */
#include <errno.h>
#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "harden_case.h"

/* One mount; returns the options as a JSON array after hardening. */
static const char *options(struct harden_case *c, const char *mount)
{
	AUTO_STRBUF b = STRBUF_INIT;

	case_doc(c, "", "", arena_printf(&c->a, ",'mounts':[%s]", mount));
	CHECK_MSG(c->r == 0, "%s", c->e.msg);
	for (size_t i = 0; i < c->out->mounts[0].n_options; i++)
		strbuf_addf(&b, "%s%s", i ? "," : "", c->out->mounts[0].options[i]);
	return arena_strdup(&c->a, b.buf ? b.buf : "");
}

TEST(engine_defaults_stay)
{
	static const char *const mounts[] = {
		"{'destination':'/proc','type':'proc','source':'proc','options':['nosuid','noexec',"
		"'nodev']}",
		"{'destination':'/dev','type':'tmpfs','source':'tmpfs','options':['nosuid',"
		"'strictatime','mode=755','size=65536k']}",
		"{'destination':'/dev/pts','type':'devpts','source':'devpts','options':['nosuid',"
		"'noexec','newinstance','ptmxmode=0666','mode=0620','gid=5']}",
		"{'destination':'/"
		"sys','type':'sysfs','source':'sysfs','options':['nosuid','noexec',"
		"'nodev','ro']}",
		"{'destination':'/sys/fs/cgroup','type':'cgroup','source':'cgroup','options':['ro',"
		"'nosuid','noexec','nodev']}",
		"{'destination':'/dev/"
		"mqueue','type':'mqueue','source':'mqueue','options':['nosuid',"
		"'noexec','nodev']}",
		"{'destination':'/dev/"
		"shm','type':'tmpfs','source':'shm','options':['nosuid','noexec',"
		"'nodev','mode=1777','size=67108864']}",
	};

	for (size_t i = 0; i < sizeof(mounts) / sizeof(mounts[0]); i++) {
		struct harden_case *c = case_new();
		options(c, mounts[i]);
		CHECK_QUIET(c, "mounts");
	}
}

TEST(binds_are_nosuid_and_nodev)
{
	CHECK_STR(options(case_new(), "{'destination':'/a','type':'bind','source':'/b'}"),
		  "nosuid,nodev");
	CHECK_STR(
		options(case_new(),
			"{'destination':'/a','source':'/b','options':['bind','suid','dev','ro']}"),
		"bind,ro,nosuid,nodev");
}

TEST(flags_of_a_source_stay_while_one_of_the_rules_does)
{
	static const char bind[] = "{'destination':'/a','source':'/b','options':['bind','ro']}";
	struct harden_case *c = case_new();

	options(c, bind);
	CHECK(c->m.keep_bind_flags);
	c->p.mounts.level = POLICY_OFF;
	options(c, bind);
	CHECK(c->m.keep_bind_flags);
	c->p.binds.level = POLICY_AUDIT;
	options(c, bind);
	CHECK(!c->m.keep_bind_flags);
	c->p.mounts.level = POLICY_ENFORCE;
	options(c, bind);
	CHECK(c->m.keep_bind_flags);
}

TEST(trees_are_so_all_the_way_down)
{
	CHECK_STR(options(case_new(), "{'destination':'/a','type':'bind','source':'/b','options':["
				      "'rbind','rprivate','nosuid','rsuid','rdev']}"),
		  "rbind,rprivate,nosuid,rnosuid,rnodev");
}

TEST(hiding_a_file_behind_dev_null_still_works)
{
	struct harden_case *c = case_new();
	struct bind_fact f = {.exists = true,
			      .real = "/dev/null",
			      .mode = S_IFCHR | 0666,
			      .rdev = makedev(1, 3),
			      .dev = 6,
			      .ino = 4};

	c->f.binds = &f;
	c->f.n_binds = 1;
	CHECK_STR(options(c,
			  "{'destination':'/etc/x','type':'bind','source':'/dev/null','options':["
			  "'rbind']}"),
		  "rbind,rnosuid");
}

TEST(tmpfs_has_no_devices_unless_it_is_dev)
{
	CHECK_STR(options(case_new(), "{'destination':'/t','type':'tmpfs','source':'tmpfs',"
				      "'options':['exec','dev','suid','rsuid','rdev']}"),
		  "exec,nosuid,nodev");
	CHECK_STR(options(case_new(), "{'destination':'/dev/','type':'tmpfs','source':'tmpfs',"
				      "'options':['dev']}"),
		  "dev,nosuid");
	CHECK_STR(options(case_new(), "{'destination':'dev','type':'tmpfs','source':'tmpfs'}"),
		  "nosuid");
	CHECK_STR(options(case_new(), "{'destination':'/dev/x','type':'tmpfs','source':'tmpfs'}"),
		  "nosuid,nodev");
}

static void refused(const char *mount, const char *words)
{
	struct harden_case *c = case_new();

	case_doc(c, "", "", arena_printf(&c->a, ",'mounts':[%s]", mount));
	CHECK_MSG(c->r == -EPERM, "%s", mount);
	CHECK_INT(c->e.kind, ERR_POLICY);
	CHECK_HAS(c->e.msg, "policy: mounts: ");
	CHECK_HAS(c->e.msg, words);
	/* Nothing of it is left to be decided by anybody else. */
	c = case_new();
	c->p.mounts.level = POLICY_OFF;
	case_doc(c, "", "", arena_printf(&c->a, ",'mounts':[%s]", mount));
	CHECK_MSG(c->r == 0, "%s: %s", mount, c->e.msg);
}

TEST(file_systems_are_refused_with_a_reason)
{
	static const char *const rows[][2] = {
		{"hugetlbfs", "its pages are the host's"},
		{"bpf", "it pins kernel programs"},
		{"debugfs", "debugging interface"},
		{"tracefs", "tracing interface"},
		{"securityfs", "security modules"},
		{"fuse", "mount it on the host"},
		{"fuse.sshfs", "mount it on the host"},
		{"ext4", "ext4 is not a file system that containers may have mounted"},
		{"overlay", "its layers would be host paths"},
		{"devtmpfs", "every device of the host"},
		{"ramfs", "no size limit"},
	};
	char mount[128];

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		snprintf(mount, sizeof(mount), "{'destination':'/x','type':'%s','source':'x'}",
			 rows[i][0]);
		refused(mount, rows[i][1]);
	}
}

TEST(parameters_that_no_container_needs)
{
	static const char *const rows[][2] = {
		{"tmpfs", "mpol=bind:0"},
		{"tmpfs", "usrquota"},
		{"tmpfs", "source=x"},
		{"tmpfs", "context=a"},
		{"proc", "pidns=/proc/1/ns/pid"},
		{"proc", "size=1"},
		{"proc", "uid=0"},
		{"sysfs", "x"},
		{"mqueue", "x=y"},
		{"cgroup", "all"},
		{"cgroup2", "nsdelegate"},
		{"devpts", "lastclose"},
		{"tmpfs", "size=1,mpol=x"},
		{"tmpfs", "=x"},
	};
	char mount[160];

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		snprintf(mount, sizeof(mount),
			 "{'destination':'/x','type':'%s','source':'x','options':['nosuid','%s']}",
			 rows[i][0], rows[i][1]);
		refused(mount, "is no parameter that containers may give to a ");
	}
	CHECK_STR(options(case_new(), "{'destination':'/x','type':'tmpfs','options':["
				      "'size=1m,mode=700,,uid=5','huge=never']}"),
		  "size=1m,mode=700,,uid=5,huge=never,nosuid,nodev");
	/* A type that the administrator has added takes any. */
	struct harden_case *c = case_new();
	struct spec_pair types[] = {{"ramfs", "a test"}};
	c->p.mounts.types = types;
	c->p.mounts.n_types = 1;
	CHECK_STR(options(c, "{'destination':'/x','type':'ramfs','options':['mode=700','a=b']}"),
		  "mode=700,a=b,nosuid,nodev");
}

TEST(remounts_are_refused)
{
	refused("{'destination':'/x','type':'tmpfs','source':'x','options':['remount','rw']}",
		"remount would undo");
	refused("{'destination':'/x','type':'bind','source':'/x','options':['bind','remount']}",
		"remount would undo");
}

TEST(kernel_views_are_read_only)
{
	CHECK_STR(options(case_new(),
			  "{'destination':'/sys','type':'sysfs','options':['rw','exec','rexec']}"),
		  "nosuid,nodev,noexec,ro");
	CHECK_STR(options(case_new(), "{'destination':'/sys/fs/cgroup','type':'cgroup2','options':["
				      "'nosuid','noexec','nodev','rrw']}"),
		  "nosuid,noexec,nodev,ro");
	struct harden_case *c = case_new();
	c->p.mounts.readonly_kernel_views = false;
	CHECK_STR(options(c,
			  "{'destination':'/sys','type':'sysfs','options':['rw','nosuid','noexec',"
			  "'nodev']}"),
		  "rw,nosuid,noexec,nodev");
}

TEST(strange_file_systems_are_refused)
{
	static const char *const types[] = {
		"ext4",	 "hugetlbfs", "bpf",  "debugfs",  "tracefs",  "overlay", "securityfs",
		"ramfs", "nfs",	      "fuse", "devtmpfs", "squashfs", "configfs"};

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		struct harden_case *c = case_new();
		case_doc(c, "", "",
			 arena_printf(&c->a, ",'mounts':[{'destination':'/a','type':'%s'}]",
				      types[i]));
		CHECK_REFUSED(c, "mounts", "/mounts/0/type", types[i]);
	}
}

TEST(control_characters_of_a_type_do_not_reach_the_terminal)
{
	struct harden_case *c = case_new();

	case_doc(c, "", "",
		 ",'mounts':[{'destination':'/a','type':'x\\u001b[2J\\u009b1m\\u007f'}]");
	CHECK_REFUSED(c, "mounts", "/mounts/0/type", "x?[2J?1m?");
}

TEST(shared_propagation_is_refused)
{
	struct harden_case *c = case_new();

	case_doc(c, "", "",
		 ",'mounts':[{'destination':'/a','type':'bind','source':'/b','options':['rbind',"
		 "'rshared']}]");
	CHECK_REFUSED(c, "mounts", "/mounts/0/options", "shared propagation");
	c = case_new();
	c->p.mounts.allow_shared_propagation = true;
	case_doc(c, "", "",
		 ",'mounts':[{'destination':'/a','type':'bind','source':'/b','options':['rbind',"
		 "'shared']}]");
	CHECK_MSG(c->r == 0, "%s", c->e.msg);
}

TEST(shared_propagation_of_the_root_is_refused)
{
	struct harden_case *c = case_new();

	case_doc(c, "", ",'rootfsPropagation':'rshared'", "");
	CHECK_REFUSED(c, "rootfs", "/linux/rootfsPropagation", "shared propagation");
	c = case_new();
	case_doc(c, "", ",'rootfsPropagation':'shared'", "");
	CHECK_REFUSED(c, "rootfs", "/linux/rootfsPropagation", "shared propagation");
	c = case_new();
	case_doc(c, "", ",'rootfsPropagation':'rslave'", "");
	CHECK_MSG(c->r == 0, "%s", c->e.msg);
	CHECK(decision_find(c, DECISION_NOTE, "rootfs", "/root"));
}

static size_t count(char *const *list, size_t n, const char *v)
{
	size_t found = 0;

	for (size_t i = 0; i < n; i++)
		found += strcmp(list[i], v) == 0;
	return found;
}

TEST(absent_and_empty_path_lists_are_filled)
{
	static const char *const lists[] = {"", ",'maskedPaths':[],'readonlyPaths':[]"};

	for (size_t i = 0; i < 2; i++) {
		struct harden_case *c = case_new();
		case_doc(c, "", lists[i], "");
		CHECK_MSG(c->r == 0, "%s", c->e.msg);
		const struct decision *d =
			decision_find(c, DECISION_CHANGE, "paths", "/linux/maskedPaths");
		CHECK(d && str_eq(d->before, i ? "[]" : NULL));
		const struct spec_linux *l = c->out->linux_;
		for (size_t k = 0; k < c->p.paths.n_masked; k++)
			CHECK_INT(
				count(l->masked_paths, l->n_masked_paths, c->p.paths.masked[k].key),
				1);
		for (size_t k = 0; k < c->p.paths.n_readonly; k++)
			CHECK_INT(count(l->readonly_paths, l->n_readonly_paths,
					c->p.paths.readonly[k].key),
				  1);
	}
}

TEST(the_callers_paths_stay_in_front)
{
	struct harden_case *c = case_new();

	case_doc(c, "", ",'maskedPaths':['/mine','/proc/kcore','/proc/sys']", "");
	const struct spec_linux *l = c->out->linux_;
	CHECK_STR(l->masked_paths[0], "/mine");
	CHECK_STR(l->masked_paths[1], "/proc/kcore");
	CHECK_INT(count(l->masked_paths, l->n_masked_paths, "/proc/kcore"), 1);
	/* What is masked need not be read-only. */
	CHECK_INT(count(l->readonly_paths, l->n_readonly_paths, "/proc/sys"), 0);
	CHECK(!l->masked_paths[l->n_masked_paths]);
}

TEST(each_place_of_procfs_and_sysfs_is_covered)
{
	/* A destination without and with a slash in front; binds of the host's, known or not. */
	static const char doc[] =
		",'mounts':[{'destination':'/proc','type':'proc'},"
		"{'destination':'a/./p','type':'proc'},{'destination':'//s/','type':'sysfs'},"
		"{'destination':'/hp','type':'bind','source':'/proc/'},"
		"{'destination':'/hs','type':'bind','source':'/elsewhere'},"
		"{'destination':'/etc/x','type':'bind','source':'/not/one'}]";
	struct bind_fact facts[6] = {
		[4] = {.exists = true, .real = "/elsewhere", .ino = 1, .fs_type = SYSFS_MAGIC},
		[5] = {.exists = true, .real = "/not/one", .ino = 2, .fs_type = PROC_SUPER_MAGIC}};
	struct harden_case *c = case_new();

	c->f.binds = facts;
	c->f.n_binds = 6;
	c->p.binds.level = POLICY_OFF;
	case_doc(c, "", "", doc);
	CHECK_MSG(c->r == 0, "%s", c->e.msg);
	const struct spec_linux *l = c->out->linux_;
	static const char *const masked[] = {"/proc/kcore",   "/a/p/kcore",  "/hp/kcore",
					     "/sys/firmware", "/s/firmware", "/hs/firmware"};
	for (size_t i = 0; i < 6; i++)
		CHECK_INT(count(l->masked_paths, l->n_masked_paths, masked[i]), 1);
	CHECK_INT(count(l->readonly_paths, l->n_readonly_paths, "/a/p/sys"), 1);
	CHECK_INT(count(l->readonly_paths, l->n_readonly_paths, "/proc/sys"), 1);
	CHECK_INT(count(l->masked_paths, l->n_masked_paths, "/etc/x/kcore"), 0);
	CHECK_INT(count(l->masked_paths, l->n_masked_paths, "/s/kcore"), 0);
}

TEST(the_number_of_places_is_bounded)
{
	for (size_t n = 16; n <= 17; n++) {
		struct harden_case *c = case_new();
		AUTO_STRBUF doc = STRBUF_INIT;
		for (size_t i = 0; i < n; i++)
			strbuf_addf(&doc, "%s{'destination':'/p%zu','type':'proc'}",
				    i ? "," : ",'mounts':[", i);
		strbuf_adds(&doc, "]");
		case_doc(c, "", "", doc.buf);
		CHECK_INT(c->r, n == 16 ? 0 : -EPERM);
		CHECK(n == 16 || decision_find(c, DECISION_REFUSE, "paths", "/mounts/16"));
		CHECK_INT(decision_count(c, DECISION_CHANGE, "paths"), n == 16 ? 2 : 0);
		CHECK_INT(decision_count(c, DECISION_REFUSE, "paths"), n == 16 ? 0 : 1);
	}
}

TEST(an_empty_policy_leaves_no_empty_object_behind)
{
	struct harden_case *c = case_new();
	c->p.paths.n_masked = 0;
	c->p.paths.n_readonly = 0;
	c->p.userns.level = POLICY_OFF;
	c->p.namespaces.level = POLICY_OFF;
	c->p.pids.level = POLICY_OFF;
	c->p.memory.level = POLICY_OFF;
	c->p.devices.level = POLICY_OFF;
	case_run(c, "{'ociVersion':'1.2.0'}");
	CHECK_MSG(c->r == 0, "%s", c->e.msg);
	CHECK(!c->out->linux_);
}

TEST(an_empty_list_of_the_policy_leaves_the_other)
{
	struct harden_case *c = case_new();

	c->p.paths.n_masked = 0;
	case_doc(c, "", "", "");
	CHECK(decision_find(c, DECISION_CHANGE, "paths", "/linux/readonlyPaths"));
	CHECK(!decision_find(c, DECISION_CHANGE, "paths", "/linux/maskedPaths"));
	c = case_new();
	c->p.paths.n_readonly = 0;
	case_doc(c, "", "", "");
	CHECK(!decision_find(c, DECISION_CHANGE, "paths", "/linux/readonlyPaths"));
	CHECK(decision_find(c, DECISION_CHANGE, "paths", "/linux/maskedPaths"));
}

TEST(a_path_that_is_too_long_is_not_dev)
{
	struct harden_case *c = case_new();
	char longest[5001];

	memset(longest, 'x', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	CHECK_STR(options(c, arena_printf(&c->a, "{'destination':'/dev/../%s','type':'tmpfs'}",
					  longest)),
		  "nosuid,nodev");
}

TEST(views_of_the_kernel_hold_no_programs)
{
	static const char *const types[] = {"proc", "sysfs", "mqueue", "cgroup", "cgroup2"};

	for (size_t i = 0; i < 5; i++) {
		struct harden_case *c = case_new();
		CHECK_STR(options(c, arena_printf(&c->a,
						  "{'destination':'/v','type':'%s','options':['ro',"
						  "'exec']}",
						  types[i])),
			  "ro,nosuid,nodev,noexec");
	}
}

TEST(what_follows_a_control_character_is_shown)
{
	struct harden_case *c = case_new();

	case_doc(c, "", "", ",'mounts':[{'destination':'/a','type':'x\\u001by\\u009bz'}]");
	CHECK_REFUSED(c, "mounts", "/mounts/0/type", "x?y?z is not a file system");
}

TEST(the_first_mount_counts_like_any_other)
{
	struct bind_fact f = {.exists = true, .real = "/x", .ino = 1, .fs_type = PROC_SUPER_MAGIC};
	struct harden_case *c = case_new();

	c->p.binds.level = POLICY_OFF;
	c->f.binds = &f;
	c->f.n_binds = 1;
	case_doc(c, "", "", ",'mounts':[{'destination':'/p','type':'bind','source':'/x'}]");
	const struct spec_linux *l = c->out->linux_;
	CHECK_INT(count(l->masked_paths, l->n_masked_paths, "/p/kcore"), 1);
	CHECK_INT(count(l->readonly_paths, l->n_readonly_paths, "/p/sys"), 1);
}

TEST(lists_end_with_null)
{
	static const char *const more[] = {"'/a'", "'/a','/b'", "'/a','/b','/c'"};

	for (size_t i = 0; i < 3; i++) {
		struct harden_case *c = case_new();
		case_doc(c, "", arena_printf(&c->a, ",'maskedPaths':[%s]", more[i]), "");
		const struct spec_linux *l = c->out->linux_;
		CHECK(!l->masked_paths[l->n_masked_paths]);
		CHECK(!l->readonly_paths[l->n_readonly_paths]);
	}
}

TEST(binds_of_procfs_and_sysfs_are_known_by_name)
{
	struct harden_case *c = case_new();

	case_doc(c, "", "",
		 ",'mounts':[{'destination':'/p','type':'bind','source':'/proc'},"
		 "{'destination':'/s','type':'bind','source':'/sys/.'},"
		 "{'destination':'/q','type':'bind','source':'/process'}]");
	CHECK_MSG(c->r == 0, "%s", c->e.msg);
	const struct spec_linux *l = c->out->linux_;
	CHECK_INT(count(l->masked_paths, l->n_masked_paths, "/p/kcore"), 1);
	CHECK_INT(count(l->masked_paths, l->n_masked_paths, "/s/firmware"), 1);
	CHECK_INT(count(l->masked_paths, l->n_masked_paths, "/q/kcore"), 0);
}

TEST(shared_propagation_of_one_mount_is_refused)
{
	struct harden_case *c = case_new();

	case_doc(c, "", "",
		 ",'mounts':[{'destination':'/a','type':'bind','source':'/b','options':['bind',"
		 "'shared']}]");
	CHECK_REFUSED(c, "mounts", "/mounts/0/options", "shared propagation");
}
