/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Every mount option of config.md, one by one and against each other. */
#include "tests/unit/check.h"

#include <linux/mount.h>
#include <sys/mount.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include "oci-spec/mount_options.h"
#include "oci-spec/spec.h"
#include "plan/mounts.h"
#include "plan/namespaces.h"

#define ATIME MOUNT_ATTR__ATIME

static const struct id_extent uid_map[] = {{0, 100000, 1000}, {5000, 300000, 10}};
static const struct id_extent gid_map[] = {{0, 200000, 65536}};

static struct namespaces_plan namespaces(void)
{
	return (struct namespaces_plan){
		.maps = {.uid = uid_map, .n_uid = 2, .gid = gid_map, .n_gid = 1},
		.root_uid = 100000,
		.root_gid = 200000,
	};
}

static struct arena arena;
static struct err err;

/* Parse the options in @text, separated by spaces. */
static int parse(enum mount_kind kind, const char *text, struct mount_plan *ret)
{
	static char buf[512], *list[64];
	struct namespaces_plan ns = namespaces();
	struct spec_mount m = {.options = list};

	arena_free(&arena);
	err_clear(&err);
	snprintf(buf, sizeof(buf), "%s", text);
	for (char *p = strtok(buf, " "); p; p = strtok(NULL, " "))
		list[m.n_options++] = p;
	*ret = (struct mount_plan){.kind = kind};
	return mount_options_parse(&m, 7, &ns, &arena, ret, &err);
}

static const struct {
	const char *option;
	uint64_t set, clr, rec_set, rec_clr;
} attrs[] = {
	{"async", 0, 0, 0, 0},
	{"atime", 0, ATIME, 0, 0},
	{"bind", 0, 0, 0, 0},
	{"defaults", 0, 0, 0, 0},
	{"dev", 0, MOUNT_ATTR_NODEV, 0, 0},
	{"diratime", 0, MOUNT_ATTR_NODIRATIME, 0, 0},
	{"exec", 0, MOUNT_ATTR_NOEXEC, 0, 0},
	{"loud", 0, 0, 0, 0},
	{"noatime", MOUNT_ATTR_NOATIME, ATIME, 0, 0},
	{"nodev", MOUNT_ATTR_NODEV, 0, 0, 0},
	{"nodiratime", MOUNT_ATTR_NODIRATIME, 0, 0, 0},
	{"noexec", MOUNT_ATTR_NOEXEC, 0, 0, 0},
	{"noiversion", 0, 0, 0, 0},
	{"nolazytime", 0, 0, 0, 0},
	{"nomand", 0, 0, 0, 0},
	{"norelatime", 0, 0, 0, 0},
	{"nostrictatime", 0, ATIME, 0, 0},
	{"nosuid", MOUNT_ATTR_NOSUID, 0, 0, 0},
	{"nosymfollow", 0x200000, 0, 0, 0},
	{"ratime", 0, 0, 0, ATIME},
	{"rdev", 0, 0, 0, MOUNT_ATTR_NODEV},
	{"rdiratime", 0, 0, 0, MOUNT_ATTR_NODIRATIME},
	{"relatime", 0, ATIME, 0, 0},
	{"rexec", 0, 0, 0, MOUNT_ATTR_NOEXEC},
	{"rnoatime", 0, 0, MOUNT_ATTR_NOATIME, ATIME},
	{"rnodev", 0, 0, MOUNT_ATTR_NODEV, 0},
	{"rnodiratime", 0, 0, MOUNT_ATTR_NODIRATIME, 0},
	{"rnoexec", 0, 0, MOUNT_ATTR_NOEXEC, 0},
	{"rnorelatime", 0, 0, 0, 0},
	{"rnostrictatime", 0, 0, 0, ATIME},
	{"rnosuid", 0, 0, MOUNT_ATTR_NOSUID, 0},
	{"rnosymfollow", 0, 0, 0x200000, 0},
	{"ro", MOUNT_ATTR_RDONLY, 0, 0, 0},
	{"rrelatime", 0, 0, 0, ATIME},
	{"rro", 0, 0, MOUNT_ATTR_RDONLY, 0},
	{"rrw", 0, 0, 0, MOUNT_ATTR_RDONLY},
	{"rstrictatime", 0, 0, MOUNT_ATTR_STRICTATIME, ATIME},
	{"rsuid", 0, 0, 0, MOUNT_ATTR_NOSUID},
	{"rsymfollow", 0, 0, 0, 0x200000},
	{"rw", 0, MOUNT_ATTR_RDONLY, 0, 0},
	{"silent", 0, 0, 0, 0},
	{"strictatime", MOUNT_ATTR_STRICTATIME, ATIME, 0, 0},
	{"suid", 0, MOUNT_ATTR_NOSUID, 0, 0},
	{"symfollow", 0, 0x200000, 0, 0},
	/* Later ones win. */
	{"ro rw", 0, MOUNT_ATTR_RDONLY, 0, 0},
	{"rw ro", MOUNT_ATTR_RDONLY, 0, 0, 0},
	{"noatime strictatime", MOUNT_ATTR_STRICTATIME, ATIME, 0, 0},
	{"strictatime noatime", MOUNT_ATTR_NOATIME, ATIME, 0, 0},
	{"noatime relatime", 0, ATIME, 0, 0},
	{"rro rrw", 0, 0, 0, MOUNT_ATTR_RDONLY},
	{"rrw rro", 0, 0, MOUNT_ATTR_RDONLY, 0},
	{"ro rrw", MOUNT_ATTR_RDONLY, 0, 0, MOUNT_ATTR_RDONLY},
	{"nosuid nodev noexec ro noatime nodiratime",
	 MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC | MOUNT_ATTR_RDONLY |
		 MOUNT_ATTR_NOATIME | MOUNT_ATTR_NODIRATIME,
	 ATIME, 0, 0},
};

TEST(attributes)
{
	for (size_t i = 0; i < sizeof(attrs) / sizeof(attrs[0]); i++) {
		struct mount_plan p;
		CHECK_MSG(parse(MOUNT_BIND, attrs[i].option, &p) == 0, "%s: %s", attrs[i].option,
			  err.msg);
		CHECK_MSG(p.attr_set == attrs[i].set && p.attr_clr == attrs[i].clr &&
				  p.rec_set == attrs[i].rec_set && p.rec_clr == attrs[i].rec_clr,
			  "%s: %#llx %#llx %#llx %#llx", attrs[i].option,
			  (unsigned long long)p.attr_set, (unsigned long long)p.attr_clr,
			  (unsigned long long)p.rec_set, (unsigned long long)p.rec_clr);
	}
}

/* A new file system has nothing below it, so the recursive forms are the plain ones. */
TEST(recursive_on_a_file_system)
{
	struct mount_plan p;

	CHECK_INT(parse(MOUNT_TMPFS, "rro rnosuid", &p), 0);
	CHECK_INT(p.attr_set, MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID);
	CHECK_INT(p.rec_set, 0);
}

TEST(propagation)
{
	static const struct {
		const char *option;
		uint64_t type;
		bool rec;
	} rows[] = {
		{"private", MS_PRIVATE, false},	      {"rprivate", MS_PRIVATE, true},
		{"slave", MS_SLAVE, false},	      {"rslave", MS_SLAVE, true},
		{"shared", MS_SHARED, false},	      {"rshared", MS_SHARED, true},
		{"unbindable", MS_UNBINDABLE, false}, {"runbindable", MS_UNBINDABLE, true},
	};
	struct mount_plan p;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		CHECK_INT(parse(MOUNT_BIND, rows[i].option, &p), 0);
		CHECK_INT(p.n_propagation, 1);
		CHECK_INT(p.propagation[0].type, rows[i].type);
		CHECK_INT(p.propagation[0].recursive, rows[i].rec);
	}
	CHECK_INT(parse(MOUNT_BIND, "rslave shared", &p), 0);
	CHECK_INT(p.n_propagation, 2);
	CHECK_INT(p.propagation[1].type, MS_SHARED);
	CHECK(parse(MOUNT_BIND, "slave shared slave shared slave", &p) < 0);
	CHECK_HAS(err.msg, "/mounts/7/options/4: \"slave\" is one propagation option too many");
}

TEST(binds)
{
	struct mount_plan p;

	CHECK_INT(parse(MOUNT_BIND, "bind ro", &p), 0);
	CHECK(!p.recursive);
	CHECK_INT(parse(MOUNT_BIND, "rbind", &p), 0);
	CHECK(p.recursive);
	CHECK_INT(parse(MOUNT_BIND, "bind idmap", &p), 0);
	CHECK_INT(p.idmap, MOUNT_IDMAP_CONTAINER);
	CHECK(!p.idmap_recursive);
	CHECK_INT(parse(MOUNT_BIND, "rbind ridmap", &p), 0);
	CHECK_INT(p.idmap, MOUNT_IDMAP_CONTAINER);
	CHECK(p.idmap_recursive);
	/* Parameters of a file system, which mount(2) ignores there. */
	CHECK_INT(parse(MOUNT_BIND, "rbind mode=755 ro size=1k,uid=-1", &p), 0);
	CHECK_INT(p.n_params, 0);
	CHECK_INT(p.attr_set, MOUNT_ATTR_RDONLY);
}

static const struct {
	enum mount_kind kind;
	const char *options, *error;
} refused[] = {
	{MOUNT_BIND, "rbind size", "/mounts/7/options/1: \"size\" means nothing on a bind"},
	{MOUNT_BIND, "rbind ,idmap=uids=0-1-2", "means nothing on a bind"},
	{MOUNT_BIND, "rbind ridmap=1", "means nothing on a bind"},
	{MOUNT_BIND, "rbind =1", "means nothing on a bind"},
	{MOUNT_BIND, "sync", "\"sync\" belongs to a file system"},
	{MOUNT_BIND, "lazytime", "\"lazytime\" belongs to a file system"},
	{MOUNT_BIND, "dirsync", "\"dirsync\" belongs to a file system"},
	{MOUNT_BIND, "iversion", "\"iversion\" belongs to a file system"},
	{MOUNT_BIND, "mand", "\"mand\" belongs to a file system"},
	{MOUNT_TMPFS, "ridmap", "\"ridmap\" is for bind mounts"},
	{MOUNT_DEVPTS, "tmpcopyup", "\"tmpcopyup\" is for tmpfs mounts"},
	{MOUNT_BIND, "RO", "\"RO\" means nothing"},
	{MOUNT_BIND, "tmpcopyup", "\"tmpcopyup\" is for tmpfs mounts"},
	{MOUNT_TMPFS, "idmap", "\"idmap\" is for bind mounts"},
	{MOUNT_TMPFS, "uid=1000", "\"uid=1000\" is not mapped"},
	{MOUNT_TMPFS, "uid=4294967295", "is not an id"},
	{MOUNT_TMPFS, "uid=-1", "is not an id"},
	{MOUNT_TMPFS, "uid=0x10", "is not an id"},
	{MOUNT_TMPFS, "uid=", "is not an id"},
	{MOUNT_TMPFS, "uid", "is not an id"},
	{MOUNT_TMPFS, "gid=65536", "\"gid=65536\" is not mapped"},
	{MOUNT_CGROUP, "nsdelegate", "means nothing on a cgroup mount"},
	{MOUNT_CGROUP, "all", "means nothing on a cgroup mount"},
	{MOUNT_CGROUP, "release_agent=/x", "means nothing on a cgroup mount"},
	{MOUNT_OTHER, "=x", "\"=x\" has no name"},
	{MOUNT_TMPFS, "src-nofollow", "\"src-nofollow\" is for bind mounts"},
	{MOUNT_OTHER, "dest-nofollow", "\"dest-nofollow\" is for bind mounts"},
	{MOUNT_PROC, "copy-symlink", "\"copy-symlink\" is for bind mounts"},
	{MOUNT_BIND, "copy-symlink src-nofollow",
	 "/mounts/7/options/1: \"src-nofollow\" goes with"},
	{MOUNT_BIND, "dest-nofollow copy-symlink",
	 "/mounts/7/options/1: \"copy-symlink\" goes with"},
	{MOUNT_CGROUP, "sync", "belongs to a file system"},
	/* The hardening rules read options one by one: no flag may hide in a joined text. */
	{MOUNT_BIND, "rbind idmap,", "\"idmap\" has to be an option of its own"},
	{MOUNT_BIND, "nosuid nodev suid,dev", "/mounts/7/options/2: \"suid\" has to be"},
	{MOUNT_BIND, "bind ,rshared", "\"rshared\" has to be an option of its own"},
	{MOUNT_BIND, "rro ,,rrw", "\"rrw\" has to be an option of its own"},
	{MOUNT_TMPFS, "nodev size=1,dev", "\"dev\" has to be an option of its own"},
	{MOUNT_CGROUP, "ro rw,", "\"rw\" has to be an option of its own"},
};

TEST(refusals)
{
	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		struct mount_plan p;
		CHECK_MSG(parse(refused[i].kind, refused[i].options, &p) < 0, "%s",
			  refused[i].options);
		CHECK_INT(err.kind, ERR_SPEC);
		CHECK(str_starts(err.msg, "/mounts/7/options/"));
		CHECK_HAS(err.msg, refused[i].error);
	}
}

static const char *param(const struct mount_plan *p, const char *key)
{
	for (size_t i = 0; i < p->n_params; i++)
		if (strcmp(p->params[i].key, key) == 0)
			return p->params[i].value ? p->params[i].value : "(flag)";
	return "(none)";
}

TEST(links)
{
	struct mount_plan p;

	CHECK_INT(parse(MOUNT_BIND, "bind src-nofollow dest-nofollow", &p), 0);
	CHECK(p.src_nofollow && p.dest_nofollow && !p.copy_symlink);
	CHECK_INT(parse(MOUNT_BIND, "bind src-nofollow", &p), 0);
	CHECK(p.src_nofollow && !p.dest_nofollow);
	CHECK_INT(parse(MOUNT_BIND, "bind copy-symlink", &p), 0);
	CHECK(p.copy_symlink && !p.src_nofollow && !p.dest_nofollow);
	CHECK_INT(parse(MOUNT_BIND, "bind", &p), 0);
	CHECK(!p.copy_symlink && !p.src_nofollow && !p.dest_nofollow && !p.remount);
}

TEST(remount)
{
	struct mount_plan p;

	CHECK_INT(parse(MOUNT_BIND, "remount bind ro", &p), 0);
	CHECK(p.remount);
	CHECK_INT(p.attr_set, MOUNT_ATTR_RDONLY);
	CHECK_INT(parse(MOUNT_TMPFS, "remount size=1m", &p), 0);
	CHECK(p.remount);
	CHECK_INT(p.n_params, 1);
}

/* What no table knows is the kernel's to judge; the rule "mounts" comes before. */
TEST(parameters_of_any_file_system)
{
	struct mount_plan p;

	CHECK_INT(parse(MOUNT_OTHER, "lowerdir=/a:/b,upperdir=/c ro userxattr", &p), 0);
	CHECK_INT(p.n_params, 3);
	CHECK_STR(p.params[0].key, "lowerdir");
	CHECK_STR(p.params[0].value, "/a:/b");
	CHECK_STR(p.params[2].key, "userxattr");
	CHECK(p.params[2].value == NULL);
	CHECK_INT(p.attr_set, MOUNT_ATTR_RDONLY);
	CHECK_INT(parse(MOUNT_PROC, "pidns=/proc/self/ns/pid", &p), 0);
	CHECK_INT(p.n_params, 1);
}

TEST(parameters)
{
	struct mount_plan p;

	CHECK_INT(parse(MOUNT_TMPFS, "nosuid size=64m,mode=1777 uid=7 gid=8 noswap sync", &p), 0);
	CHECK_INT(p.n_params, 6);
	CHECK_STR(param(&p, "size"), "64m");
	CHECK_STR(param(&p, "mode"), "1777");
	/* Ids are the container's; the kernel is told the host's. */
	CHECK_STR(param(&p, "uid"), "100007");
	CHECK_STR(param(&p, "gid"), "200008");
	CHECK_STR(param(&p, "noswap"), "(flag)");
	CHECK_STR(param(&p, "sync"), "(flag)");
	CHECK(p.mode_given);
	CHECK_INT(p.attr_set, MOUNT_ATTR_NOSUID);
	CHECK_INT(parse(MOUNT_TMPFS, "uid=5003", &p), 0);
	CHECK_STR(param(&p, "uid"), "300003");
	CHECK(!p.mode_given);
	CHECK_INT(parse(MOUNT_TMPFS, ",,size=1,,", &p), 0);
	CHECK_INT(p.n_params, 1);
	CHECK_INT(parse(MOUNT_DEVPTS, "newinstance ptmxmode=0666 mode=0620 gid=5", &p), 0);
	CHECK_STR(param(&p, "gid"), "200005");
	CHECK_STR(param(&p, "newinstance"), "(flag)");
	CHECK_INT(parse(MOUNT_PROC, "hidepid=2 subset=pid gid=4", &p), 0);
	CHECK_STR(param(&p, "hidepid"), "2");
	CHECK_STR(param(&p, "gid"), "200004");
	CHECK_INT(parse(MOUNT_TMPFS, "tmpcopyup", &p), 0);
	CHECK(p.copy_up);
}

/* Flags of file systems, and each parameter that one may have. */
TEST(every_parameter)
{
	static const struct {
		enum mount_kind kind;
		const char *names;
	} rows[] = {
		{MOUNT_TMPFS, "size nr_blocks nr_inodes mode huge inode32 inode64 noswap"},
		{MOUNT_DEVPTS, "newinstance ptmxmode mode max"},
		{MOUNT_PROC, "hidepid subset"},
		{MOUNT_TMPFS, "dirsync iversion lazytime mand sync"},
		{MOUNT_DEVPTS, "dirsync iversion lazytime mand sync"},
		{MOUNT_SYSFS, "dirsync iversion lazytime mand sync"},
		{MOUNT_MQUEUE, "dirsync iversion lazytime mand sync"},
	};
	static const struct {
		enum mount_kind kind;
		const char *option, *key, *value;
	} ids[] = {
		{MOUNT_TMPFS, "uid=1", "uid", "100001"},  {MOUNT_TMPFS, "gid=1", "gid", "200001"},
		{MOUNT_DEVPTS, "uid=1", "uid", "100001"}, {MOUNT_DEVPTS, "gid=1", "gid", "200001"},
		{MOUNT_PROC, "gid=1", "gid", "200001"},
	};
	struct mount_plan p;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char names[128];

		snprintf(names, sizeof(names), "%s", rows[i].names);
		for (char *save, *name = strtok_r(names, " ", &save); name;
		     name = strtok_r(NULL, " ", &save)) {
			CHECK_MSG(parse(rows[i].kind, name, &p) == 0, "%s", err.msg);
			CHECK_INT(p.n_params, 1);
			CHECK_STR(p.params[0].key, name);
			CHECK(!p.params[0].value);
			CHECK_INT(p.attr_set | p.attr_clr, 0);
			CHECK_INT(p.mode_given, strcmp(name, "mode") == 0);
		}
	}
	for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++) {
		CHECK_MSG(parse(ids[i].kind, ids[i].option, &p) == 0, "%s", err.msg);
		CHECK_STR(p.params[0].key, ids[i].key);
		CHECK_STR(p.params[0].value, ids[i].value);
	}
}

static int parse_maps(enum mount_kind kind, const struct spec_id_mapping *u, size_t n_u,
		      const struct spec_id_mapping *g, size_t n_g, struct mount_plan *ret)
{
	struct namespaces_plan ns = namespaces();
	struct spec_mount m = {.uid_mappings = (struct spec_id_mapping *)u,
			       .n_uid_mappings = n_u,
			       .gid_mappings = (struct spec_id_mapping *)g,
			       .n_gid_mappings = n_g};

	err_clear(&err);
	*ret = (struct mount_plan){.kind = kind};
	return mount_options_parse(&m, 7, &ns, &arena, ret, &err);
}

TEST(mappings)
{
	static const struct spec_id_mapping u[] = {{0, 100000, 1000}, {5000, 300000, 10}};
	static const struct spec_id_mapping g[] = {{0, 200000, 65536}};
	static const struct spec_id_mapping other[] = {{0, 100000, 999}};
	struct mount_plan p;

	/* The container's own maps need no user namespace of their own. */
	CHECK_INT(parse_maps(MOUNT_BIND, u, 2, g, 1, &p), 0);
	CHECK_INT(p.idmap, MOUNT_IDMAP_CONTAINER);
	CHECK_INT(parse_maps(MOUNT_BIND, other, 1, g, 1, &p), 0);
	CHECK_INT(p.idmap, MOUNT_IDMAP_OWN);
	CHECK_INT(p.maps.n_uid, 1);
	CHECK_INT(p.maps.uid[0].size, 999);
	CHECK_INT(p.maps.gid[0].outside, 200000);
	CHECK(parse_maps(MOUNT_BIND, u, 2, NULL, 0, &p) < 0);
	CHECK_HAS(err.msg, "/mounts/7/gidMappings:");
	CHECK(parse_maps(MOUNT_BIND, NULL, 0, g, 1, &p) < 0);
	CHECK_HAS(err.msg, "/mounts/7/uidMappings:");
	CHECK(parse_maps(MOUNT_TMPFS, u, 2, g, 1, &p) < 0);
	CHECK_HAS(err.msg, "only bind mounts");
}

/* crun(1), "idmap mount options". */
TEST(maps_in_the_option)
{
	static const char *const bad[] = {
		"idmap=",
		"idmap=uids=0-1-10",
		"idmap=gids=0-1-10",
		"idmap=uids=0-1-10;gids=",
		"idmap=uids=0-1;gids=0-1-1",
		"idmap=uids=0-1-10-5;gids=0-1-1",
		"idmap=uids=a-1-10;gids=0-1-1",
		"idmap=uids=0--1-10;gids=0-1-1",
		"idmap=uids=0-1-10;uids=0-1-10;gids=0-1-1",
		"idmap=uids=0-1-10;gids=0-1-1;x=1",
		"idmap=uids=0-1-10;gids=0-1-1x",
		"idmap=uids=4294967296-1-10;gids=0-1-1",
		"idmap=uids=@0-4000-10;gids=0-1-1", /* no id of the container */
		"idmap=uids=0-1-10#;gids=0-1-1",
	};
	struct mount_plan p;

	CHECK_INT(parse(MOUNT_BIND, "bind idmap=uids=0-1-10#10-11-10;gids=0-100-10", &p), 0);
	CHECK_INT(p.idmap, MOUNT_IDMAP_OWN);
	CHECK_INT(p.maps.n_uid, 2);
	CHECK_INT(p.maps.uid[1].inside, 10);
	CHECK_INT(p.maps.uid[1].outside, 11);
	CHECK_INT(p.maps.uid[1].size, 10);
	CHECK_INT(p.maps.n_gid, 1);
	CHECK_INT(p.maps.gid[0].outside, 100);
	CHECK_INT(parse(MOUNT_BIND, "bind idmap=gids=@1-3-10;uids=@0-5000-3#5-6-1;", &p), 0);
	CHECK_INT(p.maps.gid[0].outside, 200003);
	CHECK_INT(p.maps.uid[0].outside, 300000);
	CHECK_INT(p.maps.uid[1].outside, 6);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		char text[128];
		snprintf(text, sizeof(text), "bind %s", bad[i]);
		CHECK_MSG(parse(MOUNT_BIND, text, &p) < 0, "%s", bad[i]);
		CHECK_HAS(err.msg, "/mounts/7/options/1: ");
	}
	CHECK(parse(MOUNT_BIND, "bind idmap=uids=0-1-0;gids=0-1-1", &p) < 0);
	CHECK_HAS(err.msg, "/mounts/7/uidMappings/0: size must not be 0");
	CHECK(parse(MOUNT_BIND, "bind idmap=uids=0-1-5;gids=0-1-5#4-9-1", &p) < 0);
	CHECK_HAS(err.msg, "/mounts/7/gidMappings/1: overlaps");
}

TEST(names_for_features)
{
	const char *const *names = mount_option_names();
	size_t n = 0;

	CHECK(str_in("rro", names));
	CHECK(str_in("idmap", names));
	CHECK(str_in("tmpcopyup", names));
	CHECK(str_in("remount", names) && str_in("src-nofollow", names));
	for (; names[n]; n++)
		CHECK(n == 0 || strcmp(names[n - 1], names[n]) < 0);
	CHECK_INT(n, 67);
}

/*
 * Whatever is combined: what is set and what is cleared do not contradict each other, and the
 * kernel will accept it (mount_setattr(2): all of the access time field is cleared before any of it
 * is set).
 */
static bool acceptable(uint64_t set, uint64_t clr)
{
	if ((clr & ATIME) != 0 && (clr & ATIME) != ATIME)
		return false;
	if ((set & ATIME) && (clr & ATIME) != ATIME)
		return false;
	if ((set & ATIME) == (MOUNT_ATTR_NOATIME | MOUNT_ATTR_STRICTATIME))
		return false;
	return ((set & clr) & ~(uint64_t)ATIME) == 0;
}

TEST(random_combinations)
{
	const char *const *names = mount_option_names();
	size_t n_names = 0;
	unsigned seed = 1;

	while (names[n_names])
		n_names++;
	for (int i = 0; i < 20000; i++) {
		struct mount_plan p;
		char text[400] = "";
		for (int k = rand_r(&seed) % 12; k > 0; k--) {
			strcat(text, names[(size_t)rand_r(&seed) % n_names]);
			strcat(text, rand_r(&seed) % 2 ? " " : ",");
		}
		enum mount_kind kind = rand_r(&seed) % 2 ? MOUNT_BIND : MOUNT_TMPFS;
		int r = parse(kind, text, &p);
		CHECK_MSG(r == 0 || str_starts(err.msg, "/mounts/7/options/"), "%s", err.msg);
		CHECK_MSG(acceptable(p.attr_set, p.attr_clr) && acceptable(p.rec_set, p.rec_clr),
			  "%s", text);
		CHECK(kind == MOUNT_BIND || (!p.rec_set && !p.rec_clr));
		CHECK(p.n_propagation <= MOUNT_PROPAGATIONS_MAX);
	}
}

TEST(out_of_memory)
{
	struct namespaces_plan ns = namespaces();
	char *list[] = {(char *)"size=1", (char *)"uid=3", (char *)"ro"};
	struct spec_mount m = {.options = list, .n_options = 3};

	for (size_t limit = 16;; limit += 16) {
		AUTO_ARENA struct arena a = {.limit = limit};
		struct mount_plan p = {.kind = MOUNT_TMPFS};
		struct err e = {0};
		int r = mount_options_parse(&m, 0, &ns, &a, &p, &e);
		if (r == 0)
			break;
		CHECK_INT(r, -12);
		CHECK_STR(e.msg, "out of memory");
		CHECK(limit < 4096);
	}
	struct spec_id_mapping map = {0, 5, 1};
	m = (struct spec_mount){.uid_mappings = &map,
				.n_uid_mappings = 1,
				.gid_mappings = &map,
				.n_gid_mappings = 1};
	for (size_t limit = 16;; limit += 16) {
		AUTO_ARENA struct arena a = {.limit = limit};
		struct mount_plan p = {.kind = MOUNT_BIND};
		struct err e = {0};
		int r = mount_options_parse(&m, 0, &ns, &a, &p, &e);
		if (r == 0) {
			CHECK(p.maps.uid && p.maps.gid);
			break;
		}
		CHECK_INT(r, -12);
		CHECK(limit < 4096);
	}
}
