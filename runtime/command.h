/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * command.h: what a command is. Each command is one file with one `const struct command`;
 * commands.c has the table of all. Only this room prints, logs and exits.
 */
#ifndef BULKHEAD_RUNTIME_COMMAND_H
#define BULKHEAD_RUNTIME_COMMAND_H

#include <stdbool.h>

#include "runtime/log.h"
#include "runtime/options.h"

struct err;
struct policy;

/* The global options, and what is derived from them. */
struct context {
	const char *argv0; /* as typed: part of the texts about wrong usage */
	struct log log;
	const char *root;	    /* state root: absolute, clean, never "/" */
	bool root_given;	    /* --root, not the default */
	bool need_cgroup;	    /* --rootless false */
	bool systemd_cgroup;	    /* --systemd-cgroup: see context_systemd() */
	const char *cgroup_manager; /* as given, or NULL */
	const char *policy_file;    /* absolute, or NULL: see policy_load() */
	unsigned inherited_fds;	    /* descriptors from 3 on that the caller has passed */
};

/** context_systemd - whether systemd is to make the cgroups. */
bool context_systemd(const struct context *c);

/**
 * context_policy - the administrator's policy, for the commands that decide by it.
 * @ret: lives as long as the process; the same one at every call
 * Returns 0, or a negative errno with ERR_POLICY: then nothing may be started.
 */
int context_policy(const struct context *c, const struct policy **ret, struct err *e);

/**
 * context_trail - the policy for commands that only need to know where the audit trail is (start,
 * kill, delete): the built-in one when the administrator's cannot be read. A broken policy must not
 * keep anybody from stopping a container.
 */
const struct policy *context_trail(const struct context *c);

/**
 * context_failed - for commands that add something: the line of the audit trail when they fail
 * before they get to the container: options that are refused, a broken policy.
 */
void context_failed(const struct context *c, const char *event, const char *id,
		    const struct err *why);

/* What a command needs of an ordinary user's own user namespace: lifecycle/outer.h. */
enum rootless { ROOTLESS_PLAIN, ROOTLESS_MAKE, ROOTLESS_ENTER, ROOTLESS_TRY };

struct command {
	const char *name;
	const char *summary;	 /* one line for the list of commands */
	const char *arguments;	 /* shown behind the options in the usage line; "" for none */
	const char *description; /* lines without trailing newline, or NULL */
	const struct option_spec *options;
	int min_args, max_args;
	enum options_order order;
	int error_status;	/* when run() fails; 0: 1 */
	enum rootless rootless; /* TRY: as ENTER, but without one where there can be none */

	/*
	 * Carries the command out. Returns the exit status (0 to 255), or -errno with @e filled:
	 * then the message is logged and the status is error_status. Options stand in the file's
	 * own variables.
	 */
	int (*run)(const struct context *c, char **args, int n_args, struct err *e);
};

extern const struct command command_audit, command_check, command_checkpoint, command_create,
	command_delete, command_events, command_exec, command_explain, command_features,
	command_harden, command_kill, command_list, command_pause, command_policy, command_ps,
	command_restore, command_resume, command_run, command_spec, command_start, command_state,
	command_update, command_verify;

/* All commands in alphabetical order, NULL at the end. */
extern const struct command *const commands[];

/** command_find - the command called @name, or NULL. */
const struct command *command_find(const char *name);

#endif
