/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* selinux.c: labels on a kernel that has SELinux (apply/labels.h). Booted by test_selinux.sh. */
#include <linux/keyctl.h>

#include "apply/keyring.h"
#include "tests/vm/vm_init.h"

__attribute__((constructor(103))) static void load_policy(void)
{
	if (mount("selinuxfs", "/sys/fs/selinux", "selinuxfs", 0, NULL) != 0) {
		printf("1..0 # SKIP the kernel has no SELinux\n");
		vm_end(0);
	}
	if (!vm_load("/policy", "/sys/fs/selinux/load")) {
		printf("Bail out! the policy cannot be loaded: %s\n", strerror(errno));
		vm_end(1);
	}
}

TEST(the_program_runs_with_the_label)
{
	for (int nnp = 0; nnp < 2; nnp++) {
		vm_label(NULL, "u:r:container_t:s0", nnp);
		CHECK_MSG(box.result == 1000, "%s", box.err.msg);
		CHECK_STR(box.out, "u:r:container_t:s0");
		vm_label(NULL, "u:r:container_t:s0:c0", nnp);
		CHECK_STR(box.out, "u:r:container_t:s0:c0");
	}
}

TEST(no_label_no_transition)
{
	vm_label(NULL, NULL, true);
	CHECK_STR(box.out, "u:r:kernel_t:s0");
}

TEST(a_label_that_the_policy_does_not_know_is_an_error)
{
	vm_label(NULL, "u:r:unknown_t:s0", true);
	CHECK(box.result < 0 && *box.out == '\0');
	CHECK_STR(box.err.msg, "can't set process label: write `/proc/self/attr/exec`: invalid "
			       "argument");
}

static int join_labelled(void *arg, struct err *e)
{
	char label[128] = "", next[128] = "";

	(void)arg;
	int r = keyring_join("vm", "u:r:container_t:s0", e);
	sys_keyctl(KEYCTL_GET_SECURITY, (unsigned long)KEY_SPEC_SESSION_KEYRING,
		   (unsigned long)label, sizeof(label) - 1, 0);
	file_read_at(AT_FDCWD, "/proc/self/attr/keycreate", next, sizeof(next));
	printf("%s, next \"%s\"", label, next);
	return r;
}

TEST(the_session_keyring_has_the_label)
{
	box_run(&box, 0, join_labelled, NULL);
	CHECK_MSG(box.result == 0, "%s", box.err.msg);
	CHECK_STR(box.out, "u:r:container_t:s0, next \"\"");
}
