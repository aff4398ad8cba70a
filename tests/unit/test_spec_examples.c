/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * test_spec_examples.c: what the runtime specification's repository has below schema/test as good
 * and bad configurations, in documents of our own: a row for each of its files. The parts for other
 * platforms are unknown members here, which "MUST NOT generate an error" (config.md,
 * Extensibility); what is wrong inside of them is not ours to judge.
 */
#include <errno.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include "oci-spec/spec.h"
#include "tests/unit/check.h"

#define ROOT	 "\"ociVersion\":\"1.0.0\",\"root\":{\"path\":\"rootfs\"}"
#define PROCESS	 ",\"process\":{\"cwd\":\"/\",\"args\":[\"sh\"]}"
#define LINUX(x) "{" ROOT ",\"linux\":{" x "}}"
#define HOOK                                                                                       \
	"[{\"path\":\"/usr/bin/a\",\"args\":[\"a\",\"b\"],\"env\":[\"k=v\"]},{\"path\":\"/b\"}]"

static const struct example {
	const char *file, *text;
	const char *message; /* NULL: it parses */
} examples[] = {
	{"good/minimal", "{" ROOT ",\"linux\":{}}", NULL},
	{"good/minimal-for-start", "{" ROOT PROCESS "}", NULL},
	{"good/spec-example: process",
	 "{\"ociVersion\":\"1.0.0\",\"process\":{\"terminal\":true,\"user\":{\"uid\":1,\"gid\":"
	 "1,"
	 "\"additionalGids\":[5,6]},\"args\":[\"sh\"],\"env\":[\"TERM=xterm\"],\"cwd\":\"/\","
	 "\"capabilities\":{\"bounding\":[\"CAP_KILL\"],\"ambient\":[\"CAP_KILL\"],\"effective\":[]"
	 ","
	 "\"inheritable\":[\"CAP_KILL\"],\"permitted\":[\"CAP_KILL\"]},\"rlimits\":[{\"type\":"
	 "\"RLIMIT_CORE\",\"hard\":1024,\"soft\":1024}],\"apparmorProfile\":\"p\",\"selinuxLabel\":"
	 "\"u:r:t:s0:c124,c675\",\"noNewPrivileges\":true},\"root\":{\"path\":\"rootfs\","
	 "\"readonly\":true},\"hostname\":\"h\",\"annotations\":{\"com.example.key1\":\"value1\"}}",
	 NULL},
	/* It still says so; before 1.0.0 the document had other members, so such are refused. */
	{"good/spec-example: its version",
	 "{\"ociVersion\":\"0.5.0-dev\",\"root\":{\"path\":\"rootfs\"}}",
	 "/ociVersion: expected a version of the 1.x series"},
	{"good/spec-example: mounts and hooks",
	 "{" ROOT ",\"mounts\":[{\"destination\":\"/proc\",\"type\":\"proc\",\"source\":\"proc\"},"
	 "{\"destination\":\"/"
	 "dev\",\"type\":\"tmpfs\",\"source\":\"tmpfs\",\"options\":[\"nosuid\","
	 "\"mode=755\"]}],\"hooks\":{\"prestart\":" HOOK ",\"createRuntime\":" HOOK
	 ",\"createContainer\":" HOOK ",\"startContainer\":" HOOK
	 ",\"poststart\":[{\"path\":\"/n\","
	 "\"timeout\":5}],\"poststop\":" HOOK "}}",
	 NULL},
	{"good/spec-example: linux",
	 LINUX("\"devices\":[{\"path\":\"/dev/fuse\",\"type\":\"c\",\"major\":10,\"minor\":229,"
	       "\"fileMode\":438,\"uid\":0,\"gid\":0}],\"uidMappings\":[{\"containerID\":0,"
	       "\"hostID\":1000,\"size\":32000}],\"sysctl\":{\"net.core.somaxconn\":\"256\"},"
	       "\"cgroupsPath\":\"/a/b\",\"rootfsPropagation\":\"slave\",\"timeOffset\":"
	       "{\"monotonicSecs\":172800},\"seccomp\":{\"defaultAction\":\"SCMP_ACT_ALLOW\","
	       "\"architectures\":[\"SCMP_ARCH_X86\",\"SCMP_ARCH_X32\"],\"syscalls\":[{\"names\":"
	       "[\"getcwd\",\"chmod\"],\"action\":\"SCMP_ACT_ERRNO\"}]},\"namespaces\":[{\"type\":"
	       "\"pid\"},{\"type\":\"time\"}],\"maskedPaths\":[\"/proc/kcore\"],\"readonlyPaths\":"
	       "[\"/proc/asound\"],\"mountLabel\":\"u:r:t:s0\""),
	 NULL},
	{"good/spec-example: linux.resources",
	 LINUX("\"resources\":{\"network\":{\"classID\":1048577,\"priorities\":[{\"name\":\"eth0\","
	       "\"priority\":500}]},\"pids\":{\"limit\":32771},\"hugepageLimits\":[{\"pageSize\":"
	       "\"2MB\",\"limit\":9223372036854772000}],\"oomScoreAdj\":100,\"memory\":{\"limit\":"
	       "536870912,\"kernel\":-1,\"kernelTCP\":-1,\"swappiness\":0,\"disableOOMKiller\":"
	       "false,\"useHierarchy\":false},\"cpu\":{\"shares\":1024,\"quota\":1000000,"
	       "\"period\":500000,\"cpus\":\"2-3\",\"mems\":\"0-7\"},\"devices\":[{\"allow\":false,"
	       "\"access\":\"rwm\"}],\"blockIO\":{\"weight\":10,\"weightDevice\":[{\"major\":8,"
	       "\"minor\":0,\"weight\":500,\"leafWeight\":300}],\"throttleReadBpsDevice\":"
	       "[{\"major\":8,\"minor\":0,\"rate\":600}]}}"),
	 NULL},
	{"good/linux-netdevice",
	 LINUX("\"netDevices\":{\"eth0\":{\"name\":\"container_eth0\"},\"ens4\":{},\"ens5\":{}}"),
	 NULL},
	{"good/linux-rdma",
	 LINUX("\"resources\":{\"rdma\":{\"mlx5_1\":{\"hcaHandles\":3,\"hcaObjects\":10000},"
	       "\"mlx4_0\":{\"hcaObjects\":1000},\"rxe3\":{\"hcaObjects\":10000}}}"),
	 NULL},
	{"good/zos-example",
	 "{" ROOT PROCESS ",\"mounts\":[{\"destination\":\"/dev\",\"type\":\"tfs\",\"source\":"
	 "\"tmpfs\",\"options\":[\"nosuid\",\"-p 1755\",\"-s 64\"]}],\"zos\":{\"namespaces\":"
	 "[{\"type\":\"pid\"}]}}",
	 NULL},
	{"good/zos-minimal", "{" ROOT ",\"zos\":{}}", NULL},
	{"good/freebsd-example",
	 "{" ROOT PROCESS ",\"mounts\":[{\"destination\":\"/dev/fd\",\"type\":\"fdescfs\","
	 "\"source\":\"fdescfs\",\"options\":[]}],\"freebsd\":{\"devices\":[{\"path\":\"pf\","
	 "\"mode\":\"0700\"}],\"jail\":{\"host\":\"new\",\"enforceStatfs\":1}}}",
	 NULL},
	{"good/freebsd-minimal", "{" ROOT ",\"freebsd\":{}}", NULL},
	{"bad/freebsd-vnet-disable: another platform's",
	 "{" ROOT ",\"freebsd\":{\"jail\":{\"vnet\":\"disable\"}}}", NULL},
	{"bad/invalid-json", "{]", "config.json"},
	{"bad/linux-hugepage",
	 LINUX("\"resources\":{\"hugepageLimits\":[{\"limit\":1234123,\"pageSize\":\"64kB\"}]}"),
	 "/linux/resources/hugepageLimits/0/pageSize: "},
	{"bad/linux-netdevice", LINUX("\"netDevices\":{\"eth0\":{\"name\":23}}"),
	 "/linux/netDevices/eth0/name: "},
	{"bad/linux-rdma",
	 LINUX("\"resources\":{\"rdma\":[{\"device\":\"mlx5_1\",\"hcaHandles\":\"x\"}]}"),
	 "/linux/resources/rdma: "},
	{"bad/linux-rdma: a member",
	 LINUX("\"resources\":{\"rdma\":{\"mlx5_1\":{\"hcaHandles\":\"not a uint32\"}}}"),
	 "/linux/resources/rdma/mlx5_1/hcaHandles: "},
};

TEST(examples_of_the_specification)
{
	for (size_t i = 0; i < sizeof(examples) / sizeof(examples[0]); i++) {
		const struct example *x = &examples[i];
		AUTO_ARENA struct arena a = ARENA_INIT;
		struct err e = {0};
		struct spec *s;
		int r = spec_parse(x->text, strlen(x->text), &a, &s, &e);

		if (!x->message) {
			CHECK_MSG(r == 0, "%s: %s", x->file, e.msg);
			continue;
		}
		CHECK_MSG(r == -EINVAL && e.kind == ERR_SPEC, "%s: %d %s", x->file, r, e.msg);
		CHECK_MSG(str_starts(e.msg, x->message), "%s: %s", x->file, e.msg);
	}
}
