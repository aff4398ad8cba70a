/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* options.c: see options.h. Prints nothing and knows no command. */
#include "runtime/options.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/str.h"

/* One word of argv taken apart: "--name=value". */
struct word {
	const char *name;
	size_t name_len;
	const char *value; /* after '=', or NULL */
};

struct parser {
	const struct option_spec *table;
	char **argv;
	int argc, next;
	bool help;
	char form[OPTIONS_MAX]; /* per entry: 'l' or 's', the form seen first */
};

static bool word_names(const struct word *w, const char *name)
{
	return strlen(name) == w->name_len && memcmp(name, w->name, w->name_len) == 0;
}

static bool word_is_help(const struct word *w)
{
	return word_names(w, "help") || word_names(w, "h");
}

/* Whether @s has the form of an option at all; fills @w then. */
static bool word_split(const char *s, struct word *w)
{
	if (s[0] != '-' || s[1] == '\0')
		return false;
	w->name = s + (s[1] == '-' ? 2 : 1);
	/* A '=' in front is part of a (wrong) name, as in Go. */
	const char *eq = *w->name ? strchr(w->name + 1, '=') : NULL;
	w->name_len = eq ? (size_t)(eq - w->name) : strlen(w->name);
	w->value = eq ? eq + 1 : NULL;
	return true;
}

static const struct option_spec *lookup(const struct option_spec *table, const struct word *w)
{
	for (const struct option_spec *o = table; o->name; o++) {
		const char key[2] = {o->key, '\0'};
		if (word_names(w, o->name) || (o->key && word_names(w, key)))
			return o;
	}
	return NULL;
}

static bool is_known(const struct option_spec *table, const char *s)
{
	struct word w;

	return word_split(s, &w) && (lookup(table, &w) || word_is_help(&w));
}

/* Go's strconv.ParseBool. */
static int parse_bool(const char *s, bool *ret)
{
	static const char *const yes[] = {"1", "t", "T", "true", "TRUE", "True", NULL};
	static const char *const no[] = {"0", "f", "F", "false", "FALSE", "False", NULL};

	if (!str_in(s, yes) && !str_in(s, no))
		return -EINVAL;
	*ret = str_in(s, yes);
	return 0;
}

static int set_bool(const struct word *w, bool *flag, struct err *e)
{
	if (!w->value) {
		*flag = true;
		return 0;
	}
	if (parse_bool(w->value, flag) < 0)
		return err_set(e, ERR_STATE, EINVAL,
			       "invalid boolean value \"%s\" for -%.*s: parse error", w->value,
			       (int)w->name_len, w->name);
	return 0;
}

static int set_number(const struct word *w, const char *value, unsigned *number, struct err *e)
{
	uint64_t v;
	int r = str_u64(value, INT_MAX, &v);

	if (r < 0)
		return err_set(e, ERR_STATE, EINVAL, "invalid value \"%s\" for flag -%.*s: %s",
			       value, (int)w->name_len, w->name,
			       r == -ERANGE ? "value out of range" : "parse error");
	*number = (unsigned)v;
	return 0;
}

/* Room for as many values as there are words; it lives as long as argv. */
static int add_value(struct parser *p, struct option_list *l, const char *value, struct err *e)
{
	if (!l->items)
		l->items = calloc((size_t)p->argc, sizeof(*l->items));
	if (!l->items)
		return err_set(e, ERR_SYSTEM, ENOMEM, "out of memory");
	l->items[l->n++] = value;
	return 0;
}

/* "--bundle a -b b": which one would be meant is not ours to guess. "--env A=1 -e B=2" means both,
 * as for crun. */
static int check_form(struct parser *p, const struct option_spec *o, const struct word *w,
		      struct err *e)
{
	char *seen = &p->form[o - p->table];
	char form = word_names(w, o->name) ? 'l' : 's';

	if (*seen && *seen != form && !o->list)
		return err_set(e, ERR_STATE, EINVAL, "Cannot use two forms of the same flag: %c %s",
			       o->key, o->name);
	*seen = form;
	return 0;
}

static int parse_option(struct parser *p, const struct word *w, struct err *e)
{
	const struct option_spec *o = lookup(p->table, w);
	const char *value = w->value;

	if (!o && word_is_help(w))
		return set_bool(w, &p->help, e);
	if (!o)
		return err_set(e, ERR_STATE, EINVAL, "flag provided but not defined: -%.*s",
			       (int)w->name_len, w->name);
	if (check_form(p, o, w, e) < 0)
		return -EINVAL;
	if (o->flag)
		return set_bool(w, o->flag, e);
	if (!value) {
		if (p->next == p->argc)
			return err_set(e, ERR_STATE, EINVAL, "flag needs an argument: -%.*s",
				       (int)w->name_len, w->name);
		value = p->argv[p->next++];
	}
	if (o->number)
		return set_number(w, value, o->number, e);
	if (o->list)
		return add_value(p, o->list, value, e);
	*o->text = value;
	return 0;
}

int options_parse(const struct option_spec *table, int argc, char **argv, enum options_order order,
		  struct options_rest *ret, struct err *e)
{
	struct parser p = {.table = table, .argv = argv, .argc = argc};
	bool ended = false;
	int n = 0;

	while (p.next < argc) {
		char *s = argv[p.next++];
		struct word w;

		if (!ended && strcmp(s, "--") == 0) {
			ended = true;
			continue;
		}
		if (ended || !word_split(s, &w) || (n > 0 && !is_known(table, s))) {
			argv[n++] = s;
			ended = ended || order == OPTIONS_FIRST;
			continue;
		}
		if (w.name_len == 0 || w.name[0] == '-' || w.name[0] == '=')
			return err_set(e, ERR_STATE, EINVAL, "bad flag syntax: %s", s);
		if (parse_option(&p, &w, e) < 0)
			return -EINVAL;
	}
	ret->args = argv;
	ret->n = n;
	ret->help = p.help;
	return 0;
}
