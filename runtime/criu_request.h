/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* criu_request.h: what `checkpoint` and `restore` have in common: options of runc's that are about
 * CRIU, and what of them is not to be had. */
#ifndef BULKHEAD_RUNTIME_CRIU_REQUEST_H
#define BULKHEAD_RUNTIME_CRIU_REQUEST_H

#include <stdbool.h>

#include "lifecycle/checkpoint.h"
#include "runtime/options.h"

struct err;

struct criu_request {
	struct criu_options out;
	const char *image_path, *work_path, *cgroups_mode;
	struct option_list empty_ns;
	bool lazy_pages;
};

/* Rows of an option table; @o is a static struct criu_request. */
#define CRIU_REQUEST_OPTIONS(o)                                                                    \
	{.name = "image-path",                                                                     \
	 .text = &(o).image_path,                                                                  \
	 .help = "directory of the images, root's alone (default: \"checkpoint\" in the current "  \
		 "directory)"},                                                                    \
		{.name = "work-path",                                                              \
		 .text = &(o).work_path,                                                           \
		 .help = "directory for CRIU's log, root's alone (default: that of the images)"},  \
		{.name = "tcp-established",                                                        \
		 .flag = &(o).out.tcp_established,                                                 \
		 .help = "allow established TCP connections"},                                     \
		{.name = "ext-unix-sk",                                                            \
		 .flag = &(o).out.ext_unix_sk,                                                     \
		 .help = "allow unix sockets that are connected to the outside"},                  \
		{.name = "shell-job",                                                              \
		 .flag = &(o).out.shell_job,                                                       \
		 .help = "allow a session whose leader is outside"},                               \
		{.name = "file-locks", .flag = &(o).out.file_locks, .help = "handle file locks"},  \
		{.name = "auto-dedup",                                                             \
		 .flag = &(o).out.auto_dedup,                                                      \
		 .help = "free the pages of an older image that a newer one has"},                 \
		{.name = "manage-cgroups-mode",                                                    \
		 .text = &(o).cgroups_mode,                                                        \
		 .initial = "soft",                                                                \
		 .help = "\"soft\"; the others, with limits out of the images, are refused"},      \
		{.name = "empty-ns",                                                               \
		 .list = &(o).empty_ns,                                                            \
		 .help = "\"network\": make that namespace, with nothing in it"},                  \
	{                                                                                          \
		.name = "lazy-pages", .flag = &(o).lazy_pages,                                     \
		.help = "not supported: refused with an error"                                     \
	}

/**
 * criu_request_finish - check the options and fill o->out; paths become absolute by the working
 * directory of now. Static memory.
 */
int criu_request_finish(struct criu_request *o, struct err *e);

#endif
