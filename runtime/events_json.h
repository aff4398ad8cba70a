/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * events_json.h: events as runc writes them: one object per line, the members in the order of its
 * structures, most zeros left out.
 */
#ifndef BULKHEAD_RUNTIME_EVENTS_JSON_H
#define BULKHEAD_RUNTIME_EVENTS_JSON_H

struct container_stats;
struct strbuf;

/** events_stats_json, events_oom_json - one line about container @id. */
void events_stats_json(struct strbuf *out, const char *id, const struct container_stats *s);
void events_oom_json(struct strbuf *out, const char *id);

#endif
