/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * facts_json.h: made-up facts about a host, for golden tests. One short JSON document; what it does
 * not say is ordinary: kernel 6.1 on cgroup v2, 8 GiB of RAM, every bind source exists and is a
 * directory of root's on ext4, namespaces by path lead nowhere, and there are no security modules.
 */
#ifndef BULKHEAD_TESTS_FACTS_JSON_H
#define BULKHEAD_TESTS_FACTS_JSON_H

#include <stddef.h>

struct arena;
struct err;
struct host_facts;
struct spec;

/** facts_parse - facts for @s from @text. 0, or negative with @e filled in. */
int facts_parse(const char *text, size_t len, const struct spec *s, struct arena *a,
		struct host_facts *ret, struct err *e);

#endif
