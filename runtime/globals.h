/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* globals.h: the options in front of the command, and what follows from them. */
#ifndef BULKHEAD_RUNTIME_GLOBALS_H
#define BULKHEAD_RUNTIME_GLOBALS_H

#include <stdbool.h>

#include "runtime/options.h"

struct context;
struct err;

/* Table of the global options, for parsing and for the help. */
extern const struct option_spec global_options[];

/** globals_version - whether --version was given. */
bool globals_version(void);

/**
 * globals_apply - open the log, then work out the state root and check the rest. Errors after the
 * log is open are reported there.
 */
int globals_apply(struct context *c, struct err *e);

#endif
