/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * test_bind_probe.c: what host/ tells of the sources of binds, the listed directories and the
 * engines' sockets; in a mount namespace of its own.
 */
#include "host/bind_probe.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/arena.h"
#include "host/facts.h"
#include "host/mount_table.h"
#include "host/path_probe.h"
#include "oci-spec/spec.h"
#include "policy/policy.h"
#include "tests/unit/check.h"

static struct arena arena;
static const char top[] = "/media";

/* A tmpfs at /media that goes away with this process. */
static void private_host(void)
{
	static bool done;

	umask(022);
	if (done)
		CHECK(umount2(top, MNT_DETACH) == 0);
	else
		CHECK(unshare(CLONE_NEWNS) == 0 &&
		      mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0);
	done = true;
	CHECK(mount("none", top, "tmpfs", 0, "mode=755") == 0 && chdir(top) == 0);
}

static void make_dir(const char *path, mode_t mode)
{
	CHECK(mkdir(path, 0700) == 0 && chmod(path, mode) == 0);
}

static struct bind_fact probe(const char *source)
{
	char *options[] = {(char *)(uintptr_t) "rbind"};
	struct spec_mount m = {.destination = "/x",
			       .type = "bind",
			       .source = source,
			       .options = options,
			       .n_options = 1};
	struct spec s = {.mounts = &m, .n_mounts = 1};
	struct host_facts f = {0};

	CHECK_INT(host_probe_binds(&s, &policy_default()->binds, &arena, &f), 0);
	CHECK_INT(f.n_binds, 1);
	return f.binds[0];
}

TEST(a_source_and_its_place)
{
	struct stat st;

	private_host();
	make_dir("a", 0755);
	make_dir("a/b", 0750);
	CHECK(symlink("a/b", "link") == 0 && stat("a/b", &st) == 0);
	struct bind_fact f = probe("/media/link");
	CHECK(f.exists && f.guarded && !f.mount_root);
	CHECK_STR(f.real, "/media/a/b");
	CHECK(f.dev == st.st_dev && f.ino == st.st_ino && f.mode == st.st_mode);
	CHECK_INT(f.fs_type, TMPFS_MAGIC);
	CHECK_INT(f.n_places, 1);
	CHECK(f.places[0].dev == st.st_dev);
	CHECK_STR(f.places[0].path, "/a/b");
	CHECK_STR(f.places[0].fstype, "tmpfs");
	f = probe("/media");
	CHECK(f.mount_root);
	CHECK_STR(f.places[0].path, "/");
	CHECK(!probe("/media/missing").exists);
	CHECK(!probe("/media/missing/x").real);
}

TEST(another_name_has_the_same_place)
{
	private_host();
	make_dir("a", 0755);
	make_dir("a/b", 0755);
	make_dir("a/b/c", 0755);
	make_dir("other", 0755);
	CHECK(mount("a/b", "other", NULL, MS_BIND, NULL) == 0);
	struct bind_fact f = probe("/media/other");
	CHECK(f.mount_root);
	CHECK_STR(f.places[0].path, "/a/b");
	f = probe("/media/other/c");
	CHECK(!f.mount_root);
	CHECK_STR(f.real, "/media/other/c");
	CHECK_STR(f.places[0].path, "/a/b/c");
	/* What is mounted below comes along, what is beside does not. */
	f = probe("/media");
	CHECK_INT(f.n_places, 2);
	CHECK_STR(f.places[1].path, "/a/b");
	CHECK_INT(probe("/media/a").n_places, 1);
}

TEST(who_can_change_what_a_path_leads_to)
{
	private_host();
	make_dir("root", 0755);
	make_dir("root/x", 0777); /* its own mode does not count */
	CHECK(probe("/media/root/x").guarded);
	CHECK(chmod("root", 0775) == 0 && !probe("/media/root/x").guarded);
	CHECK(chmod("root", 0757) == 0 && !probe("/media/root/x").guarded);
	CHECK(chmod("root", 01777) == 0 && probe("/media/root/x").guarded);
	CHECK(chmod("root", 0755) == 0 && chown("root", 1000, 0) == 0);
	CHECK(!probe("/media/root/x").guarded && probe("/media/root").guarded);
	CHECK(chown("root", 0, 1000) == 0 && probe("/media/root/x").guarded);
}

static struct host_facts rootfs(const char *path)
{
	struct spec_root root = {.path = path};
	struct spec s = {.root = &root};
	struct host_facts f = {0};

	CHECK_INT(host_probe_binds(&s, &policy_default()->binds, &arena, &f), 0);
	return f;
}

TEST(the_root_file_system)
{
	private_host();
	make_dir("d", 0755);
	make_dir("d/merged", 0777);
	CHECK(symlink("d", "link") == 0);
	struct host_facts f = rootfs("/media/link/merged");
	CHECK_STR(f.rootfs.path, "/media/d/merged");
	CHECK_STR(f.rootfs.place.path, "/d/merged");
	CHECK(f.rootfs.ino && f.rootfs_guarded);
	CHECK_STR(rootfs("d/merged").rootfs.path, "/media/d/merged");
	CHECK(!rootfs("/media/missing").rootfs.path && !rootfs("/media/missing").rootfs_guarded);
	CHECK(!rootfs(NULL).rootfs.path);
	CHECK(chmod("d", 0777) == 0 && !rootfs("/media/d/merged").rootfs_guarded);
}

static int listen_at(const char *path, bool listening)
{
	struct sockaddr_un a = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	strcpy(a.sun_path, path);
	CHECK(fd >= 0 && bind(fd, (struct sockaddr *)&a, sizeof(a)) == 0);
	CHECK(!listening || listen(fd, 1) == 0);
	return fd;
}

/* The facts about sockets when @source is handed in and the policy lists /media/listed.sock. */
static struct host_facts sockets(const char *source)
{
	struct spec_pair list[] = {{"/media/listed.sock", "x"}, {"/media/no/engine.sock", "y"}};
	struct policy_binds p = {.sockets = list, .n_sockets = 2};
	struct spec_mount m = {.destination = "/x", .type = "bind", .source = source};
	struct spec s = {.mounts = &m, .n_mounts = 1};
	struct host_facts f = {0};

	CHECK_INT(host_probe_binds(source ? &s : NULL, &p, &arena, &f), 0);
	return f;
}

TEST(sockets_of_the_list_and_their_name_elsewhere)
{
	private_host();
	make_dir("deep", 0755);
	CHECK(creat("file", 0644) >= 0);
	int a = listen_at("/media/listed.sock", true),
	    b = listen_at("/media/deep/engine.sock", true);
	int c = listen_at("/media/deep/other.sock", true),
	    d = listen_at("/media/engine.sock", false);
	struct host_facts f = sockets("/media");
	CHECK_INT(f.n_sockets, 2);
	CHECK_STR(f.sockets[0].path, "/media/listed.sock");
	CHECK_STR(f.sockets[1].path, "/media/deep/engine.sock");
	CHECK_STR(f.sockets[1].place.path, "/deep/engine.sock");
	/* Where neither a directory nor a socket is handed in, none can come along. */
	CHECK_INT(sockets("/media/file").n_sockets, 1);
	CHECK_INT(sockets("/media/deep/other.sock").n_sockets, 2);
	CHECK_INT(sockets(NULL).n_sockets, 0);
	/* A name of old that is something else by now. */
	CHECK(unlink("deep/engine.sock") == 0 && creat("deep/engine.sock", 0644) >= 0);
	CHECK_INT(sockets("/media").n_sockets, 1);
	close(a);
	close(b);
	close(c);
	close(d);
}

TEST(other_paths_of_what_is_mounted)
{
	private_host();
	make_dir("data", 0755);
	make_dir("data/volume", 0755);
	make_dir("data/volume/theirs", 0777);
	make_dir("data/volume/theirs/sub", 0755);
	make_dir("here", 0755);
	CHECK(mount("data/volume/theirs/sub", "here", NULL, MS_BIND, NULL) == 0);
	struct bind_fact f = probe("/media/here");
	CHECK(f.mount_root);
	CHECK_INT(f.n_aliases, 1);
	CHECK_STR(f.aliases[0].path, "/media/data/volume/theirs/sub");
	CHECK_INT(f.aliases[0].mount, strlen("/media"));
	CHECK_INT(f.aliases[0].guarded, strlen("/media/data/volume/theirs"));
	CHECK_INT(probe("/media/data/volume").n_aliases, 0);

	/* Through a second mount of the same file system, too; not where something lies over it. */
	make_dir("second", 0755);
	CHECK(mount("data", "second", NULL, MS_BIND, NULL) == 0);
	f = probe("/media/here");
	CHECK_INT(f.n_aliases, 2);
	CHECK_STR(f.aliases[1].path, "/media/second/volume/theirs/sub");
	CHECK_INT(f.aliases[1].mount, strlen("/media/second"));
	CHECK(mount("none", "data/volume", "tmpfs", 0, NULL) == 0);
	f = probe("/media/here");
	CHECK_INT(f.n_aliases, 1);
	CHECK_STR(f.aliases[0].path, "/media/second/volume/theirs/sub");

	/* What has been removed meanwhile is nowhere else. */
	CHECK(rmdir("second/volume/theirs/sub") == 0);
	CHECK_INT(probe("/media/here").n_aliases, 0);
}

TEST(listed_directories)
{
	struct policy_host_path list[] = {{"/media/link", "readonly", "x"},
					  {"/media/missing", "readonly", "x"}};
	struct policy_binds p = {.host_paths = list, .n_host_paths = 2};
	struct spec_mount m = {.destination = "/x", .type = "bind", .source = "/media"};
	struct spec s = {.mounts = &m, .n_mounts = 1};
	struct host_facts f = {0};
	struct stat st;

	private_host();
	make_dir("d", 0755);
	CHECK(symlink("d", "link") == 0 && stat("d", &st) == 0);
	CHECK_INT(host_probe_binds(&s, &p, &arena, &f), 0);
	CHECK_INT(f.n_host_paths, 2);
	CHECK_STR(f.host_paths[0].path, "/media/d");
	CHECK(f.host_paths[0].dev == st.st_dev && f.host_paths[0].ino == st.st_ino);
	CHECK_STR(f.host_paths[0].place.path, "/d");
	CHECK(!f.host_paths[1].path);
}

TEST(without_the_table_no_place_is_known)
{
	struct mount_table none = {0};
	struct path_fact p = {0};
	struct place_fact place;

	CHECK_INT(path_probe("/media", &none, &arena, &p), 1);
	CHECK(p.ino && !p.place.path);
	CHECK_INT(path_place("/media", &none, &arena, &place), 0);
}
