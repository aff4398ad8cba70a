/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* commands.c: the table of all commands. */
#include <stddef.h>
#include <string.h>

#include "runtime/command.h"

const struct command *const commands[] = {
	&command_audit,	   &command_check,  &command_checkpoint, &command_create,
	&command_delete,   &command_events, &command_exec,	 &command_explain,
	&command_features, &command_harden, &command_kill,	 &command_list,
	&command_pause,	   &command_policy, &command_ps,	 &command_restore,
	&command_resume,   &command_run,    &command_spec,	 &command_start,
	&command_state,	   &command_update, &command_verify,	 NULL,
};

const struct command *command_find(const char *name)
{
	for (const struct command *const *c = commands; *c; c++)
		if (strcmp((*c)->name, name) == 0)
			return *c;
	return NULL;
}
