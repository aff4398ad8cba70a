/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * inside.c: what a process sees of its own confinement, as programs like amicontained look at it:
 * one line "KEY VALUE" each. System calls are made with arguments that can't work: a filter answers
 * before the kernel looks at them, so EPERM, ENOSYS or a signal is the filter, and anything else is
 * not. Static, so that it runs in any image.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/*
 * "Significant syscalls blocked by the default profile" of Docker's documentation, but for those
 * that are gone from current kernels, and for those that are judged by their arguments.
 */
static const struct {
	const char *name;
	long number;
} calls[] = {
	{"acct", SYS_acct},
	{"add_key", SYS_add_key},
	{"bpf", SYS_bpf},
	{"clock_settime", SYS_clock_settime},
	{"delete_module", SYS_delete_module},
	{"finit_module", SYS_finit_module},
	{"get_mempolicy", SYS_get_mempolicy},
	{"init_module", SYS_init_module},
#ifdef SYS_ioperm
	{"ioperm", SYS_ioperm},
	{"iopl", SYS_iopl},
#endif
	{"io_uring_enter", SYS_io_uring_enter},
	{"io_uring_register", SYS_io_uring_register},
	{"io_uring_setup", SYS_io_uring_setup},
	{"kcmp", SYS_kcmp},
	{"kexec_file_load", SYS_kexec_file_load},
	{"kexec_load", SYS_kexec_load},
	{"keyctl", SYS_keyctl},
	{"mbind", SYS_mbind},
	{"mount", SYS_mount},
	{"mount_setattr", SYS_mount_setattr},
	{"move_mount", SYS_move_mount},
	{"move_pages", SYS_move_pages},
	{"open_by_handle_at", SYS_open_by_handle_at},
	{"open_tree", SYS_open_tree},
	{"perf_event_open", SYS_perf_event_open},
	{"pivot_root", SYS_pivot_root},
	{"quotactl", SYS_quotactl},
	{"reboot", SYS_reboot},
	{"request_key", SYS_request_key},
	{"set_mempolicy", SYS_set_mempolicy},
	{"setns", SYS_setns},
	{"settimeofday", SYS_settimeofday},
	{"swapoff", SYS_swapoff},
	{"swapon", SYS_swapon},
	{"syslog", SYS_syslog},
	{"umount2", SYS_umount2},
	{"unshare", SYS_unshare},
	{"userfaultfd", SYS_userfaultfd},
};

static const char *answer(long number)
{
	fflush(stdout);
	pid_t pid = fork();
	if (pid == 0) {
		alarm(5);
		long r = syscall(number, -1l, -1l, -1l, -1l, -1l, -1l);
		_exit(r < 0 ? errno : 0);
	}
	int status;
	if (pid < 0 || waitpid(pid, &status, 0) < 0)
		return "?";
	return WIFSIGNALED(status)   ? "signal"
	       : WEXITSTATUS(status) ? strerrorname_np(WEXITSTATUS(status))
				     : "ok";
}

/* The first line of a file. */
static void print_file(const char *key, const char *path)
{
	char line[256] = "";
	FILE *f = fopen(path, "re");

	if (!f || !fgets(line, sizeof(line), f))
		snprintf(line, sizeof(line), "-");
	if (f)
		fclose(f);
	line[strcspn(line, "\n")] = '\0';
	printf("%s %s\n", key, line);
}

static void print_namespaces(void)
{
	static const char *const names[] = {"cgroup", "ipc",  "mnt",  "net",
					    "pid",    "time", "user", "uts"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		char path[64], target[64] = "";

		snprintf(path, sizeof(path), "/proc/self/ns/%s", names[i]);
		printf("namespace %s\n",
		       readlink(path, target, sizeof(target) - 1) < 0 ? "-" : target);
	}
}

static void print_status(void)
{
	static const char *const keys[] = {"Cap", "NoNewPrivs", "Seccomp", "Uid", "Gid", "Groups"};
	char line[256];
	FILE *f = fopen("/proc/self/status", "re");

	while (f && fgets(line, sizeof(line), f))
		for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
			if (strncmp(line, keys[i], strlen(keys[i])) == 0)
				fputs(line, stdout);
	if (f)
		fclose(f);
}

int main(void)
{
	print_namespaces();
	print_status();
	print_file("uid_map", "/proc/self/uid_map");
	print_file("gid_map", "/proc/self/gid_map");
	print_file("label", "/proc/self/attr/current");
	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++)
		printf("call %s %s\n", calls[i].name, answer(calls[i].number));
	return 0;
}
