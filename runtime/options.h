/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * options.h: the one option parser. It accepts what runc's does (Go's flag package under
 * urfave/cli v1), because engines were written against it:
 *   - "--name value", "--name=value"; a single dash serves for long names too (go-runc sends
 *     "-no-subreaper");
 *   - a flag takes no separate value, only "--name=true|false" and their short forms;
 *   - a repeated option: the last one wins, unless it takes a list; using both names of one option
 * is an error;
 *   - "--" ends the options, a lone "-" is an argument;
 *   - after the first argument, words that are options of the command still count as such
 *     ("delete ID --force"), and any other word is an argument ("kill ID -9"), dash or not.
 */
#ifndef BULKHEAD_RUNTIME_OPTIONS_H
#define BULKHEAD_RUNTIME_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

struct err;

/* Values of an option that may be repeated, in their order; point into argv. */
struct option_list {
	const char **items;
	size_t n;
};

/*
 * One option; exactly one of flag, text, list and number is set and says what it takes. Tables are
 * static and end with an entry without a name.
 */
struct option_spec {
	const char *name;	  /* long name without dashes */
	char key;		  /* one-letter name, or 0 */
	bool hidden;		  /* not shown in the help */
	bool *flag;		  /* "--name", "--name=false" */
	const char **text;	  /* "--name value"; points into argv */
	struct option_list *list; /* "--name a --name b"; a comma separates nothing */
	unsigned *number;	  /* "--name 3" */
	const char *help;	  /* one line */
	const char *initial;	  /* default as shown in the help, or NULL */
};

/* The most entries of one table. */
#define OPTIONS_MAX 32

enum options_order {
	OPTIONS_ANYWHERE, /* options may follow arguments */
	OPTIONS_FIRST,	  /* everything from the first argument on is an argument */
};

struct options_rest {
	char **args; /* the arguments, in argv's memory */
	int n;
	bool help; /* -h or --help was given, alone or not */
};

/**
 * options_parse - parse @argv according to @table.
 * @table: the command's options; "help" and "h" are added to it
 * @argc, @argv: the words after the command's name; argv is reordered, arguments to the front
 * @ret:   the arguments left
 *
 * Values of options not given are left alone. Errors are ERR_STATE with Go's words, for example
 * "flag provided but not defined: -foo"; the values are then unspecified.
 */
int options_parse(const struct option_spec *table, int argc, char **argv, enum options_order order,
		  struct options_rest *ret, struct err *e);

#endif
