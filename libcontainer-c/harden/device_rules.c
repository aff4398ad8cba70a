/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * device_rules.c: linux.resources.devices, what the container may open. A container in a user
 * namespace makes no nodes, but nodes reach it by binds and volumes.
 *
 *   first rule             deny everything
 *   allow of everything, of all of one type, of a device that the policy does not list   taken out
 *   "m" (mknod)            taken out
 *   deny                   stays where it is
 *
 * The devices that every container has by the policy are a measure: config.json says which ones are
 * given besides.
 */
#include <string.h>

#include "base/arena.h"
#include "base/str.h"
#include "harden/rule.h"

static bool is_deny_all(const struct spec_device_cgroup *r)
{
	return !r->allow && (!r->type || str_eq(r->type, "a")) && (!r->major || *r->major < 0) &&
	       (!r->minor || *r->minor < 0) && r->access && strchr(r->access, 'r') &&
	       strchr(r->access, 'w') && strchr(r->access, 'm');
}

static bool access_listed(const char *asked, const char *listed)
{
	for (; *asked; asked++)
		if (!strchr(listed, *asked))
			return false;
	return true;
}

/* Whether one entry of the policy covers all that @r allows but mknod. */
static bool covered(const struct policy_device *d, size_t n, const struct spec_device_cgroup *r,
		    const char *access)
{
	int64_t minor_asked = r->minor ? *r->minor : -1;

	for (const struct policy_device *end = d + n; d < end; d++)
		if (str_eq(r->type, d->type) && *r->major == d->major &&
		    (d->minor < 0 || d->minor == minor_asked) && access_listed(access, d->access))
			return true;
	return false;
}

/* What is left of an allowing rule: its access without mknod, or NULL when it has to go. */
static const char *reduced_access(struct harden *h, const struct spec_device_cgroup *r)
{
	const struct policy_devices *p = &h->policy->devices;
	char rest[3] = "";
	size_t n = 0;

	if (!r->access || !r->type || strlen(r->type) != 1 || !r->major || *r->major < 0)
		return NULL;
	for (const char *c = "rw"; *c; c++)
		if (strchr(r->access, *c))
			rest[n++] = *c;
	if (!*rest || (!covered(p->defaults, p->n_defaults, r, rest) &&
		       !covered(p->extra, p->n_extra, r, rest)))
		return NULL;
	/* Unchanged texts stay, so that "wr" is not rewritten to "rw". */
	return strchr(r->access, 'm') ? text(h, "%s", rest) : r->access;
}

struct result {
	struct spec_device_cgroup *v;
	size_t n;
	bool denies, removes, mknods; /* what was done */
};

static void reduce(struct harden *h, const struct spec_device_cgroup *r, size_t n,
		   struct result *out)
{
	if (!n || !is_deny_all(&r[0])) {
		out->v[out->n++] = (struct spec_device_cgroup){.allow = false, .access = "rwm"};
		out->denies = true;
	}
	for (size_t i = 0; i < n; i++) {
		struct spec_device_cgroup x = r[i];
		if (x.allow) {
			const char *access = reduced_access(h, &x);
			if (!access) {
				out->removes = true;
				continue;
			}
			out->mknods |= access != x.access;
			x.access = access;
		}
		out->v[out->n++] = x;
	}
}

static const char *reason(struct harden *h, const struct result *r)
{
	const char *why =
		text(h, "%s%s%s", r->denies ? "; everything is denied first" : "",
		     r->removes ? "; devices that the policy does not list are not allowed" : "",
		     r->mknods ? "; no device nodes can be made" : "");

	return why ? why + 2 : NULL;
}

/* The policy's own list as rules. */
static void measure_defaults(struct harden *h)
{
	const struct policy_devices *p = &h->policy->devices;
	struct spec_device_cgroup *v = arena_array(h->a, p->n_defaults, sizeof(*v));

	if (!v) {
		h->oom = true;
		return;
	}
	for (size_t i = 0; i < p->n_defaults; i++) {
		const struct policy_device *d = &p->defaults[i];
		v[i] = (struct spec_device_cgroup){.allow = true,
						   .type = d->type,
						   .major = number_i64(h, d->major),
						   .minor = number_i64(h, d->minor),
						   .access = d->access};
	}
	h->m.devices_listed = true;
	h->m.devices = v;
	h->m.n_devices = p->n_defaults;
}

void rule_device_rules(struct harden *h)
{
	struct spec_resources *r = need_resources(h);
	struct result out = {0};

	measure_defaults(h);
	/* Host root's permissions are all of them. */
	if (h->facts->in_userns && h->facts->host_root_mapped)
		decide_refuse(
			h, "/linux/resources/devices", NULL,
			"no device rules can be made in a user namespace, and this one has "
			"an id for root on the host, who may open every device that is bound");
	else if (h->facts->in_userns)
		decide_note(
			h, "/linux/resources/devices",
			"not in force: only host root can make device rules. No device node can "
			"be made, and those that are bound keep the host's permissions");
	if (!r || h->oom)
		return;
	out.v = arena_array(h->a, r->n_devices + 1, sizeof(*out.v));
	if (!out.v) {
		h->oom = true;
		return;
	}
	reduce(h, r->devices, r->n_devices, &out);
	if (!out.denies && !out.removes && !out.mknods)
		return;
	const char *why = reason(h, &out);
	if (!why ||
	    !decide_change(h, "/linux/resources/devices", json_rules(h, r->devices, r->n_devices),
			   json_rules(h, out.v, out.n), "%s", why))
		return;
	r->devices = out.v;
	r->n_devices = out.n;
}
