/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * replay.h: do what decisions say. The changes are applied one after the other to the text of a
 * document; when the outcome is the hardened document, then nothing was changed in silence.
 */
#ifndef BULKHEAD_TESTS_REPLAY_H
#define BULKHEAD_TESTS_REPLAY_H

#include <stdbool.h>

struct arena;
struct decisions;

/**
 * replay - apply the changes of @d to the JSON text @json.
 * @ret: the text of the outcome
 * @ret_why: when false is returned: a pointer that leads nowhere, or a "before" that is not what
 *           stands there
 * Objects that are missing on the way to a pointer are made. Needs well-formed JSON; aborts when
 * memory is exhausted.
 */
bool replay(const char *json, const struct decisions *d, struct arena *mem, const char **ret,
	    const char **ret_why);

#endif
