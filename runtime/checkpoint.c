/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* checkpoint.c: `bulkhead checkpoint`. */
#include "lifecycle/checkpoint.h"

#include <errno.h>
#include <unistd.h>

#include "base/err.h"
#include "base/str.h"
#include "runtime/command.h"
#include "runtime/criu_request.h"

static struct criu_request opt;
static const char *parent_path, *page_server, *status_fd = "-1";
static bool leave_running, pre_dump, link_remap;

static const struct option_spec options[] = {
	CRIU_REQUEST_OPTIONS(opt),
	{.name = "tcp-skip-in-flight",
	 .flag = &opt.out.tcp_skip_in_flight,
	 .help = "leave out TCP connections that are not established yet"},
	{.name = "parent-path",
	 .text = &parent_path,
	 .help = "directory of an earlier --pre-dump, relative to --image-path"},
	{.name = "leave-running",
	 .flag = &leave_running,
	 .help = "let the container go on afterwards"},
	{.name = "link-remap",
	 .flag = &link_remap,
	 .help = "give files that are open and removed a name for the time being"},
	{.name = "pre-dump",
	 .flag = &pre_dump,
	 .help = "memory only, as the parent of a later checkpoint; the container goes on"},
	{.name = "status-fd",
	 .text = &status_fd,
	 .initial = "-1",
	 .help = "not supported, as --lazy-pages: refused with an error"},
	{.name = "page-server",
	 .text = &page_server,
	 .help = "not supported: refused with an error"},
	{0},
};

static int check_options(struct err *e)
{
	if (page_server && *page_server)
		return err_set(e, ERR_HOST, ENOTSUP,
			       "--page-server is not supported: memory would leave the directory "
			       "that root alone can read");
	if (!str_eq(status_fd, "-1"))
		return err_set(e, ERR_HOST, ENOTSUP,
			       "--status-fd is not supported: it is told of --lazy-pages only");
	if (parent_path && *parent_path == '/')
		return err_set(e, ERR_STATE, EINVAL, "--parent-path must be relative");
	return criu_request_finish(&opt, e);
}

static int checkpoint_run(const struct context *c, char **args, int n_args, struct err *e)
{
	struct checkpoint_request q = {
		.root = c->root,
		.id = args[0],
		.policy = context_trail(c),
		.parent_path = parent_path && *parent_path ? parent_path : NULL,
		.link_remap = link_remap,
		.leave_running = leave_running,
		.pre_dump = pre_dump,
	};
	int r = check_options(e);

	(void)n_args;
	q.criu = opt.out;
	return r < 0 ? r : container_checkpoint(&q, e);
}

const struct command command_checkpoint = {
	.name = "checkpoint",
	.summary = "write a running container's processes to files",
	.arguments = "<container-id>",
	.description = "CRIU does it, which has to be installed. Afterwards the container is gone, "
		       "unless\n"
		       "it is to be left running; `restore` makes it again from the files.",
	.options = options,
	.min_args = 1,
	.max_args = 1,
	.run = checkpoint_run,
};
