/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* ps.c: `bulkhead ps`: the processes of a container, by their numbers on the host. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/fd.h"
#include "base/str.h"
#include "lifecycle/container.h"
#include "runtime/command.h"
#include "runtime/output.h"

#define OUTPUT_MAX (64u << 20) /* of the host's ps(1) */

static const char *format = "table";

static const struct option_spec options[] = {
	{.name = "format",
	 .key = 'f',
	 .text = &format,
	 .help = "table or json",
	 .initial = "\"table\""},
	{0},
};

/* Go's text of a slice of numbers, without any "null". */
static void write_json(const pid_t *pids, size_t n, struct strbuf *out)
{
	strbuf_adds(out, n ? "[" : "null");
	for (size_t i = 0; i < n; i++)
		strbuf_addf(out, "%s%d", i ? "," : "", pids[i]);
	strbuf_adds(out, n ? "]\n" : "\n");
}

static void __attribute__((noreturn)) exec_ps(char *const *argv, int out_fd)
{
	/* The program's complaints are part of our error. */
	if (dup2(out_fd, STDOUT_FILENO) >= 0 && dup2(out_fd, STDERR_FILENO) >= 0)
		execvp("ps", argv);
	_exit(127);
}

static int wait_for(pid_t pid)
{
	int status = 0;

	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return -1;
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* The host's ps(1) with @argv; its whole output in @ret. */
static int run_ps(char *const *argv, struct arena *a, char **ret, struct err *e)
{
	int ends[2];

	if (pipe2(ends, O_CLOEXEC) < 0)
		return err_sys(e, errno, "pipe");
	AUTO_FD rd = ends[0];
	AUTO_FD wr = ends[1];
	pid_t pid = fork();
	if (pid < 0)
		return err_sys(e, errno, "fork");
	if (pid == 0)
		exec_ps(argv, wr);
	fd_closep(&wr);
	ssize_t n = fd_read_all(rd, a, OUTPUT_MAX, ret);
	fd_closep(&rd);
	int status = wait_for(pid);
	if (n < 0)
		return err_sys(e, (int)-n, "read the output of ps");
	if (status == 127 && n == 0)
		return err_set(e, ERR_HOST, ENOENT, "this host has no ps program in $PATH");
	if (status != 0)
		return err_set(e, ERR_STATE, EINVAL, "exit status %d: %s", status, *ret);
	return 0;
}

/* The word of @line that begins at field @column; NULL: it has not so many. */
static const char *field_at(const char *line, size_t column)
{
	static const char blanks[] = " \t";

	line += strspn(line, blanks);
	while (column-- > 0) {
		line += strcspn(line, blanks);
		line += strspn(line, blanks);
	}
	return *line ? line : NULL;
}

static bool is_word(const char *field, const char *word)
{
	size_t n = strlen(word);

	return strncmp(field, word, n) == 0 && (!field[n] || strchr(" \t", field[n]));
}

static bool listed(const pid_t *pids, size_t n, const char *field)
{
	long v = field ? strtol(field, NULL, 10) : 0;

	for (size_t i = 0; i < n; i++)
		if (pids[i] == v)
			return true;
	return false;
}

/* The heading, and the lines of the processes that are in the container. */
static int filter(char *text, const pid_t *pids, size_t n, struct strbuf *out, struct err *e)
{
	char *save, *line = strtok_r(text, "\n", &save);
	size_t column = 0;
	const char *field;

	while (line && (field = field_at(line, column)) && !is_word(field, "PID"))
		column++;
	if (!line || !field)
		return err_set(e, ERR_STATE, EINVAL, "couldn't find PID field in ps output");
	strbuf_addf(out, "%s\n", line);
	while ((line = strtok_r(NULL, "\n", &save)))
		if (listed(pids, n, field_at(line, column)))
			strbuf_addf(out, "%s\n", line);
	return 0;
}

static int write_table(char **args, int n_args, const pid_t *pids, size_t n, struct arena *a,
		       struct strbuf *out, struct err *e)
{
	char **argv = arena_array(a, (size_t)n_args + 3, sizeof(*argv));
	static char name[] = "ps", all[] = "-ef";
	char *text;

	if (!argv)
		return err_sys(e, ENOMEM, "ps");
	argv[0] = name;
	argv[1] = all;
	for (int i = 0; i < n_args; i++)
		argv[i + 1] = args[i];
	int r = run_ps(argv, a, &text, e);
	return r < 0 ? r : filter(text, pids, n, out, e);
}

static int ps_run(const struct context *c, char **args, int n_args, struct err *e)
{
	AUTO_ARENA struct arena a = ARENA_INIT;
	AUTO_STRBUF out = STRBUF_INIT;
	bool json = str_eq(format, "json");
	pid_t *pids = NULL;
	size_t n;

	if (!json && !str_eq(format, "table"))
		return err_set(e, ERR_STATE, EINVAL, "invalid format option");
	int r = container_pids(c->root, args[0], &a, &pids, &n, e);
	if (r == 0 && json)
		write_json(pids, n, &out);
	else if (r == 0)
		r = write_table(args + 1, n_args - 1, pids, n, &a, &out, e);
	return r < 0 ? r : output_write(&out, e);
}

const struct command command_ps = {
	.name = "ps",
	.summary = "show the processes of a container",
	.arguments = "<container-id> [ps options]",
	.description =
		"The options are those of the host's ps, by default \"-ef\". Process ids are\n"
		"those on the host.",
	.options = options,
	.min_args = 1,
	.max_args = INT_MAX,
	.order = OPTIONS_FIRST,
	.run = ps_run,
};
