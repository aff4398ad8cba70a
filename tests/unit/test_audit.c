/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* test_audit.c: lines of the audit trail, and the places where they go. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/fd.h"
#include "harden/harden.h"
#include "host/facts.h"
#include "lifecycle/audit.h"
#include "lifecycle/audit_line.h"
#include "lifecycle/audit_sinks.h"
#include "lifecycle/now.h"
#include "policy/policy.h"

#include "check.h"

static char dir[64];

/* A directory of the test's own, and the paths of two files in it. */
static void scratch(char file[128])
{
	strcpy(dir, "/tmp/bkh-audit-XXXXXX");
	CHECK(mkdtemp(dir) != NULL);
	snprintf(file, 128, "%s/log/audit.log", dir);
}

static void clean(const char *file)
{
	char path[128];

	unlink(file);
	snprintf(path, sizeof(path), "%s/log", dir);
	rmdir(path);
	CHECK(rmdir(dir) == 0);
}

static struct policy policy_to(const char *destination, const char *file, bool required)
{
	struct policy p = *policy_default();

	p.audit = (struct policy_audit){
		.destination = destination, .file = file, .required = required};
	p.source = "/etc/p\"olicy.json";
	p.digest = "abc";
	return p;
}

static void parse(const char *text, struct arena *a, struct audit_line *ret)
{
	struct err e = {0};

	CHECK_MSG(json_parse_object(&audit_line_schema, "line", text, strlen(text), a, ret,
				    JSON_REFUSE, &e) == 0,
		  "%s in %s", e.msg, text);
}

static const char *slurp(const char *file, struct arena *a)
{
	char *text;

	AUTO_FD fd = open(file, O_RDONLY | O_CLOEXEC);
	CHECK(fd >= 0 && fd_read_all(fd, a, 8 << 20, &text) >= 0);
	return text;
}

TEST(one_line_has_everything)
{
	AUTO_ARENA struct arena a = ARENA_INIT;
	struct decision items[] = {
		{DECISION_NOTE, "memory", "/x", NULL, NULL, "noted"},
		{DECISION_CHANGE, "pids", "/linux/resources/pids/limit", NULL, "2048", "no limit"},
		{DECISION_REFUSE, "binds", "/mounts/0", NULL, NULL, "line\nbreak"},
	};
	struct decisions decisions = {.items = items, .n = 3};
	struct id_extent extent = {0, 458752, 65536};
	struct id_maps maps = {&extent, &extent, 1, 1};
	char *args[] = {(char[]){"sh"}, (char[]){"-c"}, (char[]){"x \"y\""}, NULL};
	struct spec_user user = {.uid = 5, .gid = 6};
	struct spec_process process = {.args = args, .n_args = 3, .user = &user};
	char file[128];
	struct err e = {0};
	struct audit_line l;

	scratch(file);
	struct policy p = policy_to("file", file, true);
	struct audit x = {.policy = &p,
			  .event = "create",
			  .id = "c1",
			  .bundle = "/b\n",
			  .process = &process,
			  .maps = &maps,
			  .decisions = &decisions,
			  .limits = "pids.max=5\nmemory.max=6\n",
			  .pid = 77};
	CHECK_MSG(audit_done(&x, &e) == 0, "%s", e.msg);
	const char *text = slurp(file, &a);
	CHECK(strchr(text, '\n') == text + strlen(text) - 1);
	parse(text, &a, &l);
	CHECK_INT(strlen(l.time), 30);
	CHECK_STR(l.event, "create");
	CHECK_STR(l.outcome, "done");
	CHECK_STR(l.container, "c1");
	CHECK_STR(l.bundle, "/b\n");
	CHECK(!l.error && !l.signal && l.pid && *l.pid == 77);
	CHECK_INT(l.caller.uid, getuid());
	CHECK_INT(l.caller.pid, getpid());
	CHECK_INT(l.caller.parent, getppid());
	CHECK(l.caller.parent_name && *l.caller.parent_name);
	CHECK_STR(l.policy.source, "/etc/p\"olicy.json");
	CHECK_STR(l.policy.digest, "abc");
	CHECK(l.process->n_args == 3 && l.process->uid == 5 && l.process->gid == 6);
	CHECK_STR(l.process->args[2], "x \"y\"");
	CHECK(l.n_uid_mappings == 1 && l.uid_mappings[0].host_id == 458752);
	CHECK(l.n_gid_mappings == 1 && l.gid_mappings[0].size == 65536);
	CHECK_INT(l.n_limits, 2);
	CHECK_STR(l.limits[1], "memory.max=6");
	CHECK_INT(l.n_decisions, 3);
	CHECK_STR(l.decisions[0].kind, "refuse");
	CHECK_STR(l.decisions[0].why, "line\nbreak");
	CHECK_STR(l.decisions[1].rule, "pids");
	CHECK_STR(l.decisions[2].kind, "note");
	CHECK(!l.decisions_left_out);
	clean(file);
}

TEST(failures_and_signals)
{
	AUTO_ARENA struct arena a = ARENA_INIT;
	struct err policy_error = {ERR_POLICY, EPERM, "policy: binds: no"};
	struct err host_error = {ERR_HOST, ENOSYS, "too old"};
	char file[128];
	struct audit_line l;

	scratch(file);
	struct policy p = policy_to("file", file, false);
	struct audit x = {.policy = &p, .event = "kill", .id = "c", .signal = 9};
	audit_result(&x, &policy_error);
	parse(slurp(file, &a), &a, &l);
	CHECK_STR(l.outcome, "refused");
	CHECK_STR(l.error, "policy: binds: no");
	CHECK(l.signal && *l.signal == 9);
	unlink(file);
	audit_result(&x, &host_error);
	parse(slurp(file, &a), &a, &l);
	CHECK_STR(l.outcome, "failed");
	unlink(file);
	audit_result(&x, NULL);
	parse(slurp(file, &a), &a, &l);
	CHECK_STR(l.outcome, "done");
	clean(file);
}

TEST(long_texts_are_cut)
{
	AUTO_ARENA struct arena a = ARENA_INIT;
	static struct decision many[200];
	static char why[201], big[5000];
	char *args[] = {big, big, NULL};
	struct spec_process process = {.args = args, .n_args = 2};
	struct decisions decisions = {.items = many, .n = 200};
	char file[128];
	struct err e = {0};
	struct audit_line l;

	memset(why, 'w', sizeof(why) - 1);
	memset(big, '\x01', sizeof(big) - 1);
	for (size_t i = 0; i < 200; i++)
		many[i] = (struct decision){
			i == 199 ? DECISION_REFUSE : DECISION_CHANGE, "r", "/p", NULL, NULL, why};
	scratch(file);
	struct policy p = policy_to("file", file, true);
	struct audit x = {.policy = &p,
			  .event = "create",
			  .id = big,
			  .bundle = big,
			  .process = &process,
			  .decisions = &decisions};
	CHECK_MSG(audit_done(&x, &e) == 0, "%s", e.msg);
	const char *text = slurp(file, &a);
	CHECK(strlen(text) < 65536);
	parse(text, &a, &l);
	CHECK_INT(strlen(l.container), 259);
	CHECK_INT(strlen(l.bundle), 1027);
	CHECK(l.process->n_args == 1 && strlen(l.process->args[0]) == 1027);
	CHECK_STR(l.decisions[0].kind, "refuse");
	CHECK(l.decisions_left_out && *l.decisions_left_out + l.n_decisions == 200);
	CHECK(l.n_decisions > 30);
	clean(file);
}

TEST(file_and_directory_are_ours_alone)
{
	char file[128], path[128];
	struct err e = {0};
	struct stat st;

	scratch(file);
	CHECK_MSG(audit_file_write(file, "x\n", 2, true, &e) == 0, "%s", e.msg);
	CHECK(stat(file, &st) == 0 && (st.st_mode & 07777) == 0600);
	snprintf(path, sizeof(path), "%s/log", dir);
	CHECK(stat(path, &st) == 0 && (st.st_mode & 07777) == 0700);
	/* Others can write: not believed, and not written to. */
	CHECK(chmod(file, 0602) == 0);
	CHECK_INT(audit_file_write(file, "x\n", 2, false, &e), -EPERM);
	CHECK_HAS(e.msg, "can be written by others");
	CHECK(stat(file, &st) == 0 && st.st_size == 2);
	clean(file);
}

TEST(links_and_other_things_are_refused)
{
	char file[128], victim[128], path[128];
	struct err e = {0};
	struct stat st;

	scratch(file);
	snprintf(path, sizeof(path), "%s/log", dir);
	snprintf(victim, sizeof(victim), "%s/victim", dir);
	CHECK(mkdir(path, 0700) == 0);
	int fd = open(victim, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
	CHECK(fd >= 0);
	close(fd);
	CHECK(symlink(victim, file) == 0);
	CHECK_INT(audit_file_write(file, "x\n", 2, false, &e), -EPERM);
	CHECK_HAS(e.msg, "is a symbolic link");
	err_clear(&e);
	CHECK(unlink(file) == 0 && link(victim, file) == 0);
	CHECK_INT(audit_file_write(file, "x\n", 2, false, &e), -EPERM);
	CHECK_HAS(e.msg, "has a second name");
	err_clear(&e);
	CHECK(stat(victim, &st) == 0 && st.st_size == 0);
	CHECK(unlink(file) == 0 && mkfifo(file, 0600) == 0);
	CHECK_INT(audit_file_write(file, "x\n", 2, false, &e), -EPERM);
	CHECK_HAS(e.msg, "is not a regular file");
	err_clear(&e);
	CHECK(unlink(file) == 0 && mkdir(file, 0700) == 0);
	CHECK(audit_file_write(file, "x\n", 2, false, &e) < 0);
	CHECK_HAS(e.msg, "EISDIR");
	err_clear(&e);
	CHECK(rmdir(file) == 0);
	/* A link to nowhere makes nothing there. */
	snprintf(path, sizeof(path), "%s/elsewhere", dir);
	CHECK(symlink(path, file) == 0);
	CHECK_INT(audit_file_write(file, "x\n", 2, false, &e), -EPERM);
	CHECK(access(path, F_OK) < 0);
	unlink(victim);
	clean(file);
}

TEST(a_torn_line_is_ended)
{
	AUTO_ARENA struct arena a = ARENA_INIT;
	char file[128];
	struct err e = {0};

	scratch(file);
	CHECK(audit_file_write(file, "{\"to", 4, false, &e) == 0);
	CHECK(audit_file_write(file, "{}\n", 3, false, &e) == 0);
	CHECK(audit_file_write(file, "{}\n", 3, false, &e) == 0);
	CHECK_STR(slurp(file, &a), "{\"to\n{}\n{}\n");
	clean(file);
}

static void write_lines(const char *file, const char *line, size_t len)
{
	struct err e = {0};

	for (int i = 0; i < 600; i++)
		if (audit_file_write(file, line, len, false, &e) < 0)
			_exit(1);
	_exit(0);
}

/* tmpfs lets others see the size in the middle of a write that goes over the end of a page. */
TEST(a_line_that_is_being_written_is_not_torn)
{
	AUTO_ARENA struct arena a = ARENA_INIT;
	char file[] = "/dev/shm/bulkhead-test-audit-XXXXXX";
	char line[3001];
	pid_t children[4];
	int status;

	int fd = mkstemp(file);
	CHECK(fd >= 0);
	close(fd);
	memset(line, 'x', sizeof(line));
	line[sizeof(line) - 1] = '\n';
	for (size_t i = 0; i < 4; i++) {
		children[i] = fork();
		if (children[i] == 0)
			write_lines(file, line, sizeof(line));
	}
	for (size_t i = 0; i < 4; i++) {
		CHECK(waitpid(children[i], &status, 0) == children[i]);
		CHECK_INT(status, 0);
	}
	const char *text = slurp(file, &a);
	CHECK_INT(strlen(text), 2400 * sizeof(line));
	CHECK(!strstr(text, "\n\n"));
	unlink(file);
}

TEST(a_line_that_cannot_be_written)
{
	struct err e = {0};
	struct policy p = policy_to("file", "/dev/full", true);
	struct audit x = {.policy = &p, .event = "create", .id = "c"};

	CHECK(!audit_trouble());
	CHECK_INT(audit_done(&x, &e), -EPERM);
	CHECK_INT(e.kind, ERR_POLICY);
	CHECK_HAS(e.msg, "policy: audit: this cannot be recorded as the policy requires: ");
	CHECK(!audit_trouble());
	err_clear(&e);
	p = policy_to("file", "/nowhere/at/all", false);
	CHECK_INT(audit_done(&x, &e), 0);
	CHECK_INT(e.kind, ERR_NONE);
	CHECK_HAS(audit_trouble(), "/nowhere/at/all: ENOENT");
	CHECK(access("/nowhere", F_OK) < 0);
	p = policy_to("none", NULL, true);
	CHECK_INT(audit_done(&x, &e), 0);
}

/* RLIMIT_FSIZE of the caller: an error, and no SIGXFSZ. */
TEST(a_limit_on_file_sizes)
{
	char file[128];
	int status;

	scratch(file);
	CHECK(audit_file_write(file, "{}\n", 3, false, NULL) == 0);
	pid_t pid = fork();
	if (pid == 0) {
		struct rlimit l = {4, 4};
		struct err e = {0};
		if (setrlimit(RLIMIT_FSIZE, &l) < 0)
			_exit(1);
		if (audit_file_write(file, "{}\n", 3, false, &e) == 0)
			_exit(2); /* the first byte fits */
		err_clear(&e);
		if (audit_file_write(file, "{}\n", 3, false, &e) == 0 || !strstr(e.msg, "EFBIG"))
			_exit(3);
		_exit(signal(SIGXFSZ, SIG_DFL) == SIG_DFL ? 0 : 4);
	}
	CHECK(waitpid(pid, &status, 0) == pid);
	CHECK_INT(status, 0);
	clean(file);
}

/* Ten processes write a hundred lines each. */
TEST(lines_of_many_do_not_mix)
{
	AUTO_ARENA struct arena a = ARENA_INIT;
	static char line[4096];
	char file[128];
	int status, n = 0;

	scratch(file);
	for (int i = 0; i < 10; i++) {
		if (fork() > 0)
			continue;
		memset(line, 'a' + i, sizeof(line) - 1);
		line[sizeof(line) - 1] = '\n';
		for (int k = 0; k < 100; k++)
			if (audit_file_write(file, line, sizeof(line), false, NULL) < 0)
				_exit(1);
		_exit(0);
	}
	for (int i = 0; i < 10; i++)
		CHECK(wait(&status) > 0 && status == 0);
	const char *text = slurp(file, &a);
	for (const char *s = text; *s; s += sizeof(line), n++) {
		CHECK(strspn(s, (char[]){*s, '\0'}) == sizeof(line) - 1);
		CHECK(s[sizeof(line) - 1] == '\n');
	}
	CHECK_INT(n, 1000);
	clean(file);
}

/* A daemon's socket; returns its descriptor. */
static int listen_at(const char *path)
{
	struct sockaddr_un sa = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	snprintf(sa.sun_path, sizeof(sa.sun_path), "%s", path);
	CHECK(fd >= 0 && bind(fd, (struct sockaddr *)&sa, sizeof(sa)) == 0);
	return fd;
}

TEST(syslog_datagram)
{
	char file[128], got[512];
	struct err e = {0};

	scratch(file);
	snprintf(file, sizeof(file), "%s/log", dir);
	CHECK(audit_syslog_write(file, "x", 1, false, &e) < 0);
	CHECK_HAS(e.msg, "ENOENT");
	err_clear(&e);
	AUTO_FD fd = listen_at(file);
	CHECK_MSG(audit_syslog_write(file, "{\"a\":1}", 7, true, &e) == 0, "%s", e.msg);
	ssize_t n = recv(fd, got, sizeof(got) - 1, 0);
	CHECK(n > 0);
	got[n] = '\0';
	/* authpriv (10), warning (4); "Nov 22 15:43:22" */
	CHECK(strncmp(got, "<84>", 4) == 0 && got[7] == ' ' && got[10] == ' ' && got[13] == ':');
	CHECK_HAS(got, " bulkhead[");
	CHECK_STR(strstr(got, "]: "), "]: {\"a\":1}");
	unlink(file);
	CHECK(rmdir(dir) == 0);
}

/* A daemon that never reads holds nobody up for ever. */
TEST(syslog_that_does_not_read)
{
	char file[128];
	struct err e = {0};
	int n = 0;

	scratch(file);
	snprintf(file, sizeof(file), "%s/log", dir);
	int fd = listen_at(file);
	alarm(60);
	while (n < 10000 && audit_syslog_write(file, "x", 1, false, &e) == 0)
		n++;
	alarm(0);
	CHECK(n < 10000);
	CHECK_HAS(e.msg, "EAGAIN");
	close(fd);
	unlink(file);
	CHECK(rmdir(dir) == 0);
}

TEST(journal_entry)
{
	struct audit_line l = {.event = "create", .outcome = "done", .container = "a\nPRIORITY=0"};
	char file[128], got[512];
	struct err e = {0};

	scratch(file);
	snprintf(file, sizeof(file), "%s/log", dir);
	AUTO_FD fd = listen_at(file);
	CHECK_MSG(audit_journal_write(file, &l, "{}", 2, false, &e) == 0, "%s", e.msg);
	ssize_t n = recv(fd, got, sizeof(got), 0);
	static const char want[] = "MESSAGE\n\2\0\0\0\0\0\0\0{}\n"
				   "PRIORITY=5\nSYSLOG_FACILITY=10\n"
				   "SYSLOG_IDENTIFIER\n\10\0\0\0\0\0\0\0bulkhead\n"
				   "BULKHEAD_EVENT\n\6\0\0\0\0\0\0\0create\n"
				   "BULKHEAD_OUTCOME\n\4\0\0\0\0\0\0\0done\n"
				   "BULKHEAD_CONTAINER\n\14\0\0\0\0\0\0\0a\nPRIORITY=0\n";
	CHECK_INT(n, sizeof(want) - 1);
	CHECK(memcmp(got, want, sizeof(want) - 1) == 0);
	unlink(file);
	CHECK(rmdir(dir) == 0);
}
