/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * devices_cgroup.h: linux.resources.devices turned into what the kernel takes: lines for the v1
 * devices controller, or a BPF_PROG_TYPE_CGROUP_DEVICE program for v2. Pure.
 *
 * The ordered rules are first reduced to a default and a list of exceptions to it (what the v1
 * controller stores), and both outputs are made from that, so that v1 and v2 decide alike:
 *   default deny:  a request passes when ONE exception covers all its access bits;
 *   default allow: a request fails when ANY exception has one of its access bits.
 * The state before the first rule is "deny everything".
 */
#ifndef BULKHEAD_PLAN_DEVICES_CGROUP_H
#define BULKHEAD_PLAN_DEVICES_CGROUP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;
struct bpf_insn;
struct err;
struct spec_device_cgroup;

#define DEVICE_MKNOD  1u /* BPF_DEVCG_ACC_MKNOD */
#define DEVICE_READ   2u
#define DEVICE_WRITE  4u
#define DEVICE_ACCESS 7u
#define DEVICE_ANY    (-1) /* "*" as major or minor */

struct device_exception {
	char type; /* 'c' or 'b' */
	int64_t major, minor;
	unsigned access;     /* DEVICE_... bits, never 0 */
	const char *pointer; /* JSON pointer of the rule; NULL: of what a container always has */
};

struct devices_rules {
	bool default_allow;
	const struct device_exception *exceptions;
	size_t n;
};

/**
 * devices_defaults - rules for the devices that every container has (null zero full random urandom
 * tty ptmx pts), for reading and writing, as every runtime has them; without mknod, which a
 * container in a user namespace cannot use anyhow.
 */
const struct spec_device_cgroup *devices_defaults(size_t *ret_n);

/**
 * devices_rules_make - reduce ordered rules, then allow what a container always has.
 * @rules: linux.resources.devices, @n of them; may be NULL
 * @always: allowing rules, @n_always of them; ERR_STATE when one of them is no such rule
 * ERR_SPEC for a bad rule, and for a rule that takes back a part of what an earlier, wider rule
 * gave ("allow c *:* rw" then "deny c 10:1 w"): the v1 controller ignores it silently, so that the
 * container would get more than was asked for.
 */
int devices_rules_make(const struct spec_device_cgroup *rules, size_t n,
		       const struct spec_device_cgroup *always, size_t n_always, struct arena *a,
		       struct devices_rules *ret, struct err *e);

/**
 * devices_rules_allow - what the kernel will decide; the reference for both outputs.
 * @type: 'c' or 'b'. @access: the bits one request asks for
 */
bool devices_rules_allow(const struct devices_rules *r, char type, int64_t major, int64_t minor,
			 unsigned access);

/** device_exception_line - "c 1:3 rw" as devices.allow takes and devices.list shows; NULL: memory.
 */
char *device_exception_line(const struct device_exception *x, struct arena *a);

/**
 * devices_rules_program - the program for BPF_CGROUP_DEVICE.
 * @ret_insns: in @a; @ret_n: their number. -ENOMEM, or ERR_SPEC when there are too many rules.
 */
int devices_rules_program(const struct devices_rules *r, struct arena *a,
			  struct bpf_insn **ret_insns, size_t *ret_n, struct err *e);

#endif
