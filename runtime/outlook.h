/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * outlook.h: what would become of a configuration on this host, for the commands that show it
 * without starting anything. Reads the host, changes nothing, needs no root.
 */
#ifndef BULKHEAD_RUNTIME_OUTLOOK_H
#define BULKHEAD_RUNTIME_OUTLOOK_H

#include "base/err.h"
#include "harden/harden.h"
#include "harden/measures.h"

struct policy;
struct spec;
struct strbuf;

struct outlook {
	struct spec *hardened;	  /* when nothing is refused */
	struct measures measures; /* the same */
	const char *rootfs;	  /* the same: its path */
	struct decisions decisions;
	struct err refusal; /* why create would fail; ERR_NONE: it would not */
};

/**
 * outlook_make - go the way of create up to the first change of the host.
 * @dir: the bundle, absolute
 * @systemd: --systemd-cgroup
 * @a:   owns the result
 * What the configuration is refused for is no error of this function.
 */
int outlook_make(const struct spec *s, const struct policy *policy, const char *dir, bool systemd,
		 struct arena *a, struct outlook *ret, struct err *e);

/**
 * outlook_write_json - {"accepted", "refusal", "measures", "decisions"} and a newline; measures are
 * those that config.json has no words for, refusal and measures only where there are any.
 */
void outlook_write_json(const struct outlook *o, struct strbuf *out);

/** outlook_write_table - the same for people. */
void outlook_write_table(const struct outlook *o, struct strbuf *out);

#endif
