/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* criu.c: see criu.h. */
#include "lifecycle/criu.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "apply/cgroup.h"
#include "base/arena.h"
#include "base/err.h"
#include "base/fd.h"
#include "host/trust.h"
#include "host/userns_probe.h"
#include "kernel/sys.h"
#include "lifecycle/checkpoint.h"

#define LOG_MAX	   (16u << 20)
#define SAID_MAX   2048
#define TAIL_LINES 20
#define HIGH_FD	   64 /* out of the way while descriptors are put in order */
#define FIRST_FD   3
#define NOT_THERE  127

int criu_find(struct arena *a, const char **ret, struct err *e)
{
	static const char *const places[] = {"/usr/sbin", "/usr/bin",	     "/sbin",
					     "/bin",	  "/usr/local/sbin", "/usr/local/bin"};
	struct err distrusted = {0};

	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		char *path = arena_printf(a, "%s/criu", places[i]);
		if (!path)
			return err_set(e, ERR_SYSTEM, ENOMEM, "out of memory");
		if (access(path, F_OK) < 0)
			continue;
		AUTO_FD fd = trust_open_for("criu", path, &distrusted);
		if (fd < 0)
			continue;
		*ret = path;
		return 0;
	}
	if (distrusted.kind != ERR_NONE)
		return err_set(e, ERR_HOST, EPERM, "%s", distrusted.msg);
	return err_set(
		e, ERR_HOST, ENOTSUP,
		"checkpoint and restore need the program criu (3.17 or newer), which is not in "
		"any of " CRIU_PLACES);
}

void criu_add(struct criu *c, const char *fmt, ...)
{
	char **argv = arena_grow(c->a, c->argv, c->n, &c->cap, sizeof(*argv));
	char *text = NULL;
	va_list ap;

	va_start(ap, fmt);
	int n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	if (argv && n >= 0)
		text = arena_alloc(c->a, (size_t)n + 1);
	if (!text) {
		c->out_of_memory = true;
		return;
	}
	va_start(ap, fmt);
	vsnprintf(text, (size_t)n + 1, fmt, ap);
	va_end(ap);
	c->argv = argv;
	argv[c->n++] = text;
}

int criu_hand(struct criu *c, int fd)
{
	c->fds[c->n_fds] = fd;
	return FIRST_FD + (int)c->n_fds++;
}

int criu_make_dir(const char *path)
{
	char dir[PATH_MAX];
	size_t n = strlen(path);

	if (n >= sizeof(dir))
		return -ENAMETOOLONG;
	memcpy(dir, path, n + 1);
	for (char *slash = strchr(dir + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		if (mkdir(dir, 0700) < 0 && errno != EEXIST)
			return -errno;
		*slash = '/';
	}
	if (mkdir(dir, 0700) == 0)
		return 1;
	return errno == EEXIST ? 0 : -errno;
}

static void add_options(struct criu *c, const struct criu_options *o)
{
	const struct {
		bool asked;
		const char *option;
	} table[] = {
		{o->tcp_established, "--tcp-established"},
		{o->tcp_skip_in_flight, "--skip-in-flight"},
		{o->tcp_close, "--tcp-close"},
		{o->ext_unix_sk, "--ext-unix-sk"},
		{o->shell_job, "--shell-job"},
		{o->file_locks, "--file-locks"},
		{o->auto_dedup, "--auto-dedup"},
		{o->empty_net, "--empty-ns=net"},
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		if (table[i].asked)
			criu_add(c, "%s", table[i].option);
}

void criu_directories(struct criu *c, int image_fd, int work_fd)
{
	criu_add(c, "--images-dir=/proc/self/fd/%d", criu_hand(c, image_fd));
	criu_add(c, "--work-dir=/proc/self/fd/%d", criu_hand(c, work_fd));
}

void criu_close(struct criu *c)
{
	fd_closep(&c->image_fd);
	fd_closep(&c->work_fd);
}

/* 0 is empty, 1 and 2 are @said_fd, then those that are handed over, and no other. */
static int arrange_fds(const struct criu *c, int said_fd)
{
	int null_fd = open("/dev/null", O_RDWR | O_CLOEXEC);
	int said = fcntl(said_fd, F_DUPFD, HIGH_FD), high[CRIU_FDS_MAX];

	for (size_t i = 0; i < c->n_fds; i++)
		if ((high[i] = fcntl(c->fds[i], F_DUPFD, HIGH_FD)) < 0)
			return -1;
	if (dup2(null_fd, 0) < 0 || dup2(said, 1) < 0 || dup2(said, 2) < 0)
		return -1;
	for (size_t i = 0; i < c->n_fds; i++)
		if (dup2(high[i], FIRST_FD + (int)i) < 0)
			return -1;
	return sys_close_range(FIRST_FD + (unsigned)c->n_fds, ~0u, 0);
}

/* @go_fd: at its end the caller has done its part; -1: nothing to wait for. */
static void __attribute__((noreturn))
execute(const struct criu *c, char **argv, int said_fd, bool die, int go_fd)
{
	/* It calls ip, tar and iptables-save. */
	static char path[] = "PATH=/usr/sbin:/usr/bin:/sbin:/bin";
	char *env[] = {path, NULL}, byte;

	sys_default_signals();
	/* What is typed at the caller's terminal is not meant for it. */
	setpgid(0, 0);
	/* Images hold the memory of processes: who may enter their directory is the caller's. The
	 * container's root reads them at the restore. */
	umask(022);
	if (die)
		prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (go_fd >= 0 && read(go_fd, &byte, 1) != 1)
		_exit(NOT_THERE);
	if (arrange_fds(c, said_fd) == 0)
		execve(c->program, argv, env);
	_exit(NOT_THERE);
}

/* "(00.1) Error (criu/x.c:1): words": the words, or NULL. "Dumping FAILED." says nothing. */
static char *error_of(char *line)
{
	char *error = strstr(line, "Error (");
	char *words = error ? strstr(error, "): ") : NULL;

	return words && !strstr(words, " FAILED.") ? words + 3 : NULL;
}

const char *criu_log_error(char *text)
{
	char *last[TAIL_LINES] = {NULL}, *any = NULL, *save = NULL;
	size_t n = 0;

	/* CRIU also notes as errors what it only tries, and what fails while it gives up: the
	 * reason is the first one near the end. */
	for (char *line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		last[n++ % TAIL_LINES] = error_of(line);
		any = error_of(line) ? error_of(line) : any;
	}
	for (size_t i = 0; i < TAIL_LINES; i++)
		if (last[(n + i) % TAIL_LINES])
			return last[(n + i) % TAIL_LINES];
	return any;
}

static int failed(const struct criu *c, int said_fd, struct err *e)
{
	AUTO_ARENA struct arena scratch = ARENA_INIT;
	AUTO_FD fd = openat(c->work_fd, c->log, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	char *text, said[SAID_MAX];
	const char *why = NULL;

	if (fd >= 0 && fd_read_all(fd, &scratch, LOG_MAX, &text) >= 0)
		why = criu_log_error(text);
	/* It ended before it had a log. */
	ssize_t n = why ? 0 : pread(said_fd, said, sizeof(said) - 1, 0);
	if (n > 0) {
		said[n] = '\0';
		said[strcspn(said, "\n")] = '\0';
		why = said;
	}
	return err_set(e, ERR_SYSTEM, EIO, "criu %s failed: %s (its log: %s/%s)", c->verb,
		       why ? why : "it does not say why", c->work_path, c->log);
}

/* Its exit status, or -errno; what it says goes to @said_fd. */
static int run(const struct criu *c, char **argv, int said_fd, const struct cgroup *in,
	       struct err *e)
{
	int status, r = 0, go[2];

	if (pipe2(go, O_CLOEXEC) < 0)
		return err_sys(e, errno, "pipe");
	AUTO_FD go_fd = go[0];
	AUTO_FD let_fd = go[1];
	pid_t pid = fork();
	if (pid < 0)
		return err_sys(e, errno, "fork for criu");
	if (pid == 0) {
		fd_closep(&let_fd);
		execute(c, argv, said_fd, in, in ? go_fd : -1);
	}
	if (in)
		r = cgroup_attach_pid(in, pid, e);
	if (in && r == 0)
		r = fd_write_all(let_fd, "", 1);
	fd_closep(&let_fd);
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return err_sys(e, errno, "wait for criu");
	if (r < 0)
		return r;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

int criu_run(const struct criu *c, const struct cgroup *in, struct err *e)
{
	char **argv = arena_array(c->a, c->n + 1, sizeof(*argv));
	if (c->out_of_memory || !argv)
		return err_set(e, ERR_SYSTEM, ENOMEM, "out of memory");
	memcpy(argv, c->argv, c->n * sizeof(*argv));
	/* Of an earlier run, whose reasons must not pass for those of this one. */
	(void)unlinkat(c->work_fd, c->log, 0);
	AUTO_FD said_fd = memfd_create("criu", MFD_CLOEXEC);
	if (said_fd < 0)
		return err_sys(e, errno, "memfd_create");
	int status = run(c, argv, said_fd, in, e);
	return status <= 0 ? status : failed(c, said_fd, e);
}

unsigned criu_parse_version(const char *text)
{
	unsigned major, minor, sublevel = 0;
	const char *v = strstr(text, "Version: ");

	if (!v || sscanf(v, "Version: %3u.%2u.%2u", &major, &minor, &sublevel) < 2)
		return 0;
	return major * 10000 + minor * 100 + sublevel;
}

static int ask_version(struct criu *c, struct err *e)
{
	char *argv[] = {arena_strdup(c->a, c->program), arena_strdup(c->a, "--version"), NULL};
	char said[SAID_MAX];

	AUTO_FD fd = memfd_create("criu", MFD_CLOEXEC);
	if (fd < 0)
		return err_sys(e, errno, "memfd_create");
	if (!argv[0] || !argv[1])
		return err_set(e, ERR_SYSTEM, ENOMEM, "out of memory");
	int status = run(c, argv, fd, NULL, e);
	ssize_t n = status < 0 ? 0 : pread(fd, said, sizeof(said) - 1, 0);
	if (status < 0)
		return status;
	said[n > 0 ? n : 0] = '\0';
	c->version = criu_parse_version(said);
	if (c->version >= CRIU_OLDEST)
		return 0;
	said[strcspn(said, "\n")] = '\0';
	return err_set(e, ERR_HOST, ENOTSUP,
		       "%s is too old, 3.17 is needed, or cannot run here (status %d): %s",
		       c->program, status, said);
}

int criu_open(const char *verb, const struct criu_options *o, struct arena *a, struct criu *ret,
	      struct err *e)
{
	struct criu c = CRIU_INIT;

	if (geteuid() != 0 || host_in_userns())
		return err_set(e, ERR_HOST, EPERM,
			       "checkpoint and restore are for root of the host: CRIU needs it");
	c.a = a;
	c.verb = verb;
	c.image_path = o->image_path;
	c.work_path = o->work_path ? o->work_path : o->image_path;
	c.log = arena_printf(a, "%s.log", verb);
	int r = c.log ? criu_find(a, &c.program, e)
		      : err_set(e, ERR_SYSTEM, ENOMEM, "out of memory");
	if (r == 0)
		r = ask_version(&c, e);
	if (r == 0 && o->work_path && (r = criu_make_dir(o->work_path)) < 0)
		err_sys(e, -r, "--work-path: make %s", o->work_path);
	if (r >= 0)
		r = c.image_fd = trust_open_dir("--image-path", o->image_path, e);
	/* CRIU writes files by name there. */
	if (r >= 0)
		r = c.work_fd = o->work_path ? trust_open_dir("--work-path", o->work_path, e)
					     : fcntl(c.image_fd, F_DUPFD_CLOEXEC, FIRST_FD);
	if (r < 0) {
		criu_close(&c);
		return r;
	}
	criu_add(&c, "%s", c.program);
	criu_add(&c, "%s", verb);
	/* /etc/criu and a user's own files: options that nobody has looked at. */
	criu_add(&c, "--no-default-config");
	criu_add(&c, "--log-file=%s", c.log);
	criu_add(&c, "-v3");
	/* Its own other way, iptables, is a program that need not be there. */
	criu_add(&c, "--network-lock=nftables");
	/* The processes' places in the container's cgroups, but none of the cgroups' values. */
	criu_add(&c, "--manage-cgroups=soft");
	add_options(&c, o);
	*ret = c;
	return 0;
}
