/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The mounts plan: docker's default config as a golden text, and what is refused. */
#include "tests/unit/check.h"

#include <linux/mount.h>
#include <sys/stat.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include "oci-spec/spec.h"
#include "plan/mounts.h"
#include "plan/namespaces.h"

static const struct id_extent map = {0, 100000, 65536};
static const struct cgroup_hierarchy v1[] = {
	{"cpu,cpuacct", "/sys/fs/cgroup/cpu,cpuacct", "/"},
	{"memory", "/sys/fs/cgroup/memory", "/"},
	{"name=systemd", "/sys/fs/cgroup/systemd", "/"},
};

static struct arena arena;
static struct err err;
static struct mounts_plan plan;
static struct host_facts facts;
static struct namespaces_plan ns;

static void reset(void)
{
	arena_free(&arena);
	err_clear(&err);
	facts = (struct host_facts){.cgroup_layout = CGROUP_LAYOUT_HYBRID,
				    .cgroup_v1 = v1,
				    .n_cgroup_v1 = 3,
				    .cgroup_v2_mountpoint = "/sys/fs/cgroup/unified"};
	ns = (struct namespaces_plan){.maps = {.uid = &map, .gid = &map, .n_uid = 1, .n_gid = 1},
				      .root_uid = 100000,
				      .root_gid = 100000};
	for (int k = 0; k < NS_KINDS; k++)
		ns.ns[k].mode = NS_NEW;
}

/* Plan a config with these mounts and linux members. */
static int make(const char *mounts, const char *linux_members)
{
	static char json[16384];
	struct spec *s;

	snprintf(
		json, sizeof(json),
		"{\"ociVersion\":\"1.2.0\",\"root\":{\"path\":\"r\"},\"mounts\":%s,\"linux\":{%s}}",
		mounts, linux_members);
	int r = spec_parse(json, strlen(json), &arena, &s, &err);
	return r < 0 ? r : mounts_plan_make(s, &facts, &ns, &arena, &plan, &err);
}

static void show_attrs(struct strbuf *b, const char *prefix, uint64_t v)
{
	static const struct {
		uint64_t bit;
		const char *name;
	} names[] = {{MOUNT_ATTR_RDONLY, "ro"},
		     {MOUNT_ATTR_NOSUID, "nosuid"},
		     {MOUNT_ATTR_NODEV, "nodev"},
		     {MOUNT_ATTR_NOEXEC, "noexec"},
		     {MOUNT_ATTR_NOATIME, "noatime"},
		     {MOUNT_ATTR_STRICTATIME, "strictatime"},
		     {MOUNT_ATTR_NODIRATIME, "nodiratime"}};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (v & names[i].bit)
			strbuf_addf(b, " %s%s", prefix, names[i].name);
}

static const char *show(void)
{
	static struct strbuf b;

	strbuf_free(&b);
	for (size_t i = 0; i < plan.n_mounts; i++) {
		const struct mount_plan *m = &plan.mounts[i];
		strbuf_addf(&b, "%zu %d %s %s < %s", m->index, m->kind, m->type, m->destination,
			    m->source);
		show_attrs(&b, "", m->attr_set);
		show_attrs(&b, "r", m->rec_set);
		for (size_t k = 0; k < m->n_params; k++)
			strbuf_addf(&b, " %s=%s", m->params[k].key,
				    m->params[k].value ? m->params[k].value : "");
		for (size_t k = 0; k < m->n_propagation; k++)
			strbuf_addf(&b, " propagation=%llx%s",
				    (unsigned long long)m->propagation[k].type,
				    m->propagation[k].recursive ? "r" : "");
		strbuf_addf(&b, "%s%s%s%s%s\n", m->recursive ? " rbind" : "",
			    m->idmap ? " idmap" : "", m->mode_given ? " mode-given" : "",
			    m->readonly_last ? " readonly-last" : "",
			    m->check_inode ? " check-inode" : "");
	}
	for (size_t i = 0; i < plan.n_cgroups; i++) {
		strbuf_addf(&b, "cgroup %s < %s", plan.cgroups[i].name, plan.cgroups[i].mountpoint);
		for (size_t k = 0; k < plan.cgroups[i].n_links; k++)
			strbuf_addf(&b, " +%s", plan.cgroups[i].links[k]);
		strbuf_addc(&b, '\n');
	}
	for (size_t i = 0; i < plan.n_devices; i++)
		strbuf_addf(&b, "device %s %o %u:%u %u:%u\n", plan.devices[i].path,
			    plan.devices[i].mode, plan.devices[i].major, plan.devices[i].minor,
			    plan.devices[i].uid, plan.devices[i].gid);
	for (size_t i = 0; i < plan.n_links; i++)
		strbuf_addf(&b, "link %s -> %s%s\n", plan.links[i].name, plan.links[i].target,
			    plan.links[i].optional ? " ?" : "");
	for (size_t i = 0; i < plan.n_masked; i++)
		strbuf_addf(&b, "mask %s\n", plan.masked[i]);
	for (size_t i = 0; i < plan.n_readonly; i++)
		strbuf_addf(&b, "readonly %s\n", plan.readonly[i]);
	strbuf_addf(&b, "dev %d %zd pts %zd\n", plan.setup_dev, plan.dev_mount, plan.pts_mount);
	return b.buf;
}

#define DOCKER                                                                                     \
	"[{\"destination\":\"/proc\",\"type\":\"proc\",\"source\":\"proc\",\"options\":"           \
	"[\"nosuid\",\"noexec\",\"nodev\"]},"                                                      \
	"{\"destination\":\"/dev\",\"type\":\"tmpfs\",\"source\":\"tmpfs\",\"options\":"           \
	"[\"nosuid\",\"strictatime\",\"mode=755\",\"size=65536k\"]},"                              \
	"{\"destination\":\"/dev/pts\",\"type\":\"devpts\",\"source\":\"devpts\",\"options\":"     \
	"[\"nosuid\",\"noexec\",\"newinstance\",\"ptmxmode=0666\",\"mode=0620\",\"gid=5\"]},"      \
	"{\"destination\":\"/sys\",\"type\":\"sysfs\",\"source\":\"sysfs\",\"options\":"           \
	"[\"nosuid\",\"noexec\",\"nodev\",\"ro\"]},"                                               \
	"{\"destination\":\"/sys/fs/cgroup\",\"type\":\"cgroup\",\"source\":\"cgroup\","           \
	"\"options\":[\"ro\",\"nosuid\",\"noexec\",\"nodev\"]},"                                   \
	"{\"destination\":\"/dev/mqueue\",\"type\":\"mqueue\",\"source\":\"mqueue\",\"options\":"  \
	"[\"nosuid\",\"noexec\",\"nodev\"]},"                                                      \
	"{\"destination\":\"/dev/shm\",\"type\":\"tmpfs\",\"source\":\"shm\",\"options\":"         \
	"[\"nosuid\",\"noexec\",\"nodev\",\"mode=1777\",\"size=67108864\"]},"                      \
	"{\"destination\":\"/etc/hosts\",\"type\":\"bind\",\"source\":\"/var/lib/x/hosts\","       \
	"\"options\":[\"rbind\",\"rprivate\",\"idmap\",\"nosuid\",\"nodev\"]},"                    \
	"{\"destination\":\"/run\",\"type\":\"tmpfs\",\"source\":\"tmpfs\",\"options\":"           \
	"[\"ro\",\"size=1m\"]}]"

TEST(docker_default)
{
	struct bind_fact binds[9] = {0};

	reset();
	binds[7] = (struct bind_fact){.exists = true, .real = "/data/x/hosts", .dev = 5, .ino = 77};
	facts.binds = binds;
	facts.n_binds = 9;
	int r = make(DOCKER, "\"maskedPaths\":[\"/proc/kcore\",\"/sys//firmware/\"],"
			     "\"readonlyPaths\":[\"/proc/sys\"]");
	CHECK_MSG(r == 0, "%s", err.msg);
	CHECK_STR(
		show(),
		"0 3 proc /proc < proc nosuid nodev noexec\n"
		"1 1 tmpfs /dev < tmpfs nosuid strictatime mode=755 size=65536k mode-given\n"
		"2 2 devpts /dev/pts < devpts nosuid noexec newinstance= ptmxmode=0666 mode=0620 "
		"gid=100005 mode-given\n"
		"3 4 sysfs /sys < sysfs ro nosuid nodev noexec\n"
		"4 6 cgroup /sys/fs/cgroup < cgroup ro nosuid nodev noexec\n"
		"5 5 mqueue /dev/mqueue < mqueue nosuid nodev noexec\n"
		"6 1 tmpfs /dev/shm < shm nosuid nodev noexec mode=1777 size=67108864 mode-given\n"
		"7 0 bind /etc/hosts < /data/x/hosts nosuid nodev propagation=40000r rbind idmap "
		"check-inode\n"
		"8 1 tmpfs /run < tmpfs ro size=1m readonly-last\n"
		"cgroup cpu,cpuacct < /sys/fs/cgroup/cpu,cpuacct +cpu +cpuacct\n"
		"cgroup memory < /sys/fs/cgroup/memory\n"
		"cgroup systemd < /sys/fs/cgroup/systemd\n"
		"cgroup unified < /sys/fs/cgroup/unified\n"
		"device /dev/null 20666 1:3 100000:100000\n"
		"device /dev/zero 20666 1:5 100000:100000\n"
		"device /dev/full 20666 1:7 100000:100000\n"
		"device /dev/random 20666 1:8 100000:100000\n"
		"device /dev/urandom 20666 1:9 100000:100000\n"
		"device /dev/tty 20666 5:0 100000:100000\n"
		"link fd -> /proc/self/fd\n"
		"link stdin -> /proc/self/fd/0\n"
		"link stdout -> /proc/self/fd/1\n"
		"link stderr -> /proc/self/fd/2\n"
		"link core -> /proc/kcore ?\n"
		"link ptmx -> pts/ptmx\n"
		"mask /proc/kcore\n"
		"mask /sys/firmware\n"
		"readonly /proc/sys\n"
		"dev 1 1 pts 2\n");
	CHECK_INT(plan.mounts[7].ino, 77);
}

TEST(cgroup2_only)
{
	reset();
	facts.cgroup_layout = CGROUP_LAYOUT_V2;
	facts.n_cgroup_v1 = 0;
	facts.cgroup_v2_mountpoint = "/sys/fs/cgroup";
	CHECK_INT(make("[{\"destination\":\"/sys/fs/cgroup\",\"type\":\"cgroup2\"}]", ""), 0);
	CHECK_INT(plan.n_cgroups, 1);
	CHECK(plan.cgroups[0].name == NULL);
	CHECK_INT(plan.mounts[0].kind, MOUNT_CGROUP);
	/* Its own cgroup namespace: as the config says. */
	CHECK_INT(plan.mounts[0].attr_set, 0);
}

TEST(flags_that_no_option_names_are_dropped)
{
	static const struct {
		const char *options;
		uint64_t alone, in_userns; /* without NOSYMFOLLOW */
	} cases[] = {
		{"\"bind\"", 0, 0},
		{"\"rbind\",\"rprivate\",\"rro\"", 0, 0},
		{"\"bind\",\"ro\"", MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC, 0},
		{"\"bind\",\"rw\",\"nosuid\",\"noexec\"", MOUNT_ATTR_RDONLY | MOUNT_ATTR_NODEV, 0},
		{"\"bind\",\"strictatime\"",
		 MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC |
			 MOUNT_ATTR_NODIRATIME,
		 0},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		for (int own = 0; own < 2; own++) {
			char text[256];
			uint64_t want = own ? cases[i].in_userns : cases[i].alone;
			reset();
			ns.ns[NS_USER].mode = own ? NS_NEW : NS_SHARED;
			snprintf(text, sizeof(text),
				 "[{\"destination\":\"/a\",\"source\":\"/b\",\"options\":[%s]}]",
				 cases[i].options);
			CHECK_INT(make(text, ""), 0);
			CHECK_INT(plan.mounts[0].attr_drop, 0);
			mounts_plan_drop_flags(&ns, &plan);
			if (plan.mounts[0].attr_given)
				want |= MOUNT_ATTR_NOSYMFOLLOW;
			CHECK_INT(plan.mounts[0].attr_given, i > 1);
			CHECK_INT(plan.mounts[0].attr_drop, want);
		}
}

/* CVE-2023-25809 is for the rules: they see to a namespace and to "ro". */
TEST(cgroups_without_a_namespace_as_the_config_says)
{
	reset();
	ns.ns[NS_CGROUP].mode = NS_SHARED;
	CHECK_INT(make("[{\"destination\":\"/sys/fs/cgroup\",\"type\":\"cgroup\",\"options\":["
		       "\"rw\"]}]",
		       ""),
		  0);
	CHECK_INT(plan.mounts[0].attr_set, 0);
	CHECK_INT(plan.mounts[0].attr_clr, MOUNT_ATTR_RDONLY);
}

#define ONE(dst, type, rest) "[{\"destination\":\"" dst "\",\"type\":\"" type "\"" rest "}]"

static const struct {
	const char *mounts, *linux_, *error;
} refused[] = {
	{ONE("/x", "", ""), "", "/mounts/0/type:"},
	{"[{\"destination\":\"/x\"}]", "", "/mounts/0/type: missing"},
	{"[{\"destination\":\"/x\"},{\"destination\":\"/x\"}]", "", "/mounts/0/type: missing"},
	{ONE("/", "tmpfs", ""), "", "/mounts/0/destination: \"/\" is the root itself"},
	{ONE("/a/../", "tmpfs", ""), "", "is the root itself"},
	{ONE("/proc", "tmpfs", ""), "",
	 "\"/proc\" cannot be mounted because it is not of type proc"},
	{ONE("/proc/", "bind", ",\"source\":\"/x\""), "", "because it is not of type proc"},
	{ONE("/a/../proc", "sysfs", ""), "", "because it is not of type proc"},
	{ONE("/proc/self", "tmpfs", ""), "", "cannot be mounted because it is inside /proc"},
	{ONE("/proc/sys", "proc", ""), "", "because it is inside /proc"},
	{ONE("/proc/cpuinfo", "tmpfs", ""), "", "because it is inside /proc"},
	{ONE("/proc/../proc/x", "bind", ",\"source\":\"/x\""), "", "because it is inside /proc"},
	{ONE("/x", "bind", ""), "", "/mounts/0/source: a bind mount needs one"},
	{ONE("/x", "bind", ",\"source\":\"\""), "", "/mounts/0/source: a bind mount needs one"},
	{ONE("/x", "bind", ",\"source\":\"a/b\""), "", "/mounts/0/source: \"a/b\" is relative"},
	{ONE("/dev", "proc", ""), "", "/mounts/0/type: a proc cannot hold the devices of /dev"},
	{"[]", "\"maskedPaths\":[\"/a\",\"b\"]", "/linux/maskedPaths/1: \"b\" is not absolute"},
	{"[]", "\"maskedPaths\":[\"/\"]", "/linux/maskedPaths/0: \"/\" is the root itself"},
	{"[]", "\"readonlyPaths\":[\"/a/..\"]", "/linux/readonlyPaths/0:"},
	{"[]", "\"mountLabel\":\"system_u:x\"", NULL},
	{ONE("/x", "tmpfs", ""), "\"mountLabel\":\"system_u:x\"", "/linux/mountLabel: SELinux"},
	/* Whether a container may have it is for harden/ to say. */
	{"[]", "\"devices\":[{\"type\":\"b\",\"path\":\"/dev/sda\",\"major\":8,\"minor\":0}]",
	 NULL},
	{"[]", "\"devices\":[{\"type\":\"b\",\"path\":\"/dev/sda\",\"major\":8}]",
	 "/linux/devices/0/minor:"},
	{"[]", "\"devices\":[{\"type\":\"c\",\"path\":\"/dev/x\",\"major\":8}]",
	 "/linux/devices/0/minor:"},
	{"[]", "\"devices\":[{\"type\":\"c\",\"path\":\"/dev/x\",\"minor\":8}]",
	 "/linux/devices/0/major:"},
	{"[]", "\"devices\":[{\"type\":\"c\",\"path\":\"/dev/x\",\"major\":-1,\"minor\":0}]",
	 "/linux/devices/0/major: out of range"},
	{"[]", "\"devices\":[{\"type\":\"c\",\"path\":\"/dev/x\",\"major\":1,\"minor\":-1}]",
	 "/linux/devices/0/minor: out of range"},
	{"[]", "\"devices\":[{\"type\":\"c\",\"path\":\"/dev/x\",\"major\":1,\"minor\":1048576}]",
	 "/linux/devices/0/minor: out of range"},
	{"[]",
	 "\"devices\":[{\"type\":\"c\",\"path\":\"/dev/x\",\"major\":0,\"minor\":0},"
	 "{\"type\":\"c\",\"path\":\"/dev/y\",\"major\":4095,\"minor\":1048575}]",
	 NULL},
	{"[]", "\"devices\":[{\"type\":\"x\",\"path\":\"/dev/x\",\"major\":1,\"minor\":1}]",
	 "/linux/devices/0/type:"},
	{"[]",
	 "\"devices\":[{\"type\":\"c\",\"path\":\"/dev/x\",\"major\":1,\"minor\":1,\"gid\":70000}]",
	 "/linux/devices/0/gid: not mapped"},
	{"[]", "\"devices\":[{\"type\":\"c\",\"path\":\"/dev/x\",\"major\":4096,\"minor\":0}]",
	 "/linux/devices/0/major:"},
	{"[]",
	 "\"devices\":[{\"type\":\"c\",\"path\":\"/dev/x\",\"major\":1,\"minor\":1,\"uid\":70000}]",
	 "/linux/devices/0/uid: not mapped"},
};

TEST(refusals)
{
	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		reset();
		int r = make(refused[i].mounts, refused[i].linux_);
		if (!refused[i].error) {
			CHECK_MSG(r == 0, "%s: %s", refused[i].mounts, err.msg);
			continue;
		}
		CHECK_MSG(r < 0, "%s %s", refused[i].mounts, refused[i].linux_);
		CHECK_HAS(err.msg, refused[i].error);
		CHECK(err.msg[0] == '/');
	}
}

/* Which file systems a container may have is for the rule "mounts" to say. */
TEST(any_file_system)
{
	static const char *const types[] = {"hugetlbfs", "ramfs", "overlay", "ext4", "fuse.sshfs"};
	char mounts[128];

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		reset();
		snprintf(mounts, sizeof(mounts), ONE("/x", "%s", ""), types[i]);
		CHECK_INT(make(mounts, ""), 0);
		CHECK_INT(plan.mounts[0].kind, MOUNT_OTHER);
		CHECK_STR(plan.mounts[0].type, types[i]);
		CHECK_STR(plan.mounts[0].source, types[i]);
	}
	/* What is in a devtmpfs is the host's. */
	CHECK_INT(make(ONE("/dev", "devtmpfs", ""), ""), 0);
	CHECK(!plan.setup_dev && plan.dev_mount == -1);
	CHECK_INT(make(ONE("/dev", "ramfs", ""), ""), 0);
	CHECK(plan.setup_dev && plan.dev_mount == -1);
}

TEST(remount)
{
	reset();
	CHECK_INT(make("[{\"destination\":\"/dev\",\"type\":\"tmpfs\"},"
		       "{\"destination\":\"/"
		       "dev\",\"type\":\"bind\",\"options\":[\"remount\",\"ro\"]}]",
		       ""),
		  0);
	/* The tmpfs is still the one that devices are made in, and no source is needed. */
	CHECK(plan.setup_dev && plan.dev_mount == 0);
	CHECK(plan.mounts[1].remount && !plan.mounts[1].readonly_last);
	CHECK_INT(make(ONE("/proc", "bind", ",\"options\":[\"remount\",\"ro\"]"), ""), 0);
}

TEST(procfs_of_the_host_at_proc)
{
	struct bind_fact f = {
		.exists = true, .real = "/proc", .fs_type = 0x9fa0, .ino = 1, .dev = 3};

	reset();
	facts.binds = &f;
	facts.n_binds = 1;
	CHECK_INT(make(ONE("/proc", "bind", ",\"source\":\"/proc\""), ""), 0);
	f.ino = 2;
	CHECK(make(ONE("/proc", "bind", ",\"source\":\"/proc/sys\""), "") < 0);
	f = (struct bind_fact){.exists = true, .real = "/x", .fs_type = 0xef53, .ino = 1};
	CHECK(make(ONE("/proc", "bind", ",\"source\":\"/x\""), "") < 0);
}

TEST(shared_with_the_host)
{
	static const struct {
		const char *root, *option;
		bool want;
	} rows[] = {
		{"shared", "rshared", true},   {"rshared", "shared", true},
		{"rslave", "rshared", false},  {"shared", "rslave", false},
		{"shared", "rprivate", false}, {"shared", "nosuid", false},
	};
	char mounts[160], linux_[64];

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		reset();
		snprintf(mounts, sizeof(mounts),
			 ONE("/x", "bind", ",\"source\":\"/x\",\"options\":[\"%s\"]"),
			 rows[i].option);
		snprintf(linux_, sizeof(linux_), "\"rootfsPropagation\":\"%s\"", rows[i].root);
		CHECK_INT(make(mounts, linux_), 0);
		CHECK_MSG(plan.mounts[0].stays_shared == rows[i].want, "%s %s", rows[i].root,
			  rows[i].option);
	}
}

TEST(too_long_a_destination)
{
	static char mounts[9000];
	size_t n = (size_t)snprintf(mounts, sizeof(mounts),
				    "[{\"type\":\"tmpfs\",\"destination\":\"/");

	reset();
	memset(mounts + n, 'a', 5000);
	strcpy(mounts + n + 5000, "\"}]");
	CHECK(make(mounts, "") < 0);
	CHECK_HAS(err.msg, "/mounts/0/destination: the path is too long");
}

TEST(lxcfs_files)
{
	static const char *const files[] = {"cpuinfo",
					    "diskstats",
					    "meminfo",
					    "stat",
					    "swaps",
					    "uptime",
					    "loadavg",
					    "slabinfo",
					    "sys/kernel/ns_last_pid",
					    "sys/crypto/fips_enabled"};
	char mounts[256];

	reset();
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		snprintf(mounts, sizeof(mounts), ONE("/proc/%s", "bind", ",\"source\":\"/x\""),
			 files[i]);
		CHECK_MSG(make(mounts, "") == 0, "%s: %s", files[i], err.msg);
		CHECK(plan.mounts[0].proc_allowed);
	}
	CHECK_INT(make(ONE("/procfoo", "tmpfs", ""), ""), 0);
	CHECK(!plan.mounts[0].proc_allowed);
}

TEST(bind_by_option)
{
	reset();
	/* The type of a bind mount is without meaning, even one that is refused. */
	CHECK_INT(make(ONE("/x", "ext4", ",\"source\":\"/y\",\"options\":[\"bind\"]"), ""), 0);
	CHECK_INT(plan.mounts[0].kind, MOUNT_BIND);
	CHECK_STR(plan.mounts[0].source, "/y");
	CHECK(!plan.mounts[0].check_inode);
	CHECK(!plan.mounts[0].unseen);
	/* A relative destination is below the root. */
	CHECK_INT(make(ONE("x//y", "tmpfs", ""), ""), 0);
	CHECK_STR(plan.mounts[0].destination, "/x/y");
}

/* A source that was looked for and not found is another thing than one that nobody looked for. */
TEST(binds_that_were_looked_at)
{
	struct bind_fact bind = {0};

	reset();
	facts.binds = &bind;
	facts.n_binds = 1;
	CHECK_INT(make(ONE("/x", "bind", ",\"source\":\"/y\""), ""), 0);
	CHECK(plan.mounts[0].unseen && !plan.mounts[0].check_inode);
	bind.exists = true;
	CHECK_INT(make(ONE("/x", "bind", ",\"source\":\"/y\""), ""), 0);
	CHECK(plan.mounts[0].unseen && !plan.mounts[0].check_inode);
	bind.real = "/z";
	bind.dev = 3;
	bind.ino = 4;
	CHECK_INT(make(ONE("/x", "bind", ",\"source\":\"y\""), ""), 0);
	CHECK(!plan.mounts[0].unseen && plan.mounts[0].check_inode);
	CHECK_STR(plan.mounts[0].source, "/z");
	CHECK_INT(plan.mounts[0].dev, 3);
	CHECK_INT(plan.mounts[0].ino, 4);
}

TEST(devices)
{
	reset();
	CHECK_INT(make("[]", "\"devices\":["
			     "{\"type\":\"c\",\"path\":\"/dev/null\",\"major\":1,\"minor\":3,"
			     "\"fileMode\":8576,\"uid\":5,\"gid\":6},"
			     "{\"type\":\"u\",\"path\":\"/dev/net/../net/tun\",\"major\":10,"
			     "\"minor\":200},"
			     "{\"type\":\"p\",\"path\":\"/dev/pipe\"},"
			     "{\"type\":\"c\",\"path\":\"/dev/ptmx\",\"major\":5,\"minor\":2}]"),
		  0);
	CHECK_INT(plan.n_devices, 8);
	CHECK_INT(plan.devices[0].major, 1);
	CHECK_INT(plan.devices[0].minor, 3);
	CHECK_INT(plan.devices[6].major, 10);
	CHECK_INT(plan.devices[6].minor, 200);
	/* 8576 = 020600: type bits are dropped. */
	CHECK_INT(plan.devices[0].mode, S_IFCHR | 0600);
	CHECK_INT(plan.devices[0].uid, 100005);
	CHECK_INT(plan.devices[0].gid, 100006);
	CHECK_STR(plan.devices[6].path, "/dev/net/tun");
	CHECK_INT(plan.devices[6].mode, S_IFCHR | 0666);
	CHECK_INT(plan.devices[7].mode, S_IFIFO | 0666);
	CHECK_INT(plan.dev_mount, -1);
	CHECK(plan.setup_dev);
	/* 36863 = 0107777 */
	CHECK_INT(make("[]", "\"devices\":[{\"type\":\"c\",\"path\":\"/dev/x\",\"major\":1,"
			     "\"minor\":3,\"fileMode\":36863}]"),
		  0);
	CHECK_INT(plan.devices[6].mode, S_IFCHR | 07777);
}

TEST(dev_is_a_bind)
{
	reset();
	CHECK_INT(make("[{\"destination\":\"/dev\",\"type\":\"tmpfs\"},"
		       "{\"destination\":\"/dev/pts\",\"type\":\"devpts\"},"
		       "{\"destination\":\"/dev\",\"type\":\"bind\",\"source\":\"/x\"}]",
		       "\"devices\":["
		       "{\"type\":\"c\",\"path\":\"/dev/a\",\"major\":1,\"minor\":3},"
		       "{\"type\":\"c\",\"path\":\"/opt/b\",\"major\":1,\"minor\":3}]"),
		  0);
	CHECK(!plan.setup_dev);
	CHECK_INT(plan.dev_mount, -1);
	CHECK_INT(plan.pts_mount, -1);
	CHECK_INT(plan.n_links, 0);
	CHECK_INT(plan.n_devices, 1);
	CHECK_STR(plan.devices[0].path, "/opt/b");
}

TEST(out_of_memory)
{
	static const char json[] =
		"{\"ociVersion\":\"1.2.0\",\"root\":{\"path\":\"r\"},\"mounts\":" DOCKER
		",\"linux\":{\"maskedPaths\":[\"/a\"],\"devices\":[{\"type\":\"c\",\"path\":"
		"\"/dev/x\",\"major\":1,\"minor\":3}]}}";
	struct spec *s;

	reset();
	CHECK_INT(spec_parse(json, sizeof(json) - 1, &arena, &s, &err), 0);
	for (size_t limit = 16;; limit += 64) {
		AUTO_ARENA struct arena a = {.limit = limit};
		struct err e = {0};
		int r = mounts_plan_make(s, &facts, &ns, &a, &plan, &e);
		if (r == 0)
			break;
		CHECK_INT(r, -12);
		CHECK_STR(e.msg, "out of memory");
		CHECK(limit < 65536);
	}
}
