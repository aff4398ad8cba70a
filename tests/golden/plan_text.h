/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* plan_text.h: a plan as text, one line per thing that will be done, for golden tests. */
#ifndef BULKHEAD_TESTS_PLAN_TEXT_H
#define BULKHEAD_TESTS_PLAN_TEXT_H

struct plan;
struct strbuf;

/** plan_text - add the whole plan to @out. BPF programs are named, not printed. */
void plan_text(const struct plan *p, struct strbuf *out);

#endif
