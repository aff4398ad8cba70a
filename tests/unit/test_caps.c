/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* test_caps.c: capability names and masks (plan/caps.h). */
#include <errno.h>
#include <linux/capability.h>
#include <stdint.h>

#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "oci-spec/spec.h"
#include "plan/caps.h"
#include "tests/unit/check.h"

#define BIT(cap) (UINT64_C(1) << (cap))
#define LIST(field, ...)                                                                           \
	.field = (char *[]){__VA_ARGS__, NULL},                                                    \
	.n_##field = sizeof((char *[]){__VA_ARGS__}) / sizeof(char *)

static const struct caps_plan untouched = {1, 2, 3, 4, 5, 6};

static int make(const struct spec_capabilities *c, uint64_t last, struct caps_plan *p,
		struct err *e)
{
	*p = untouched;
	*e = (struct err){0};
	return caps_plan_make(c, last, p, e);
}

TEST(names_and_numbers_agree_with_the_kernel_headers)
{
	for (unsigned i = 0; i <= CAP_LAST_CAP; i++) {
		CHECK_MSG(caps_name(i), "capability %u has no name", i);
		CHECK_INT(caps_from_name(caps_name(i)), i);
	}
	CHECK(caps_name(CAP_LAST_CAP + 1) == NULL);
	CHECK(caps_name(64) == NULL && caps_name(~0u) == NULL);
	CHECK_INT(caps_from_name("CAP_CHOWN"), CAP_CHOWN);
	CHECK_INT(caps_from_name("CAP_SYS_ADMIN"), CAP_SYS_ADMIN);
	CHECK_INT(caps_from_name("CAP_CHECKPOINT_RESTORE"), CAP_CHECKPOINT_RESTORE);
}

TEST(only_exact_names_are_known)
{
	static const char *const bad[] = {
		"",	      "CAP_",	    "cap_chown", "CHOWN", "CAP_chown",
		"CAP_CHOWN ", " CAP_CHOWN", "0",	 "21",	  "CAP_21",
		"all",	      "ALL",	    "CAP_ALL",	 "=ep",	  "CAP_CHOWN,CAP_KILL"};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		CHECK_MSG(caps_from_name(bad[i]) == -1, "\"%s\" is known", bad[i]);
}

TEST(absent_means_none)
{
	struct caps_plan p;
	struct err e;

	CHECK_INT(make(NULL, 40, &p, &e), 0);
	CHECK_INT(p.bounding | p.effective | p.permitted | p.inheritable | p.ambient, 0);
	CHECK_INT(make(&(struct spec_capabilities){0}, 40, &p, &e), 0);
	CHECK_INT(p.bounding | p.effective | p.permitted | p.inheritable | p.ambient, 0);
}

TEST(sets_become_masks)
{
	const struct spec_capabilities c = {
		LIST(bounding, (char *)"CAP_CHOWN", (char *)"CAP_KILL", (char *)"CAP_BPF"),
		LIST(permitted, (char *)"CAP_CHOWN", (char *)"CAP_KILL"),
		LIST(effective, (char *)"CAP_KILL", (char *)"CAP_KILL"),
		LIST(inheritable, (char *)"CAP_CHOWN"),
		LIST(ambient, (char *)"CAP_CHOWN"),
	};
	struct caps_plan p;
	struct err e;

	CHECK_INT(make(&c, 40, &p, &e), 0);
	CHECK_INT(p.bounding, BIT(CAP_CHOWN) | BIT(CAP_KILL) | BIT(CAP_BPF));
	CHECK_INT(p.permitted, BIT(CAP_CHOWN) | BIT(CAP_KILL));
	CHECK_INT(p.effective, BIT(CAP_KILL));
	CHECK_INT(p.inheritable, BIT(CAP_CHOWN));
	CHECK_INT(p.ambient, BIT(CAP_CHOWN));
}

TEST(names_the_kernel_does_not_know_are_dropped)
{
	const struct spec_capabilities c = {
		LIST(bounding, (char *)"CAP_AUDIT_READ", (char *)"CAP_BPF"),
		LIST(permitted, (char *)"CAP_BPF"),
		LIST(effective, (char *)"CAP_BPF"),
	};
	struct caps_plan p;
	struct err e;

	CHECK_INT(make(&c, CAP_AUDIT_READ, &p, &e), 0);
	CHECK_INT(p.bounding, BIT(CAP_AUDIT_READ));
	CHECK_INT(p.permitted, 0);
	CHECK_INT(p.effective, 0);
	/* Not known what the kernel knows: nothing is dropped. */
	CHECK_INT(make(&c, 0, &p, &e), 0);
	CHECK_INT(p.bounding, BIT(CAP_AUDIT_READ) | BIT(CAP_BPF));
	CHECK_INT(make(&c, 63, &p, &e), 0);
	CHECK_INT(p.bounding, BIT(CAP_AUDIT_READ) | BIT(CAP_BPF));
	CHECK_INT(make(&c, UINT64_MAX, &p, &e), 0);
	CHECK_INT(p.bounding, BIT(CAP_AUDIT_READ) | BIT(CAP_BPF));
}

static char said[256];

static void say(const char *pointer, const char *name, const char *why)
{
	size_t n = strlen(said);

	snprintf(said + n, sizeof(said) - n, "%s=%s (%.7s) ", pointer, name, why);
}

TEST(unknown_names_are_ignored_and_found)
{
	const struct spec_capabilities c = {
		LIST(bounding, (char *)"CAP_CHOWN", (char *)"CAP_KILL", (char *)"CAP_FSETID",
		     (char *)"CAP_FLY"),
		LIST(permitted, (char *)"FLY_CAP"),
	};
	struct caps_plan p;
	struct err e;

	CHECK_INT(make(&c, 40, &p, &e), 0);
	CHECK_INT(p.bounding, BIT(CAP_CHOWN) | BIT(CAP_KILL) | BIT(CAP_FSETID));
	CHECK_INT(p.permitted, 0);
	said[0] = '\0';
	caps_ignored(&c, say);
	CHECK_STR(said, "/process/capabilities/bounding/3=CAP_FLY (no capa) "
			"/process/capabilities/permitted/0=FLY_CAP (no capa) ");
	said[0] = '\0';
	caps_ignored(NULL, say);
	CHECK_STR(said, "");
}

TEST(every_set_is_searched_for_unknown_names)
{
	char *names[] = {(char *)"CAP_FLY", NULL};
	const struct spec_capabilities c[] = {
		{.bounding = names, .n_bounding = 1},	{.effective = names, .n_effective = 1},
		{.permitted = names, .n_permitted = 1}, {.inheritable = names, .n_inheritable = 1},
		{.ambient = names, .n_ambient = 1},
	};
	struct caps_plan p;
	struct err e;

	for (size_t i = 0; i < 5; i++) {
		CHECK_INT(make(&c[i], 40, &p, &e), 0);
		CHECK_INT(p.bounding | p.effective | p.permitted | p.inheritable | p.ambient, 0);
		said[0] = '\0';
		caps_ignored(&c[i], say);
		CHECK_HAS(said, "/0=CAP_FLY ");
	}
}

TEST(ambient_needs_permitted_and_inheritable)
{
	char *kill[] = {(char *)"CAP_KILL", NULL};
	const struct spec_capabilities lacking[] = {
		{.permitted = kill, .n_permitted = 1, .ambient = kill, .n_ambient = 1},
		{.bounding = kill,
		 .n_bounding = 1,
		 .inheritable = kill,
		 .n_inheritable = 1,
		 .ambient = kill,
		 .n_ambient = 1},
	};
	struct caps_plan p;
	struct err e;

	for (size_t i = 0; i < 2; i++) {
		CHECK_INT(make(&lacking[i], 40, &p, &e), 0);
		CHECK_INT(p.ambient, 0);
		said[0] = '\0';
		caps_ignored(&lacking[i], say);
		CHECK_STR(said, "/process/capabilities/ambient/0=CAP_KILL (ambient) ");
	}
}

TEST(what_the_kernel_would_refuse_is_refused)
{
	char *kill[] = {(char *)"CAP_KILL", NULL};
	const struct {
		struct spec_capabilities c;
		const char *msg;
	} t[] = {
		{{.bounding = kill, .n_bounding = 1, .effective = kill, .n_effective = 1},
		 "/process/capabilities/effective/0: CAP_KILL is not permitted"},
		{{.permitted = kill, .n_permitted = 1, .inheritable = kill, .n_inheritable = 1},
		 "/process/capabilities/inheritable/0: CAP_KILL is not in the bounding set"},
	};
	struct caps_plan p;
	struct err e;

	for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		CHECK_INT(make(&t[i].c, 40, &p, &e), -EINVAL);
		CHECK_INT(e.kind, ERR_SPEC);
		CHECK_STR(e.msg, t[i].msg);
	}
}
