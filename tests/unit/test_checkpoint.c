/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* test_checkpoint.c: what is decided without CRIU. With it: tests/vm/test_checkpoint.sh. */
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/err.h"
#include "host/trust.h"
#include "kernel/mountinfo.h"
#include "lifecycle/checkpoint_note.h"
#include "lifecycle/checkpoint_plan.h"
#include "lifecycle/criu.h"
#include "lifecycle/restore_priv.h"
#include "plan/plan.h"
#include "tests/unit/check.h"

static const struct criu newest = {.version = 40101};

/* One that can be restored. */
static struct plan plan_of(void)
{
	struct plan p = {0};

	for (int k = 0; k < NS_KINDS; k++)
		p.ns.ns[k].mode = NS_NEW;
	p.ns.ns[NS_TIME].mode = NS_SHARED;
	p.process.no_new_privs = true;
	p.process.caps.bounding = p.process.caps.permitted = 1ull << CAP_CHOWN;
	return p;
}

static void refused(const struct plan *p, const struct criu *c, const char *words)
{
	struct err e = {0};

	CHECK_MSG(checkpoint_check(p, c, &e) < 0, "%s", words);
	CHECK_HAS(e.msg, words);
}

TEST(the_default_container)
{
	struct plan p = plan_of();
	struct err e = {0};

	CHECK_INT(checkpoint_check(&p, &newest, &e), 0);
	p.ns.ns[NS_USER].mode = p.ns.ns[NS_CGROUP].mode = p.ns.ns[NS_NET].mode = NS_SHARED;
	CHECK_INT(checkpoint_check(&p, &newest, &e), 0);
	p.ns.ns[NS_NET].mode = NS_JOIN_HOST_OWNED;
	CHECK_INT(checkpoint_check(&p, &newest, &e), 0);
	p.ns.ns[NS_USER].mode = NS_NEW;
	refused(&p, &newest, "and so belongs to the host (net)");
}

TEST(less_confined_afterwards)
{
	struct criu old = {.version = 31701};
	struct plan p = plan_of();

	refused(&p, &old, "policy: noNewPrivileges: ");
	p.process.no_new_privs = false;
	CHECK_INT(checkpoint_check(&p, &old, NULL), 0);
	p.landlock.scopes = 1;
	refused(&p, &newest, "policy: landlock: ");
	p = plan_of();
	p.landlock.writes = 1;
	refused(&p, &newest, "policy: landlock: ");
	p = plan_of();
	p.process.caps.inheritable = 1ull << CAP_SYS_ADMIN;
	refused(&p, &newest, "policy: mounts: ");
	p.ns.ns[NS_USER].mode = NS_SHARED;
	CHECK_INT(checkpoint_check(&p, &newest, NULL), 0);
}

TEST(namespaces_that_cannot_be_given_back)
{
	static const enum ns_kind joined[] = {NS_USER, NS_PID, NS_MNT, NS_IPC, NS_UTS, NS_CGROUP};
	struct plan p;

	for (size_t i = 0; i < sizeof(joined) / sizeof(joined[0]); i++) {
		p = plan_of();
		p.ns.ns[joined[i]].mode = NS_JOIN_FOREIGN_OWNED;
		refused(&p, &newest, "has joined another one's namespace");
	}
	p = plan_of();
	p.ns.ns[NS_PID].mode = NS_SHARED;
	refused(&p, &newest, "uses the host's namespace (pid)");
	p = plan_of();
	p.ns.ns[NS_MNT].mode = NS_SHARED;
	refused(&p, &newest, "uses the host's namespace (mnt)");
}

TEST(what_criu_has_no_way_for)
{
	struct plan p = plan_of();

	p.process.terminal = true;
	refused(&p, &newest, "/process/terminal: ");
	p = plan_of();
	p.seccomp.listener.path = "/run/agent";
	refused(&p, &newest, "/linux/seccomp/listenerPath: ");
	p = plan_of();
	p.net_devices.n = 1;
	refused(&p, &newest, "/linux/netDevices: ");
	p = plan_of();
	p.intel_rdt.set = true;
	refused(&p, &newest, "/linux/intelRdt: ");
	p = plan_of();
	p.process.memory_policy.set = true;
	refused(&p, &newest, "/linux/memoryPolicy: ");
	p = plan_of();
	p.rootfs.propagation = MS_SHARED;
	refused(&p, &newest, "/linux/rootfsPropagation: ");
	p = plan_of();
	p.rootfs.no_pivot = true;
	refused(&p, &newest, "--no-pivot: ");
}

TEST(mounts_from_outside)
{
	static const struct {
		const char *at, *type, *root;
		unsigned minor;
		bool external;
	} rows[] = {
		{"/", "ext4", "/r", 1, false},
		{"/proc", "proc", "/", 2, false},
		{"/proc/bus", "proc", "/bus", 2, false},
		{"/proc/kcore", "tmpfs", "/null", 3, false},
		{"/dev", "tmpfs", "/", 3, true},
		{"/dev/pts", "devpts", "/", 4, false},
		{"/dev/shm", "tmpfs", "/", 5, false},
		{"/dev/mqueue", "mqueue", "/", 6, false},
		{"/sys", "sysfs", "/", 7, false},
		{"/sys/fs/cgroup", "cgroup2", "/x", 8, true},
		{"/etc/hosts", "ext4", "/h", 1, true},
		/* Of a tmpfs of the host, which the container has not as a whole. */
		{"/secret", "tmpfs", "/s", 9, true},
		{"/v", "overlay", "/", 10, true},
	};
	enum { N = sizeof(rows) / sizeof(rows[0]) };
	struct mountinfo all[N] = {0};

	for (int i = 0; i < N; i++) {
		all[i].mountpoint = rows[i].at;
		all[i].fstype = rows[i].type;
		all[i].root = rows[i].root;
		all[i].minor = rows[i].minor;
	}
	for (int i = 0; i < N; i++)
		CHECK_MSG(checkpoint_is_external(all, N, &all[i]) == rows[i].external, "%s",
			  rows[i].at);
}

TEST(versions)
{
	CHECK_INT(criu_parse_version("Version: 3.17.1\nGitID: v3.17\n"), 31701);
	CHECK_INT(criu_parse_version("Version: 4.0"), 40000);
	CHECK_INT(criu_parse_version("Version: 3.19"), CRIU_NO_NEW_PRIVS);
	CHECK_INT(criu_parse_version("3.19"), 0);
	CHECK_INT(criu_parse_version("Version: x"), 0);
	CHECK_INT(criu_parse_version(""), 0);
}

TEST(the_reason_in_a_log)
{
	char probed[] = "(00.1) Error (criu/tun.c:85): tun: Unable to create tun\n"
			"1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n11\n12\n13\n14\n15\n16\n17\n18\n19\n20\n"
			"(00.2)      1: Error (criu/mount.c:7): mnt: no\n(00.3) Unfreezing\n"
			"(00.4) Error (criu/cgroup.c:12): cg: Unable to umount\n"
			"(00.5) Error (criu/cr-dump.c:2053): Dumping FAILED.\n";
	char early[] = "(00.1) Error (criu/a.c:1): why\n"
		       "1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n11\n12\n13\n14\n15\n16\n17\n18\n19\n20\n";
	char none[] = "(00.5) Error (criu/cr-dump.c:2053): Dumping FAILED.\nError (\n";

	CHECK_STR(criu_log_error(probed), "mnt: no");
	CHECK_STR(criu_log_error(early), "why");
	CHECK(!criu_log_error(none));
}

/* As CRIU 3.17 writes it of the same maps. */
TEST(an_image_of_id_maps)
{
	static const char want[] = "\x19\x43\x56\x54\x06\x49\x47\x55\x1c\0\0\0"
				   "\x0a\x0c\x08\0\x10\x80\x80\x80\x80\x07\x18\x80\x80\x04"
				   "\x12\x0c\x08\0\x10\x80\x80\x80\x80\x07\x18\x80\x80\x04";
	struct id_extent x = {0, 0x70000000, 65536};
	struct id_maps m = {.uid = &x, .n_uid = 1, .gid = &x, .n_gid = 1};
	char buf[64];

	CHECK_INT(restore_ids_image(&m, want, buf, sizeof(buf)), sizeof(want) - 1);
	CHECK(memcmp(buf, want, sizeof(want) - 1) == 0);
	CHECK_INT(restore_ids_image(&m, want, buf, 39), -E2BIG);
	CHECK(restore_is_ids("userns-14.img"));
	CHECK(!restore_is_ids("utsns-14.img"));
}

struct place {
	char path[32];
	int fd;
};

static struct place make_place(void)
{
	struct place p = {.path = "/var/tmp/bkh-XXXXXX"};

	CHECK(mkdtemp(p.path));
	p.fd = open(p.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	CHECK(p.fd >= 0);
	return p;
}

TEST(a_note)
{
	struct place p = make_place();
	uint32_t stopped[] = {7, 9}, null[] = {0};
	char a[] = "file[18:4]", b[] = "pipe:[77]", c[] = "", *stdio[] = {a, b, c};
	struct checkpoint_note got, n = {.format = CHECKPOINT_FORMAT,
					 .stdio = stdio,
					 .n_stdio = 3,
					 .null = null,
					 .n_null = 1,
					 .stopped = stopped,
					 .n_stopped = 2};
	AUTO_ARENA struct arena arena = ARENA_INIT;
	struct err e = {0};

	CHECK_INT(checkpoint_note_read(p.fd, &arena, &got, &e), -ENOENT);
	CHECK_HAS(e.msg, "no bulkhead.json in it");
	err_clear(&e);
	CHECK_INT(checkpoint_note_write(p.fd, &n, &e), 0);
	CHECK_INT(checkpoint_note_read(p.fd, &arena, &got, &e), 0);
	CHECK_INT(got.n_stdio, 3);
	CHECK_STR(got.stdio[1], "pipe:[77]");
	CHECK_STR(got.stdio[2], "");
	CHECK_INT(got.null[0], 0);
	CHECK_INT(got.n_stopped, 2);
	CHECK_INT(got.stopped[1], 9);
	/* Never over another one. */
	CHECK_INT(checkpoint_note_write(p.fd, &n, &e), -EEXIST);
	CHECK_INT(unlinkat(p.fd, CHECKPOINT_NOTE, 0), 0);
	err_clear(&e);
	n.format = 2;
	CHECK_INT(checkpoint_note_write(p.fd, &n, &e), 0);
	CHECK_INT(checkpoint_note_read(p.fd, &arena, &got, &e), -EPROTO);
	CHECK_HAS(e.msg, "another version of bulkhead (format 2)");
	unlinkat(p.fd, CHECKPOINT_NOTE, 0);
	close(p.fd);
	CHECK_INT(rmdir(p.path), 0);
}

TEST(directories_that_are_ones_own)
{
	struct place p = make_place();
	char link[64];
	struct err e = {0};
	int fd = trust_open_dir("--image-path", p.path, &e);

	CHECK(fd >= 0);
	close(fd);
	/* Names in it may not be anybody's, sticky bit or not. */
	CHECK_INT(fchmod(p.fd, 01777), 0);
	CHECK(trust_open_dir("--image-path", p.path, &e) < 0);
	CHECK_HAS(e.msg, "--image-path: /var/tmp/bkh-");
	CHECK_HAS(e.msg, "can be written by others");
	err_clear(&e);
	CHECK_INT(fchmod(p.fd, 0700), 0);
	snprintf(link, sizeof(link), "%s/link", p.path);
	CHECK_INT(symlink("/var/tmp", link), 0);
	CHECK(trust_open_dir("x", link, &e) < 0);
	CHECK_HAS(e.msg, "can be written by others");
	err_clear(&e);
	unlink(link);
	CHECK_INT(symlink(".", link), 0);
	fd = trust_open_dir("x", link, &e);
	CHECK_MSG(fd >= 0, "%s", e.msg);
	close(fd);
	unlink(link);
	CHECK_INT(symlink(p.path, link), 0);
	fd = trust_open_dir("x", link, &e);
	CHECK_MSG(fd >= 0, "%s", e.msg);
	close(fd);
	unlink(link);
	fd = openat(p.fd, "file", O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	close(fd);
	snprintf(link, sizeof(link), "%s/file", p.path);
	CHECK(trust_open_dir("x", link, &e) < 0);
	CHECK_HAS(e.msg, "is not a directory");
	err_clear(&e);
	CHECK(trust_open_dir("x", "images", &e) < 0);
	CHECK_HAS(e.msg, "no absolute path");
	unlinkat(p.fd, "file", 0);
	close(p.fd);
	CHECK_INT(rmdir(p.path), 0);
}
