/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * seccomp_rules.h: what linux.seccomp says, read rule by rule without a compiler. It knows which
 * rules match a call, but not which of them goes first.
 */
#ifndef BULKHEAD_TESTS_SECCOMP_RULES_H
#define BULKHEAD_TESTS_SECCOMP_RULES_H

#include <linux/seccomp.h>
#include <stdbool.h>
#include <stdint.h>

#include "oci-spec/spec.h"
#include "plan/seccomp_abi.h"

/** rules_verdict - the verdict that an action stands for. */
uint32_t rules_verdict(const char *action, const uint32_t *errno_ret);

/**
 * rules_obeyed - whether @verdict is one that the rules allow for the call: that of the first rule
 * without conditions, else that of any rule whose conditions hold, else the default. runc's ENOSYS
 * for numbers above all that are named is left out.
 */
bool rules_obeyed(const struct spec_seccomp *s, const struct seccomp_abi *abi,
		  const struct seccomp_data *data, uint32_t verdict);

/** rules_conditional - whether a rule with conditions is for number @nr of @abi. */
bool rules_conditional(const struct spec_seccomp *s, const struct seccomp_abi *abi, uint32_t nr);

#endif
