/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The option parser: what runc's parser accepts, rejects and says. */
#include "runtime/options.h"

#include <errno.h>
#include <stdlib.h>

#include "base/err.h"
#include "tests/unit/check.h"

static struct {
	bool force, detach;
	const char *bundle, *socket;
	struct option_list env;
	unsigned fds;
} opt;

static const struct option_spec table[] = {
	{.name = "force", .key = 'f', .flag = &opt.force},
	{.name = "detach", .key = 'd', .flag = &opt.detach},
	{.name = "bundle", .key = 'b', .text = &opt.bundle},
	{.name = "console-socket", .text = &opt.socket},
	{.name = "env", .key = 'e', .list = &opt.env},
	{.name = "preserve-fds", .number = &opt.fds},
	{0},
};

static struct options_rest rest;
static struct err err;

/* Parses the words of @line, which are separated by one space each; '_' stands for an empty one. */
static int parse(const char *line, enum options_order order)
{
	static char text[512];
	static char *argv[32];
	int argc = 0;

	free(opt.env.items);
	memset(&opt, 0, sizeof(opt));
	memset(&rest, 0, sizeof(rest));
	err_clear(&err);
	snprintf(text, sizeof(text), "%s", line);
	for (char *w = strtok(text, " "); w; w = strtok(NULL, " ")) {
		if (strcmp(w, "_") == 0)
			*w = '\0';
		argv[argc++] = w;
	}
	return options_parse(table, argc, argv, order, &rest, &err);
}

#define CHECK_FAILS(line, text)                                                                    \
	do {                                                                                       \
		CHECK(parse(line, OPTIONS_ANYWHERE) < 0);                                          \
		CHECK_STR(err.msg, text);                                                          \
		CHECK_INT(err.kind, ERR_STATE);                                                    \
	} while (0)

TEST(value_as_next_word)
{
	CHECK_INT(parse("--bundle /b --console-socket s c1", OPTIONS_ANYWHERE), 0);
	CHECK_STR(opt.bundle, "/b");
	CHECK_STR(opt.socket, "s");
	CHECK_INT(rest.n, 1);
	CHECK_STR(rest.args[0], "c1");
}

TEST(lists_keep_every_value_in_order)
{
	CHECK_INT(parse("-e A=1,B=2 -e=C=3 -e _ c1 -e D=4", OPTIONS_FIRST), 0);
	CHECK_INT(opt.env.n, 3);
	CHECK_STR(opt.env.items[0], "A=1,B=2");
	CHECK_STR(opt.env.items[1], "C=3");
	CHECK_STR(opt.env.items[2], "");
	CHECK_INT(rest.n, 3);
	CHECK_STR(rest.args[1], "-e");
	CHECK_INT(parse("--env --env --env", OPTIONS_FIRST), -EINVAL);
	CHECK_STR(err.msg, "flag needs an argument: -env");
	CHECK_INT(parse("-e a --env b -e c", OPTIONS_FIRST), 0);
	CHECK_INT(opt.env.n, 3);
	CHECK_STR(opt.env.items[1], "b");
	CHECK_INT(parse("c1 c2", OPTIONS_FIRST), 0);
	CHECK_INT(opt.env.n, 0);
}

TEST(what_stands_behind_the_first_argument_is_not_looked_at)
{
	CHECK_INT(parse("-d c1 -f --help -- --nonesuch -b", OPTIONS_FIRST), 0);
	CHECK(opt.detach && !opt.force && !rest.help);
	CHECK_INT(rest.n, 6);
	CHECK_STR(rest.args[3], "--");
	/* "--" in front of it ends the options, too. */
	CHECK_INT(parse("-d -- -f c1", OPTIONS_FIRST), 0);
	CHECK_STR(rest.args[0], "-f");
	CHECK(!opt.force);
}

TEST(value_after_equals)
{
	CHECK_INT(parse("--bundle=/b=c --preserve-fds=3", OPTIONS_ANYWHERE), 0);
	CHECK_STR(opt.bundle, "/b=c");
	CHECK_INT(opt.fds, 3);
	CHECK_INT(parse("--bundle= c1", OPTIONS_ANYWHERE), 0);
	CHECK_STR(opt.bundle, "");
	CHECK_INT(rest.n, 1);
}

TEST(one_dash_serves_for_long_names)
{
	CHECK_INT(parse("-force -bundle /b -console-socket=s", OPTIONS_ANYWHERE), 0);
	CHECK(opt.force);
	CHECK_STR(opt.bundle, "/b");
	CHECK_STR(opt.socket, "s");
}

TEST(one_letter_names)
{
	CHECK_INT(parse("-b /b -f", OPTIONS_ANYWHERE), 0);
	CHECK_STR(opt.bundle, "/b");
	CHECK(opt.force);
	CHECK_INT(parse("--b=/b", OPTIONS_ANYWHERE), 0);
	CHECK_STR(opt.bundle, "/b");
}

TEST(letters_do_not_combine)
{
	CHECK_FAILS("-fd", "flag provided but not defined: -fd");
}

TEST(flags_take_values_after_equals_only)
{
	static const char *const yes[] = {"1", "t", "T", "true", "TRUE", "True"};
	static const char *const no[] = {"0", "f", "F", "false", "FALSE", "False"};
	char line[64];

	for (size_t i = 0; i < 6; i++) {
		snprintf(line, sizeof(line), "--force=%s", yes[i]);
		CHECK_INT(parse(line, OPTIONS_ANYWHERE), 0);
		CHECK(opt.force);
		snprintf(line, sizeof(line), "--force --force=%s", no[i]);
		CHECK_INT(parse(line, OPTIONS_ANYWHERE), 0);
		CHECK(!opt.force);
	}
	CHECK_INT(parse("--force false", OPTIONS_ANYWHERE), 0);
	CHECK(opt.force);
	CHECK_STR(rest.args[0], "false");
}

TEST(bad_flag_values)
{
	CHECK_FAILS("--detach=foo a", "invalid boolean value \"foo\" for -detach: parse error");
	CHECK_FAILS("-f= a", "invalid boolean value \"\" for -f: parse error");
	CHECK_FAILS("--help=x", "invalid boolean value \"x\" for -help: parse error");
}

TEST(numbers_are_strict)
{
	CHECK_INT(parse("--preserve-fds 2147483647", OPTIONS_ANYWHERE), 0);
	CHECK_INT(opt.fds, 2147483647);
	CHECK_FAILS("--preserve-fds=x a",
		    "invalid value \"x\" for flag -preserve-fds: parse error");
	CHECK_FAILS("--preserve-fds -1 a",
		    "invalid value \"-1\" for flag -preserve-fds: parse error");
	CHECK_FAILS("--preserve-fds 2147483648",
		    "invalid value \"2147483648\" for flag -preserve-fds: value out of range");
	CHECK_FAILS("--preserve-fds 99999999999999999999",
		    "invalid value \"99999999999999999999\" for flag -preserve-fds: value out of "
		    "range");
	CHECK_FAILS("--preserve-fds _", "invalid value \"\" for flag -preserve-fds: parse error");
}

TEST(a_repeated_option_counts_last)
{
	CHECK_INT(parse("--bundle a --bundle b", OPTIONS_ANYWHERE), 0);
	CHECK_STR(opt.bundle, "b");
}

TEST(two_names_of_one_option_are_refused)
{
	CHECK_FAILS("-b a --bundle b", "Cannot use two forms of the same flag: b bundle");
	CHECK_FAILS("--force -f", "Cannot use two forms of the same flag: f force");
}

TEST(unknown_options)
{
	CHECK_FAILS("--foo x", "flag provided but not defined: -foo");
	CHECK_FAILS("-x=1", "flag provided but not defined: -x");
	CHECK_FAILS("--bundl x", "flag provided but not defined: -bundl");
	CHECK_FAILS("--bundlex x", "flag provided but not defined: -bundlex");
}

TEST(missing_values)
{
	CHECK_FAILS("--bundle", "flag needs an argument: -bundle");
	CHECK_FAILS("c1 -b", "flag needs an argument: -b");
}

TEST(a_value_may_look_like_an_option)
{
	CHECK_INT(parse("--bundle --force c1", OPTIONS_ANYWHERE), 0);
	CHECK_STR(opt.bundle, "--force");
	CHECK(!opt.force);
}

TEST(bad_syntax)
{
	CHECK_FAILS("---foo", "bad flag syntax: ---foo");
	CHECK_FAILS("--=x", "bad flag syntax: --=x");
	CHECK_FAILS("-=x", "bad flag syntax: -=x");
}

TEST(options_may_follow_arguments)
{
	CHECK_INT(parse("c1 --force -b /b", OPTIONS_ANYWHERE), 0);
	CHECK(opt.force);
	CHECK_STR(opt.bundle, "/b");
	CHECK_INT(rest.n, 1);
	CHECK_STR(rest.args[0], "c1");
}

TEST(unknown_words_after_arguments_are_arguments)
{
	CHECK_INT(parse("c1 -9 --force --what ---x", OPTIONS_ANYWHERE), 0);
	CHECK(opt.force);
	CHECK_INT(rest.n, 4);
	CHECK_STR(rest.args[1], "-9");
	CHECK_STR(rest.args[3], "---x");
}

TEST(options_first_stops_at_the_first_argument)
{
	CHECK_INT(parse("-f create --bundle x --foo -- y", OPTIONS_FIRST), 0);
	CHECK(opt.force);
	CHECK(!opt.bundle);
	CHECK_INT(rest.n, 6);
	CHECK_STR(rest.args[0], "create");
	CHECK_STR(rest.args[4], "--");
}

TEST(two_dashes_end_the_options)
{
	CHECK_INT(parse("-f -- --bundle -- x", OPTIONS_ANYWHERE), 0);
	CHECK(opt.force);
	CHECK(!opt.bundle);
	CHECK_INT(rest.n, 3);
	CHECK_STR(rest.args[0], "--bundle");
	CHECK_STR(rest.args[1], "--");
}

TEST(one_dash_and_an_empty_word_are_arguments)
{
	CHECK_INT(parse("- _ c1", OPTIONS_ANYWHERE), 0);
	CHECK_INT(rest.n, 3);
	CHECK_STR(rest.args[0], "-");
	CHECK_STR(rest.args[1], "");
}

TEST(help_is_known_everywhere)
{
	CHECK_INT(parse("-h", OPTIONS_ANYWHERE), 0);
	CHECK(rest.help);
	CHECK_INT(parse("c1 --help", OPTIONS_ANYWHERE), 0);
	CHECK(rest.help);
	CHECK_INT(parse("--help=false c1", OPTIONS_ANYWHERE), 0);
	CHECK(!rest.help);
	/* An error comes before the help. */
	CHECK_FAILS("--help --foo", "flag provided but not defined: -foo");
}

TEST(no_words_at_all)
{
	CHECK_INT(parse("", OPTIONS_ANYWHERE), 0);
	CHECK_INT(rest.n, 0);
	CHECK(!rest.help);
}
