/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * option_tables.c: a program of the build, never installed: all commands and options as JSON. The
 * completions are made of it, and the manual pages are held against it.
 */
#include <stddef.h>
#include <stdlib.h>

#include "base/str.h"
#include "runtime/command.h"
#include "runtime/globals.h"
#include "runtime/output.h"

static void add_text(struct json_out *j, const char *key, const char *text)
{
	if (text && *text)
		json_out_string(j, key, text);
}

static void add_options(struct json_out *j, const struct option_spec *o)
{
	json_out_open(j, "options", '[');
	for (; o->name; o++) {
		const char key[2] = {o->key, '\0'};
		json_out_open(j, NULL, '{');
		json_out_string(j, "name", o->name);
		add_text(j, "key", key);
		json_out_bool(j, "value", !o->flag);
		json_out_bool(j, "repeated", o->list != NULL);
		json_out_bool(j, "hidden", o->hidden);
		json_out_string(j, "help", o->help);
		add_text(j, "initial", o->initial);
		json_out_close(j, '}');
	}
	json_out_close(j, ']');
}

static void add_command(struct json_out *j, const struct command *c)
{
	json_out_open(j, NULL, '{');
	json_out_string(j, "name", c->name);
	json_out_string(j, "summary", c->summary);
	add_text(j, "arguments", c->arguments);
	add_text(j, "description", c->description);
	json_out_bool(j, "optionsFirst", c->order == OPTIONS_FIRST);
	add_options(j, c->options);
	json_out_close(j, '}');
}

int main(void)
{
	AUTO_STRBUF out = STRBUF_INIT;
	struct json_out j = {.out = &out, .indent = "  "};

	json_out_open(&j, NULL, '{');
	add_options(&j, global_options);
	json_out_open(&j, "commands", '[');
	for (const struct command *const *c = commands; *c; c++)
		add_command(&j, *c);
	json_out_close(&j, ']');
	json_out_close(&j, '}');
	strbuf_addc(&out, '\n');
	return output_write(&out, NULL) < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
