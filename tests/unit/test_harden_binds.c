/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* test_harden_binds.c: harden/binds.c, but for storage and listed directories. */
#include "bind_case.h"

TEST(a_host_directory_is_left_as_it_is)
{
	struct harden_case *c = case_new();
	struct bind_fact f = directory("/hostdir");

	run_bind(c, "/hostdir", &f, "");
	CHECK_QUIET(c, "binds");
	CHECK(!has_option(c, "idmap"));
}

TEST(a_control_socket_is_refused_by_path)
{
	struct harden_case *c = case_new();

	run_bind(c, "/run/docker.sock", NULL, "");
	CHECK_REFUSED(c, "binds", "/mounts/0/source",
		      "/run/docker.sock is an engine's control socket: refused");
	c = case_new();
	run_bind(c, "/var/run//./docker.sock", NULL, "");
	CHECK_REFUSED(c, "binds", "/mounts/0/source", "/var/run/docker.sock is an engine's");
}

TEST(a_control_socket_is_refused_by_real_path)
{
	struct harden_case *c = case_new();
	struct bind_fact f = directory("/run/containerd/containerd.sock");

	run_bind(c, "/home/u/link", &f, "");
	CHECK_REFUSED(c, "binds", "/mounts/0/source", "/run/containerd/containerd.sock is");
}

TEST(a_control_socket_is_refused_by_inode)
{
	struct harden_case *c = case_new();
	struct path_fact s = {.path = "/srv/engine.ctl", .dev = 24, .ino = 77};
	struct bind_fact f = {.exists = true,
			      .real = "/home/u/other-name",
			      .mode = S_IFSOCK | 0660,
			      .dev = 24,
			      .ino = 77};

	c->f.sockets = &s;
	c->f.n_sockets = 1;
	run_bind(c, "/home/u/other-name", &f, "");
	CHECK_REFUSED(c, "binds", "/mounts/0/source", "/home/u/other-name is an engine's");
	f.dev = 25;
	c->e = (struct err){0};
	run_bind(c, "/home/u/other-name", &f, "");
	CHECK_QUIET(c, "binds");
}

TEST(a_socket_with_nearly_the_usual_name_is_not)
{
	static const char *const names[] = {"/opt/d/bocker.sock", "/opt/d/docker.soc",
					    "/opt/docker.sock/x"};

	for (size_t i = 0; i < 3; i++) {
		struct harden_case *c = case_new();
		struct bind_fact f = {.exists = true, .real = names[i], .mode = S_IFSOCK | 0660};
		run_bind(c, names[i], &f, "");
		CHECK_QUIET(c, "binds");
	}
}

TEST(a_socket_with_the_usual_name_is_refused_anywhere)
{
	struct harden_case *c = case_new();
	struct bind_fact f = {
		.exists = true, .real = "/opt/d/docker.sock", .mode = S_IFSOCK | 0660};

	run_bind(c, "/opt/d/docker.sock", &f, "");
	CHECK_REFUSED(c, "binds", "/mounts/0/source", "/opt/d/docker.sock is an engine's");
	/* A directory of that name (docker makes one for a source that is missing) is none. */
	f.mode = S_IFDIR | 0755;
	c->e = (struct err){0};
	run_bind(c, "/opt/d/docker.sock", &f, "");
	CHECK_MSG(c->r == 0, "%s", c->e.msg);
}

TEST(parents_of_a_socket_are_refused)
{
	static const char *const parents[] = {"/", "/run", "/run/containerd", "/run/docker"};

	for (size_t i = 0; i < 4; i++) {
		struct harden_case *c = case_new();
		struct bind_fact f = directory(parents[i]);
		run_bind(c, parents[i], &f, "");
		CHECK_REFUSED(c, "binds", "/mounts/0/source",
			      "contains an engine's control socket");
	}
	struct harden_case *c = case_new();
	struct bind_fact f = directory("/runaway");
	run_bind(c, "/runaway", &f, "");
	CHECK_MSG(c->r == 0, "%s", c->e.msg);
	c = case_new();
	f = directory("/run");
	c->p.binds.allow_socket_parents = true;
	run_bind(c, "/run", &f, "");
	CHECK_MSG(c->r == 0, "%s", c->e.msg);
}

/* Bind mounts of /run and of /run/x, say: the socket is in the first one only. */
TEST(parents_of_a_socket_are_refused_by_their_place)
{
	static const struct {
		struct place_fact place;
		bool refused;
	} cases[] = {
		{{24, "/", "tmpfs"}, true},	  {{24, "/ctl", "tmpfs"}, true},
		{{24, "/ctl/x", "tmpfs"}, false}, {{24, "/ct", "tmpfs"}, false},
		{{25, "/", "tmpfs"}, false},	  {{24, NULL, "tmpfs"}, false},
	};
	struct path_fact s = {"/srv/ctl/engine.ctl", 24, 77, {24, "/ctl/engine.ctl", "tmpfs"}};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct harden_case *c = case_new();
		struct bind_fact f = directory("/mnt/of-srv-ctl");
		c->f.sockets = &s;
		c->f.n_sockets = 1;
		f.places = &cases[i].place;
		f.n_places = 1;
		run_bind(c, "/mnt/of-srv-ctl", &f, "");
		if (cases[i].refused)
			CHECK_REFUSED(
				c, "binds", "/mounts/0/source",
				"/mnt/of-srv-ctl contains an engine's control socket, /srv/ctl/");
		else
			CHECK_MSG(c->r == 0, "%s", c->e.msg);
	}
}

TEST(mounts_below_a_source_come_along_with_rbind_only)
{
	static const struct place_fact places[] = {{8, "/srv", "ext4"}, {24, "/", "tmpfs"}};
	struct path_fact s = {"/run/engine.ctl", 24, 77, {24, "/engine.ctl", "tmpfs"}};
	struct bind_fact f = directory("/srv");
	struct harden_case *c = case_new();

	f.places = places;
	f.n_places = 2;
	c->f.sockets = &s;
	c->f.n_sockets = 1;
	run_options(c, "/srv", &f, "'rbind'");
	CHECK_REFUSED(c, "binds", "/mounts/0/source", "contains an engine's control socket");
	c->e = (struct err){0};
	run_options(c, "/srv", &f, "'bind'");
	CHECK_MSG(c->r == 0, "%s", c->e.msg);
	f.n_places = 0; /* nothing is known of them */
	run_options(c, "/srv", &f, "'bind'");
	CHECK_MSG(c->r == 0, "%s", c->e.msg);
}

TEST(inside_of_procfs_and_sysfs_is_refused)
{
	static const char *const paths[] = {"/proc/sys/kernel", "/proc/1", "/sys/kernel",
					    "/sys/kernel/debug", "/sys/firmware/efi/efivars"};

	for (size_t i = 0; i < 5; i++) {
		struct harden_case *c = case_new();
		run_bind(c, paths[i], NULL, "");
		CHECK_REFUSED(c, "binds", "/mounts/0/source", "part of the host's procfs or sysfs");
	}
}

TEST(views_of_the_kernel_are_known_by_their_type_anywhere)
{
	static const struct {
		int64_t type;
		const char *name;
	} views[] = {
		{DEBUGFS_MAGIC, "debugfs"},
		{TRACEFS_MAGIC, "tracefs"},
		{BPF_FS_MAGIC, "bpf"},
		{SECURITYFS_MAGIC, "securityfs"},
		{0x62656570, "configfs"},
		{PSTOREFS_MAGIC, "pstore"},
		{EFIVARFS_MAGIC, "efivarfs"},
		{SELINUX_MAGIC, "selinuxfs"},
		{SMACK_MAGIC, "smackfs"},
		{BINFMTFS_MAGIC, "binfmt_misc"},
		{0x65735543, "fusectl"},
		{RDTGROUP_SUPER_MAGIC, "resctrl"},
		{XENFS_SUPER_MAGIC, "xenfs"},
		{(int32_t)BPF_FS_MAGIC, "bpf"},
		{PROC_SUPER_MAGIC, "procfs or sysfs"},
	};

	for (size_t i = 0; i < sizeof(views) / sizeof(views[0]); i++) {
		struct harden_case *c = case_new();
		struct bind_fact f = directory("/srv/view");
		f.fs_type = views[i].type;
		run_bind(c, "/srv/view", &f, "");
		CHECK_REFUSED(c, "binds", "/mounts/0/source", views[i].name);
	}
	struct harden_case *c = case_new();
	struct bind_fact f = directory("/srv/view");
	f.fs_type = TMPFS_MAGIC;
	run_bind(c, "/srv/view", &f, "");
	CHECK_QUIET(c, "binds");
}

TEST(cgroup_trees_are_read_only_anywhere)
{
	static const int64_t types[] = {CGROUP_SUPER_MAGIC, CGROUP2_SUPER_MAGIC};

	for (size_t i = 0; i < 2; i++) {
		struct harden_case *c = case_new();
		struct bind_fact f = directory("/mnt/cgroups/x");
		f.fs_type = types[i];
		run_bind(c, "/mnt/cgroups/x", &f, "");
		CHECK_MSG(c->r == 0, "%s", c->e.msg);
		CHECK(has_option(c, "rro"));
	}
}

TEST(views_of_the_kernel_that_come_along_are_read_only)
{
	static const char *const names[] = {"proc", "sysfs",  "debugfs",    "tracefs",
					    "bpf",  "cgroup", "securityfs", "cgroup2"};

	for (size_t i = 0; i < 8; i++) {
		struct place_fact places[] = {
			{8, "/srv", "ext4"}, {9, "/", "tmpfs"}, {24, "/", names[i]}};
		struct harden_case *c = case_new();
		struct bind_fact f = directory("/srv");
		f.places = places;
		f.n_places = 3;
		run_options(c, "/srv", &f, "'rbind','rw','rnosuid','rnodev'");
		CHECK_CHANGE(c, "binds", "/mounts/0/options",
			     "[\"rbind\",\"rw\",\"rnosuid\",\"rnodev\"]",
			     "[\"rbind\",\"rnosuid\",\"rnodev\",\"rro\"]");
		run_options(c, "/srv", &f, "'bind','rw','nosuid','nodev'");
		CHECK_QUIET(c, "binds");
		f.n_places = 2;
		run_options(c, "/srv", &f, "'rbind','rw','rnosuid','rnodev'");
		CHECK_QUIET(c, "binds");
		/* The first one is the source itself, which statfs(2) tells of. */
		places[0].fstype = names[i];
		run_options(c, "/srv", &f, "'rbind','rw','rnosuid','rnodev'");
		CHECK_QUIET(c, "binds");
		places[0].fstype = "ext4";
		places[1].fstype = names[i];
		run_options(c, "/srv", &f, "'rbind','rw','rnosuid','rnodev'");
		CHECK(has_option(c, "rro"));
	}
}

TEST(procfs_mounted_elsewhere_is_known_by_its_type)
{
	struct harden_case *c = case_new();
	struct bind_fact f = directory("/mnt/p/sysrq-trigger");

	f.fs_type = PROC_SUPER_MAGIC;
	run_bind(c, "/mnt/p/sysrq-trigger", &f, "");
	CHECK_REFUSED(c, "binds", "/mounts/0/source", "part of the host's procfs");
	f = directory("/mnt/s/kernel");
	f.fs_type = SYSFS_MAGIC;
	c->e = (struct err){0};
	run_bind(c, "/mnt/s/kernel", &f, "");
	CHECK_REFUSED(c, "binds", "/mounts/0/source", "part of the host's procfs");
}

TEST(their_roots_are_read_only)
{
	struct harden_case *c = case_new();
	struct bind_fact f = directory("/proc");

	f.fs_type = PROC_SUPER_MAGIC;
	f.ino = 1;
	run_bind(c, "/proc", &f, "");
	CHECK_MSG(c->r == 0, "%s", c->e.msg);
	CHECK(has_option(c, "rro"));
	f = directory("/sys/fs/cgroup");
	f.fs_type = TMPFS_MAGIC;
	c->f.n_binds = 1;
	case_doc(
		c, "", "",
		",'mounts':[{'destination':'/x','type':'bind','source':'/sys/fs/cgroup','options':["
		"'rw','nosuid','nodev']}]");
	CHECK_MSG(c->r == 0, "%s", c->e.msg);
	CHECK(has_option(c, "ro") && !has_option(c, "rw"));
}

TEST(device_nodes_are_refused_unless_listed)
{
	struct harden_case *c = case_new();
	struct bind_fact f = {
		.exists = true, .real = "/dev/sda", .mode = S_IFBLK | 0660, .rdev = makedev(8, 0)};

	run_bind(c, "/dev/sda", &f, "");
	CHECK_REFUSED(c, "binds", "/mounts/0/source", "is a block device of the host");
	f = (struct bind_fact){.exists = true,
			       .real = "/dev/ttyUSB0",
			       .mode = S_IFCHR | 0660,
			       .rdev = makedev(188, 0)};
	c->e = (struct err){0};
	run_bind(c, "/dev/ttyUSB0", &f, "");
	CHECK_REFUSED(c, "binds", "/mounts/0/source", "that the policy does not list");
	static struct policy_device usb[] = {{"c", 188, -1, "rw", "a modem"}};
	c->p.devices.extra = usb;
	c->p.devices.n_extra = 1;
	c->e = (struct err){0};
	run_bind(c, "/dev/ttyUSB0", &f, "");
	CHECK_MSG(c->r == 0, "%s", c->e.msg);
}

TEST(idmapping_a_host_directory_is_undone)
{
	struct harden_case *c = case_new();
	struct bind_fact f = directory("/hostdir");

	c->f.binds = &f;
	c->f.n_binds = 1;
	case_doc(c, "", "",
		 ",'mounts':[{'destination':'/x','type':'bind','source':'/"
		 "hostdir','options':['bind',"
		 "'nosuid','nodev','idmap','ridmap'],'uidMappings':[{'containerID':0,'hostID':"
		 "100000,"
		 "'size':1}],'gidMappings':[{'containerID':0,'hostID':100000,'size':1}]}]");
	CHECK_CHANGE(c, "binds", "/mounts/0/uidMappings",
		     "[{\"containerID\":0,\"hostID\":100000,\"size\":1}]", NULL);
	CHECK_CHANGE(c, "binds", "/mounts/0/gidMappings",
		     "[{\"containerID\":0,\"hostID\":100000,\"size\":1}]", NULL);
	CHECK(!has_option(c, "idmap") && !has_option(c, "ridmap"));
	CHECK(!c->out->mounts[0].uid_mappings);
	c = case_new();
	c->p.binds.allow_idmap = true;
	run_bind(c, "/hostdir", &f, ",'uidMappings':[{'containerID':0,'hostID':100000,'size':1}]");
	CHECK_QUIET(c, "binds");
}

TEST(procfs_and_sysfs_are_known_by_name_alone)
{
	static const char *const paths[] = {"/proc", "/sys", "/sys/fs/cgroup/unified"};

	for (size_t i = 0; i < 3; i++) {
		struct harden_case *c = case_new();
		run_bind(c, paths[i], NULL, "");
		CHECK_MSG(c->r == 0, "%s", c->e.msg);
		CHECK(has_option(c, "rro"));
	}
}

TEST(a_writable_view_of_the_kernel_is_made_read_only)
{
	struct harden_case *c = case_new();

	case_doc(c, "", "",
		 ",'mounts':[{'destination':'/x','type':'bind','source':'/"
		 "sys','options':['rw','rrw',"
		 "'nosuid','nodev']}]");
	CHECK_MSG(c->r == 0, "%s", c->e.msg);
	CHECK(has_option(c, "ro") && !has_option(c, "rw") && !has_option(c, "rrw"));
}

TEST(without_a_real_path_the_source_counts)
{
	struct harden_case *c = case_new();
	struct bind_fact f = directory(NULL);

	run_bind(c, "/run/docker.sock", &f, "");
	CHECK_REFUSED(c, "binds", "/mounts/0/source", "/run/docker.sock is an engine's");
	f = directory("/data");
	f.exists = false;
	c = case_new();
	run_bind(c, "/run/docker.sock", &f, "");
	CHECK_REFUSED(c, "binds", "/mounts/0/source", "/run/docker.sock is an engine's");
}

/* It is refused: what else would be changed is of no interest. */
TEST(a_socket_is_the_only_thing_that_is_said)
{
	static const struct place_fact places[] = {{24, "/", "tmpfs"}, {25, "/", "proc"}};
	struct bind_fact f = directory("/run");
	struct harden_case *c = case_new();

	f.places = places;
	f.n_places = 2;
	run_options(c, "/run", &f, "'rbind','rnosuid','rnodev'");
	CHECK_REFUSED(c, "binds", "/mounts/0/source", "contains an engine's control socket");
	CHECK_INT(decision_count(c, DECISION_REFUSE, "binds"), 1);
	CHECK_INT(decision_count(c, DECISION_CHANGE, "binds"), 0);
}
