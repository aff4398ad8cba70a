/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * test_harden_memory.c: harden/ when memory runs out: with any single allocation failing, nothing
 * comes of it but -ENOMEM. A rule that went on would leave the container without what it decides.
 */
#include <errno.h>

#include "bind_case.h"
#include "harden/exec.h"

/* Exactly the allocation with this number fails, counting from 0; negative: none. */
static long countdown = -1;

bool arena_test_fail(void)
{
	return countdown >= 0 && countdown-- == 0;
}

/* Returns how many allocations there were; the outcome without a failure is @want. */
static long check_create(struct harden_case *c, int want)
{
	for (long n = 0;; n++) {
		AUTO_ARENA struct arena a = ARENA_INIT;
		struct spec *out = NULL;
		struct decisions d = {0};
		struct measures m;
		struct err e = {0};

		countdown = n;
		int r = harden(c->in, &c->p, &c->f, &a, &out, &m, &d, &e);
		bool done = countdown >= 0;
		countdown = -1;
		CHECK_MSG(r == (done ? want : -ENOMEM), "allocation %ld: %d: %s", n, r, e.msg);
		CHECK_MSG(!out == (r < 0), "allocation %ld", n);
		CHECK_MSG(done || (!d.n && e.kind == ERR_SYSTEM), "allocation %ld: %s", n, e.msg);
		if (done)
			return n;
	}
}

static long check_exec(struct harden_case *c, const struct spec_process *asked, int want)
{
	for (long n = 0;; n++) {
		AUTO_ARENA struct arena a = ARENA_INIT;
		struct spec_process *out = NULL;
		struct decisions d = {0};
		struct err e = {0};

		countdown = n;
		int r = harden_exec(asked, c->out, &c->p, &c->f, &a, &out, &d, &e);
		bool done = countdown >= 0;
		countdown = -1;
		CHECK_MSG(r == (done ? want : -ENOMEM), "allocation %ld: %d: %s", n, r, e.msg);
		CHECK_MSG(!out == (r < 0), "allocation %ld", n);
		if (done)
			return n;
	}
}

static struct rlimit_fact limits[] = {{"RLIMIT_NOFILE", 5000, 5000}, {"RLIMIT_RTPRIO", 9, 9}};
static struct policy_rlimit ceilings[] = {{"RLIMIT_NOFILE", 4096, "x"}, {"RLIMIT_NPROC", 90, "x"}};
static struct profile_fact profiles[] = {{"bulkhead-default", PROFILE_ENFORCED}};
static struct spec_pair readonly[] = {{"/sys", "settings"}}, directories[] = {{"/opt", "hooks"}};
static char *securebits[] = {(char *)(uintptr_t) "noroot", NULL};
static uint32_t users[] = {0};
static struct policy_exception exceptions[] = {{.annotation = "org/debug",
						.value = "1",
						.rule = "cpu",
						.level = POLICY_ENFORCE,
						.users = users,
						.n_users = 1,
						.why = "a test"}};

/* A host and a policy under which nearly everything is changed. */
static struct harden_case *strict(void)
{
	struct harden_case *c = case_new();

	c->f.cpus = 4;
	c->f.landlock_abi = 7;
	c->f.apparmor = c->f.selinux = c->f.selinux_label_known = true;
	c->f.profiles = profiles;
	c->f.n_profiles = 1;
	c->f.cgroup_v2_controllers = "cpu memory pids";
	c->f.inherited = (struct inherited_fact){limits, 2, -500, 1, -10, 1};
	c->p.cpu.ceiling_percent = 50;
	c->p.cpu.level = POLICY_OFF; /* but for the exception */
	c->p.memory.oom_group = true;
	c->p.memory.kernel_tcp_percent = 10;
	c->p.pids.ceiling = 500;
	c->p.rootfs.readonly = c->p.rootfs.noexec = c->p.binds.noexec = true;
	c->p.scheduling.oom_score_adj_min = 0;
	c->p.scheduling.nice_min = -5;
	c->p.rlimits.ceilings = ceilings;
	c->p.rlimits.n_ceilings = 2;
	c->p.landlock.readonly = readonly;
	c->p.landlock.n_readonly = 1;
	c->p.hooks.directories = directories;
	c->p.hooks.n_directories = 1;
	c->p.capabilities.securebits = securebits;
	c->p.capabilities.n_securebits = 1;
	c->p.exceptions = exceptions;
	c->p.n_exceptions = 1;
	c->p.namespaces.allow_host_network = c->p.namespaces.allow_host_pid = true;
	c->p.namespaces.allow_host_ipc = true;
	return c;
}

static const char much[] =
	"{'ociVersion':'1.2.0','root':{'path':'rootfs'},'annotations':{'org/debug':'1',"
	"'run.oci.hooks.stdout':'x'},'process':{'cwd':'/','args':['x'],'user':{'uid':0,'gid':0,"
	"'additionalGids':[5]},"
	"'oomScoreAdj':-9,'noNewPrivileges':false,'scheduler':{'policy':'SCHED_OTHER','nice':-9},"
	"'rlimits':[{'type':'RLIMIT_NPROC','hard':100,'soft':100}],'capabilities':{"
	"'bounding':['CAP_BPF','CAP_KILL'],'effective':['CAP_BPF'],'permitted':['CAP_KILL'],"
	"'ambient':['CAP_KILL'],'inheritable':['CAP_KILL']}},"
	"'hooks':{'prestart':[{'path':'/link'}]},'mounts':["
	"{'destination':'/a','type':'bind','source':'/v','options':['rbind','suid','rw']},"
	"{'destination':'/b','type':'bind','source':'/etc','options':['rw','exec']},"
	"{'destination':'/c','type':'bind','source':'/proc','options':['rw']},"
	"{'destination':'/d','type':'bind','source':'/home/u','options':['idmap'],'uidMappings':["
	"{'containerID':0,'hostID':5,'size':1}],'gidMappings':[{'containerID':0,'hostID':5,"
	"'size':1}]},{'destination':'/sys','type':'sysfs','options':['rw','dev','exec']},"
	"{'destination':'/x','type':'bind','source':'/w'}],"
	"'linux':{'namespaces':[{'type':'uts'},{'type':'ipc'},{'type':'cgroup','path':'/own'}],"
	"'sysctl':{'kernel.domainname':'d'},'cgroupsPath':'/docker/x','maskedPaths':['/x'],"
	"'seccomp':{'defaultAction':'SCMP_ACT_ALLOW','flags':['SECCOMP_FILTER_FLAG_SPEC_ALLOW']},"
	"'resources':{'devices':[{'allow':true,'type':'c','major':1,'minor':3,'access':'rwm'},"
	"{'allow':true,'access':'r'}],'memory':{'swap':1048576},'cpu':{'burst':5000000},"
	"'unified':{'pids.max':'700','memory.max':'1M','memory.swap.max':'max','cpu.max':'9',"
	"'memory.oom.group':'0'}}}}";

static struct bind_fact binds[6];
static struct ns_fact namespaces[3];
static const struct hook_fact hooks[] = {{"/opt/hook", NULL}};

static void run_much(struct harden_case *c)
{
	binds[0] = directory("/var/lib/docker/volumes/v/_data");
	binds[1] = directory("/etc");
	binds[2] = directory("/proc");
	binds[2].fs_type = PROC_SUPER_MAGIC;
	binds[2].ino = 1;
	binds[3] = directory("/home/u");
	binds[4] = (struct bind_fact){0};
	binds[5] = directory("/var/lib/docker/volumes/w/_data");
	binds[5].fs_type = OVERLAYFS_SUPER_MAGIC;
	namespaces[2] = (struct ns_fact){.exists = true, .is_own = true};
	c->f.binds = binds;
	c->f.n_binds = 6;
	c->f.ns = namespaces;
	c->f.n_ns = 3;
	c->f.hooks = hooks;
	c->f.n_hooks = 1;
	case_run(c, much);
	CHECK_MSG(c->r == 0, "%s", c->e.msg);
}

TEST(of_a_container_with_much)
{
	static const struct cgroup_hierarchy v1 = {"memory,cpu", "/m", "/"};
	struct harden_case *c = strict();

	run_much(c);
	CHECK(check_create(c, 0) > 200);
	/* Another kind of profile, another control group. */
	profiles[0].mode = PROFILE_COMPLAINS;
	c->f.cgroup_v1 = &v1;
	c->f.n_cgroup_v1 = 1;
	check_create(c, 0);
	profiles[0].mode = PROFILE_ENFORCED;
}

TEST(of_one_that_is_audited)
{
	struct harden_case *c = strict();
	const char *name, **level;

	for (size_t i = 0; (level = policy_level(&c->p, i, &name)); i++)
		*level = POLICY_AUDIT;
	run_much(c);
	CHECK(check_create(c, 0) > 200);
}

TEST(of_one_that_says_nothing)
{
	struct harden_case *c = strict();

	case_run(c, "{'ociVersion':'1.2.0','annotations':{'org/debug':'1'},"
		    "'process':{'cwd':'/','args':['x']}}");
	CHECK_MSG(c->r == 0, "%s", c->e.msg);
	CHECK(check_create(c, 0) > 100);
	c->f.inherited.scheduler = 0;
	check_create(c, 0);
	/* The rules that come first make no room for the others. */
	c->p.pids.level = c->p.devices.level = c->p.paths.level = POLICY_OFF;
	c->p.userns.level = c->p.namespaces.level = POLICY_OFF;
	check_create(c, 0);
	c->p.memory.oom_group = false;
	check_create(c, 0);
	c->p.memory.level = POLICY_OFF;
	check_create(c, 0);
}

/* What is not printable is copied before it is shown. */
static struct policy_host_path secret[] = {{"/secret\x1b", "refuse", "nobody\x1bs"}};

TEST(of_one_that_is_refused)
{
	struct harden_case *c = strict();
	struct path_fact socket = {.path = "/run/engine.ctl", .dev = 8, .ino = 1000};

	c->f.sockets = &socket;
	c->f.n_sockets = 1;
	c->f.rootfs = (struct path_fact){.path = "/secret\x1b/y"};
	c->p.binds.host_paths = secret;
	c->p.binds.n_host_paths = 1;
	c->p.scheduling.nice_min = 5;
	case_run(c,
		 "{'ociVersion':'1.2.0','hostname':'h','root':{'path':'/etc/x\\u001b'},'process':{"
		 "'cwd':'/','args':['x'],'user':{'uid':70000,'gid':70000,'additionalGids':["
		 "70000]},'selinuxLabel':'u:r:spc_t:s0','apparmorProfile':'unconfined',"
		 "'ioPriority':{'class':'IOPRIO_CLASS_RT','priority':0},'scheduler':{"
		 "'policy':'SCHED_FIFO','flags':['SCHED_FLAG_KEEP_PARAMS']}},'hooks':{"
		 "'prestart':[{'path':'/x'}]},'linux':{'rootfsPropagation':'shared','sysctl':{"
		 "'vm.x':'1','vm/\\u001b':'1'},'cgroupsPath':'/"
		 "a\\u001b.slice','devices':[{'path':'/dev/\\u001bx','type':'b',"
		 "'major':8,'minor':0}],'resources':{'memory':{'disableOOMKiller':true},'cpu':{"
		 "'realtimeRuntime':5}}},'mounts':[{'destination':'/a','type':'bind','source':"
		 "'/run/engine.ctl'},{'destination':'/b','type':'bind','source':'/proc/1',"
		 "'options':['rshared']},{'destination':'/c','type':'ext4\\u001b'},{"
		 "'destination':'/d','type':'bind','source':'/secret\\u001b/x'}]}");
	CHECK_INT(c->r, -EPERM);
	CHECK(check_create(c, -EPERM) > 100);
}

TEST(of_one_more_process)
{
	struct harden_case *c = strict();
	struct spec_process *asked;
	char json[] = "{'cwd':'/','args':['x'],'user':{'uid':0,'gid':0},'oomScoreAdj':-900,"
		      "'apparmorProfile':'unconfined','scheduler':{'policy':'SCHED_BATCH'},"
		      "'rlimits':[{'type':'RLIMIT_NOFILE','hard':99999,'soft':99999}],"
		      "'capabilities':{'bounding':['CAP_KILL','CAP_CHOWN'],'effective':['CAP_BPF'],"
		      "'permitted':['CAP_BPF'],'ambient':['CAP_BPF'],'inheritable':['CAP_BPF']}}";

	run_much(c);
	for (char *s = json; *s; s++)
		if (*s == '\'')
			*s = '"';
	CHECK_MSG(spec_parse_process(json, strlen(json), &c->a, &asked, &c->e) == 0, "%s",
		  c->e.msg);
	CHECK(check_exec(c, asked, 0) > 50);
	c->p.exec.allow_root = false;
	c->out->process->user->uid = 1000;
	check_exec(c, asked, -EPERM);
}
