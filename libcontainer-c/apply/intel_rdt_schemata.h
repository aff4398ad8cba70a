/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* intel_rdt_schemata.h: the text of schemata files. */
#ifndef BULKHEAD_APPLY_INTEL_RDT_SCHEMATA_H
#define BULKHEAD_APPLY_INTEL_RDT_SCHEMATA_H

#include <stdbool.h>
#include <stdint.h>

/**
 * schemata_has - whether a schemata file says what @line asks for: every domain that @line names
 * has its value there. Masks are compared as numbers; of memory bandwidth ("MB"), the kernel rounds
 * up to a multiple of @bandwidth_step.
 * @file: whole, as the kernel writes it, with spaces in front of the names
 */
bool schemata_has(const char *file, const char *line, uint64_t bandwidth_step);

#endif
