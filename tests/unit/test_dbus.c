/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A D-Bus connection against a peer that answers as it is told, or not at all. */
#include "dbus/connection.h"

#include <errno.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/err.h"
#include "tests/unit/dbus_peer.h"
#include "tests/unit/check.h"

static const struct dbus_method method = {
	.path = "/org/freedesktop/systemd1",
	.interface = "org.freedesktop.systemd1.Manager",
	.member = "Subscribe",
};

static int call(struct dbus *d, struct err *e)
{
	struct dbus_message m;

	return dbus_call(d, &method, NULL, &m, e);
}

TEST(an_answer_is_found_among_other_messages)
{
	struct peer p = peer_start(peer_accept, peer_noise_then_string);
	struct dbus d;
	struct err e = {0};
	struct dbus_message m;

	CHECK_INT(dbus_adopt(p.fd, getuid(), 60000, &d, &e), 0);
	CHECK_INT(dbus_call(&d, &method, NULL, &m, &e), 0);
	CHECK_STR(m.signature, "s");
	CHECK_STR(dbus_get_string(&m.body), "fine");
	dbus_close(&d);
	CHECK_INT(peer_end(&p), 0);
}

TEST(an_error_has_a_name_and_a_text)
{
	struct peer p = peer_start(peer_accept, peer_error);
	struct dbus d;
	struct err e = {0};

	CHECK_INT(dbus_adopt(p.fd, getuid(), 60000, &d, &e), 0);
	CHECK_INT(call(&d, &e), -EREMOTEIO);
	CHECK_INT(e.kind, ERR_NONE);
	CHECK_STR(d.error_name, "org.freedesktop.systemd1.UnitExists");
	CHECK_STR(d.error_text, "Unit a.scope?[31m was already loaded");
	dbus_close(&d);
	peer_end(&p);
}

/* Milliseconds. Where there is an answer it may take its time: a machine can be busy. */
static int patience(int code)
{
	return code == ETIMEDOUT ? 1000 : 60000;
}

static void expect_adopt(bool (*greet)(int fd), const char *text, int code)
{
	struct peer p = peer_start(greet, NULL);
	struct dbus d;
	struct err e = {0};

	CHECK_INT(dbus_adopt(p.fd, getuid(), patience(code), &d, &e), -code);
	CHECK_INT(e.kind, ERR_HOST);
	CHECK_HAS(e.msg, text);
	peer_end(&p);
}

TEST(an_authentication_that_is_refused)
{
	expect_adopt(peer_reject, "does not accept us", EACCES);
}

TEST(a_peer_that_says_nothing)
{
	expect_adopt(peer_silent, "does not answer in time", ETIMEDOUT);
}

TEST(a_peer_that_hangs_up)
{
	expect_adopt(peer_hang_up, "", ECONNRESET);
}

TEST(a_line_without_end)
{
	expect_adopt(peer_long_line, "not understood", EBADMSG);
}

static void expect_call(void (*answer)(int fd, uint32_t serial), const char *text, int code)
{
	struct peer p = peer_start(peer_accept, answer);
	struct dbus d;
	struct err e = {0};

	CHECK_INT(dbus_adopt(p.fd, getuid(), patience(code), &d, &e), 0);
	CHECK_INT(call(&d, &e), -code);
	CHECK_INT(e.kind, ERR_HOST);
	CHECK_HAS(e.msg, text);
	dbus_close(&d);
	peer_end(&p);
}

TEST(no_answer_to_a_call)
{
	expect_call(peer_no_answer, "does not answer in time", ETIMEDOUT);
}

TEST(answers_to_other_calls_only)
{
	expect_call(peer_wrong_serial, "does not answer in time", ETIMEDOUT);
}

TEST(half_an_answer)
{
	expect_call(peer_half_answer, "hung up", ECONNRESET);
}

TEST(rubbish_for_an_answer)
{
	expect_call(peer_rubbish, "not understood", EBADMSG);
}

TEST(an_answer_that_claims_to_be_huge)
{
	expect_call(peer_huge, "not understood", EBADMSG);
}

TEST(somebody_else_behind_the_socket)
{
	struct peer p = peer_start(peer_accept, NULL);
	struct dbus d;
	struct err e = {0};

	CHECK_INT(dbus_adopt(p.fd, getuid() + 1, 60000, &d, &e), -EACCES);
	CHECK_HAS(e.msg, "answers in the place of user");
	peer_end(&p);
}

TEST(nobody_listens)
{
	struct dbus d;
	struct err e = {0};

	CHECK_INT(dbus_open("/nonexistent/private", 0, 300, &d, &e), -ENOENT);
	CHECK_STR(e.msg, "connecting to /nonexistent/private: ENOENT");
	err_clear(&e);
	CHECK_INT(dbus_open("@bulkhead-nobody-listens", 0, 300, &d, &e), -ECONNREFUSED);
	err_clear(&e);
	CHECK_INT(dbus_open("", 0, 300, &d, &e), -ENAMETOOLONG);
}
