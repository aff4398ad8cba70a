/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * default.c: the built-in policy, whole, one reason per line. It is what runs when the
 * administrator has said nothing, so: what nearly every image works with, and nothing more.
 */
#include "policy/policy.h"

#include <stddef.h>
#include <stdint.h>

#include "oci-spec/default_devices.h"

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

/* The structs are those of a parser, whose lists are not const; nobody changes them here. */
#define LIST(member, array)                                                                        \
	.member = (void *)(uintptr_t)(array), .n_##member = sizeof(array) / sizeof((array)[0])

/* A list with nothing in it, which is not the same as none: it is printed. */
static const char *const nothing[] = {NULL};
#define NO_LIST(member) .member = (void *)(uintptr_t)nothing, .n_##member = 0

/* Podman's default set: what images in practice need, less what dockerd adds to it. */
static const struct spec_pair ceiling[] = {
	{"CAP_CHOWN", "package managers and entry points give files away"},
	{"CAP_DAC_OVERRIDE", "root in images writes files of other users"},
	{"CAP_FOWNER", "root in images changes modes of other users' files"},
	{"CAP_FSETID", "keeps setgid bits when such files are changed"},
	{"CAP_KILL", "supervisors signal processes of other users"},
	{"CAP_NET_BIND_SERVICE", "servers listen below port 1024"},
	{"CAP_SETFCAP", "package managers unpack files with capabilities"},
	{"CAP_SETGID", "servers drop root"},
	{"CAP_SETPCAP", "programs drop capabilities from their bounding set"},
	{"CAP_SETUID", "servers drop root"},
	{"CAP_SYS_CHROOT", "sshd, postfix and others confine their children"},
	/* Not: CAP_MKNOD (void in a user namespace), CAP_NET_RAW (spoofing on the bridge),
	 * CAP_AUDIT_WRITE (forged audit records). */
};

/*
 * The union of what dockerd, containerd, podman and cri-o mask. Without the thermal_throttle
 * directories of each CPU: they are one mount per CPU, and their counters are those of the load.
 */
static const struct spec_pair masked[] = {
	{"/proc/acpi", "controls hardware"},
	{"/proc/asound", "lists sound hardware"},
	{"/proc/interrupts", "timing of key strokes, GHSA-6fw5-f8r9-fgfm"},
	{"/proc/kcore", "the host's memory"},
	{"/proc/keys", "keys of other containers"},
	{"/proc/latency_stats", "what the host's processes wait for"},
	{"/proc/sched_debug", "processes of the host"},
	{"/proc/scsi", "removes disks"},
	{"/proc/timer_list", "processes of the host, kernel addresses"},
	{"/proc/timer_stats", "processes of the host"},
	{"/sys/devices/virtual/powercap", "power side channel, GHSA-jq35-85cj-fj4p"},
	{"/sys/firmware", "firmware tables and variables"},
	{"/sys/fs/selinux", "the host's SELinux"},
};

static const struct spec_pair readonly[] = {
	{"/proc/bus", "configures PCI devices"},
	{"/proc/fs", "controls file systems"},
	{"/proc/irq", "steers interrupts"},
	{"/proc/sys", "the kernel's settings"},
	{"/proc/sysrq-trigger", "reboots and crashes the host"},
};

static const struct spec_pair mount_types[] = {
	{"bind", "parts of the host; see the rule binds"},
	{"none", "what some callers write for a bind"},
	{"proc", "of the container's pid namespace"},
	{"sysfs", "of the container's network namespace"},
	{"tmpfs", "charged to the container's memory"},
	{"devpts", "the container's own terminals"},
	{"mqueue", "of the container's ipc namespace"},
	{"cgroup", "the container's own cgroups"},
	{"cgroup2", "the container's own cgroup"},
};

/* Real paths: /var/run is a link to /run. */
static const struct spec_pair sockets[] = {
	{"/run/docker.sock", "dockerd"},
	{"/run/docker/containerd/containerd.sock", "dockerd's own containerd"},
	{"/run/containerd/containerd.sock", "containerd"},
	{"/run/containerd/containerd.sock.ttrpc", "containerd"},
	{"/run/podman/podman.sock", "podman"},
	{"/run/crio/crio.sock", "cri-o"},
	{"/run/cri-dockerd.sock", "kubernetes with docker"},
	{"/run/k3s/containerd/containerd.sock", "k3s"},
	{"/run/buildkit/buildkitd.sock", "buildkit"},
	{"/var/run/docker.sock", "dockerd, where /var/run is no link"},
};

/*
 * What podman hands in of a container's own directory, below its root for files that stay and below
 * the one for files of this boot. Not the rest: there are sockets of conmon and config.json.
 */
#define USERDATA(name)                                                                             \
	{"@/overlay-containers/*/userdata/" name, false,                                           \
	 "made by the engine for the container's root"},                                           \
	{                                                                                          \
		"/run/containers/storage/overlay-containers/*/userdata/" name, false,              \
			"made by the engine for the container's root"                              \
	}

static const struct policy_storage storage[] = {
	{"@/volumes/*/_data", false, "a volume: the engine keeps the container's ids on disk"},
	{"/var/lib/docker/volumes/*/_data", false,
	 "a volume: the engine keeps the container's ids on disk"},
	{"/var/lib/docker/*/volumes/*/_data", false,
	 "a volume: the engine keeps the container's ids on disk"},
	{"/var/lib/containers/storage/volumes/*/_data", false,
	 "a volume: the engine keeps the container's ids on disk"},
	{"/var/lib/nerdctl/*/volumes/*/*/_data", false,
	 "a volume: the engine keeps the container's ids on disk"},
	{"@/containers/*/hosts", false, "made by the engine for the container's root"},
	{"@/containers/*/hostname", false, "made by the engine for the container's root"},
	{"@/containers/*/resolv.conf", false, "made by the engine for the container's root"},
	USERDATA("hosts"),
	USERDATA("hostname"),
	USERDATA("resolv.conf"),
	USERDATA(".containerenv"),
	USERDATA("passwd"),
	USERDATA("group"),
	USERDATA("localtime"),
	USERDATA("run/secrets"),
	USERDATA("secrets/*"),
	USERDATA("notify"),
	/* buildah binds it to a place of its own first, which does not tell the data root. */
	{"/var/lib/containers/storage/overlay-containers/*/userdata/secrets/*", false,
	 "a secret of the step that buildah builds"},
	{"@build/overlay2/*/diff", false,
	 "a cache, a stage or the context of a build: BuildKit keeps root's ids on disk"},
	{"@build/containerd/daemon/io.containerd.snapshotter.v1.*/snapshots/*/fs", false,
	 "the same, with images in dockerd's own containerd"},
	{"@build/io.containerd.snapshotter.v1.*/snapshots/*/fs", false,
	 "the same, with images in the host's containerd"},
	{"@build/tmp/buildkit-secrets*/*", false, "a secret of the step that is built"},
	{"/var/lib/nerdctl/*/containers/*/*/*", false,
	 "made by the engine for the container's root"},
	{"/var/lib/nerdctl/*/etchosts/*/*/hosts", false,
	 "made by the engine for the container's root"},
	{"/run/containerd/io.containerd.grpc.v1.cri/sandboxes/*/*", false,
	 "made by the engine for the pod's root"},
	{"/var/lib/containerd/io.containerd.grpc.v1.cri/sandboxes/*/*", false,
	 "made by the engine for the pod's root"},
	{"/var/lib/containerd/io.containerd.grpc.v1.cri/containers/*/volumes/*", false,
	 "a volume of the image: the engine keeps the container's ids on disk"},
	/* Not volume-subpaths/: those are binds, also of directories of the host. */
	{"/var/lib/kubelet/pods/*/volumes/**", true,
	 "a volume: kubernetes keeps the container's ids on disk"},
	{"/var/lib/kubelet/pods/*/etc-hosts", false, "made by kubernetes for the pod's root"},
	{"/var/lib/kubelet/pods/*/containers/*/*", false,
	 "made by kubernetes for the container's root"},
};

#define DEVICE(path, major, minor) {"c", major, minor, "rw", path},
static const struct policy_device devices[] = {SPEC_DEFAULT_NODES(DEVICE)
						       SPEC_DEFAULT_TERMINALS(DEVICE)};

/* Settings that each ipc namespace has of its own (runc's list). */
static const struct spec_pair sysctl_ipc[] = {
	{"kernel.msgmax", "System V message size"},
	{"kernel.msgmnb", "System V queue size"},
	{"kernel.msgmni", "number of System V queues"},
	{"kernel.sem", "System V semaphores"},
	{"kernel.shmall", "System V shared memory in all"},
	{"kernel.shmmax", "System V segment size"},
	{"kernel.shmmni", "number of System V segments"},
	{"kernel.shm_rmid_forced", "removal of unused segments"},
	{"fs.mqueue.*", "POSIX message queues"},
};

static const struct spec_pair sysctl_network[] = {
	{"net.*", "the network namespace has its own; a key that has not is not there to be set"},
};

/* Keys that runc, crun and others act on, and what they would do. */
static const struct spec_pair annotations[] = {
	{"run.oci.", "crun would change its behaviour, run handlers and load plugins"},
	{"org.criu.", "runc would take options of criu from a file named there"},
	{"org.systemd.property.", "it sets a property of the scope with --systemd-cgroup only"},
	{"module.wasm.image/variant", "crun would run another program than the image's"},
	{"krun.", "crun would start a virtual machine"},
};

/* Properties of a scope that engines set, and that give a container nothing. */
static const struct spec_pair systemd_properties[] = {
	{"After", "order at the host's shutdown, at most 8 units: CRI-O"},
	{"CollectMode", "when systemd forgets a scope that has failed"},
	{"DefaultDependencies", "whether it ends early in the host's shutdown: CRI-O"},
	{"Description", "a name for people"},
	{"RuntimeMaxSec", "the most time that it may run"},
	{"RuntimeMaxUSec", "the same"},
	{"TimeoutStopSec", "how long it may take to end, at most an hour: podman, CRI-O"},
	{"TimeoutStopUSec", "the same"},
};

/*
 * Where the host's own programs and settings lie: CIS Docker Benchmark 5.6. "/" holds them and goes
 * by them; /dev, /proc and /sys are judged by what is in them. Data of the host's users stays
 * writable as far as its modes go: in a container even root is nobody there.
 */
static const struct policy_host_path host_paths[] = {
	{"/bin", "readonly", "the host's programs"},
	{"/boot", "readonly", "the host's kernel"},
	{"/etc", "readonly", "the host's settings"},
	{"/lib", "readonly", "the host's programs"},
	{"/lib32", "readonly", "the host's programs"},
	{"/lib64", "readonly", "the host's programs"},
	{"/libx32", "readonly", "the host's programs"},
	{"/sbin", "readonly", "the host's programs"},
	{"/usr", "readonly", "the host's programs"},
};

/* What no program in a container has a use for. Sets of plan/seccomp_sets.h. */
static const char *const seccomp_deny[] = {"tty-injection", NULL};

/* Never beyond what the kernel starts its first process with. */
static const struct policy_rlimit rlimit_ceilings[] = {
	{"RLIMIT_CORE", 0, "core dumps are written on the host and hold secrets"},
};

static const struct policy built_in = {
	.version = 1,
	.privileged = {.level = POLICY_ENFORCE},
	.userns = {.level = POLICY_ENFORCE,
		   .allow_host_root = false, /* host root inside is what the rule is against */
		   .pool = "bulkhead"},
	.namespaces =
		{
			.level = POLICY_ENFORCE,
			.allow_host_pid = false,       /* processes of the host: CIS 5.16 */
			.allow_host_ipc = false,       /* shared memory of the host: CIS 5.17 */
			.allow_host_network = false,   /* abstract sockets of the host: CIS 5.10 */
			.allow_host_uts = true,	       /* a name to read; it cannot be set */
			.allow_host_owned_pid = false, /* a plain runc container: has host root */
			.allow_host_owned_ipc = false, /* the same */
			.allow_host_owned_network = true, /* how podman and CRI set networks up */
			.allow_pinned_ipc = true,	  /* how CRI-O sets pods up */
		},
	.capabilities = {.level = POLICY_ENFORCE,
			 LIST(ceiling, ceiling),
			 .allow_ambient = false, /* CVE-2016-8867, CVE-2022-24769 */
			 NO_LIST(securebits)},	 /* sudo and su in images need root's rules */
	.no_new_privileges = {.level = POLICY_ENFORCE},
	.seccomp = {.level = POLICY_ENFORCE,
		    .allow_spec_allow = false, /* speed is no reason to drop a mitigation */
		    .deny = (char **)(uintptr_t)seccomp_deny,
		    .n_deny = 1,
		    .profile = "",
		    NO_LIST(agents), /* the engine's choice */
		    /* root connects; a container, or a user, would answer for another's */
		    .allow_foreign_agents = false},
	.paths = {.level = POLICY_ENFORCE, LIST(masked, masked), LIST(readonly, readonly)},
	.rootfs = {.level = POLICY_ENFORCE,
		   .allow_shared_propagation = false, /* CIS 5.20 */
		   .readonly = false,		      /* most images write; CIS 5.13 */
		   .noexec = false},		      /* images bring their programs there */
	.mounts = {.level = POLICY_ENFORCE,
		   LIST(types, mount_types),
		   .allow_shared_propagation = false, /* CIS 5.20 */
		   .readonly_kernel_views = true},    /* CVE-2022-0492, CVE-2023-25809 */
	.binds = {.level = POLICY_ENFORCE,
		  LIST(sockets, sockets),
		  .allow_socket_parents = false, /* the socket would be in there */
		  LIST(storage, storage),
		  .allow_idmap = false, /* root inside would own root's files */
		  LIST(host_paths, host_paths),
		  .noexec = false}, /* tools and plugins are handed in that way */
	.devices = {.level = POLICY_ENFORCE, LIST(defaults, devices), NO_LIST(extra)},
	.net_devices = {.level = POLICY_ENFORCE,
			NO_LIST(allowed)}, /* gone from the host: none is known to be spare */
	.intel_rdt = {.level = POLICY_ENFORCE,
		      .allow_own =
			      false, /* the processor has few, and the default one has limits */
		      NO_LIST(clos_ids)}, /* what is set aside there is meant for somebody */
	.pids = {.level = POLICY_ENFORCE,
		 .default_limit = 2048, /* podman's; far above what servers have */
		 .ceiling = 0,		/* who asks for a number has thought about it */
		 .required = false},	/* an ordinary user has limits of his own */
	.memory = {.level = POLICY_ENFORCE,
		   .default_percent =
			   75, /* the host itself still runs when one container is full */
		   .ceiling_percent = 100,  /* more than there is would be no limit */
		   .oom_group = false,	    /* many images survive the death of one worker */
		   .kernel_tcp_percent = 0, /* socket buffers count as memory already */
		   .required = false},	    /* an ordinary user has limits of his own */
	.cpu = {.level = POLICY_ENFORCE, .ceiling_percent = 0}, /* CPU time is shared fairly */
	.cgroup_path = {.level = POLICY_ENFORCE,
			NO_LIST(prefixes)}, /* each engine has its own place */
	.sysctl = {.level = POLICY_ENFORCE, LIST(ipc, sysctl_ipc), LIST(network, sysctl_network)},
	.rlimits = {.level = POLICY_ENFORCE,
		    .core_zero = true, /* secrets stay inside */
		    LIST(ceilings, rlimit_ceilings)},
	.scheduling = {.level = POLICY_ENFORCE,
		       .oom_score_adj_min =
			       -999,		/* -1000: never killed, not even when it is full */
		       .allow_realtime = false, /* a real-time loop stops the host */
		       .nice_min = -20},
	.hooks = {.level = POLICY_ENFORCE,
		  NO_LIST(directories)}, /* the engine's choice; they are shown */
	.apparmor = {.level = POLICY_ENFORCE,
		     .profile = "bulkhead-default",
		     .require = false,		 /* the other walls stand without it */
		     .allow_unconfined = false}, /* CIS 5.2 */
	.selinux = {.level = POLICY_ENFORCE,
		    .label = "system_u:system_r:bulkhead_container_t",
		    .mount_label = "system_u:object_r:bulkhead_file_t",
		    .categories = true,
		    .require = false,
		    .allow_unconfined = false}, /* CIS 5.3 */
	/*
	 * No read-only hierarchies: mounts keep /proc/sys and /sys read-only, and locked. A domain
	 * for all would have its price: what `exec` starts could not look into /proc/1/fd and
	 * /proc/1/environ, and no new names could be made beside "/sys", that is, in "/".
	 */
	.landlock = {.level = POLICY_ENFORCE,
		     NO_LIST(readonly),
		     .scope_sockets = true,  /* only where the network is the host's */
		     .scope_signals = true}, /* only where the processes are the host's */
	.restart = {.level = POLICY_OFF, .count = 10, .seconds = 60, .pause = 60},
	.exec = {.level = POLICY_ENFORCE, .allow_root = true}, /* how people look into containers */
	.annotations = {.level = POLICY_ENFORCE,
			LIST(ignored, annotations),
			LIST(systemd_properties, systemd_properties)},
	NO_LIST(exceptions),
	.audit = {.destination = "file",
		  .file = "/var/log/bulkhead/audit.log",
		  .required = false, /* a full disk must not stop everything */
		  .sync = false},
	.source = "built-in",
	.digest = "built-in " PACKAGE_VERSION,
};

const struct policy *policy_default(void)
{
	return &built_in;
}
