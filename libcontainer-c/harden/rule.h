/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * rule.h: what every rule of the hardening layer works with. A rule is one file with one function
 * `void rule_NAME(struct harden *h)` that changes h->s in place and records each change with
 * decide_*() below.
 *
 * Memory: helpers return NULL when memory is exhausted and set h->oom; a rule then just returns,
 * and harden() reports -ENOMEM once. A change is made only after its decision could be recorded.
 *
 * Mounts and namespaces are never moved or removed, only changed or appended to: facts->binds[] and
 * facts->ns[] have the same index.
 */
#ifndef BULKHEAD_HARDEN_RULE_H
#define BULKHEAD_HARDEN_RULE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "harden/harden.h"
#include "harden/measures.h"
#include "host/facts.h"
#include "oci-spec/spec.h"
#include "policy/policy.h"

/* What is asked for: a container, one more process in it, other limits for it. */
enum rules_of { RULES_OF_CREATE, RULES_OF_EXEC, RULES_OF_UPDATE };

struct harden {
	enum rules_of when;
	const struct spec *in; /* as asked */
	struct spec *s;	       /* as hardened so far */
	struct measures m;     /* beside it */
	const struct policy *policy;
	const struct host_facts *facts;
	struct arena *a;
	struct decisions *d;
	const char *rule; /* the one that runs */
	bool oom;
};

/* harden.c */

/**
 * harden_run - run the rules of @when, each at its level, in the order of the table. For a first
 * process h->in is what was asked; for exec and update it is the container, and h->s has the new
 * process or the new limits.
 * Returns 0, -EPERM with the first refusal, or -ENOMEM (then h->d is incomplete).
 */
int harden_run(struct harden *h, enum rules_of when, struct err *e);

/* decision.c */

/**
 * decide_change - record that @pointer goes from @before to @after (JSON texts, NULL: absent).
 * Returns whether the change may be made; false only when memory is exhausted. Pass texts made by
 * json_*() without checking them: NULL through exhaustion is noticed here by h->oom.
 */
bool decide_change(struct harden *h, const char *pointer, const char *before, const char *after,
		   const char *why, ...) __attribute__((format(printf, 5, 6)));

/** decide_note - record what the container will notice although the spec stays as it is. */
void decide_note(struct harden *h, const char *pointer, const char *why, ...)
	__attribute__((format(printf, 3, 4)));

/**
 * decide_refuse - refuse the request; @why without "refused", which is appended.
 * @before: JSON text of what is refused, NULL: it is the absence that is
 */
void decide_refuse(struct harden *h, const char *pointer, const char *before, const char *why, ...)
	__attribute__((format(printf, 4, 5)));

/* edit.c: texts and lists in h->a; all return NULL, or false, after setting h->oom. */

/** oom - set h->oom and return NULL. */
void *oom(struct harden *h);

/** text - printf into the arena. */
const char *text(struct harden *h, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/** pointer_key - @key as one token of a JSON pointer (RFC 6901: "~" and "/" escaped). */
const char *pointer_key(struct harden *h, const char *key);

/** printable - @s itself, or a copy with '?' for each control character. */
const char *printable(struct harden *h, const char *s);

const char *json_string(struct harden *h, const char *s);
const char *json_strings(struct harden *h, char *const *list, size_t n);
const char *json_i64(struct harden *h, int64_t v);
const char *json_mappings(struct harden *h, const struct spec_id_mapping *m, size_t n);

/** json_rule, json_rules - of linux.resources.devices. */
const char *json_rule(struct harden *h, const struct spec_device_cgroup *r);
const char *json_rules(struct harden *h, const struct spec_device_cgroup *r, size_t n);

/** json_i64_opt - NULL for a NULL @v, which is not exhaustion. */
const char *json_i64_opt(struct harden *h, const int64_t *v);

/** list_new - room for @n strings and the NULL behind them. */
char **list_new(struct harden *h, size_t n);

/** list_with - a copy of @list with @more behind it, NULL-terminated. */
char **list_with(struct harden *h, char *const *list, size_t n, const char *more);

/** list_has - whether @v is in the list. */
bool list_has(char *const *list, size_t n, const char *v);

/** number_i64 - @v in the arena. */
int64_t *number_i64(struct harden *h, int64_t v);

/** need_linux, need_resources, need_memory - the object, made when it is absent. */
struct spec_linux *need_linux(struct harden *h);
struct spec_resources *need_resources(struct harden *h);
struct spec_memory *need_memory(struct harden *h);

/** namespace_append - add an entry for a new namespace of @type, with its decision. */
void namespace_append(struct harden *h, const char *type, const char *why);

/** namespace_drop_path - turn entry @i into one for a new namespace, with its decision. */
void namespace_drop_path(struct harden *h, size_t i, const char *why);

/** entry_find - the entry of a policy's list for @key, or NULL. */
const struct spec_pair *entry_find(const struct spec_pair *list, size_t n, const char *key);

/** spec_at_least - whether ociVersion is @major.@minor or newer. */
bool spec_at_least(const struct spec *s, unsigned major, unsigned minor);

/* controllers.c */

/**
 * controller_missing - whether no cgroup of the container will have controller @name, which can be
 * only in a user namespace. Decides on it: refused where the policy has it @required, else a note.
 * @pointer: of the limit; @instead: what there is in its place
 */
bool controller_missing(struct harden *h, const char *name, const char *pointer, bool required,
			const char *instead);

/* devices.c */

/** device_number_listed, device_listed - whether the policy lists a device of @type 'c' or 'b'. */
bool device_number_listed(const struct policy *p, char type, int64_t maj, int64_t min);
bool device_listed(const struct policy *p, char type, dev_t rdev);

/* danger.c */

/** capability_danger - what a container could do with @cap, in a few words; NULL: not known. */
const char *capability_danger(const char *cap);

/* rlimits.c */

/**
 * rlimit_ceiling - lower the limit of @type to @max, also one that is inherited. There must be a
 * process. @why: for the decision
 */
void rlimit_ceiling(struct harden *h, const char *type, uint64_t max, const char *why);

/* The rules, in the order of rules[] in harden.c. */
void rule_restart(struct harden *h);
void rule_privileged(struct harden *h);
void rule_userns(struct harden *h);
void rule_namespaces(struct harden *h);
void rule_capabilities(struct harden *h);
void rule_no_new_privileges(struct harden *h);
void rule_seccomp(struct harden *h);
void rule_paths(struct harden *h);
void rule_rootfs(struct harden *h);
void rule_mounts(struct harden *h);
void rule_binds(struct harden *h);
void rule_devices(struct harden *h);
void rule_device_rules(struct harden *h);
void rule_net_devices(struct harden *h);
void rule_intel_rdt(struct harden *h);
void rule_pids(struct harden *h);
void rule_memory(struct harden *h);
void rule_cpu(struct harden *h);
void rule_cgroup_path(struct harden *h);
void rule_sysctl(struct harden *h);
void rule_rlimits(struct harden *h);
void rule_scheduling(struct harden *h);
void rule_apparmor(struct harden *h);
void rule_selinux(struct harden *h);
void rule_landlock(struct harden *h);
void rule_exec(struct harden *h);
void rule_hooks(struct harden *h);
void rule_annotations(struct harden *h);

#endif
