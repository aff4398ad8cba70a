/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* seccomp_random.c: see seccomp_random.h. */
#include "tests/unit/seccomp_random.h"

#include <stdlib.h>

#include "base/arena.h"

/* clang-format off */
/* Common ones, those at the ends of tables, multiplexed ones, multiplexers, unknown ones. */
static const char *const names[] = {
	"read", "write", "open", "close", "ioctl", "socket", "connect", "accept", "accept4",
	"send", "recvmmsg", "sendmmsg", "socketcall", "ipc", "semop", "semtimedop", "shmget",
	"msgctl", "clone", "clone3", "personality", "mmap", "mmap2", "fadvise64", "execveat",
	"futex", "futex_time64", "statx", "openat2", "faccessat2", "set_mempolicy_home_node",
	"arch_prctl", "modify_ldt", "set_tls", "breakpoint", "fork", "vfork", "setns", "unshare",
	"io_uring_setup", "getcpu", "rt_sigaction", "preadv2", "io_submit", "no_such_call", "bpf",
	"kexec_file_load",
};

/* Conditions are mostly put on these, so that rules meet. */
static const char *const busy[] = {"ioctl", "socket", "semop", "mmap", "execveat"};

static const char *const ops[] = {
	"SCMP_CMP_EQ", "SCMP_CMP_NE", "SCMP_CMP_LT", "SCMP_CMP_LE", "SCMP_CMP_GT", "SCMP_CMP_GE",
	"SCMP_CMP_MASKED_EQ",
};

static const uint64_t values[] = {
	0, 1, 2, 3, 5, 38, 39, 40, 0xff, 0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff,
	0x100000000, 0x100000001, 0x100000005, 0x1ffffffff, 0x7fffffffff, 0x8000000000000000,
	0xffffffff00000000, 0xfffffffffffffffe, 0xffffffffffffffff,
};
/* clang-format on */

static const struct {
	const char *name;
	int errno_ret; /* -1: none */
} actions[] = {
	{"SCMP_ACT_ALLOW", -1},	      {"SCMP_ACT_ERRNO", -1},	     {"SCMP_ACT_ERRNO", 38},
	{"SCMP_ACT_TRAP", -1},	      {"SCMP_ACT_KILL_PROCESS", -1}, {"SCMP_ACT_KILL", -1},
	{"SCMP_ACT_LOG", -1},	      {"SCMP_ACT_TRACE", 7},	     {"SCMP_ACT_ERRNO", 0},
	{"SCMP_ACT_KILL_THREAD", -1}, {"SCMP_ACT_NOTIFY", -1},
};

#define LEN(array) (sizeof(array) / sizeof((array)[0]))

uint32_t random_u32(uint64_t *state, uint32_t n)
{
	/* splitmix64 */
	uint64_t z = *state += 0x9e3779b97f4a7c15u;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
	z = (z ^ z >> 27) * 0x94d049bb133111ebu;
	return (uint32_t)((z ^ z >> 31) >> 32) % n;
}

static void *alloc(struct arena *a, size_t n, size_t size)
{
	void *p = arena_array(a, n, size);

	if (!p)
		abort();
	return p;
}

static void pick_action(uint64_t *state, unsigned first, unsigned n, const char **ret,
			uint32_t **ret_errno, struct arena *a)
{
	unsigned i = (first + random_u32(state, n)) % LEN(actions);

	*ret = actions[i].name;
	*ret_errno = NULL;
	if (actions[i].errno_ret >= 0) {
		*ret_errno = alloc(a, 1, sizeof(uint32_t));
		**ret_errno = (uint32_t)actions[i].errno_ret;
	}
}

static void pick_args(const struct random_kind *kind, uint64_t *state, struct spec_syscall *call,
		      struct arena *a)
{
	/* a quarter of the profiles has many arguments, the others mostly one */
	uint32_t n = random_u32(state, kind->max_args + 1);

	if (n > 1 && random_u32(state, 2))
		n = 1;
	call->n_args = n;
	call->args = alloc(a, n, sizeof(*call->args));
	for (uint32_t i = 0; i < n; i++) {
		struct spec_seccomp_arg *arg = &call->args[i];

		arg->index = random_u32(state, random_u32(state, 8) ? 3 : 6);
		arg->op = ops[random_u32(state, LEN(ops))];
		arg->value = values[random_u32(state, LEN(values))];
		arg->value_two = values[random_u32(state, LEN(values))];
	}
}

static void pick_names(uint64_t *state, struct spec_syscall *call, struct arena *a)
{
	call->n_names = 1 + random_u32(state, 4);
	call->names = alloc(a, call->n_names + 1, sizeof(*call->names));
	for (size_t i = 0; i < call->n_names; i++)
		call->names[i] = arena_strdup(a, call->n_args && random_u32(state, 4)
							 ? busy[random_u32(state, LEN(busy))]
							 : names[random_u32(state, LEN(names))]);
}

struct spec_seccomp *random_profile(const struct random_kind *kind, uint64_t *state,
				    struct arena *a)
{
	struct spec_seccomp *s = alloc(a, 1, sizeof(*s));
	unsigned first = random_u32(state, LEN(actions));
	size_t n_archs = 0;

	pick_action(state, random_u32(state, LEN(actions)), 1, &s->default_action,
		    &s->default_errno_ret, a);
	while (kind->archs[n_archs])
		n_archs++;
	s->architectures = alloc(a, n_archs, sizeof(*s->architectures));
	for (size_t i = 0; i < n_archs; i++)
		if (random_u32(state, 3))
			s->architectures[s->n_architectures++] = arena_strdup(a, kind->archs[i]);
	s->listener_path = "/run/agent.sock";
	s->n_syscalls = random_u32(state, kind->max_calls + 1);
	s->syscalls = alloc(a, s->n_syscalls, sizeof(*s->syscalls));
	for (size_t i = 0; i < s->n_syscalls; i++) {
		struct spec_syscall *call = &s->syscalls[i];

		pick_action(state, first, kind->actions, &call->action, &call->errno_ret, a);
		if (random_u32(state, 4))
			pick_args(kind, state, call, a);
		pick_names(state, call, a);
	}
	return s;
}

void random_args(const struct spec_seccomp *s, uint64_t *state, struct seccomp_data *data)
{
	for (size_t i = 0; i < 6; i++) {
		data->args[i] = values[random_u32(state, LEN(values))];
		if (s->n_syscalls && random_u32(state, 4)) {
			const struct spec_syscall *call =
				&s->syscalls[random_u32(state, (uint32_t)s->n_syscalls)];

			if (call->n_args) {
				const struct spec_seccomp_arg *arg =
					&call->args[random_u32(state, (uint32_t)call->n_args)];

				data->args[i] = random_u32(state, 2) ? arg->value : arg->value_two;
			}
		}
		data->args[i] += random_u32(state, 3) - 1u;
		if (!random_u32(state, 8))
			data->args[i] ^= 1ull << random_u32(state, 64);
	}
	/* the multiplexers' selectors */
	if (!random_u32(state, 4))
		data->args[0] = random_u32(state, 26);
}
