/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* mount_params.h: what the rule "mounts" knows about file system types and their parameters. */
#ifndef BULKHEAD_HARDEN_MOUNT_PARAMS_H
#define BULKHEAD_HARDEN_MOUNT_PARAMS_H

struct harden;
struct spec_mount;

/** mount_type_why - why containers do not get this file system, in a few words. Never NULL. */
const char *mount_type_why(const char *type);

/**
 * mount_param_refused - the first parameter in @text, one entry of mounts[].options, that a
 * container may not give to a file system of @type; NULL: there is none, or memory is exhausted
 * (h->oom). @text may be several, joined by commas. Types that only the administrator's list names
 * take any parameter.
 */
const char *mount_param_refused(struct harden *h, const char *type, const char *text);

#endif
