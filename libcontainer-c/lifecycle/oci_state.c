/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* oci_state.c: see oci_state.h. */
#include "lifecycle/oci_state.h"

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "lifecycle/record.h"

/* A string that does not grow: the child of the container may not allocate. */
struct text {
	char *buf;
	size_t len, size;
	bool full;
};

static void add(struct text *t, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static void add(struct text *t, const char *fmt, ...)
{
	va_list ap;

	if (t->full)
		return;
	va_start(ap, fmt);
	int n = vsnprintf(t->buf + t->len, t->size - t->len, fmt, ap);
	va_end(ap);
	if (n < 0 || (size_t)n >= t->size - t->len)
		t->full = true;
	else
		t->len += (size_t)n;
}

static void add_string(struct text *t, const char *s)
{
	add(t, "\"");
	for (; *s; s++) {
		unsigned char ch = (unsigned char)*s;
		if (ch == '"' || ch == '\\')
			add(t, "\\%c", ch);
		else if (ch < 0x20)
			add(t, "\\u%04x", ch);
		else
			add(t, "%c", ch);
	}
	add(t, "\"");
}

static void add_annotations(struct text *t, const struct record *r)
{
	if (r->n_annotations == 0)
		return;
	add(t, ",\"annotations\":{");
	for (size_t i = 0; i < r->n_annotations; i++) {
		if (i > 0)
			add(t, ",");
		add_string(t, r->annotations[i].key);
		add(t, ":");
		add_string(t, r->annotations[i].value);
	}
	add(t, "}");
}

static void add_state(struct text *t, const struct record *r, const char *status, pid_t pid)
{
	add(t, "{\"ociVersion\":");
	add_string(t, r->oci_version);
	add(t, ",\"id\":");
	add_string(t, r->id);
	add(t, ",\"status\":\"%s\"", status);
	if (pid > 0)
		add(t, ",\"pid\":%d", pid);
	add(t, ",\"bundle\":");
	add_string(t, r->bundle);
	add_annotations(t, r);
	add(t, "}");
}

int oci_state_format(const struct record *r, const char *status, pid_t pid, char *buf, size_t size)
{
	struct text t = {.buf = buf, .size = size};

	add_state(&t, r, status, pid);
	return t.full ? -E2BIG : (int)t.len;
}

size_t oci_process_state_size(const char *metadata)
{
	/* At worst each character is six, and then there is the rest of the document. */
	return OCI_STATE_MAX + 256 + 6 * (metadata ? strlen(metadata) : 0);
}

int oci_process_state_format(const struct record *r, const char *status, pid_t pid, pid_t process,
			     const char *metadata, char *buf, size_t size)
{
	struct text t = {.buf = buf, .size = size};

	add(&t, "{\"ociVersion\":\"" SPEC_VERSION "\",\"fds\":[\"seccompFd\"],\"pid\":%d", process);
	if (metadata) {
		add(&t, ",\"metadata\":");
		add_string(&t, metadata);
	}
	add(&t, ",\"state\":");
	add_state(&t, r, status, pid);
	add(&t, "}");
	return t.full ? -E2BIG : (int)t.len;
}
