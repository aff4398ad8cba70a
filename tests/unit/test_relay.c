/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* test_relay.c: copying between two terminals (apply/relay.h). */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "apply/relay.h"
#include "base/err.h"
#include "tests/unit/check.h"

/* The caller's terminal (user is who sits at it) and the container's (inside is its process). */
static int user = -1, tty = -1, master = -1, inside = -1;
static struct relay relay;
static struct err err;

static void make_pty(int *m, int *s)
{
	char name[64];

	*m = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
	CHECK(*m >= 0 && grantpt(*m) == 0 && unlockpt(*m) == 0);
	CHECK(ptsname_r(*m, name, sizeof(name)) == 0);
	*s = open(name, O_RDWR | O_NOCTTY | O_CLOEXEC);
	CHECK(*s >= 0);
}

static void open_both(void)
{
	alarm(300);
	for (int fd = 3; fd < 64; fd++)
		close(fd);
	err_clear(&err);
	make_pty(&user, &tty);
	make_pty(&master, &inside);
	/* As console_keep_newlines() leaves it. */
	struct termios t;
	CHECK(tcgetattr(inside, &t) == 0);
	t.c_oflag &= ~(tcflag_t)ONLCR;
	CHECK(tcsetattr(inside, TCSANOW, &t) == 0);
}

/* As lifecycle's loop, until nothing moves for @ms. */
static void pump(int ms)
{
	struct pollfd fds[RELAY_FDS];

	for (;;) {
		relay_poll(&relay, fds);
		if (relay.done || poll(fds, RELAY_FDS, ms) <= 0)
			return;
		CHECK_INT(relay_step(&relay, fds, &err), 0);
	}
}

/*
 * What comes out at @fd while the relay is at work, until it is as long as @want. A terminal hands
 * on, and echoes, when the kernel's workers get to it.
 */
static const char *relayed(int fd, const char *want)
{
	static char buf[4096];
	struct pollfd p = {fd, POLLIN, 0};
	size_t n = 0, len = strlen(want);

	for (int i = 0; i < 6000 && n < len; i++) {
		pump(0);
		ssize_t k = poll(&p, 1, 10) > 0 ? read(fd, buf + n, sizeof(buf) - 1 - n) : 0;
		n += k > 0 ? (size_t)k : 0;
	}
	buf[n] = '\0';
	return buf;
}

#define CHECK_RELAYED(fd, want) CHECK_STR(relayed(fd, want), want)

static bool is_raw(int fd)
{
	struct termios t;

	CHECK(tcgetattr(fd, &t) == 0);
	return !(t.c_lflag & (ICANON | ECHO | ISIG)) && !(t.c_iflag & ICRNL);
}

TEST(both_ways)
{
	open_both();
	CHECK_INT(relay_begin(&relay, tty, tty, master, &err), 0);
	CHECK(write(inside, "prompt$ ", 8) == 8);
	CHECK_RELAYED(user, "prompt$ ");
	CHECK(write(user, "ls\r", 3) == 3);
	CHECK_RELAYED(inside, "ls\n");
	CHECK_RELAYED(user, "ls\r\n"); /* the container's terminal echoes, not the caller's */
	pump(50);
	CHECK_INT(poll(&(struct pollfd){user, POLLIN, 0}, 1, 50), 0);
	relay_end(&relay);
}

TEST(control_characters_go_through)
{
	open_both();
	CHECK_INT(relay_begin(&relay, tty, tty, master, &err), 0);
	struct termios t;
	CHECK(tcgetattr(inside, &t) == 0);
	cfmakeraw(&t);
	CHECK(tcsetattr(inside, TCSANOW, &t) == 0);
	CHECK(write(user, "\x03\x04\x1a\x11\x13", 5) == 5);
	CHECK_RELAYED(inside, "\x03\x04\x1a\x11\x13");
	relay_end(&relay);
}

TEST(mode_is_set_and_restored)
{
	struct termios before, after;

	open_both();
	CHECK(tcgetattr(tty, &before) == 0);
	CHECK(!is_raw(tty));
	CHECK_INT(relay_begin(&relay, tty, tty, master, &err), 0);
	CHECK(relay.raw && is_raw(tty));
	CHECK(tcgetattr(tty, &after) == 0);
	CHECK(after.c_oflag == before.c_oflag);
	relay_end(&relay);
	CHECK(!relay.raw);
	CHECK(tcgetattr(tty, &after) == 0);
	CHECK(after.c_lflag == before.c_lflag && after.c_iflag == before.c_iflag &&
	      after.c_oflag == before.c_oflag);
	/* A second call changes nothing, whatever the terminal is by now. */
	cfmakeraw(&after);
	CHECK(tcsetattr(tty, TCSANOW, &after) == 0);
	relay_end(&relay);
	CHECK(is_raw(tty));
}

TEST(window_size_is_passed_on)
{
	struct winsize w = {.ws_row = 33, .ws_col = 77}, got;

	open_both();
	CHECK(ioctl(tty, TIOCSWINSZ, &w) == 0);
	CHECK_INT(relay_begin(&relay, tty, tty, master, &err), 0);
	CHECK(ioctl(inside, TIOCGWINSZ, &got) == 0);
	CHECK_INT(got.ws_row, 33);
	CHECK_INT(got.ws_col, 77);
	w.ws_row = 5;
	CHECK(ioctl(tty, TIOCSWINSZ, &w) == 0);
	relay_resize(&relay);
	CHECK(ioctl(inside, TIOCGWINSZ, &got) == 0);
	CHECK_INT(got.ws_row, 5);
	relay_end(&relay);
}

TEST(ends_when_the_last_slave_is_closed)
{
	open_both();
	CHECK_INT(relay_begin(&relay, tty, tty, master, &err), 0);
	CHECK(write(inside, "bye", 3) == 3);
	close(inside);
	pump(60000);
	CHECK(relay.done);
	CHECK_RELAYED(user, "bye");
	/* Typing into nothing is no error and does not spin. */
	struct pollfd fds[RELAY_FDS];
	CHECK(write(user, "x", 1) == 1);
	relay_poll(&relay, fds);
	CHECK(poll(fds, RELAY_FDS, 60000) == 1);
	CHECK_INT(relay_step(&relay, fds, &err), 0);
	relay_poll(&relay, fds);
	CHECK_INT(poll(fds, RELAY_FDS, 50), 0);
	relay_end(&relay);
}

TEST(input_may_be_no_terminal)
{
	int in[2], out[2];

	open_both();
	CHECK(pipe(in) == 0 && pipe(out) == 0);
	CHECK_INT(relay_begin(&relay, in[0], out[1], master, &err), 0);
	CHECK(!relay.raw);
	CHECK(write(in[1], "echo\n", 5) == 5);
	close(in[1]);
	CHECK_RELAYED(inside, "echo\n");
	CHECK_RELAYED(out[0], "echo\n");
	CHECK(relay.up.closed && !relay.done);
	CHECK(write(inside, "out", 3) == 3);
	CHECK_RELAYED(out[0], "out");
	/* The caller's descriptors keep their flags. */
	CHECK(!(fcntl(in[0], F_GETFL) & O_NONBLOCK) && !(fcntl(out[1], F_GETFL) & O_NONBLOCK));
	relay_end(&relay);
}

TEST(reader_that_goes_away)
{
	int out[2];

	open_both();
	signal(SIGPIPE, SIG_IGN);
	CHECK(pipe(out) == 0);
	CHECK_INT(relay_begin(&relay, tty, out[1], master, &err), 0);
	close(out[0]);
	CHECK(write(inside, "lost", 4) == 4);
	int r = 0;
	for (int i = 0; i < 10 && r == 0; i++) {
		struct pollfd fds[RELAY_FDS];
		relay_poll(&relay, fds);
		CHECK(poll(fds, RELAY_FDS, 60000) > 0);
		r = relay_step(&relay, fds, &err);
	}
	CHECK_INT(r, -EPIPE);
	CHECK_HAS(err.msg, "copy the container's terminal: ");
	relay_drain(&relay); /* does not hang */
	relay_end(&relay);
	CHECK(!is_raw(tty));
}

TEST(a_lot_of_output_arrives_whole)
{
	enum { TOTAL = 1 << 20 };
	int out[2];
	struct termios t;

	open_both();
	CHECK(pipe(out) == 0);
	CHECK(tcgetattr(inside, &t) == 0);
	cfmakeraw(&t);
	CHECK(tcsetattr(inside, TCSANOW, &t) == 0);
	CHECK_INT(relay_begin(&relay, tty, out[1], master, &err), 0);
	pid_t pid = fork();
	if (pid == 0) {
		char buf[1000];
		close(master);
		for (int sent = 0; sent < TOTAL;) {
			int n = TOTAL - sent < 1000 ? TOTAL - sent : 1000;
			for (int i = 0; i < n; i++)
				buf[i] = (char)('a' + (sent + i) % 26);
			ssize_t w = write(inside, buf, (size_t)n);
			if (w < 0)
				_exit(1);
			sent += (int)w;
		}
		_exit(0);
	}
	close(inside);
	CHECK(fcntl(out[0], F_SETFL, O_NONBLOCK) == 0);
	int got = 0;
	while (got < TOTAL) {
		struct pollfd fds[RELAY_FDS + 1];
		char buf[4096];

		relay_poll(&relay, fds);
		fds[RELAY_FDS] = (struct pollfd){out[0], POLLIN, 0};
		CHECK(poll(fds, RELAY_FDS + 1, 60000) > 0);
		CHECK_INT(relay_step(&relay, fds, &err), 0);
		ssize_t n = read(out[0], buf, sizeof(buf));
		for (ssize_t i = 0; i < n; i++)
			CHECK(buf[i] == (char)('a' + (got + i) % 26));
		got += n > 0 ? (int)n : 0;
	}
	pump(60000);
	CHECK(relay.done);
	relay_end(&relay);
}

TEST(drain_takes_what_is_left_and_does_not_wait)
{
	int out[2];

	open_both();
	CHECK(pipe(out) == 0);
	CHECK_INT(relay_begin(&relay, tty, out[1], master, &err), 0);
	CHECK(write(inside, "last words", 10) == 10);
	relay_drain(&relay); /* inside is still open, as a left-over process would keep it */
	CHECK(relay.done);
	CHECK_RELAYED(out[0], "last words");
	relay_end(&relay);
}

TEST(not_a_master)
{
	open_both();
	CHECK(relay_begin(&relay, tty, tty, 63, &err) == -EBADF);
	CHECK(!is_raw(tty));
}
