/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* usage.h: help texts, laid out as runc's, and the version. Made from the option tables. */
#ifndef BULKHEAD_RUNTIME_USAGE_H
#define BULKHEAD_RUNTIME_USAGE_H

struct command;
struct option_spec;
struct strbuf;

/** usage_program - help of the whole program. @globals: the global options. */
void usage_program(const struct option_spec *globals, struct strbuf *out);

/** usage_command - help of one command. */
void usage_command(const struct command *c, struct strbuf *out);

/**
 * usage_version - what --version prints. moby reads the first line and "commit: ", CRI-O joins all
 * lines, `podman info` shows them.
 */
void usage_version(struct strbuf *out);

#endif
