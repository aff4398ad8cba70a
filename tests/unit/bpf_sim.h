/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* bpf_sim.h: runs seccomp filters without a kernel, and as strictly as the kernel checks them. */
#ifndef BULKHEAD_TESTS_BPF_SIM_H
#define BULKHEAD_TESTS_BPF_SIM_H

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * bpf_sim_valid - whether the kernel would take the program: length, known instructions, aligned
 * loads within struct seccomp_data, jumps forward and inside, a return at the end.
 */
bool bpf_sim_valid(const struct sock_filter *insns, size_t n);

/** bpf_sim_run - the verdict of a valid program. */
uint32_t bpf_sim_run(const struct sock_filter *insns, const struct seccomp_data *data);

/**
 * bpf_sim_trace - likewise, and which instructions were run.
 * @way: their indexes, room for as many as the program has; @ret_n: how many
 */
uint32_t bpf_sim_trace(const struct sock_filter *insns, const struct seccomp_data *data,
		       unsigned *way, unsigned *ret_n);

#endif
