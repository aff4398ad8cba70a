/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * overlay_options.c: see overlay_options.h.
 *
 * Two layers of quoting, in this order: the kernel's \ooo (seq_show_option() escapes ", \t\n\\" of
 * every value, so that a raw comma always ends an option), and the mounter's "\x" for x in lowerdir
 * and upperdir. What the kernel prints for
 *   lowerdir=    the mounter's text; 6.5 to 6.7: the names joined by raw colons, their own colons
 *                printed as \072
 *   lowerdir+=   bare names, one option each (6.8)
 *   upperdir=    the mounter's text; a bare name if it was given as a descriptor (6.13)
 */
#include "apply/overlay_options.h"

#include <errno.h>
#include <string.h>

#include "kernel/mountinfo.h"
#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

struct parser {
	struct arena *a;
	struct err *e;
	struct overlay_options o;
	struct overlay_path lower[OVERLAY_MAX_LAYERS];
	struct strbuf extra;
};

static int bad(struct parser *p, const char *what)
{
	return err_set(p->e, ERR_HOST, EINVAL, "rootfs overlay: %s", what);
}

static int no_memory(struct parser *p)
{
	return err_sys(p->e, ENOMEM, "rootfs overlay");
}

/* Both readings of the mounter's text: @text with "\x" as x, and as it stands. */
static int read_path(struct parser *p, const char *text, struct overlay_path *ret)
{
	struct overlay_path path = {.bare = text, .path = text};

	if (!*text)
		return bad(p, "a layer without a name");
	if (strchr(text, '\\')) {
		char *out = arena_strdup(p->a, text);
		if (!out)
			return no_memory(p);
		path.path = out;
		for (const char *s = text; *s; s++) {
			if (*s == '\\' && !*++s)
				break;
			*out++ = *s;
		}
		*out = '\0';
		if (!*path.path)
			return bad(p, "a layer without a name");
	}
	*ret = path;
	return 0;
}

static int add_lower(struct parser *p, const char *text, bool bare)
{
	if (p->o.n_lower == OVERLAY_MAX_LAYERS)
		return bad(p, "more than 500 layers");
	struct overlay_path *l = &p->lower[p->o.n_lower];
	int r = read_path(p, text, l);
	if (r < 0)
		return r;
	if (bare)
		l->path = l->bare;
	p->o.n_lower++;
	return 0;
}

/* The next colon of a raw lowerdir value that separates. The mounter's backslash is printed as
 * \134, and what follows it is part of a name, as is a colon printed as \072. */
static char *find_colon(char *s)
{
	for (; *s && *s != ':'; s++) {
		if (!str_starts(s, "\\134"))
			continue;
		s += 3; /* on its last digit; one quoted character follows */
		if (s[1] == '\\')
			s += strnlen(s + 1, 4); /* which is escaped as well */
		else
			s += s[1] != '\0';
	}
	return *s ? s : NULL;
}

/* The whole colon-separated list, still octal-escaped. */
static int add_lower_list(struct parser *p, char *list)
{
	for (char *next; list; list = next) {
		next = find_colon(list);
		if (next)
			*next++ = '\0';
		if (next && *next == ':')
			return bad(p, "data-only layers are not supported");
		if (mountinfo_unescape(list) < 0)
			return bad(p, "a layer's name has a broken escape");
		int r = add_lower(p, list, false);
		if (r < 0)
			return r;
	}
	return 0;
}

/* Whether the kernel, when it splits options again, keeps this one whole: a comma may only be
 * inside one pair of double quotes around the whole value (an LSM's label). */
static bool stays_whole(const char *option)
{
	const char *odd = strpbrk(option, ",\"");
	const char *value = strchr(option, '=');

	if (!odd)
		return true;
	if (!value || odd != value + 1 || *odd != '"')
		return false;
	const char *close = strchr(odd + 1, '"');
	return close && close[1] == '\0';
}

/* An option of the original that the second overlay gets as well. */
static int add_extra(struct parser *p, char *option)
{
	/* No name has anything to escape; one that had could turn into another one. */
	if (memchr(option, '\\', strcspn(option, "=")))
		return bad(p, "an option has an escape in its name");
	if (mountinfo_unescape(option) < 0)
		return bad(p, "an option has a broken escape");
	if (!stays_whole(option))
		return bad(p, "an option with a comma or quote in its value");
	strbuf_addc(&p->extra, ',');
	strbuf_adds(&p->extra, option);
	return 0;
}

static int add_option(struct parser *p, char *option)
{
	if (str_starts(option, "lowerdir="))
		return add_lower_list(p, option + strlen("lowerdir="));
	if (str_starts(option, "workdir=") || str_starts(option, "xino=") ||
	    str_starts(option, "nfs_export=") || strcmp(option, "rw") == 0 ||
	    strcmp(option, "seclabel") == 0)
		return 0;
	if (str_starts(option, "datadir+="))
		return bad(p, "data-only layers are not supported");
	if (strcmp(option, "ro") == 0) {
		p->o.readonly = true;
		return 0;
	}
	if (str_starts(option, "index=")) {
		p->o.index_off = strcmp(option, "index=off") == 0;
		p->o.index = !p->o.index_off;
		return 0;
	}
	bool plus = str_starts(option, "lowerdir+=");
	if (plus || str_starts(option, "upperdir=")) {
		char *value = strchr(option, '=') + 1;
		if (mountinfo_unescape(value) < 0)
			return bad(p, "a layer's name has a broken escape");
		return plus ? add_lower(p, value, true) : read_path(p, value, &p->o.upper);
	}
	return add_extra(p, option);
}

/* Cut the option that ends at the next comma off *text. An LSM prints a label that has commas
 * inside double quotes (selinux: context="u:r:t:c1,c2"). */
static char *cut_option(char **text)
{
	char *option = *text;
	char *end = strpbrk(option, ",=");

	if (end && *end == '=')
		end = end[1] == '"' ? strchr(end + 2, '"') : end;
	if (end && *end != ',')
		end = strchr(end, ',');
	if (end)
		*end++ = '\0';
	*text = end;
	return option;
}

static int parse(struct parser *p, char *text)
{
	while (text) {
		int r = add_option(p, cut_option(&text));
		if (r < 0)
			return r;
	}
	if (p->o.n_lower == 0)
		return bad(p, "no lower layer is shown");
	p->o.lower = arena_array(p->a, p->o.n_lower, sizeof(*p->lower));
	p->o.extra = p->extra.buf ? arena_strdup(p->a, p->extra.buf) : "";
	if (!p->o.lower || !p->o.extra || p->extra.failed)
		return no_memory(p);
	memcpy(p->o.lower, p->lower, p->o.n_lower * sizeof(*p->lower));
	return 0;
}

int overlay_options_parse(const char *super_options, struct arena *a, struct overlay_options *ret,
			  struct err *e)
{
	struct parser p = {.a = a, .e = e, .extra = STRBUF_INIT};
	char *copy = arena_strdup(a, super_options);
	int r = copy ? parse(&p, copy) : no_memory(&p);

	strbuf_free(&p.extra);
	if (r < 0)
		return r;
	*ret = p.o;
	return 0;
}
