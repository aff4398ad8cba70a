/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* caps_names.h: the names of capabilities, as config.json and policies spell them. */
#ifndef BULKHEAD_OCI_SPEC_CAPS_NAMES_H
#define BULKHEAD_OCI_SPEC_CAPS_NAMES_H

/**
 * caps_from_name - number of a capability as the specification spells it ("CAP_CHOWN").
 * Returns 0..63, or -1 for a name that is unknown. Exact spelling only: no lower case, no number.
 */
int caps_from_name(const char *name);

/** caps_name - "CAP_CHOWN"; NULL for a number that has no name here. */
const char *caps_name(unsigned cap);

#endif
