/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* memory_policy.c: see memory_policy.h. PURE. */
#include "plan/memory_policy.h"

#include <errno.h>
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include "host/facts.h"
#include "oci-spec/spec.h"
#include "plan/affinity.h"

/* <linux/mempolicy.h> of Debian 12 lacks the newest. What mpol_new() wants of the nodes. */
enum wants { NO_NODES, MAY_HAVE_NODES, NODES };

static const struct mode {
	const char *name;
	int value;
	enum wants wants;
} modes[] = {
	{"MPOL_DEFAULT", 0, NO_NODES},
	{"MPOL_PREFERRED", MEMORY_POLICY_PREFERRED, MAY_HAVE_NODES},
	{"MPOL_BIND", 2, NODES},
	{"MPOL_INTERLEAVE", 3, NODES},
	{"MPOL_LOCAL", MEMORY_POLICY_LOCAL, NO_NODES}, /* 3.8 */
	{"MPOL_PREFERRED_MANY", 5, NODES},	       /* 5.15 */
	{"MPOL_WEIGHTED_INTERLEAVE", 6, NODES},	       /* 6.9 */
};

#define BALANCING (1 << 13) /* 5.12 */
#define RELATIVE  (1 << 14)
#define STATIC	  (1 << 15)

static const struct flag {
	const char *name;
	int value;
} known_flags[] = {
	{"MPOL_F_NUMA_BALANCING", BALANCING},
	{"MPOL_F_RELATIVE_NODES", RELATIVE},
	{"MPOL_F_STATIC_NODES", STATIC},
};

#define AT "/linux/memoryPolicy/"

/* What the kernel would say, and what it would not: why. */
#define CONTRADICTION(e, member, ...)                                                              \
	err_set(e, ERR_SPEC, EINVAL, AT member ": set_mempolicy: invalid argument: " __VA_ARGS__)

static const struct mode *mode_find(const char *name)
{
	for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++)
		if (str_eq(modes[i].name, name))
			return &modes[i];
	return NULL;
}

static int flag_value(const char *name)
{
	for (size_t i = 0; i < sizeof(known_flags) / sizeof(known_flags[0]); i++)
		if (str_eq(known_flags[i].name, name))
			return known_flags[i].value;
	return 0;
}

const char *memory_policy_mode_name(size_t i)
{
	return i < sizeof(modes) / sizeof(modes[0]) ? modes[i].name : NULL;
}

const char *memory_policy_flag_name(size_t i)
{
	return i < sizeof(known_flags) / sizeof(known_flags[0]) ? known_flags[i].name : NULL;
}

static int plan_flags(const struct spec_memory_policy *s, const struct mode *m, int *ret,
		      struct err *e)
{
	int flags = 0;

	for (size_t i = 0; i < s->n_flags; i++) {
		int flag = flag_value(s->flags[i]);
		if (!flag)
			return err_set(e, ERR_SPEC, EINVAL,
				       AT "flags/%zu: invalid memory policy flag: %.64s", i,
				       s->flags[i]);
		flags |= flag;
	}
	if ((flags & (RELATIVE | STATIC)) == (RELATIVE | STATIC))
		return CONTRADICTION(e, "flags", "nodes cannot be relative and static at once");
	if (flags & BALANCING && !str_eq(m->name, "MPOL_BIND") &&
	    !str_eq(m->name, "MPOL_PREFERRED_MANY"))
		return CONTRADICTION(e, "flags", "MPOL_F_NUMA_BALANCING is not for %s", m->name);
	if (flags && !s->nodes)
		return CONTRADICTION(e, "flags", "flags are about nodes, and there are none");
	*ret = flags;
	return 0;
}

/* A node that is not there would silently be left out of the set (mpol_set_nodemask()). */
static int check_nodes(const unsigned long *nodes, const char *list, const struct host_facts *f,
		       struct err *e)
{
	unsigned long have[MEMORY_POLICY_WORDS] = {0};

	/* Not known, or a kernel without NUMA: set_mempolicy(2) will tell. */
	if (!f->mem_nodes || affinity_bits(f->mem_nodes, MEMORY_POLICY_NODES, have) < 0)
		return 0;
	for (size_t i = 0; i < MEMORY_POLICY_WORDS; i++)
		if (nodes[i] & ~have[i])
			return err_set(e, ERR_HOST, EINVAL,
				       AT "nodes: \"%.64s\" names nodes that this host has no "
					  "memory in (it has %.64s)",
				       list, f->mem_nodes);
	return 0;
}

/* get_mempolicy(2) gives back the user's nodes only with one of two flags. */
static const unsigned long *first_node(const unsigned long *nodes, struct arena *a)
{
	unsigned long *first = arena_array(a, MEMORY_POLICY_WORDS, sizeof(*first));

	for (size_t i = 0; first && i < MEMORY_POLICY_WORDS; i++)
		if (nodes[i]) {
			first[i] = nodes[i] & -nodes[i];
			break;
		}
	return first;
}

static int plan_nodes(const char *list, const struct host_facts *f, struct arena *a,
		      struct memory_policy_plan *p, struct err *e)
{
	unsigned long *nodes = arena_array(a, MEMORY_POLICY_WORDS, sizeof(*nodes));

	if (!nodes)
		return err_set(e, ERR_SYSTEM, ENOMEM, "out of memory");
	if (affinity_bits(list, MEMORY_POLICY_NODES, nodes) < 0)
		return err_set(e, ERR_SPEC, EINVAL,
			       AT "nodes: invalid memory policy nodes: \"%.64s\" is not a list of "
				  "nodes below %u",
			       list, MEMORY_POLICY_NODES);
	p->nodes = p->effective = nodes;
	if (p->mode == MEMORY_POLICY_PREFERRED)
		p->effective = first_node(nodes, a);
	if (!p->effective)
		return err_set(e, ERR_SYSTEM, ENOMEM, "out of memory");
	/* Relative ones are counted from what the cpuset allows, and wrap around. */
	return p->mode & RELATIVE ? 0 : check_nodes(nodes, list, f, e);
}

int memory_policy_plan_make(const struct spec_memory_policy *s, const struct host_facts *f,
			    struct arena *a, struct memory_policy_plan *ret, struct err *e)
{
	struct memory_policy_plan p = {.set = true};
	int flags = 0, r;

	*ret = (struct memory_policy_plan){0};
	if (!s)
		return 0;
	const struct mode *m = mode_find(s->mode);
	if (!m)
		return err_set(e, ERR_SPEC, EINVAL, AT "mode: invalid memory policy mode: %.64s",
			       s->mode ? s->mode : "");
	if (m->wants == NO_NODES && s->nodes)
		return CONTRADICTION(e, "nodes", "%s takes no nodes", m->name);
	if (m->wants == NODES && !s->nodes)
		return CONTRADICTION(e, "nodes", "%s needs nodes", m->name);
	r = plan_flags(s, m, &flags, e);
	p.mode = m->value | flags;
	if (r == 0 && s->nodes)
		r = plan_nodes(s->nodes, f, a, &p, e);
	if (r == 0)
		*ret = p;
	return r;
}

/* mpol_to_str() of the kernel, by the number of the mode. */
static const char *const shown_names[] = {
	"default", "prefer", "bind", "interleave", "local", "prefer (many)", "weighted interleave",
};

static const char *shown_name(const struct memory_policy_plan *p)
{
	unsigned mode = (unsigned)p->mode & 0xff;

	/* Since 5.14; before, it is "prefer" without nodes. */
	if (mode == MEMORY_POLICY_PREFERRED && !p->nodes)
		mode = MEMORY_POLICY_LOCAL;
	return mode < sizeof(shown_names) / sizeof(shown_names[0]) ? shown_names[mode] : "";
}

const char *memory_policy_text(const struct memory_policy_plan *p, struct arena *a)
{
	AUTO_STRBUF text = STRBUF_INIT;
	const unsigned long *nodes = p->effective;
	const size_t bits = 8 * sizeof(*nodes);
	const char *comma = ":";

	strbuf_addf(&text, "%s%s", shown_name(p),
		    p->mode & STATIC	 ? "=static"
		    : p->mode & RELATIVE ? "=relative"
					 : "");
	for (size_t i = 0; nodes && i < MEMORY_POLICY_NODES; i++)
		if (nodes[i / bits] >> i % bits & 1) {
			strbuf_addf(&text, "%s%zu", comma, i);
			comma = ",";
		}
	return text.failed ? NULL : arena_strdup(a, text.buf);
}

bool memory_policy_is_shown(const struct memory_policy_plan *p, const char *shown)
{
	unsigned long nodes[MEMORY_POLICY_WORDS] = {0};
	const char *list = strchr(shown, ':');
	const char *name = shown_name(p);
	size_t n = strlen(name);

	if (p->mode == MEMORY_POLICY_PREFERRED && !p->nodes && str_eq(shown, "prefer"))
		return true;
	if (strncmp(shown, name, n) != 0 || (shown[n] && shown[n] != ':' && shown[n] != '='))
		return false;
	if (!!(p->mode & STATIC) != !!strstr(shown, "static") ||
	    !!(p->mode & RELATIVE) != !!strstr(shown, "relative"))
		return false;
	if (!list || !p->effective)
		return !list && !p->effective;
	/* Relative ones are shown as what they became. */
	return affinity_bits(list + 1, MEMORY_POLICY_NODES, nodes) == 0 &&
	       (p->mode & RELATIVE || memcmp(nodes, p->effective, sizeof(nodes)) == 0);
}
