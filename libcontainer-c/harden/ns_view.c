/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* ns_view.c: see ns_view.h. */
#include "harden/ns_view.h"

#include <string.h>

#include "base/str.h"
#include "host/facts.h"
#include "oci-spec/spec.h"

ssize_t ns_entry(const struct spec *s, const char *type, size_t from)
{
	if (!s->linux_)
		return -1;
	for (size_t i = from; i < s->linux_->n_namespaces; i++)
		if (str_eq(s->linux_->namespaces[i].type, type))
			return (ssize_t)i;
	return -1;
}

const struct ns_fact *ns_fact(const struct spec *s, const struct host_facts *f, size_t i)
{
	static const struct ns_fact none;

	if (i >= f->n_ns || !s->linux_->namespaces[i].path)
		return &none;
	return &f->ns[i];
}

static enum ns_view entry_view(const struct spec *s, const struct host_facts *f, size_t i)
{
	const struct ns_fact *x = ns_fact(s, f, i);

	if (!s->linux_->namespaces[i].path)
		return NS_VIEW_NEW;
	if (!x->exists)
		return NS_VIEW_UNKNOWN;
	if (x->is_own)
		return NS_VIEW_HOST;
	return x->owner == NS_OWNER_FOREIGN ? NS_VIEW_FOREIGN : NS_VIEW_HOST_OWNED;
}

enum ns_view ns_view(const struct spec *s, const struct host_facts *f, const char *type)
{
	ssize_t i = ns_entry(s, type, 0);

	return i < 0 ? NS_VIEW_HOST : entry_view(s, f, (size_t)i);
}

struct ns_foreign ns_foreign(const struct spec *s, const struct host_facts *f)
{
	struct ns_foreign r = {.entry = -1, .conflict = -1};

	for (size_t i = 0; s->linux_ && i < s->linux_->n_namespaces; i++) {
		if (str_eq(s->linux_->namespaces[i].type, "user") ||
		    entry_view(s, f, i) != NS_VIEW_FOREIGN)
			continue;
		if (r.entry < 0)
			r.entry = (ssize_t)i;
		else if (r.conflict < 0 &&
			 ns_fact(s, f, i)->owner_ino != ns_fact(s, f, (size_t)r.entry)->owner_ino)
			r.conflict = (ssize_t)i;
	}
	return r;
}

bool ns_userns_asked(const struct spec *s, const struct host_facts *f)
{
	return ns_view(s, f, "user") != NS_VIEW_HOST;
}

bool ns_userns_forced(const struct spec *in, const struct spec *hardened,
		      const struct host_facts *f)
{
	/* Around us is one already, and on disk are its ids: there is no other owner to hide. */
	if (f->in_userns || ns_userns_asked(in, f))
		return false;
	return ns_userns_asked(hardened, f) || ns_foreign(hardened, f).entry >= 0;
}
