/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* patterns.h: what strings of a policy look like. Internal to policy/. */
#ifndef BULKHEAD_POLICY_PATTERNS_H
#define BULKHEAD_POLICY_PATTERNS_H

#include "oci-spec/schema.h"

extern const struct json_pattern policy_path;	   /* absolute and clean */
extern const struct json_pattern policy_path_none; /* the same, or "" for none */
extern const struct json_pattern policy_storage_path;
extern const struct json_pattern policy_capability;
extern const struct json_pattern policy_fs_type;
extern const struct json_pattern policy_setting;    /* a sysctl; a last component "*" is any rest */
extern const struct json_pattern policy_net_device; /* a final "*" is any rest */
extern const struct json_pattern policy_pool;
extern const struct json_pattern policy_profile; /* of AppArmor */
extern const struct json_pattern policy_label;	 /* of SELinux */
extern const struct json_pattern policy_access;
extern const struct json_pattern policy_words; /* for people: something, on one line */

#endif
