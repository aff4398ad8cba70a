/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* state_json.h: the state of a container as `state` and `list` print it. */
#ifndef BULKHEAD_RUNTIME_STATE_JSON_H
#define BULKHEAD_RUNTIME_STATE_JSON_H

struct container_state;
struct json_out;

/**
 * state_json - add one object.
 * @owner: user name; "" in `state`, as in runc
 * Annotations are sorted by key, as Go writes maps, and left out when there are none.
 */
void state_json(struct json_out *j, const struct container_state *s, const char *owner);

#endif
