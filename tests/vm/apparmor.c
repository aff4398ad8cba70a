/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* apparmor.c: profiles on a kernel that has AppArmor (apply/labels.h). Booted by test_apparmor.sh.
 */
#include "tests/vm/vm_init.h"

__attribute__((constructor(103))) static void load_profiles(void)
{
	if (access("/sys/kernel/security/apparmor", F_OK) != 0) {
		printf("1..0 # SKIP the kernel has no AppArmor\n");
		vm_end(0);
	}
	if (!vm_load("/profiles", "/sys/kernel/security/apparmor/.replace")) {
		printf("Bail out! the profiles cannot be loaded: %s\n", strerror(errno));
		vm_end(1);
	}
}

TEST(the_program_runs_in_the_profile)
{
	for (int nnp = 0; nnp < 2; nnp++) {
		vm_label("bulkhead-test", NULL, nnp);
		CHECK_MSG(box.result == 1000, "%s", box.err.msg);
		CHECK_STR(box.out, "bulkhead-test (enforce)");
		vm_label("bulkhead test two", NULL, nnp);
		CHECK_STR(box.out, "bulkhead test two (enforce)");
		vm_label("bulkhead-test//&bulkhead test two", NULL, nnp);
		CHECK_HAS(box.out, "bulkhead-test");
		CHECK_HAS(box.out, "//&");
	}
}

TEST(no_profile_no_confinement)
{
	vm_label(NULL, NULL, true);
	CHECK_STR(box.out, "unconfined");
	vm_label("unconfined", NULL, true);
	CHECK_STR(box.out, "unconfined");
}

TEST(a_profile_that_is_not_loaded_is_an_error)
{
	static const char *const missing[] = {"nowhere", "bulkhead-tes", "unconfined_foo",
					      ":bulkhead-test"};

	for (size_t i = 0; i < sizeof(missing) / sizeof(missing[0]); i++) {
		vm_label(missing[i], NULL, true);
		CHECK_MSG(box.result < 0 && *box.out == '\0', "\"%s\" runs as %s", missing[i],
			  box.out);
		CHECK_HAS(box.err.msg, "\" is not loaded");
		CHECK_INT(box.err.kind, ERR_HOST);
	}
	/* The kernel drops the space and takes the other profile; the read-back does not. */
	vm_label("bulkhead-test ", NULL, true);
	CHECK(box.result < 0 && *box.out == '\0');
	CHECK_HAS(box.err.msg, "reads back as");
}
