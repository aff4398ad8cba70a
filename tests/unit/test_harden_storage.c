/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* test_harden_storage.c: harden/storage.c, and what harden/binds.c makes of it. */
#include "bind_case.h"
#include "harden/rule.h"
#include "harden/storage.h"

#define ID "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

TEST(volumes_are_idmapped)
{
	struct harden_case *c = case_new();
	struct bind_fact f = directory("/var/lib/docker/volumes/v/_data");

	run_bind(c, "/var/lib/docker/volumes/v/_data", &f, "");
	CHECK_MSG(c->r == 0, "%s", c->e.msg);
	CHECK(has_option(c, "idmap"));
	CHECK_CHANGE(c, "binds", "/mounts/0/options", "[\"rbind\",\"rnosuid\",\"rnodev\"]",
		     "[\"rbind\",\"rnosuid\",\"rnodev\",\"idmap\"]");
}

TEST(a_volume_that_is_a_mount_of_something_else_is_not)
{
	/* docker volume create -o type=none -o o=bind -o device=/etc */
	struct harden_case *c = case_new();
	struct bind_fact f = directory("/var/lib/docker/volumes/v/_data");

	f.mount_root = true;
	run_bind(c, "/var/lib/docker/volumes/v/_data", &f, "");
	CHECK_QUIET(c, "binds");
	CHECK(!has_option(c, "idmap"));
}

TEST(a_link_that_looks_like_a_volume_is_not)
{
	struct harden_case *c = case_new();
	struct bind_fact f = directory("/etc");

	run_bind(c, "/var/lib/docker/volumes/v/_data", &f, "");
	CHECK(!has_option(c, "idmap"));
	c = case_new();
	run_bind(c, "/var/lib/docker/volumes/v/_data", NULL, "");
	CHECK(!has_option(c, "idmap"));
}

TEST(all_volumes_at_once_are_not)
{
	static const char *const paths[] = {"/var/lib/docker/volumes", "/var/lib/docker/volumes/v",
					    "/var/lib/docker",
					    "/var/lib/docker/volumes/v/_data/sub"};

	for (size_t i = 0; i < 4; i++) {
		struct harden_case *c = case_new();
		struct bind_fact f = directory(paths[i]);
		run_bind(c, paths[i], &f, "");
		CHECK(!has_option(c, "idmap"));
	}
}

TEST(the_caller_who_made_the_user_namespace_has_shifted_its_volumes)
{
	struct harden_case *c = case_new();
	struct bind_fact f = directory("/var/lib/docker/volumes/v/_data");

	c->f.binds = &f;
	c->f.n_binds = 1;
	case_run(c,
		 "{'ociVersion':'1.2.0','linux':{'namespaces':[" NAMESPACES ",{'type':'user'}],"
		 "'uidMappings':[{'containerID':0,'hostID':200000,'size':65536}],"
		 "'gidMappings':[{'containerID':0,'hostID':200000,'size':65536}]},'mounts':[{"
		 "'destination':'/x','type':'bind','source':'/v','options':['nosuid','nodev']}]}");
	CHECK_QUIET(c, "binds");
	CHECK(!has_option(c, "idmap"));
}

TEST(what_is_mounted_below_a_volume_is_not_idmapped)
{
	struct harden_case *c = case_new();
	struct bind_fact f = directory("/var/lib/docker/volumes/v/_data");

	c->f.binds = &f;
	c->f.n_binds = 1;
	for (int allowed = 0; allowed < 2; allowed++) {
		c->p.binds.allow_idmap = allowed;
		case_doc(c, "", "",
			 ",'mounts':[{'destination':'/x','type':'bind','source':'/var/lib/docker/"
			 "volumes/v/_data','options':['rbind','ridmap']}]");
		CHECK(has_option(c, "idmap") == !allowed);
		CHECK(has_option(c, "ridmap") == allowed);
	}
}

TEST(volumes_in_a_joined_user_namespace_are_idmapped)
{
	static const struct id_extent x[] = {{0, 300000, 65536}};
	struct ns_fact facts[1] = {
		{.exists = true, .owner = NS_OWNER_FOREIGN, .owner_ino = 5, .maps = {x, x, 1, 1}}};
	struct bind_fact f = directory("/var/lib/docker/volumes/v/_data");
	struct harden_case *c = case_new();

	c->f.ns = facts;
	c->f.n_ns = 1;
	c->f.binds = &f;
	c->f.n_binds = 1;
	case_run(c, "{'ociVersion':'1.2.0','linux':{'namespaces':[{'type':'network','path':'/n'},{"
		    "'type':'pid'},{'type':'ipc'},{'type':'uts'},{'type':'mount'}]},'mounts':[{"
		    "'destination':'/x','type':'bind','source':'/v'}]}");
	CHECK_MSG(c->r == 0, "%s", c->e.msg);
	CHECK(has_option(c, "idmap"));
}

TEST(file_systems_that_cannot_idmap_are_noted)
{
	struct harden_case *c = case_new();
	struct bind_fact f =
		directory("/run/containers/storage/overlay-containers/i/userdata/hosts");

	f.fs_type = TMPFS_MAGIC; /* since 6.3 */
	run_bind(c, "/run/x", &f, "");
	CHECK_MSG(c->r == 0, "%s", c->e.msg);
	CHECK(!has_option(c, "idmap"));
	CHECK(decision_find(c, DECISION_NOTE, "binds", "/mounts/0/source"));
	c->f.kernel_minor = 3;
	run_bind(c, "/run/x", &f, "");
	CHECK(has_option(c, "idmap"));
}

/* Where the engine's data root was moved to is told by the rootfs ... */
TEST(the_data_root_is_found_from_the_rootfs)
{
	static const char *const roots[] = {"/data/docker/overlay2/abc/merged",
					    "/data/docker/btrfs/subvolumes/abc",
					    "/data/docker/overlay/abc/merged",
					    "/data/docker/fuse-overlayfs/abc/merged",
					    "/data/docker/vfs/dir/abc",
					    "/data/docker/zfs/graph/abc",
					    "/data/docker/devicemapper/mnt/abc/rootfs"};

	for (size_t i = 0; i < sizeof(roots) / sizeof(roots[0]); i++) {
		struct harden_case *c = case_new();
		struct bind_fact f = directory("/data/docker/volumes/v/_data");
		c->f.binds = &f;
		c->f.n_binds = 1;
		c->f.rootfs.path = roots[i];
		c->f.rootfs_guarded = true;
		run_bind(c, "/s", &f, "");
		CHECK(has_option(c, "idmap"));
		/* What the document says of it counts for nothing (podman run --rootfs). */
		c->f.rootfs_guarded = false;
		case_doc(c, "", "",
			 arena_printf(&c->a,
				      ",'root':{'path':'%s'},'mounts':[{'destination':'/x','type':"
				      "'bind','source':'/s','options':['nosuid','nodev']}]",
				      roots[i]));
		CHECK(!has_option(c, "idmap"));
	}
}

#define SNAPSHOT(root) root "/io.containerd.snapshotter.v1.overlayfs/snapshots/8/fs"

/* What a step of a build has bound was chosen by BuildKit. */
TEST(layers_are_for_steps_of_a_build_alone)
{
	static const struct {
		const char *rootfs, *source;
		bool yes;
	} t[] = {
		{"/d/buildkit/executor/abc/rootfs", "/d/overlay2/l/diff", true},
		{"/d/buildkit/executor/abc/rootfs", "/d/tmp/buildkit-secrets1/x", true},
		{"/d/buildkit/executor/abc/rootfs", SNAPSHOT("/d/containerd/daemon"), true},
		{"/d/buildkit/executor/abc/rootfs", SNAPSHOT("/var/lib/containerd"), true},
		{"/d/buildkit/executor/abc/rootfs", SNAPSHOT("/e"), false},
		{"/d/buildkit/executor/abc/rootfs", "/d/tmp/other/x", false},
		{"/d/buildkit/executor/abc/rootfs", "/e/overlay2/l/diff", false},
		{"/d/buildkit/executor/abc/rootfs", "/d/volumes/v/_data", false},
		{"/d/overlay2/abc/merged", "/d/overlay2/l/diff", false},
		{"/d/rootfs/overlayfs/abc", SNAPSHOT("/d/containerd/daemon"), false},
		{"/d/rootfs/overlayfs/abc", SNAPSHOT("/var/lib/containerd"), false},
		{"/d/executor/abc/rootfs", "/d/overlay2/l/diff", false},
	};

	for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		struct harden_case *c = case_new();
		struct bind_fact f = directory(t[i].source);
		c->f.rootfs.path = t[i].rootfs;
		c->f.rootfs_guarded = true;
		run_bind(c, "/s", &f, "");
		CHECK_MSG(has_option(c, "idmap") == t[i].yes, "row %zu", i);
		c->f.rootfs_guarded = false;
		run_bind(c, "/s", &f, "");
		CHECK_MSG(!has_option(c, "idmap"), "row %zu", i);
	}
}

TEST(storage_that_others_can_have_made_is_not_the_engines)
{
	struct harden_case *c = case_new();
	struct bind_fact f = directory("/var/lib/docker/volumes/v/_data");

	f.guarded = false;
	run_bind(c, "/v", &f, "");
	CHECK_QUIET(c, "binds");
	CHECK(!has_option(c, "idmap"));
}

/* ... or by the files that the engine mounts into /etc. */
#define UNGUARDED 0x80000000u
static bool idmapped_beside(const char *hosts, const char *destination, uid_t owner)
{
	struct harden_case *c = case_new();
	struct bind_fact f[2] = {directory("/data/d/volumes/v/_data"), directory(hosts)};

	f[1].uid = owner & ~UNGUARDED;
	f[1].guarded = !(owner & UNGUARDED);
	c->f.binds = f;
	c->f.n_binds = 2;
	case_doc(c, "", "",
		 arena_printf(
			 &c->a,
			 ",'root':{'path':'rootfs'},'mounts':[{'destination':'/x','type':'bind',"
			 "'source':'/s'},{'destination':'%s','type':'bind','source':'%s'}]",
			 destination, hosts));
	CHECK_MSG(c->r == 0, "%s", c->e.msg);
	return has_option(c, "idmap");
}

TEST(the_data_root_is_found_from_etc_hosts)
{
	CHECK(idmapped_beside("/data/d/containers/" ID "/hosts", "/etc/hosts", 0));
	CHECK(idmapped_beside("/data/d/containers/" ID "/resolv.conf", "/etc/resolv.conf", 0));
	CHECK(idmapped_beside("/data/d/overlay-containers/" ID "/userdata/hostname",
			      "/etc/hostname", 0));
	CHECK(!idmapped_beside("/data/d/containers/" ID "/hosts", "/etc/hosts", 1000));
	CHECK(!idmapped_beside("/data/d/containers/" ID "/hosts", "/etc/hosts", UNGUARDED));
	CHECK(!idmapped_beside("/data/d/containers/" ID "/hosts", "/etc/passwd", 0));
	CHECK(!idmapped_beside("/data/d/containers/short/hosts", "/etc/hosts", 0));
	CHECK(!idmapped_beside("/data/d/containers/" ID "0/hosts", "/etc/hosts", 0));
	CHECK(!idmapped_beside("/data/d/containers/x" ID "/hosts", "/etc/hosts", 0));
	CHECK(!idmapped_beside("/data/e/containers/" ID "/hosts", "/etc/hosts", 0));
	CHECK(!idmapped_beside("/data/d/containers/" ID "/shadow", "/etc/shadow", 0));
	CHECK(!idmapped_beside("/data/dd/containers/" ID "/hosts", "/etc/hosts", 0));
	CHECK(!idmapped_beside("/data/containers/" ID "/hosts", "/etc/hosts", 0));
}

TEST(patterns)
{
	CHECK(storage_match("/a/*/c", "/a/b/c"));
	CHECK(!storage_match("/a/*/c", "/a/b/d/c"));
	CHECK(!storage_match("/a/*/c", "/a/c"));
	CHECK(!storage_match("/a/*", "/a") && !storage_match("/a/*", "/a/"));
	CHECK(storage_match("/a/*", "/a/b/") && !storage_match("/a", "/a/*"));
	CHECK(storage_match("/a/**", "/a/b"));
	CHECK(storage_match("/a/**", "/a/b/c/d"));
	CHECK(!storage_match("/a/**", "/a"));
	CHECK(!storage_match("/a/**", "/ab/c"));
	CHECK(storage_match("/a/x*y*", "/a/xy"));
	CHECK(storage_match("/a/x*y*", "/a/x1y2y3"));
	CHECK(!storage_match("/a/x*y", "/a/xyz"));
	CHECK(!storage_match("/a/xx*xy", "/a/xxy"));
	CHECK(storage_match("/a/xx*xy", "/a/xxxxy"));
	CHECK(!storage_match("/a", "/a/b"));
	CHECK(!storage_match("/a/b", "/a"));
	CHECK(storage_match("/", "/"));
}

TEST(several_data_roots_are_found)
{
	struct harden_case *c = case_new();
	struct bind_fact f[2] = {directory("/data/b/volumes/v/_data"),
				 directory("/data/b/containers/" ID "/hosts")};

	c->f.binds = f;
	c->f.n_binds = 2;
	c->f.rootfs.path = "/data/a/overlay2/x/merged";
	c->f.rootfs_guarded = true;
	case_doc(
		c, "", "",
		",'root':{'path':'/data/a/overlay2/x/merged'},'mounts':[{'destination':'/x','type':"
		"'bind','source':'/s'},{'destination':'/etc/hosts','type':'bind','source':'/h'}]");
	CHECK_MSG(c->r == 0, "%s", c->e.msg);
	CHECK(has_option(c, "idmap"));
}

TEST(unknown_file_systems_are_not_idmapped)
{
	struct harden_case *c = case_new();
	struct bind_fact f = directory("/var/lib/docker/volumes/v/_data");

	f.fs_type = OVERLAYFS_SUPER_MAGIC;
	run_bind(c, "/v", &f, "");
	CHECK(!has_option(c, "idmap"));
	CHECK(decision_find(c, DECISION_NOTE, "binds", "/mounts/0/source"));
}

TEST(a_volume_that_is_idmapped_already_stays_as_it_is)
{
	static const char *const how[] = {
		"'idmap']", "'ridmap']",
		"'nosuid'],'uidMappings':[{'containerID':0,'hostID':100000,"
		"'size':1}],'gidMappings':[{'containerID':0,'hostID':100000,"
		"'size':1}]"};

	for (size_t i = 0; i < 3; i++) {
		struct harden_case *c = case_new();
		struct bind_fact f = directory("/var/lib/docker/volumes/v/_data");
		c->f.binds = &f;
		c->f.n_binds = 1;
		const char *mounts =
			arena_printf(&c->a,
				     ",'mounts':[{'destination':'/x','type':'bind','source':'/v',"
				     "'options':['nosuid','nodev',%s}]",
				     how[i]);
		case_doc(c, "", "", mounts);
		CHECK_QUIET(c, "binds");
		/* Whether it can be is then the caller's business. */
		f.fs_type = OVERLAYFS_SUPER_MAGIC;
		case_doc(c, "", "", mounts);
		CHECK_INT(decision_count(c, DECISION_NOTE, "binds"), 0);
		CHECK(i < 2 || c->out->mounts[0].uid_mappings);
	}
}

TEST(of_podmans_directory_only_what_it_hands_in)
{
	static const char *const dirs[] = {"/run/containers/storage", "/data/d"};
	static const char *const in[] = {"hosts",     "hostname", "resolv.conf", ".containerenv",
					 "passwd",    "group",	  "localtime",	 "run/secrets",
					 "secrets/x", "notify"};
	static const char *const out[] = {"attach", "ctl",	   "config.json", "overlay/1/merge",
					  "run",    "secrets/x/y", "shm",	  "artifacts/x"};

	for (size_t i = 0; i < 2 * (10 + 8); i++) {
		struct harden_case *c = case_new();
		size_t k = i / 2;
		struct bind_fact f =
			directory(arena_printf(&c->a, "%s/overlay-containers/" ID "/userdata/%s",
					       dirs[i % 2], k < 10 ? in[k] : out[k - 10]));
		c->f.rootfs.path = "/data/d/overlay/x/merged";
		c->f.rootfs_guarded = true;
		run_bind(c, "/s", &f, "");
		CHECK_MSG(has_option(c, "idmap") == (k < 10), "%s", f.real);
	}
}

/* Whether the last of @n mounts is idmapped; the others are at /etc/hosts, from these sources. */
static bool last_is_idmapped(const char *const *hosts, size_t n, const char *volume)
{
	struct harden_case *c = case_new();
	struct bind_fact f[8];
	const char *mounts = "";

	for (size_t i = 0; i < n; i++) {
		f[i] = directory(hosts[i]);
		mounts = arena_printf(&c->a,
				      "%s{'destination':'/etc/hosts','type':'bind','source':'/h'},",
				      mounts);
	}
	f[n] = directory(volume);
	c->f.binds = f;
	c->f.n_binds = n + 1;
	case_doc(c, "", "",
		 arena_printf(&c->a,
			      ",'mounts':[%s{'destination':'/x','type':'bind','source':'/s'}]",
			      mounts));
	CHECK_MSG(c->r == 0, "%s", c->e.msg);
	const struct spec_mount *m = &c->out->mounts[n];
	for (size_t i = 0; i < m->n_options; i++)
		if (strcmp(m->options[i], "idmap") == 0)
			return true;
	return false;
}

#define HOSTS(root) root "/containers/" ID "/hosts"

TEST(one_data_root_counts_once_and_four_at_most)
{
	static const char *const same[] = {HOSTS("/a"), HOSTS("/a"), HOSTS("/a"), HOSTS("/a"),
					   HOSTS("/b")};
	static const char *const five[] = {HOSTS("/a"), HOSTS("/b"), HOSTS("/c"), HOSTS("/d"),
					   HOSTS("/e")};

	static const char *const twice[] = {HOSTS("/a"), HOSTS("/a"), HOSTS("/b"),
					    HOSTS("/b"), HOSTS("/c"), HOSTS("/d")};

	CHECK(last_is_idmapped(twice, 6, "/d/volumes/v/_data"));
	CHECK(last_is_idmapped(same, 1, "/a/volumes/v/_data"));
	CHECK(last_is_idmapped(same, 5, "/a/volumes/v/_data"));
	CHECK(last_is_idmapped(same, 5, "/b/volumes/v/_data"));
	CHECK(last_is_idmapped(five, 5, "/a/volumes/v/_data"));
	CHECK(last_is_idmapped(five, 5, "/d/volumes/v/_data"));
	CHECK(!last_is_idmapped(five, 5, "/e/volumes/v/_data"));
}

TEST(an_id_is_64_hexadecimal_digits)
{
	static const char *const bad[] = {
		"/a/containers/"
		"g123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef/hosts",
		"/a/containers/" ID "x/hosts", "/a/containers/x/hosts"};

	for (size_t i = 0; i < 3; i++)
		CHECK(!last_is_idmapped(&bad[i], 1, "/a/volumes/v/_data"));
}

TEST(volumes_of_kubernetes_may_be_mounts)
{
	static const char path[] = "/var/lib/kubelet/pods/p/volumes/kubernetes.io~csi/v/mount";
	struct harden_case *c = case_new();
	struct bind_fact f = directory(path);

	f.mount_root = true;
	run_bind(c, path, &f, "");
	CHECK(has_option(c, "idmap"));
}

TEST(kernels_that_idmap_a_file_system)
{
	static const struct {
		long long type;
		unsigned major, minor;
	} since[] = {
		{EXT4_SUPER_MAGIC, 5, 12},  {XFS_SUPER_MAGIC, 5, 12},  {MSDOS_SUPER_MAGIC, 5, 12},
		{BTRFS_SUPER_MAGIC, 5, 15}, {F2FS_SUPER_MAGIC, 5, 18}, {TMPFS_MAGIC, 6, 3},
	};

	for (size_t i = 0; i < sizeof(since) / sizeof(since[0]); i++) {
		struct host_facts f = {.kernel_major = since[i].major,
				       .kernel_minor = since[i].minor};
		struct harden h = {.facts = &f};
		CHECK(storage_can_idmap(&h, since[i].type));
		f.kernel_minor--;
		CHECK(!storage_can_idmap(&h, since[i].type));
		f.kernel_major--;
		f.kernel_minor = 99;
		CHECK(!storage_can_idmap(&h, since[i].type));
		f.kernel_major = since[i].major + 1;
		f.kernel_minor = 0;
		CHECK(storage_can_idmap(&h, since[i].type));
	}
}

TEST(mappings_of_users_or_groups_alone_are_mappings)
{
	static const char *const members[] = {"uidMappings", "gidMappings"};

	for (size_t i = 0; i < 2; i++) {
		struct harden_case *c = case_new();
		struct bind_fact f = directory("/var/lib/docker/volumes/v/_data");
		run_bind(c, "/v", &f,
			 arena_printf(&c->a, ",'%s':[{'containerID':0,'hostID':100000,'size':1}]",
				      members[i]));
		CHECK_QUIET(c, "binds");
	}
}

TEST(files_that_are_no_engines_leave_room_for_those_that_are)
{
	static const char *const names[] = {"/1/x", "/2/x", "/3/x", "/4/x", "/5/x", HOSTS("/a")};
	static const char *const shapes[] = {"/1/hosts", "/2/hosts", "/3/hosts",
					     "/4/hosts", "/5/hosts", HOSTS("/a")};

	CHECK(last_is_idmapped(names, 6, "/a/volumes/v/_data"));
	CHECK(last_is_idmapped(shapes, 6, "/a/volumes/v/_data"));
	CHECK(!last_is_idmapped(names, 5, "/1/x"));
	CHECK(!last_is_idmapped(shapes, 5, "/1/volumes/v/_data"));
}

/* Whether what is mounted at a path of the engine's choice is idmapped when it is seen at @path,
 * too. */
static bool mounted_part_is_idmapped(const char *path, const char *mount, const char *guarded)
{
	struct harden_case *c = case_new();
	struct alias_fact a = {path, strlen(mount), strlen(guarded)};
	struct bind_fact f = directory("/var/lib/docker/tmp/safe-mount1");

	f.mount_root = true;
	f.aliases = &a;
	f.n_aliases = 1;
	run_bind(c, "/var/lib/docker/tmp/safe-mount1", &f, "");
	CHECK_MSG(c->r == 0, "%s", c->e.msg);
	return has_option(c, "idmap");
}

#define DATA "/var/lib/docker/volumes/v/_data"

TEST(mounted_parts_of_volumes_are_idmapped)
{
	CHECK(mounted_part_is_idmapped(DATA "/sub", "", DATA "/sub"));
	CHECK(mounted_part_is_idmapped(DATA "/a/b/sub", "/var/lib/docker", DATA "/a"));
	/* What is in a volume may be anybody's; the way to it may not. */
	CHECK(mounted_part_is_idmapped(DATA "/sub", "", DATA));
	CHECK(!mounted_part_is_idmapped(DATA "/sub", "", "/var/lib/docker/volumes/v"));
	CHECK(mounted_part_is_idmapped(DATA, "", DATA));
}

TEST(mounted_parts_of_other_things_are_not)
{
	CHECK(!mounted_part_is_idmapped("/etc/ssl", "", "/etc/ssl"));
	CHECK(!mounted_part_is_idmapped("/var/lib/docker/volumes/v", "", DATA));
	CHECK(!mounted_part_is_idmapped("/var/lib/docker/volumes", "", DATA));
	/* docker volume create -o type=none,o=bind,device=/etc, and a part of that. */
	CHECK(!mounted_part_is_idmapped(DATA "/sub", DATA, DATA "/sub"));
	CHECK(!mounted_part_is_idmapped(DATA "/sub/x", DATA "/sub", DATA "/sub/x"));
}

TEST(mounted_parts_of_a_pods_volumes_are_idmapped)
{
#define POD "/var/lib/kubelet/pods/1/volumes/"
	CHECK(mounted_part_is_idmapped(POD "kubernetes.io~empty-dir/v/sub", "",
				       POD "kubernetes.io~empty-dir/v"));
	CHECK(mounted_part_is_idmapped(POD "kubernetes.io~csi/v/mount/sub",
				       POD "kubernetes.io~csi/v/mount",
				       POD "kubernetes.io~csi/v/mount"));
	CHECK(!mounted_part_is_idmapped("/var/lib/kubelet/pods/1/volume-subpaths/v/c/0", "",
					"/var/lib/kubelet/pods/1/volume-subpaths/v/c/0"));
}
