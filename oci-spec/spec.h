/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * spec.h: config.json of the OCI runtime specification 1.3.0 (config.md, config-linux.md), typed.
 *
 * What was asked, and nothing else: no defaults are filled in. Representation rules, the same for
 * every object:
 *   - an absent optional scalar or object is a NULL pointer; an absent string is NULL;
 *   - an array is a pointer and a count n_NAME; absent is NULL with 0, "[]" is non-NULL with 0
 *     (engines express "privileged" by the difference);
 *   - string arrays are also NULL-terminated, so that they serve execve(2) directly;
 *   - a JSON object with free keys (annotations, sysctl) is an array of struct spec_pair in
 *     document order;
 *   - required members are plain values, and so are optional ones for which 0 means the same as
 *     absent;
 *   - an optional string that is "" is absent, as it is for every engine (Go's omitempty).
 * Everything lives in the arena the document was parsed into and is released with it.
 */
#ifndef BULKHEAD_SPEC_H
#define BULKHEAD_SPEC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SPEC_VERSION "1.3.0"

struct spec_pair {
	const char *key;
	const char *value;
};

struct spec_box { /* process.consoleSize */
	uint64_t height, width;
};

struct spec_user {
	uint32_t uid, gid;
	uint32_t *umask;
	uint32_t *additional_gids; /* additionalGids */
	size_t n_additional_gids;
	const char *username; /* Windows only; accepted and ignored as the specification asks */
};

struct spec_capabilities { /* names as written: "CAP_CHOWN" */
	char **bounding, **effective, **inheritable, **permitted, **ambient;
	size_t n_bounding, n_effective, n_inheritable, n_permitted, n_ambient;
};

struct spec_rlimit {
	const char *type; /* RLIMIT_... */
	uint64_t hard, soft;
};

struct spec_scheduler {
	const char *policy;
	int32_t *nice, *priority;
	char **flags;
	size_t n_flags;
	uint64_t *runtime, *deadline, *period;
};

struct spec_io_priority {
	const char *class_;
	int32_t *priority;
};

struct spec_exec_cpu_affinity {
	const char *initial;
	const char *final;
};

struct spec_process {
	bool *terminal;
	struct spec_box *console_size;
	struct spec_user *user;
	char **args;
	size_t n_args;
	const char *command_line; /* Windows only */
	char **env;
	size_t n_env;
	const char *cwd;
	struct spec_capabilities *capabilities;
	struct spec_rlimit *rlimits;
	size_t n_rlimits;
	bool *no_new_privileges;
	const char *apparmor_profile;
	int64_t *oom_score_adj;
	struct spec_scheduler *scheduler;
	const char *selinux_label;
	struct spec_io_priority *io_priority;
	struct spec_exec_cpu_affinity *exec_cpu_affinity;
};

struct spec_root {
	const char *path;
	bool *readonly;
};

struct spec_id_mapping {
	uint32_t container_id, host_id, size;
};

struct spec_mount {
	const char *destination;
	const char *type;
	const char *source;
	char **options;
	size_t n_options;
	struct spec_id_mapping *uid_mappings, *gid_mappings;
	size_t n_uid_mappings, n_gid_mappings;
};

struct spec_hook {
	const char *path;
	char **args;
	size_t n_args;
	char **env;
	size_t n_env;
	int64_t *timeout; /* seconds */
};

struct spec_hooks {
	struct spec_hook *prestart, *create_runtime, *create_container, *start_container,
		*poststart, *poststop;
	size_t n_prestart, n_create_runtime, n_create_container, n_start_container, n_poststart,
		n_poststop;
};

struct spec_namespace {
	const char *type; /* "pid" "network" "mount" "ipc" "uts" "user" "cgroup" "time" */
	const char *path; /* NULL: a new one */
};

struct spec_device {
	const char *type; /* "c" "b" "u" "p" */
	const char *path;
	int64_t *major, *minor;
	uint32_t *file_mode;
	uint32_t *uid, *gid;
};

struct spec_net_device { /* linux.netDevices: key = name on the host */
	const char *key;
	const char *name;
};

struct spec_device_cgroup {
	bool allow;
	const char *type; /* "a" "c" "b", or NULL */
	int64_t *major, *minor;
	const char *access;
};

struct spec_memory {
	int64_t *limit, *reservation, *swap, *kernel, *kernel_tcp;
	uint64_t *swappiness;
	bool *disable_oom_killer, *use_hierarchy, *check_before_update;
};

struct spec_cpu {
	uint64_t *shares;
	int64_t *quota;
	uint64_t *burst;
	uint64_t *period;
	int64_t *realtime_runtime;
	uint64_t *realtime_period;
	const char *cpus, *mems;
	int64_t *idle;
};

struct spec_weight_device {
	int64_t major, minor;
	uint16_t *weight, *leaf_weight;
};

struct spec_throttle_device {
	int64_t major, minor;
	uint64_t rate;
};

struct spec_block_io {
	uint16_t *weight, *leaf_weight;
	struct spec_weight_device *weight_device;
	size_t n_weight_device;
	struct spec_throttle_device *throttle_read_bps_device, *throttle_write_bps_device,
		*throttle_read_iops_device, *throttle_write_iops_device;
	size_t n_throttle_read_bps_device, n_throttle_write_bps_device, n_throttle_read_iops_device,
		n_throttle_write_iops_device;
};

struct spec_hugepage_limit {
	const char *page_size; /* "2MB" */
	uint64_t limit;
};

struct spec_interface_priority {
	const char *name;
	uint32_t priority;
};

struct spec_network {
	uint32_t *class_id;
	struct spec_interface_priority *priorities;
	size_t n_priorities;
};

struct spec_pids {
	int64_t *limit; /* 1.3.0: optional; 0 is "0", -1 unlimited */
};

struct spec_rdma { /* linux.resources.rdma: key = device */
	const char *key;
	uint32_t *hca_handles, *hca_objects;
};

struct spec_resources {
	struct spec_device_cgroup *devices;
	size_t n_devices;
	struct spec_memory *memory;
	struct spec_cpu *cpu;
	struct spec_pids *pids;
	struct spec_block_io *block_io;
	struct spec_hugepage_limit *hugepage_limits;
	size_t n_hugepage_limits;
	struct spec_network *network;
	struct spec_rdma *rdma;
	size_t n_rdma;
	struct spec_pair *unified;
	size_t n_unified;
};

struct spec_seccomp_arg {
	uint32_t index;
	uint64_t value, value_two;
	const char *op; /* SCMP_CMP_... */
};

struct spec_syscall {
	char **names;
	size_t n_names;
	const char *action; /* SCMP_ACT_... */
	uint32_t *errno_ret;
	struct spec_seccomp_arg *args;
	size_t n_args;
};

struct spec_seccomp {
	const char *default_action;
	uint32_t *default_errno_ret;
	char **architectures; /* SCMP_ARCH_... */
	size_t n_architectures;
	char **flags;
	size_t n_flags;
	const char *listener_path, *listener_metadata;
	struct spec_syscall *syscalls;
	size_t n_syscalls;
};

struct spec_intel_rdt {
	const char *clos_id; /* closID */
	char **schemata;
	size_t n_schemata;
	const char *l3_cache_schema, *mem_bw_schema;
	bool *enable_cmt, *enable_mbm, *enable_monitoring;
};

struct spec_memory_policy {
	const char *mode;
	const char *nodes;
	char **flags;
	size_t n_flags;
};

struct spec_personality {
	const char *domain;
	char **flags;
	size_t n_flags;
};

struct spec_time_offset {
	const char *key; /* "boottime" "monotonic" */
	int64_t secs;
	uint32_t nanosecs;
};

struct spec_linux {
	struct spec_id_mapping *uid_mappings, *gid_mappings;
	size_t n_uid_mappings, n_gid_mappings;
	struct spec_pair *sysctl;
	size_t n_sysctl;
	struct spec_resources *resources;
	const char *cgroups_path;
	struct spec_namespace *namespaces;
	size_t n_namespaces;
	struct spec_device *devices;
	size_t n_devices;
	struct spec_net_device *net_devices;
	size_t n_net_devices;
	struct spec_seccomp *seccomp;
	const char *rootfs_propagation;
	char **masked_paths, **readonly_paths;
	size_t n_masked_paths, n_readonly_paths;
	const char *mount_label;
	struct spec_intel_rdt *intel_rdt;
	struct spec_memory_policy *memory_policy;
	struct spec_personality *personality;
	struct spec_time_offset *time_offsets;
	size_t n_time_offsets;
};

struct spec {
	const char *version; /* ociVersion */
	struct spec_process *process;
	struct spec_root *root;
	const char *hostname, *domainname;
	struct spec_mount *mounts;
	size_t n_mounts;
	struct spec_hooks *hooks;
	struct spec_pair *annotations;
	size_t n_annotations;
	struct spec_linux *linux_;
};

struct arena;
struct err;
struct strbuf;

/* Limits of the parser; a document beyond one of them is refused in bounded memory. */
#define SPEC_MAX_BYTES (8u << 20)
#define SPEC_MAX_DEPTH 32u
#define SPEC_MAX_ITEMS 65536u /* members of one array or object */

/**
 * spec_parse - parse and check a config.json document.
 * @json:  the text, @len bytes
 * @a:     owns the result
 * @ret:   the document
 * Errors are ERR_SPEC and begin with the RFC 6901 pointer ("/process/user/uid: expected ...").
 * Checks types, required members, ranges, enumerations, duplicate keys, NUL in strings, limits.
 * Unknown members are ignored, as the specification demands.
 */
int spec_parse(const char *json, size_t len, struct arena *a, struct spec **ret, struct err *e);

/** spec_parse_process - a bare process object, as exec --process takes it. */
int spec_parse_process(const char *json, size_t len, struct arena *a, struct spec_process **ret,
		       struct err *e);

/** spec_parse_resources - a bare linux.resources object, as update --resources takes it. */
int spec_parse_resources(const char *json, size_t len, struct arena *a, struct spec_resources **ret,
			 struct err *e);

/**
 * spec_write - the document as JSON.
 * @indent: NULL for one line, else the text of one level ("\t", "  ")
 * Absent members are not written. Check out->failed afterwards.
 */
void spec_write(const struct spec *s, const char *indent, struct strbuf *out);

/**
 * spec_seccomp_notifies - whether an action is SCMP_ACT_NOTIFY, also of a rule that comes to
 * nothing: whoever writes it wants to be asked.
 */
bool spec_seccomp_notifies(const struct spec_seccomp *s);

/**
 * spec_check_create - what `create` needs and the document format alone does not demand: process
 * with args and an absolute cwd, root, values that the specification's text (not its schema)
 * forbids. ERR_SPEC in the words that engines know ("args must not be empty"). 0 or -EINVAL.
 */
int spec_check_create(const struct spec *s, struct err *e);

/** spec_check_process - the part of spec_check_create() that also holds for `exec --process`. */
int spec_check_process(const struct spec_process *p, struct err *e);

/** spec_check_resources - the part that also holds for `update --resources`. */
int spec_check_resources(const struct spec_resources *r, struct err *e);

/**
 * spec_default - the document that the `spec` command writes: runc's template, kept compatible key
 * by key so that scripts which edit it go on working.
 * @rootless:  for a caller without root: a user namespace mapping the caller, no resources
 * @cgroup_v2: whether the host is pure cgroup v2: adds a cgroup namespace
 * Returns NULL when memory is exhausted.
 */
struct spec *spec_default(bool rootless, bool cgroup_v2, struct arena *a);

/** spec_copy - a deep copy in @a. Returns NULL when memory is exhausted. */
struct spec *spec_copy(const struct spec *s, struct arena *a);

/* One difference between two documents. */
struct spec_change {
	const char *pointer; /* RFC 6901 */
	const char *before;  /* JSON text, NULL: absent */
	const char *after;   /* JSON text, NULL: absent */
};

/**
 * spec_diff - what has to change to turn @before into @after, in document order.
 * Arrays are compared element by element; added tail elements are one change each.
 * @ret_changes and its strings are in @a. Returns the number of changes or -ENOMEM.
 */
int spec_diff(const struct spec *before, const struct spec *after, struct arena *a,
	      struct spec_change **ret_changes);

/** spec_mount_is_bind - by its type, or by the options "bind" and "rbind", which make any mount
 * one: the kernel does not look at the type then. */
bool spec_mount_is_bind(const struct spec_mount *m);

#endif
