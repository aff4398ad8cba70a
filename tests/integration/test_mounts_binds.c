/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Bind mounts: attributes, ids, propagation, sources and targets. */
#include "apply/mounts_priv.h"
#include "tests/integration/mounts_box.h"

/* proc, and one bind with these options. The text stays valid for eight calls. */
static const char *bind_json(const char *source, const char *destination, const char *options,
			     const char *more)
{
	static char json[8][16384];
	static unsigned next;
	char *out = json[next++ % 8];

	snprintf(out, sizeof(json[0]),
		 "[{\"destination\":\"/proc\",\"type\":\"proc\"},"
		 "{\"destination\":\"%s\",\"type\":\"bind\",\"source\":\"%s\",\"options\":[%s]%s}]",
		 destination, source, options, more);
	return out;
}

/* A directory of the host's root with a file in it. */
static const char *host_dir(const char *name)
{
	const char *dir = make_dirs(at("%s", name));

	make_file(at("%s/file", name), "host");
	return dir;
}

TEST(host_directory_is_not_mapped)
{
	struct box b = {.rootfs = box_image("plain")};

	b.mounts = bind_json(host_dir("plain-src"), "/data", "\"rbind\",\"rprivate\"", "");
	BOX_START(&b);
	IN(&b, "stat", "/data/file", NULL, "65534:65534 644 file");
	IN(&b, "read", "/data/file", NULL, "host");
	IN(&b, "unlink", "/data/file", NULL, "EACCES");
	IN(&b, "write", "/data/file", "x", "EACCES");
	IN(&b, "create", "/data/new", "x", "EACCES");
	IN(&b, "umount", "/data", NULL, "EINVAL");
	box_stop(&b);
	CHECK_STR(file_text(at("plain-src/file")), "host");
	/* The mount point was made in the image, as its root's own. */
	CHECK_STR(on_disk(at("plain/data")), "0:0 755 dir");
}

TEST(engine_storage_is_mapped)
{
	struct box b = {.rootfs = box_image("mapped")};

	b.mounts =
		bind_json(host_dir("mapped-src"), "/data", "\"rbind\",\"rprivate\",\"idmap\"", "");
	BOX_START(&b);
	IN(&b, "stat", "/data/file", NULL, "0:0 644 file");
	IN(&b, "create", "/data/new", "x", "ok");
	box_stop(&b);
	CHECK_STR(on_disk(at("mapped-src/new")), "0:0 644 file");
	CHECK_INT(b.unmapped, 0);
}

TEST(one_file)
{
	struct box b = {.rootfs = box_image("file")};

	make_file(at("hosts"), "engine");
	b.mounts = bind_json(at("hosts"), "/etc/hosts",
			     "\"rbind\",\"rprivate\",\"idmap\",\"nosuid\",\"nodev\"", "");
	BOX_START(&b);
	IN(&b, "read", "/etc/hosts", NULL, "engine");
	IN(&b, "write", "/etc/hosts", "ENGINE", "ok");
	CHECK_HAS(box_do(&b, "mount", "/etc/hosts", NULL), "rw,nosuid,nodev");
	box_stop(&b);
	CHECK_STR(file_text(at("hosts")), "ENGINE");
	CHECK_STR(file_text(at("file/etc/hosts")), "image");
}

TEST(maps_of_their_own)
{
	struct box b = {.rootfs = box_image("own")};
	char more[256];

	host_dir("own-src");
	CHECK(chown(at("own-src/file"), 7, 8) == 0);
	/* Id 7 on disk shall be id 3 of the container. */
	snprintf(more, sizeof(more),
		 ",\"uidMappings\":[{\"containerID\":7,\"hostID\":%u,\"size\":1}],"
		 "\"gidMappings\":[{\"containerID\":8,\"hostID\":%u,\"size\":1}]",
		 BOX_UID + 3, BOX_UID + 4);
	b.mounts = bind_json(at("own-src"), "/data", "\"bind\",\"idmap\"", more);
	BOX_START(&b);
	IN(&b, "stat", "/data/file", NULL, "3:4 644 file");
	IN(&b, "stat", "/data", NULL, "65534:65534 755 dir");
	box_stop(&b);
}

/* Two mounts, each with its own maps of several lines; "ridmap" reaches what is mounted below. */
TEST(maps_over_what_is_mounted_below)
{
	struct box b = {.rootfs = box_image("ridmap")};
	char more[512];

	host_dir("ridmap-src");
	make_dirs(at("ridmap-src/below"));
	if (mount("tmpfs", at("ridmap-src/below"), "tmpfs", 0, NULL) != 0)
		CHECK(false);
	make_file(at("ridmap-src/below/file"), "x");
	CHECK(chown(at("ridmap-src/below/file"), 9, 9) == 0);
	CHECK(chown(at("ridmap-src/file"), 7, 7) == 0);
	snprintf(more, sizeof(more),
		 ",\"uidMappings\":[{\"containerID\":7,\"hostID\":%u,\"size\":1},"
		 "{\"containerID\":9,\"hostID\":%u,\"size\":2}],"
		 "\"gidMappings\":[{\"containerID\":0,\"hostID\":%u,\"size\":100}]",
		 BOX_UID + 3, BOX_UID + 20, BOX_UID + 500);
	b.mounts = bind_json(at("ridmap-src"), "/data", "\"rbind\",\"ridmap\"", more);
	BOX_START(&b);
	IN(&b, "stat", "/data/file", NULL, "3:507 644 file");
	IN(&b, "stat", "/data/below/file", NULL, "20:509 644 file");
	IN(&b, "stat", "/data", NULL, "65534:500 755 dir");
	box_stop(&b);
	b.mounts = bind_json(at("ridmap-src"), "/data", "\"rbind\",\"idmap\"", more);
	BOX_START(&b);
	IN(&b, "stat", "/data/file", NULL, "3:507 644 file");
	IN(&b, "stat", "/data/below/file", NULL, "65534:65534 644 file");
	box_stop(&b);
}

static struct mount_plan locked_plan(uint64_t set, uint64_t clr, bool recursive)
{
	return (struct mount_plan){.index = 4,
				   .kind = MOUNT_BIND,
				   .source = at("locked"),
				   .recursive = recursive,
				   .attr_set = recursive ? 0 : set,
				   .attr_clr = recursive ? 0 : clr,
				   .rec_set = recursive ? set : 0,
				   .rec_clr = recursive ? clr : 0};
}

/* The flags that the clone has in the end; -1: refused. */
static long locked_flags(uint64_t set, uint64_t clr, bool recursive)
{
	struct mount_plan p = locked_plan(set, clr, recursive);
	struct mounts_env env = {.userns_fd = -1};
	struct err e = {0};
	struct statvfs v;
	bool unmapped;
	AUTO_FD fd = mounts_source_open(&p, &unmapped, &e);

	if (fd < 0)
		_exit(100);
	if (mounts_source_prepare(&p, &env, fd, &e) < 0) {
		if (e.kind != ERR_HOST || !strstr(e.msg, "/mounts/4/options: ") ||
		    !strstr(e.msg, "has locked"))
			_exit(101);
		return -1;
	}
	return fstatvfs(fd, &v) == 0 ? (long)(v.f_flag & (ST_RDONLY | ST_NOSUID | ST_NODEV |
							  ST_NOEXEC | ST_NOATIME))
				     : -2;
}

/* As the root of a user namespace, which has got the mount from its parent. */
static int in_nested(void)
{
	const long all = ST_RDONLY | ST_NOSUID | ST_NODEV | ST_NOEXEC | ST_NOATIME;
	static const uint64_t cleared[] = {MOUNT_ATTR_RDONLY, MOUNT_ATTR_NOSUID, MOUNT_ATTR_NODEV,
					   MOUNT_ATTR_NOEXEC};

	if (unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0)
		return 102;
	if (locked_flags(0, 0, false) != all || locked_flags(MOUNT_ATTR_NOSUID, 0, false) != all ||
	    locked_flags(MOUNT_ATTR_RDONLY, 0, true) != all)
		return 103;
	for (size_t i = 0; i < 4; i++)
		if (locked_flags(0, cleared[i], false) != -1 ||
		    locked_flags(MOUNT_ATTR_NODIRATIME, cleared[i], true) != -1)
			return 104 + (int)i;
	return locked_flags(MOUNT_ATTR_RELATIME, MOUNT_ATTR__ATIME, false) == -1 ? 0 : 108;
}

/* mount_namespaces(7): what the parent has set stays set, or it is an error. */
TEST(flags_that_a_parent_user_namespace_has_locked)
{
	const unsigned long flags = MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC | MS_NOATIME;
	int status;

	make_dirs(at("locked"));
	CHECK(mount("tmpfs", at("locked"), "tmpfs", flags, NULL) == 0);
	fflush(stdout);
	pid_t pid = fork();
	if (pid == 0)
		_exit(in_nested());
	CHECK(waitpid(pid, &status, 0) == pid);
	CHECK_INT(WIFEXITED(status) ? WEXITSTATUS(status) : -1, 0);
	CHECK(umount(at("locked")) == 0);
}

/* A file system without idmapped mounts: proc's stand-in is a devpts, which has none either. */
TEST(a_file_system_that_cannot_be_mapped)
{
	struct box b = {.rootfs = box_image("nomap")};
	const char *dir = make_dirs(at("nomap-src"));

	CHECK(mount("devpts", dir, "devpts", 0, "newinstance") == 0);
	b.mounts = bind_json(dir, "/data", "\"bind\",\"idmap\"", "");
	BOX_REFUSED(&b, "/mounts/1: ");
	b.mounts = bind_json(dir, "/data", "\"bind\",\"idmap\"", "");
	BOX_REFUSED(&b, "cannot be idmapped");
	CHECK_INT(b.err.kind, ERR_HOST);
	b.mounts = bind_json(dir, "/data", "\"bind\",\"idmap\",\"ro\"", "");
	BOX_START(&b);
	CHECK_INT(b.unmapped, 1);
	CHECK_HAS(box_do(&b, "mount", "/data", NULL), "/ ro,");
	box_stop(&b);
	CHECK(umount(dir) == 0);
}

/* ro is of the top mount, rro of all below it. */
TEST(readonly_and_recursive)
{
	struct box b = {.rootfs = box_image("rec")};
	const char *dir = make_dirs(at("rec-src"));

	make_dirs(at("rec-src/sub"));
	CHECK(mount("t", at("rec-src/sub"), "tmpfs", 0, "mode=0777") == 0);
	b.mounts = bind_json(dir, "/data", "\"rbind\",\"ro\"", "");
	BOX_START(&b);
	CHECK_HAS(box_do(&b, "mount", "/data", NULL), " ro,");
	CHECK_HAS(box_do(&b, "mount", "/data/sub", NULL), "/ rw,");
	IN(&b, "create", "/data/x", "y", "EROFS");
	IN(&b, "create", "/data/sub/x", "y", "ok");
	IN(&b, "remount", "/data", NULL, "EPERM");
	box_stop(&b);
	b.mounts = bind_json(dir, "/data", "\"rbind\",\"rro\",\"rnosuid\",\"noexec\"", "");
	BOX_START(&b);
	CHECK_HAS(box_do(&b, "mount", "/data", NULL), " ro,nosuid,noexec");
	CHECK_HAS(box_do(&b, "mount", "/data/sub", NULL), "/ ro,nosuid,relatime");
	IN(&b, "create", "/data/sub/new", "y", "EROFS");
	IN(&b, "remount", "/data/sub", NULL, "EPERM");
	IN(&b, "umount", "/data/sub", NULL, "EINVAL");
	box_stop(&b);
	b.mounts = bind_json(dir, "/data", "\"bind\"", "");
	BOX_START(&b);
	IN(&b, "mount", "/data/sub", NULL, "none");
	box_stop(&b);
	CHECK(umount(at("rec-src/sub")) == 0);
}

TEST(attributes)
{
	struct box b = {.rootfs = box_image("attr")};

	b.mounts = bind_json(host_dir("attr-src"), "/data",
			     "\"bind\",\"nosuid\",\"nodev\",\"noexec\",\"noatime\",\"nodiratime\","
			     "\"nosymfollow\"",
			     "");
	BOX_START(&b);
	CHECK_HAS(box_do(&b, "mount", "/data", NULL),
		  "rw,nosuid,nodev,noexec,noatime,nodiratime,nosymfollow");
	box_stop(&b);
	/* A source that the host has mounted read-only stays so, unless the config says rw. */
	CHECK(mount(at("attr-src"), at("attr-src"), NULL, MS_BIND, NULL) == 0);
	CHECK(mount(NULL, at("attr-src"), NULL, MS_REMOUNT | MS_BIND | MS_RDONLY | MS_NOEXEC,
		    NULL) == 0);
	b.mounts = bind_json(at("attr-src"), "/data", "\"bind\"", "");
	BOX_START(&b);
	CHECK_HAS(box_do(&b, "mount", "/data", NULL), " ro,noexec");
	box_stop(&b);
	CHECK(umount(at("attr-src")) == 0);
}

TEST(propagation)
{
	struct box b = {.rootfs = box_image("prop")};
	const char *dir = make_dirs(at("prop-src"));

	make_dirs(at("prop-src/later"));
	CHECK(mount(dir, dir, NULL, MS_BIND, NULL) == 0 &&
	      mount(NULL, dir, NULL, MS_SHARED, NULL) == 0);
	b.mounts = bind_json(dir, "/data", "\"rbind\",\"rslave\"", "");
	BOX_START(&b);
	CHECK_HAS(box_do(&b, "mount", "/data", NULL), "master:");
	CHECK(mount("t", at("prop-src/later"), "tmpfs", 0, NULL) == 0);
	CHECK_HAS(box_do(&b, "mount", "/data/later", NULL), "- tmpfs t");
	CHECK(umount(at("prop-src/later")) == 0);
	box_stop(&b);
	b.mounts = bind_json(dir, "/data", "\"rbind\",\"rprivate\"", "");
	BOX_START(&b);
	CHECK(!strstr(box_do(&b, "mount", "/data", NULL), "master:"));
	CHECK(mount("t", at("prop-src/later"), "tmpfs", 0, NULL) == 0);
	IN(&b, "mount", "/data/later", NULL, "none");
	/* And the container's mounts do not reach the host. */
	CHECK(umount(at("prop-src/later")) == 0);
	IN(&b, "tmpfs", "/data/later", NULL, "ok");
	CHECK_STR(on_disk(at("prop-src/later")), "0:0 755 dir");
	box_stop(&b);
	b.mounts = bind_json(dir, "/data", "\"rbind\",\"rshared\"", "");
	BOX_START(&b);
	IN(&b, "tmpfs", "/data/later", NULL, "ok");
	CHECK_STR(on_disk(at("prop-src/later")), "0:0 755 dir");
	box_stop(&b);
	CHECK(umount(dir) == 0);
}

TEST(errors_in_runcs_words)
{
	struct box b = {.rootfs = box_image("errors")};

	b.mounts = bind_json("/no/such/path", "/data", "\"bind\"", "");
	BOX_REFUSED(&b, "error mounting \"/no/such/path\" to rootfs at \"/data\": stat "
			"/no/such/path: no such file or directory");
	b.mounts = bind_json(host_dir("errors-src"), "/etc/hosts", "\"bind\"", "");
	BOX_REFUSED(&b, "not a directory");
	b.mounts = bind_json(at("errors-src/file"), "/etc", "\"bind\"", "");
	BOX_REFUSED(&b, "not a directory");
	b.mounts = bind_json(at("errors-src"), "/etc/hosts/below", "\"bind\"", "");
	BOX_REFUSED(&b, "error mounting \"");
	CHECK_STR(file_text(at("errors/etc/hosts")), "image");
}

/* What the rules have looked at is theirs to refuse: harden/binds.c. There are none here. */
TEST(procfs)
{
	struct box b = {.rootfs = box_image("procfs")};

	b.mounts = bind_json("/proc/sys", "/data", "\"bind\"", "");
	BOX_START(&b);
	CHECK_HAS(box_do(&b, "mount", "/data", NULL), "- proc ");
	box_stop(&b);
	/* A magic link leads out of every root. */
	b.mounts = bind_json("/proc/1/root", "/data", "\"bind\",\"src-nofollow\"", "");
	BOX_REFUSED(&b, "is on procfs, which cannot be bound");
	/* lxcfs covers this one; a bind of the host's is the same to us. */
	b.mounts = bind_json("/proc/uptime", "/proc/uptime", "\"bind\"", "");
	BOX_START(&b);
	CHECK_HAS(box_do(&b, "mount", "/proc/uptime", NULL), "/uptime ");
	box_stop(&b);
}

/* CVE-2021-30465, the other half: the source is not what the rules have looked at. */
TEST(a_source_that_was_replaced)
{
	static struct host_facts facts;
	static struct bind_fact binds[1];
	AUTO_ARENA struct arena a = ARENA_INIT;
	struct namespaces_plan ns = {0};
	struct mounts_plan plan;
	struct mounts m = MOUNTS_INIT;
	struct err e = {0};
	struct spec *s;
	struct stat st;
	char json[8192];

	host_dir("judged");
	CHECK(stat(at("judged"), &st) == 0);
	binds[0] = (struct bind_fact){
		.exists = true, .real = at("judged"), .dev = st.st_dev, .ino = st.st_ino};
	facts = (struct host_facts){.binds = binds, .n_binds = 1};
	snprintf(json, sizeof(json),
		 "{\"ociVersion\":\"1.2.0\",\"root\":{\"path\":\"r\"},\"mounts\":[{\"destination\":"
		 "\"/x\",\"type\":\"bind\",\"source\":\"%s\"}],\"linux\":{}}",
		 at("judged"));
	CHECK(spec_parse(json, strlen(json), &a, &s, &e) == 0);
	CHECK_MSG(mounts_plan_make(s, &facts, &ns, &a, &plan, &e) == 0, "%s", e.msg);
	CHECK(mounts_open_sources(&plan, &m, &e) == 0);
	mounts_close(&m);
	CHECK(rename(at("judged"), at("moved")) == 0 && symlink("/", at("judged")) == 0);
	CHECK(mounts_open_sources(&plan, &m, &e) < 0);
	CHECK_HAS(e.msg, "was replaced while it was being opened");
	mounts_close(&m);
	/* The very same directory, but by a way that the rules have not seen. */
	CHECK(unlink(at("judged")) == 0 && symlink(at("moved"), at("judged")) == 0);
	err_clear(&e);
	CHECK(mounts_open_sources(&plan, &m, &e) < 0);
	CHECK_HAS(e.msg, "was replaced while it was being opened");
	mounts_close(&m);
	/* One that was not there when they looked. */
	binds[0] = (struct bind_fact){0};
	err_clear(&e);
	CHECK_MSG(mounts_plan_make(s, &facts, &ns, &a, &plan, &e) == 0, "%s", e.msg);
	CHECK(mounts_open_sources(&plan, &m, &e) < 0);
	CHECK_HAS(e.msg, "was replaced while it was being opened");
	mounts_close(&m);
	CHECK(unlink(at("judged")) == 0);
	err_clear(&e);
	CHECK_INT(mounts_open_sources(&plan, &m, &e), -ENOENT);
	mounts_close(&m);
}

/* A later mount in an earlier one, and over it. */
TEST(order)
{
	struct box b = {.rootfs = box_image("order")};
	static char json[4096];

	host_dir("order-a");
	host_dir("order-b");
	make_file(at("order-b/file"), "b");
	snprintf(json, sizeof(json),
		 "[{\"destination\":\"/a\",\"type\":\"tmpfs\"},"
		 "{\"destination\":\"/a/deep/er\",\"type\":\"bind\",\"source\":\"%s\",\"options\":["
		 "\"bind\",\"idmap\"]},"
		 "{\"destination\":\"/a/deep/er/file\",\"type\":\"bind\",\"source\":\"%s/file\"},"
		 "{\"destination\":\"/b\",\"type\":\"bind\",\"source\":\"%s\"},"
		 "{\"destination\":\"/b\",\"type\":\"bind\",\"source\":\"%s\"}]",
		 at("order-a"), at("order-b"), at("order-a"), at("order-b"));
	b.mounts = json;
	BOX_START(&b);
	IN(&b, "read", "/a/deep/er/file", NULL, "b");
	IN(&b, "stat", "/a/deep", NULL, "0:0 755 dir");
	IN(&b, "read", "/b/file", NULL, "b");
	box_stop(&b);
}
