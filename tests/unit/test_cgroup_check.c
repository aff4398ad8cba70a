/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What may be read back for what was written; the texts are the kernel's own. */
#include "plan/cgroup.h"

#include "tests/unit/check.h"

static bool same(enum cgroup_check check, const char *want, const char *got)
{
	return cgroup_value_matches(check, 0, want, got);
}

TEST(text)
{
	CHECK(same(CGROUP_CHECK_TEXT, "2048", "2048\n"));
	CHECK(same(CGROUP_CHECK_TEXT, "max 100000", "max 100000\n"));
	CHECK(!same(CGROUP_CHECK_TEXT, "2048", "20480\n"));
	CHECK(!same(CGROUP_CHECK_TEXT, "2048", "204\n"));
	CHECK(!same(CGROUP_CHECK_TEXT, "1", ""));
	CHECK(!same(CGROUP_CHECK_TEXT, "1", "2\n"));
}

/* As read from a new cgroup of Linux 6.18 (v1) and 6.1 (v2). */
TEST(defaults)
{
	static const struct {
		const char *file, *want, *got, *above, *other;
		enum cgroup_version version;
	} rows[] = {
		{"pids.max", "70", "max\n", NULL, "71\n", CGROUP_V1},
		{"cpu.cfs_quota_us", "50000", "-1\n", NULL, "777000\n", CGROUP_V1},
		{"cpu.max", "50000 100000", "max 100000\n", NULL, "777000 100000\n", CGROUP_V2},
		{"cpu.weight", "200", "100\n", NULL, "777\n", CGROUP_V2},
		{"memory.limit_in_bytes", "4096", "9223372036854771712\n", NULL, "8192\n",
		 CGROUP_V1},
		{"memory.low", "4096", "0\n", NULL, "8192\n", CGROUP_V2},
		{"memory.swappiness", "10", "60\n", "60\n", "61\n", CGROUP_V1},
		{"memory.oom_control", "oom_kill_disable 1",
		 "oom_kill_disable 0\nunder_oom 0\noom_kill 0\n", NULL,
		 "oom_kill_disable 2\nunder_oom 0\n", CGROUP_V1},
		{"cpuset.cpus", "0", "0-3\n", "0-3\n", "1\n", CGROUP_V1},
		{"cpuset.cpus", "0", "\n", "0-3\n", "0-3\n", CGROUP_V2},
		{"blkio.throttle.read_bps_device", "8:0 100", "", NULL, "8:0 200\n", CGROUP_V1},
		{"blkio.throttle.read_bps_device", "8:0 100", "8:16 7\n", NULL, "8:0 7\n",
		 CGROUP_V1},
		{"io.weight", "default 200", "default 100\n", NULL, "default 777\n", CGROUP_V2},
		{"io.weight", "8:0 200", "default 100\n", NULL, "default 100\n8:0 777\n",
		 CGROUP_V2},
		{"rdma.max", "mlx4_0 hca_handle=2", "mlx4_0 hca_handle=max hca_object=max\n", NULL,
		 "mlx4_0 hca_handle=3 hca_object=max\n", CGROUP_V2},
		{"hugetlb.2MB.limit_in_bytes", "2097152", "9223372036852678656\n", NULL,
		 "4194304\n", CGROUP_V1},
		{"hugetlb.2MB.max", "2097152", "max\n", NULL, "0\n", CGROUP_V2},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		CHECK(cgroup_is_default(rows[i].file, rows[i].version, rows[i].want, rows[i].got,
					rows[i].above));
		CHECK(!cgroup_is_default(rows[i].file, rows[i].version, rows[i].want, rows[i].other,
					 rows[i].above));
	}
	CHECK(!cgroup_is_default("new.file", CGROUP_V2, "1", "max\n", "max\n"));
	CHECK(!cgroup_is_default("memory.swappiness", CGROUP_V1, "1", "60\n", NULL));
}

TEST(size)
{
	CHECK(same(CGROUP_CHECK_SIZE, "536870912", "536870912\n"));
	CHECK(same(CGROUP_CHECK_SIZE, "536870913", "536870912\n"));
	CHECK(same(CGROUP_CHECK_SIZE, "1G", "1073741824\n"));
	CHECK(same(CGROUP_CHECK_SIZE, "max", "max\n"));
	CHECK(same(CGROUP_CHECK_SIZE, "max", "9223372036854771712\n"));
	CHECK(same(CGROUP_CHECK_SIZE, "9223372036854775807", "max\n"));
	CHECK(same(CGROUP_CHECK_SIZE, "0", "0\n"));
	CHECK(same(CGROUP_CHECK_SIZE, "-1", "max\n"));
	CHECK(same(CGROUP_CHECK_SIZE, "max", "-1\n"));
	CHECK(!same(CGROUP_CHECK_SIZE, "max", "-2\n"));
	CHECK(same(CGROUP_CHECK_SIZE, "9223372019674906623", "max\n"));
	CHECK(!same(CGROUP_CHECK_SIZE, "9223372019674906622", "max\n"));
	CHECK(same(CGROUP_CHECK_SIZE, "536870912", "536870912 \n"));
	CHECK(same(CGROUP_CHECK_SIZE, "999", "999\n"));
	CHECK(same(CGROUP_CHECK_SIZE, "4k", "4096\n"));
	CHECK(same(CGROUP_CHECK_SIZE, "4M", "4194304\n"));
	CHECK(same(CGROUP_CHECK_SIZE, "1t", "1099511627776\n"));
	CHECK(same(CGROUP_CHECK_SIZE, "1T", "1099511627776\n"));
}

/* The write that succeeded and did nothing, and limits above what was asked. */
TEST(size_that_did_not_stick)
{
	CHECK(!same(CGROUP_CHECK_SIZE, "67108864", "9223372036854771712\n"));
	CHECK(!same(CGROUP_CHECK_SIZE, "67108864", "max\n"));
	CHECK(!same(CGROUP_CHECK_SIZE, "999", "max\n"));
	CHECK(!same(CGROUP_CHECK_SIZE, "99", "max\n"));
	CHECK(!same(CGROUP_CHECK_SIZE, "max", "67108864\n"));
	CHECK(!same(CGROUP_CHECK_SIZE, "536870912", "536875008\n"));
	CHECK(!same(CGROUP_CHECK_SIZE, "536870912", "536805375\n"));
	CHECK(!same(CGROUP_CHECK_SIZE, "536870912", "536805376\n"));
	CHECK(same(CGROUP_CHECK_SIZE, "536870912", "536805377\n"));
	CHECK(!same(CGROUP_CHECK_SIZE, "536870912", "\n"));
	CHECK(!same(CGROUP_CHECK_SIZE, "536870912", "5368x\n"));
}

TEST(list)
{
	CHECK(same(CGROUP_CHECK_LIST, "0,1", "0-1\n"));
	CHECK(same(CGROUP_CHECK_LIST, "3,1-2,0", "0-3\n"));
	CHECK(same(CGROUP_CHECK_LIST, "7", "7\n"));
	CHECK(same(CGROUP_CHECK_LIST, "9-10", "9,10\n"));
	CHECK(same(CGROUP_CHECK_LIST, "63-64,8190-8191", "63,64,8190,8191\n"));
	CHECK(!same(CGROUP_CHECK_LIST, "8192", "8192\n"));
	CHECK(!same(CGROUP_CHECK_LIST, "63", "127\n"));
	CHECK(!same(CGROUP_CHECK_LIST, "0-1", "0\n"));
	CHECK(!same(CGROUP_CHECK_LIST, "0", "0-1\n"));
	CHECK(!same(CGROUP_CHECK_LIST, "0", "\n"));
	CHECK(!same(CGROUP_CHECK_LIST, "0", "0,\n"));
	CHECK(!same(CGROUP_CHECK_LIST, "0", "99999\n"));
}

TEST(tokens)
{
	const char *io = "8:16 rbps=max wbps=max riops=max wiops=120\n"
			 "8:0 rbps=1048576 wbps=max riops=max wiops=max\n";

	CHECK(same(CGROUP_CHECK_TOKENS, "8:0 rbps=1048576", io));
	CHECK(!same(CGROUP_CHECK_TOKENS, "8:0 rbps=104857", io));
	CHECK(!same(CGROUP_CHECK_TOKENS, "8:0 wiops=120", io));
	CHECK(!same(CGROUP_CHECK_TOKENS, "8:1 rbps=1048576", io));
	CHECK(same(CGROUP_CHECK_TOKENS, "oom_kill_disable 1",
		   "oom_kill_disable 1\nunder_oom 0\noom_kill 0\n"));
	CHECK(!same(CGROUP_CHECK_TOKENS, "oom_kill_disable 1",
		    "oom_kill_disable 0\nunder_oom 1\noom_kill 0\n"));
	CHECK(same(CGROUP_CHECK_TOKENS, "default 500", "default 500\n8:0 100\n"));
	CHECK(same(CGROUP_CHECK_TOKENS, "lo 5", "lo 5\neth0 0\n"));
	CHECK(same(CGROUP_CHECK_TOKENS, "mlx4_0 hca_handle=2 hca_object=2000",
		   "mlx4_0 hca_handle=2 hca_object=2000\nocrdma1 hca_handle=2 hca_object=max\n"));
	CHECK(same(CGROUP_CHECK_TOKENS, "1", "1\n"));
	CHECK(!same(CGROUP_CHECK_TOKENS, "1", "0\n"));
	CHECK(!same(CGROUP_CHECK_TOKENS, "8:0 5", ""));
}

TEST(tokens_that_vanish)
{
	CHECK(cgroup_value_matches(CGROUP_CHECK_TOKENS, CGROUP_MAY_VANISH, "8:0 0", ""));
	CHECK(cgroup_value_matches(CGROUP_CHECK_TOKENS, CGROUP_MAY_VANISH, "8:0 0", "8:16 7\n"));
	CHECK(!cgroup_value_matches(CGROUP_CHECK_TOKENS, CGROUP_MAY_VANISH, "8:0 0", "8:0 7\n"));
	CHECK(cgroup_value_matches(CGROUP_CHECK_TOKENS, CGROUP_MAY_VANISH, "8:0 rbps=max",
				   "8:0 rbps=max wbps=5 riops=max wiops=max\n"));
}

TEST(list_within)
{
	CHECK(cgroup_list_within("0-1\n", "0,1,2"));
	CHECK(cgroup_list_within("2", "0-3"));
	CHECK(!cgroup_list_within("0-1", "1"));
	CHECK(!cgroup_list_within("\n", "1"));
	CHECK(!cgroup_list_within("x", "1"));
}
