/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * vm_init.h: a test program in a virtual machine (run-vm). Executed as "show-label" it prints its
 * security label.
 */
#ifndef BULKHEAD_TESTS_VM_INIT_H
#define BULKHEAD_TESTS_VM_INIT_H

#include "apply/labels.h"
#include "apply/process.h"
#include "plan/process.h"
#include "tests/integration/process_box.h"

static struct box box;
static int vm_proc_fd = -1;

/* For constructors: exit() before main() aborts in a static program. */
static void __attribute__((noreturn)) vm_end(int status)
{
	fflush(stdout);
	_exit(status);
}

__attribute__((constructor(101))) static void vm_start(int argc, char **argv)
{
	char text[4096];

	if (argc > 0 && strcmp(argv[0], "show-label") == 0) {
		ssize_t n = file_read_at(AT_FDCWD, "/proc/self/attr/current", text, sizeof(text));
		printf("%s", n < 0 ? strerrorname_np((int)-n) : text);
		vm_end(0);
	}
	mount("securityfs", "/sys/kernel/security", "securityfs", 0, NULL);
	vm_proc_fd = box_proc();
}

/* Give the whole file @from to the kernel in one write; false when it refuses. */
static bool vm_load(const char *from, const char *to)
{
	static char text[1 << 20];
	AUTO_FD in = open(from, O_RDONLY | O_CLOEXEC);
	AUTO_FD out = open(to, O_WRONLY | O_CLOEXEC);
	ssize_t n = in < 0 ? -1 : read(in, text, sizeof(text));

	return n > 0 && out >= 0 && write(out, text, (size_t)n) == n;
}

static int vm_apply_and_show(void *arg, struct err *e)
{
	char *argv[] = {(char *)"show-label", NULL}, *envp[] = {NULL};
	int r = labels_apply(arg, vm_proc_fd, e);

	if (r == 0)
		r = process_apply(arg, NULL, NULL, e);
	if (r == 0)
		execve("/init-test", argv, envp);
	return r;
}

/* What a user's program in a user namespace is labelled, with and without no_new_privs. */
static void vm_label(const char *apparmor, const char *selinux, bool no_new_privs)
{
	struct process_plan p = {
		.cwd = "/",
		.uid = 1000,
		.gid = 1000,
		.no_new_privs = no_new_privs,
		.io_priority = -1,
		.apparmor_profile = apparmor,
		.selinux_label = selinux,
	};

	box_run(&box, CLONE_NEWUSER | CLONE_NEWPID, vm_apply_and_show, &p);
	size_t n = strlen(box.out);
	if (n && box.out[n - 1] == '\n')
		box.out[n - 1] = '\0';
}

#endif
