/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * harden.c: the table of rules, and what runs it. A rule sees the spec as the rules before it left
 * it; the first refusal in table order becomes the error, so the rules with the broadest verdict
 * stand first.
 */
#include "harden/harden.h"

#include <errno.h>
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include "harden/rule.h"

#define LEVEL(member) offsetof(struct policy, member.level)

static const struct rule {
	const char *name;
	size_t level; /* offset of its level in struct policy */
	void (*run)(struct harden *h);
	const char *reason;
} rules[] = {
	{"restart", LEVEL(restart), rule_restart,
	 "a container that fails at once and is made again at once keeps the host busy"},
	{"privileged", LEVEL(privileged), rule_privileged,
	 "all devices and CAP_SYS_ADMIN together are the host itself"},
	{"userns", LEVEL(userns), rule_userns,
	 "root inside must not be root outside, whatever else fails"},
	{"namespaces", LEVEL(namespaces), rule_namespaces,
	 "a namespace shared with the host is seen and acted on from inside"},
	{"capabilities", LEVEL(capabilities), rule_capabilities,
	 "each capability opens kernel code that plain programs never need"},
	{"no-new-privileges", LEVEL(no_new_privileges), rule_no_new_privileges,
	 "no program in the image may give more than the process has"},
	{"seccomp", LEVEL(seccomp), rule_seccomp,
	 "kernel holes are reached through system calls that plain programs never make"},
	{"paths", LEVEL(paths), rule_paths, "files of the kernel that tell or change too much"},
	{"rootfs", LEVEL(rootfs), rule_rootfs,
	 "images bring setuid programs and device nodes; mounts must not travel to the host"},
	{"mounts", LEVEL(mounts), rule_mounts,
	 "file system types and flags that turn a mount into a way out"},
	{"binds", LEVEL(binds), rule_binds, "parts of the host that are handed in"},
	{"devices", LEVEL(devices), rule_devices, "a device node is a door past the file system"},
	{"device-rules", LEVEL(devices), rule_device_rules,
	 "device nodes can be reached without linux.devices: only the listed ones may be opened"},
	{"net-devices", LEVEL(net_devices), rule_net_devices,
	 "a network device that is handed over is gone from the host, with all its traffic"},
	{"intel-rdt", LEVEL(intel_rdt), rule_intel_rdt,
	 "cache and bandwidth that are set aside for somebody stay his"},
	{"pids", LEVEL(pids), rule_pids, "a fork bomb must hit its own limit, not the host's"},
	{"memory", LEVEL(memory), rule_memory,
	 "memory, swap and kernel memory must end before the host's do"},
	{"cpu", LEVEL(cpu), rule_cpu, "a share of the CPUs that stays for the others"},
	{"cgroup-path", LEVEL(cgroup_path), rule_cgroup_path,
	 "limits of the cgroups above hold, too: where it lies says who pays"},
	{"sysctl", LEVEL(sysctl), rule_sysctl, "only settings that the container alone has"},
	{"rlimits", LEVEL(rlimits), rule_rlimits, "limits of single processes"},
	{"scheduling", LEVEL(scheduling), rule_scheduling,
	 "no container comes before the host's own processes"},
	{"exec", LEVEL(exec), rule_exec,
	 "whoever looks into a container must not have more there than the container itself"},
	{"apparmor", LEVEL(apparmor), rule_apparmor,
	 "what all other walls let through by mistake is checked by another part of the kernel"},
	{"selinux", LEVEL(selinux), rule_selinux,
	 "the same on hosts with SELinux, and a wall between containers"},
	{"landlock", LEVEL(landlock), rule_landlock,
	 "a wall that the process carries along, where a namespace is the host's"},
	{"hooks", LEVEL(hooks), rule_hooks, "programs that run as root on the host"},
	{"annotations", LEVEL(annotations), rule_annotations,
	 "images can set annotations: nothing may be obeyed that stands there"},
};

static bool id_listed(const uint32_t *list, size_t n, uint32_t id)
{
	for (size_t i = 0; i < n; i++)
		if (list[i] == id)
			return true;
	return false;
}

static bool has_annotation(const struct spec *s, const struct policy_exception *x)
{
	for (size_t i = 0; i < s->n_annotations; i++)
		if (str_eq(s->annotations[i].key, x->annotation))
			return str_eq(s->annotations[i].value, x->value);
	return false;
}

/* Whether the policy lets whoever calls us use this annotation; it must be in the config, too. */
static bool exception_holds(const struct harden *h, const struct policy_exception *x,
			    const char *section)
{
	const struct caller_fact *c = &h->facts->caller;

	return str_eq(x->rule, section) && has_annotation(h->in, x) &&
	       (id_listed(x->users, x->n_users, c->uid) ||
		id_listed(x->login_users, x->n_login_users, c->login_uid));
}

/* The level of the rule that is to run. An exception is written down. */
static const char *rule_level(const struct rule *r, struct harden *h)
{
	const struct policy *p = h->policy;
	const char *level;

	memcpy(&level, (const char *)p + r->level, sizeof(level));
	for (size_t i = 0; i < p->n_exceptions; i++) {
		const struct policy_exception *x = &p->exceptions[i];
		if (str_eq(x->level, level) || !exception_holds(h, x, policy_section(r->level)))
			continue;
		const char *key = pointer_key(h, x->annotation);
		if (key)
			decide_note(h, text(h, "/annotations/%s", key),
				    "the rule's level is \"%s\" by an exception of the policy: %s",
				    x->level, x->why);
		return x->level;
	}
	return level;
}

/* Run a rule on a copy that is thrown away; what it would have done becomes notes. */
static void rule_audit(const struct rule *r, struct harden *h)
{
	struct spec *kept = h->s;
	struct measures kept_measures = h->m;
	size_t first = h->d->n;

	h->s = spec_copy(kept, h->a);
	if (!h->s)
		h->oom = true;
	else
		r->run(h);
	h->s = kept;
	h->m = kept_measures;
	for (size_t i = first; i < h->d->n; i++) {
		struct decision *d = &h->d->items[i];
		if (d->kind == DECISION_NOTE)
			continue;
		d->kind = DECISION_NOTE;
		d->why = text(h, "audit only: %s", d->why);
	}
}

static int first_refusal(const struct decisions *d, struct err *e)
{
	for (size_t i = 0; i < d->n; i++)
		if (d->items[i].kind == DECISION_REFUSE)
			return err_set(e, ERR_POLICY, EPERM, "policy: %s: %s", d->items[i].rule,
				       d->items[i].why);
	return 0;
}

/*
 * For exec those that judge a process by itself, and the one that compares it with the first. For
 * update those of what can be changed in a container that runs.
 */
static bool rule_is_for(const struct rule *r, enum rules_of when)
{
	static const char *const of_exec[] = {
		"capabilities", "no-new-privileges", "rlimits", "scheduling",
		"apparmor",	"selinux",	     "exec",	NULL};
	static const char *const of_update[] = {"pids",	      "memory",	   "cpu",
						"scheduling", "intel-rdt", NULL};

	if (when == RULES_OF_EXEC)
		return str_in(r->name, of_exec);
	if (when == RULES_OF_UPDATE)
		return str_in(r->name, of_update);
	return r->run != rule_exec;
}

int harden_run(struct harden *h, enum rules_of when, struct err *e)
{
	h->when = when;
	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]) && !h->oom; i++) {
		if (!rule_is_for(&rules[i], when))
			continue;
		h->rule = rules[i].name;
		const char *level = rule_level(&rules[i], h);
		if (str_eq(level, POLICY_ENFORCE))
			rules[i].run(h);
		else if (str_eq(level, POLICY_AUDIT))
			rule_audit(&rules[i], h);
	}
	if (h->oom)
		return err_set(e, ERR_SYSTEM, ENOMEM, "out of memory");
	return first_refusal(h->d, e);
}

int harden(const struct spec *in, const struct policy *policy, const struct host_facts *facts,
	   struct arena *a, struct spec **ret, struct measures *ret_measures,
	   struct decisions *ret_decisions, struct err *e)
{
	struct decisions d = {0};
	struct harden h = {
		.in = in,
		.s = spec_copy(in, a),
		.policy = policy,
		.facts = facts,
		.a = a,
		.d = &d,
	};

	h.oom = !h.s;
	int r = harden_run(&h, RULES_OF_CREATE, e);
	if (r != -ENOMEM)
		*ret_decisions = d;
	if (r < 0)
		return r;
	*ret = h.s;
	*ret_measures = h.m;
	return 0;
}

const char *harden_rule(size_t i, const char **ret_reason)
{
	if (i >= sizeof(rules) / sizeof(rules[0]))
		return NULL;
	*ret_reason = rules[i].reason;
	return rules[i].name;
}
