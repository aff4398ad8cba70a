/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* pattern.h: the shapes of strings that the specification's schema gives as regular expressions. */
#ifndef BULKHEAD_OCI_SPEC_PATTERN_H
#define BULKHEAD_OCI_SPEC_PATTERN_H

#include "oci-spec/schema.h"

extern const struct json_pattern pattern_version;   /* SemVer 2.0.0 with major version 1 */
extern const struct json_pattern pattern_abs_path;  /* begins with a slash */
extern const struct json_pattern pattern_rlimit;    /* ^RLIMIT_[A-Z]+$ */
extern const struct json_pattern pattern_page_size; /* ^[1-9][0-9]*[KMG]B$ */
extern const struct json_pattern pattern_cpu_list;  /* ^[0-9, -]*$ */
extern const struct json_pattern pattern_mem_bw;    /* ^MB:[^\n]*$ */
extern const struct json_pattern pattern_access;    /* ^[rwma]*$ */

#endif
