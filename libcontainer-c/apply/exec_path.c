/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* exec_path.c: see exec_path.h. */
#include "apply/exec_path.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/err.h"
#include "base/str.h"

/* As Go's strconv.Quote() for what a program's name may hold; UTF-8 goes through as it is. */
static void quote(const char *s, char *out, size_t size)
{
	static const char hex[] = "0123456789abcdef";
	size_t n = 0;

	out[n++] = '"';
	for (; *s && n + 6 < size; s++) {
		unsigned char c = (unsigned char)*s;

		if (c == '"' || c == '\\') {
			out[n++] = '\\';
			out[n++] = (char)c;
		} else if (c < 0x20 || c == 0x7f) {
			out[n++] = '\\';
			out[n++] = 'x';
			out[n++] = hex[c >> 4];
			out[n++] = hex[c & 15];
		} else {
			out[n++] = (char)c;
		}
	}
	out[n++] = '"';
	out[n] = '\0';
}

/* What Go's findExecutable() finds wrong. */
enum finding { FINE, NO_STAT, NOT_EXECUTABLE };

static enum finding examine(const char *path, int *ret_errno)
{
	struct stat st;

	if (stat(path, &st) < 0) {
		*ret_errno = errno;
		return NO_STAT;
	}
	*ret_errno = EISDIR;
	if (S_ISDIR(st.st_mode))
		return NOT_EXECUTABLE;
	/* glibc's own look at the mode bits would miss capabilities and noexec mounts. */
	if (syscall(SYS_faccessat2, AT_FDCWD, path, X_OK, AT_EACCESS) == 0)
		return FINE;
	*ret_errno = errno;
	/* Kernels before 5.8, or a seccomp filter around us that does not know the call. */
	if ((errno == ENOSYS || errno == EPERM) && st.st_mode & 0111)
		return FINE;
	if (errno == ENOSYS || errno == EPERM)
		*ret_errno = EACCES;
	return NOT_EXECUTABLE;
}

static int put(char *ret, size_t size, const char *path)
{
	size_t n = strlen(path);

	if (n >= size)
		return -ENAMETOOLONG;
	memcpy(ret, path, n + 1);
	return 0;
}

static int lookup_path(const char *file, char *ret, size_t size, struct err *e)
{
	char quoted[256];
	int why = 0;
	enum finding f = examine(file, &why);

	quote(file, quoted, sizeof(quoted));
	if (f == FINE) {
		why = -put(ret, size, file);
		if (why == 0)
			return 0;
	}
	if (f == NO_STAT)
		return err_sys(e, why, "exec: %s: stat %.256s", quoted, file);
	return err_sys(e, why, "exec: %s", quoted);
}

/* One element of PATH; true when the program is there. @path has room for size bytes. */
static bool try_dir(const char *dir, size_t n, const char *file, char *path, size_t size)
{
	char joined[PATH_MAX * 2];
	int why;

	if (n + strlen(file) + 3 > sizeof(joined))
		return false;
	if (n == 0) { /* an empty element is the current directory */
		joined[0] = '.';
		n = 1;
	} else {
		memcpy(joined, dir, n);
	}
	joined[n] = '/';
	memcpy(joined + n + 1, file, strlen(file) + 1);
	return path_clean(joined, path, size) == 0 && examine(path, &why) == FINE;
}

static const char *find_env(char *const *envp, const char *name)
{
	size_t n = strlen(name);

	for (; envp && *envp; envp++)
		if (strncmp(*envp, name, n) == 0 && (*envp)[n] == '=')
			return *envp + n + 1;
	return NULL;
}

/* A program that was asked for by its name alone. */
static int found(const char *quoted, const char *path, char *ret, size_t size, struct err *e)
{
	/* Never a program that just lies around in cwd: Go refuses since 1.19. */
	if (path[0] != '/')
		return err_set(
			e, ERR_SYSTEM, ENOENT,
			"exec: %s: cannot run executable found relative to current directory",
			quoted);
	int r = put(ret, size, path);
	return r < 0 ? err_sys(e, -r, "exec: %s", quoted) : 0;
}

int exec_lookup(const char *file, char *const *envp, char *ret, size_t size, struct err *e)
{
	char quoted[256], path[PATH_MAX];
	const char *dir = find_env(envp, "PATH");

	if (strchr(file, '/'))
		return lookup_path(file, ret, size, e);
	quote(file, quoted, sizeof(quoted));
	/* As filepath.SplitList(): an empty PATH has no elements, "a:" has two. */
	while (dir && *dir) {
		size_t n = strcspn(dir, ":");
		bool last = !dir[n];

		if (try_dir(dir, n, file, path, sizeof(path)))
			return found(quoted, path, ret, size, e);
		if (!last && !dir[n + 1] && try_dir("", 0, file, path, sizeof(path)))
			return found(quoted, path, ret, size, e);
		dir += last ? n : n + 1;
	}
	return err_set(e, ERR_SYSTEM, ENOENT, "exec: %s: executable file not found in $PATH",
		       quoted);
}
