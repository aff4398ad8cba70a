/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* annotations.h: the annotations that this runtime acts on. */
#ifndef BULKHEAD_OCI_SPEC_ANNOTATIONS_H
#define BULKHEAD_OCI_SPEC_ANNOTATIONS_H

/* crun's, and podman's --group-add keep-groups: "1" or any value: the process keeps the
 * supplementary groups of the runtime's caller. */
#define ANNOTATION_KEEP_GROUPS "run.oci.keep_original_groups"

#endif
