/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * bench_rootfs.c: what each step of the root mount costs, in microseconds (median and 90th
 * percentile), back to back and with 30 ms of idle before each run: a loop without pauses hides the
 * kernel's grace periods. Needs root; RUNS=n in the environment.
 */
#include <time.h>

#include "tests/integration/rootfs_overlay.h"

enum { T_NAMESPACE, T_OPEN, T_GUARD, T_ATTACH, T_PIVOT, T_STEPS };
static const char *const step_names[T_STEPS] = {"namespace", "open", "guard", "attach", "pivot"};

static double now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static void show(const char *name, double *t, int n)
{
	qsort(t, (size_t)n, sizeof(*t), compare);
	printf("#   %-10s %7.0f %7.0f\n", name, t[n / 2], t[n * 9 / 10]);
}

static int make_userns(void)
{
	struct clone_args args = {.flags = CLONE_NEWUSER, .exit_signal = SIGCHLD};
	char path[64];
	pid_t pid = sys_clone3(&args);

	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		pause();
	}
	box_map(pid, BOX_UID);
	snprintf(path, sizeof(path), "/proc/%d/ns/user", pid);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	return fd;
}

/* As dockerd's default config: /proc /dev /dev/pts /sys ... and three files in /etc. */
static const char *const destinations[] = {
	"/proc",       "/dev",	   "/dev/pts",	       "/sys",		"/sys/fs/cgroup",
	"/dev/mqueue", "/dev/shm", "/etc/resolv.conf", "/etc/hostname", "/etc/hosts",
};

static void run_once(const char *path, int userns, int out)
{
	struct rootfs_plan p = {.path = path,
				.propagation = MS_SLAVE | MS_REC,
				.attrs = MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV};
	struct rootfs r = ROOTFS_INIT;
	struct err e = {0};
	double t[T_STEPS], last = now_us();

	for (int i = 0; i < T_STEPS; i++) {
		int ret = i == T_NAMESPACE ? rootfs_namespace(&p, &e)
			  : i == T_OPEN	   ? rootfs_open(&p, userns, BOX_UID, BOX_UID, &r, &e)
			  : i == T_GUARD   ? rootfs_pin_guard(r.fd, destinations, 10, "/", &e)
			  : i == T_ATTACH  ? rootfs_attach(&r, &e)
					   : rootfs_pivot(&r, &e);
		double end = now_us();
		if (ret < 0) {
			fprintf(stderr, "%s: %s\n", step_names[i], e.msg);
			_exit(1);
		}
		t[i] = end - last;
		last = end;
	}
	_exit(write(out, t, sizeof(t)) == sizeof(t) ? 0 : 1);
}

static void bench(const char *what, const char *path, const char *workdir, int runs, bool spaced)
{
	double *t[T_STEPS], *total = calloc((size_t)runs, sizeof(double)),
			    *release = calloc((size_t)runs, sizeof(double)),
			    *refresh = calloc((size_t)runs, sizeof(double));
	int userns = make_userns(), pipes[2], status;

	for (int i = 0; i < T_STEPS; i++)
		t[i] = calloc((size_t)runs, sizeof(double));
	for (int k = 0; k < runs; k++) {
		double one[T_STEPS];
		if (pipe2(pipes, O_CLOEXEC) != 0)
			exit(1);
		if (spaced)
			usleep(30000);
		pid_t pid = fork();
		if (pid == 0)
			run_once(path, userns, pipes[1]);
		if (waitpid(pid, &status, 0) != pid || status ||
		    read(pipes[0], one, sizeof(one)) != sizeof(one))
			exit(1);
		close(pipes[0]);
		close(pipes[1]);
		for (int i = 0; i < T_STEPS; i++) {
			t[i][k] = one[i];
			total[k] += i == T_NAMESPACE ? 0 : one[i];
		}
		double began = now_us();
		(void)rootfs_refresh(path, -1, 0, NULL);
		refresh[k] = now_us() - began;
		began = now_us();
		(void)rootfs_release(workdir, NULL);
		release[k] = now_us() - began;
	}
	printf("# %s, %s\n", what, spaced ? "spaced" : "hot");
	for (int i = 0; i < T_STEPS; i++)
		show(step_names[i], t[i], runs);
	show("all of M1", total, runs);
	show("refresh A", refresh, runs);
	show("release", release, runs);
}

static int runs(void)
{
	const char *n = getenv("RUNS");

	return n && atoi(n) > 0 ? atoi(n) : 60;
}

TEST(plain)
{
	make_dirs(at("plain"));
	for (int spaced = 0; spaced < 2; spaced++)
		bench("plain", strdup(at("plain")), "", runs(), spaced);
}

static void bench_layers(int n)
{
	char name[16], what[32];

	snprintf(name, sizeof(name), "l%d", n);
	snprintf(what, sizeof(what), "overlay, %d layers", n);
	make_dirs(at("%s/l1/dev", name));
	make_dirs(at("%s/l1/sys/fs", name));
	overlay_make(name, n, "");
	const char *merged = strdup(at("%s/merged", name));
	const char *workdir = strdup(at("%s/rw/work.userns.%u", name, BOX_UID));
	for (int spaced = 0; spaced < 2; spaced++)
		bench(what, merged, workdir, runs(), spaced);
	overlay_unmount(name);
}

TEST(overlay_2)
{
	bench_layers(2);
}

TEST(overlay_5)
{
	bench_layers(5);
}

TEST(overlay_30)
{
	bench_layers(30);
}
