/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* relay.c: see relay.h. */
#include "apply/relay.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/err.h"

/*
 * The caller's descriptors keep their flags: O_NONBLOCK would hit every process that shares them.
 * So each is used only after poll(2) said yes, and written in pieces that then fit: a terminal
 * takes at least this much, a pipe PIPE_BUF.
 */
#define PIECE 256

#define DRAIN_MS 5000

enum { IN, MASTER, OUT };

static size_t waiting(const struct relay_pipe *p)
{
	return p->end - p->start;
}

static size_t room(struct relay_pipe *p)
{
	if (p->start == p->end)
		p->start = p->end = 0;
	return sizeof(p->buf) - p->end;
}

static bool full(const struct relay_pipe *p)
{
	return p->start != p->end && p->end == sizeof(p->buf);
}

/* 0, or -errno of a real failure; end of file closes the pipe. */
static int fill(struct relay_pipe *p, int fd)
{
	size_t n = room(p);

	if (p->closed || n == 0)
		return 0;
	ssize_t r = read(fd, p->buf + p->end, n);
	if (r > 0) {
		p->end += (size_t)r;
		return 0;
	}
	if (r < 0 && (errno == EAGAIN || errno == EINTR))
		return 0;
	p->closed = true;
	/* A master whose last slave is closed says EIO: that is how its file ends. */
	return r == 0 || errno == EIO ? 0 : -errno;
}

static int flush(struct relay_pipe *p, int fd, size_t most)
{
	size_t n = waiting(p);

	if (n == 0)
		return 0;
	ssize_t w = write(fd, p->buf + p->start, n < most ? n : most);
	if (w < 0)
		return errno == EAGAIN || errno == EINTR ? 0 : -errno;
	p->start += (size_t)w;
	return 0;
}

void relay_resize(struct relay *r)
{
	struct winsize size;

	if (ioctl(r->in_fd, TIOCGWINSZ, &size) == 0)
		(void)ioctl(r->master_fd, TIOCSWINSZ, &size);
}

int relay_begin(struct relay *r, int in_fd, int out_fd, int master_fd, struct err *e)
{
	*r = (struct relay){.in_fd = in_fd, .out_fd = out_fd, .master_fd = master_fd};

	/* The master is nobody else's. */
	int flags = fcntl(master_fd, F_GETFL);
	if (flags < 0 || fcntl(master_fd, F_SETFL, flags | O_NONBLOCK) < 0)
		return err_sys(e, errno, "set up the container's terminal");
	if (tcgetattr(in_fd, &r->saved) < 0)
		return 0; /* not a terminal: input from a pipe or a file is fine too */
	relay_resize(r);
	struct termios raw = r->saved;
	cfmakeraw(&raw);
	raw.c_oflag = r->saved.c_oflag; /* what comes out ends its lines in "\n" alone */
	if (tcsetattr(in_fd, TCSADRAIN, &raw) < 0)
		return err_sys(e, errno, "put the terminal into raw mode");
	r->raw = true;
	return 0;
}

void relay_poll(const struct relay *r, struct pollfd fds[RELAY_FDS])
{
	bool in = !r->up.closed && !full(&r->up);
	short master = 0;

	if (!r->down.closed && !full(&r->down))
		master |= POLLIN;
	if (waiting(&r->up) && !r->down.closed)
		master |= POLLOUT;
	fds[IN] = (struct pollfd){.fd = in ? r->in_fd : -1, .events = POLLIN};
	/* Polled for nothing, a master without slaves would still say POLLHUP, again and again. */
	fds[MASTER] = (struct pollfd){.fd = master ? r->master_fd : -1, .events = master};
	fds[OUT] = (struct pollfd){.fd = waiting(&r->down) ? r->out_fd : -1, .events = POLLOUT};
}

static void step_up(struct relay *r, const struct pollfd fds[RELAY_FDS])
{
	/* A caller that took its terminal away ends the input, not the container. */
	if (fds[IN].fd >= 0 && fds[IN].revents)
		(void)fill(&r->up, r->in_fd);
	/* With nobody reading there any more, what was typed is lost, as on any terminal. */
	if (fds[MASTER].fd >= 0 && fds[MASTER].revents & POLLOUT &&
	    flush(&r->up, r->master_fd, RELAY_BUF) < 0)
		r->up.start = r->up.end;
}

int relay_step(struct relay *r, const struct pollfd fds[RELAY_FDS], struct err *e)
{
	int x = 0;

	step_up(r, fds);
	if (fds[MASTER].fd >= 0 && fds[MASTER].revents & (POLLIN | POLLHUP | POLLERR))
		x = fill(&r->down, r->master_fd);
	if (x == 0 && fds[OUT].fd >= 0 && fds[OUT].revents)
		x = flush(&r->down, r->out_fd, PIECE);
	r->done = r->down.closed && !waiting(&r->down);
	return x < 0 ? err_sys(e, -x, "copy the container's terminal") : 0;
}

/* Whether the caller's side takes more, within DRAIN_MS. */
static bool can_write(int fd)
{
	struct pollfd p = {.fd = fd, .events = POLLOUT};

	return poll(&p, 1, DRAIN_MS) > 0;
}

void relay_drain(struct relay *r)
{
	for (;;) {
		/* What the container printed last is worth waiting for its reader, but not for
		 * ever. */
		while (waiting(&r->down))
			if (!can_write(r->out_fd) || flush(&r->down, r->out_fd, PIECE) < 0)
				return;
		if (r->down.closed || fill(&r->down, r->master_fd) < 0 || !waiting(&r->down))
			break;
	}
	r->done = true;
}

void relay_end(struct relay *r)
{
	if (!r->raw)
		return;
	r->raw = false;
	(void)tcsetattr(r->in_fd, TCSADRAIN, &r->saved);
}
