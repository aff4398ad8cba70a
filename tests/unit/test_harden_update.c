/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* test_harden_update.c: harden/update.c: what new limits become of a container that runs. */
#include <errno.h>

#include "harden/update.h"
#include "harden_case.h"
#include "oci-spec/schema.h"

#define MIB (1ll << 20)

/* Schemata that the next updates ask for besides. */
static const struct spec_intel_rdt *classes;

/* The container, hardened from @config, and then updated by @asked. */
static struct spec_resources *update(struct harden_case *c, const char *asked)
{
	struct spec *out;
	struct measures m;
	struct spec_resources *r;
	char *json = arena_strdup(&c->a, asked);

	CHECK_MSG(c->r == 0, "%s", c->e.msg);
	for (char *p = json; *p; p++)
		if (*p == '\'')
			*p = '"';
	CHECK_MSG(spec_parse_resources(json, strlen(json), &c->a, &r, &c->e) == 0, "%s", c->e.msg);
	struct spec *before = spec_copy(c->out, &c->a);
	c->r = harden_update(r, classes, c->out, &c->m, &c->p, &c->f, &c->a, &out, &m, &c->d,
			     &c->e);
	struct spec_change *changes;
	CHECK_INT(spec_diff(before, c->out, &c->a, &changes), 0);
	if (c->r < 0)
		return NULL;
	/* Nothing but limits. */
	int n = spec_diff(c->out, out, &c->a, &changes);
	for (int i = 0; i < n; i++)
		CHECK_MSG(
			strcmp(changes[i].pointer, "/linux/resources") == 0 ||
				(classes && str_starts(changes[i].pointer, "/linux/intelRdt/")) ||
				(strncmp(changes[i].pointer, "/linux/resources/", 17) == 0 &&
				 strncmp(changes[i].pointer, "/linux/resources/devices", 24) != 0),
			"%s", changes[i].pointer);
	c->out = out;
	c->m = m;
	return out->linux_->resources;
}

static struct harden_case *container(const char *resources)
{
	struct harden_case *c = case_new();

	case_doc(c, "", arena_printf(&c->a, ",'resources':{%s}", resources), "");
	return c;
}

TEST(what_is_left_out_stays)
{
	struct harden_case *c =
		container("'memory':{'limit':104857600,'swap':209715200,'reservation':1048576},"
			  "'cpu':{'shares':512,'quota':50000,'period':100000,'cpus':'0'},'pids':{'"
			  "limit':60}");
	struct spec *before = c->out;
	struct spec_change *changes;

	update(c, "{}");
	CHECK_INT(spec_diff(before, c->out, &c->a, &changes), 0);
	/* Engines send zeros and empty texts for what nobody asked for. */
	update(c,
	       "{'memory':{'limit':0,'swap':0,'reservation':0},'pids':{'limit':0},'cpu':{'shares':"
	       "0,'quota':0,'period':0,'cpus':'','mems':''},'blockIO':{'weight':0}}");
	CHECK_INT(*c->out->linux_->resources->memory->limit, 100 * MIB);
	CHECK_INT(*c->out->linux_->resources->memory->swap, 200 * MIB);
	CHECK_INT(*c->out->linux_->resources->memory->reservation, MIB);
	CHECK_INT(*c->out->linux_->resources->cpu->shares, 512);
	CHECK_STR(c->out->linux_->resources->cpu->cpus, "0");
	CHECK_INT(*c->out->linux_->resources->pids->limit, 60);
}

TEST(each_member_can_be_changed)
{
	struct harden_case *c = container("'pids':{'limit':60}");

	c->p.scheduling.allow_realtime = true;
	struct spec_resources *r = update(
		c,
		"{'memory':{'limit':209715200,'swap':314572800,'reservation':5242880,'swappiness':"
		"7,"
		"'checkBeforeUpdate':true},'cpu':{'shares':3,'quota':5000,'burst':0,'period':10000,"
		"'realtimeRuntime':4,'realtimePeriod':5,'cpus':'0','mems':'0'},'pids':{'limit':61},"
		"'blockIO':{'weight':20,'weightDevice':[{'major':8,'minor':0,'weight':30}],"
		"'throttleReadBpsDevice':[{'major':8,'minor':0,'rate':31}]},'hugepageLimits':[{'"
		"pageSize':"
		"'2MB','limit':0}],'network':{'classID':9},'unified':{'memory.high':'5'}}");

	CHECK(*r->memory->limit == 200 * MIB && *r->memory->swap == 300 * MIB);
	CHECK(*r->memory->reservation == 5 * MIB && *r->memory->swappiness == 7);
	CHECK(*r->memory->check_before_update);
	CHECK(*r->cpu->shares == 3 && *r->cpu->quota == 5000 && *r->cpu->period == 10000);
	CHECK(*r->cpu->burst == 0 && *r->cpu->realtime_runtime == 4 &&
	      *r->cpu->realtime_period == 5);
	CHECK_STR(r->cpu->cpus, "0");
	CHECK_STR(r->cpu->mems, "0");
	CHECK_INT(*r->pids->limit, 61);
	CHECK(*r->block_io->weight == 20 && *r->block_io->weight_device[0].weight == 30);
	CHECK_INT(r->block_io->throttle_read_bps_device[0].rate, 31);
	CHECK_INT(r->n_hugepage_limits, 1);
	CHECK_INT(*r->network->class_id, 9);
	CHECK_STR(r->unified[0].value, "5");
	/* checkBeforeUpdate was about that one. */
	r = update(c,
		   "{'memory':{'limit':210763776,'swap':314572800},'unified':{'memory.high':'6'}}");
	CHECK(!r->memory->check_before_update);
	CHECK_INT(r->n_unified, 1);
	CHECK_STR(r->unified[0].value, "6");
}

TEST(each_list_can_be_changed)
{
	struct harden_case *c = container("");
	struct spec_resources *r = update(
		c, "{'memory':{'kernel':1048576,'kernelTCP':2097152,'disableOOMKiller':true},'"
		   "blockIO':{"
		   "'leafWeight':21,'throttleWriteBpsDevice':[{'major':8,'minor':0,'rate':32}],"
		   "'throttleReadIOPSDevice':[{'major':8,'minor':0,'rate':33}],"
		   "'throttleWriteIOPSDevice':[{'major':8,'minor':0,'rate':34}]},'network':{'"
		   "priorities':["
		   "{'name':'lo','priority':5}]},'rdma':{'mlx':{'hcaHandles':6}}}");

	CHECK(*r->memory->kernel == MIB && *r->memory->kernel_tcp == 2 * MIB);
	CHECK(*r->memory->disable_oom_killer);
	CHECK_INT(*r->block_io->leaf_weight, 21);
	CHECK_INT(r->block_io->throttle_write_bps_device[0].rate, 32);
	CHECK_INT(r->block_io->throttle_read_iops_device[0].rate, 33);
	CHECK_INT(r->block_io->throttle_write_iops_device[0].rate, 34);
	CHECK_STR(r->network->priorities[0].name, "lo");
	CHECK_INT(*r->rdma[0].hca_handles, 6);
	/* What has been said stays. */
	r = update(c, "{'pids':{'limit':9}}");
	CHECK(r->block_io->n_throttle_write_bps_device == 1 && r->n_rdma == 1);
}

/* An entry is of its device alone; what is asked for comes first, as errors count. */
TEST(lists_are_merged_by_device)
{
	struct harden_case *c = container(
		"'blockIO':{'weightDevice':[{'major':8,'minor':0,'weight':30,'leafWeight':31},"
		"{'major':8,'minor':16,'weight':32}],'throttleReadBpsDevice':[{'major':8,'minor':0,"
		"'rate':1},{'major':8,'minor':16,'rate':2}]},'hugepageLimits':[{'pageSize':'2MB',"
		"'limit':1}],'rdma':{'a':{'hcaHandles':1},'b':{'hcaHandles':2}},'network':{"
		"'priorities':[{'name':'lo','priority':1},{'name':'eth0','priority':2}]}");
	struct spec_resources *r = update(
		c, "{'blockIO':{'weightDevice':[{'major':8,'minor':0,'weight':40}],"
		   "'throttleReadBpsDevice':[{'major':8,'minor':16,'rate':0},{'major':8,'minor':"
		   "32,'rate':4}]},'hugepageLimits':[{'pageSize':'1GB','limit':2}],'rdma':{'b':{"
		   "'hcaHandles':7}},'network':{'priorities':[{'name':'eth0','priority':9}]}}");
	const struct spec_block_io *b = r->block_io;

	CHECK_INT(b->n_weight_device, 2);
	CHECK(*b->weight_device[0].weight == 40 && *b->weight_device[0].leaf_weight == 31);
	CHECK(b->weight_device[1].minor == 16 && *b->weight_device[1].weight == 32);
	CHECK_INT(b->n_throttle_read_bps_device, 3);
	CHECK(b->throttle_read_bps_device[0].minor == 16 &&
	      b->throttle_read_bps_device[0].rate == 0);
	CHECK(b->throttle_read_bps_device[1].minor == 32 &&
	      b->throttle_read_bps_device[1].rate == 4);
	CHECK(b->throttle_read_bps_device[2].minor == 0 &&
	      b->throttle_read_bps_device[2].rate == 1);
	CHECK(r->n_hugepage_limits == 2 && r->hugepage_limits[1].limit == 1);
	CHECK(r->n_rdma == 2 && *r->rdma[0].hca_handles == 7 && *r->rdma[1].hca_handles == 1);
	CHECK(r->network->n_priorities == 2 && r->network->priorities[0].priority == 9);
}

/* A container whose limits are nobody's business has no empty object afterwards. */
TEST(nothing_for_nothing)
{
	struct harden_case *c = case_new();

	c->p.pids.level = c->p.memory.level = c->p.cpu.level = POLICY_OFF;
	c->p.devices.level = POLICY_OFF;
	case_doc(c, "", "", "");
	CHECK(!c->out->linux_->resources);
	CHECK(!update(c, "{}"));
	CHECK(c->r == 0 && !c->out->linux_->resources);
	CHECK(update(c, "{'pids':{'limit':7}}"));
}

TEST(a_container_without_swap_gets_none)
{
	struct harden_case *c = container("'memory':{'limit':104857600}");

	CHECK_INT(*c->out->linux_->resources->memory->swap, 100 * MIB);
	CHECK_INT(*update(c, "{'memory':{'limit':209715200}}")->memory->swap, 200 * MIB);
	CHECK_INT(*update(c, "{'memory':{'limit':52428800}}")->memory->swap, 50 * MIB);
	CHECK_INT(*update(c, "{'memory':{'limit':53477376,'swap':0}}")->memory->swap, 51 * MIB);
	CHECK_INT(*update(c, "{'memory':{'limit':52428800,'swap':0}}")->memory->swap, 50 * MIB);
	CHECK_INT(*update(c, "{'memory':{'swap':-1}}")->memory->swap, 50 * MIB);
	/* Who asks for a bounded amount gets it, and it stays. */
	CHECK_INT(*update(c, "{'memory':{'swap':104857600}}")->memory->swap, 100 * MIB);
	CHECK_INT(*update(c, "{'memory':{'limit':62914560}}")->memory->swap, 100 * MIB);
}

TEST(no_limit_is_answered_as_in_create)
{
	struct harden_case *c =
		container("'memory':{'limit':104857600,'swap':209715200},'pids':{'limit':60}");
	struct spec_resources *r =
		update(c, "{'memory':{'limit':-1},'pids':{'limit':-1},'cpu':{'quota':-1}}");

	CHECK_CHANGE(c, "pids", "/linux/resources/pids/limit", "-1", "2048");
	CHECK_CHANGE(c, "memory", "/linux/resources/memory/limit", "-1", "6442450944");
	CHECK_INT(*r->pids->limit, 2048);
	CHECK(*r->memory->limit == 6442450944 && *r->memory->swap == 6442450944);
}

TEST(ceilings_hold)
{
	struct harden_case *c = container("'memory':{'limit':104857600},'pids':{'limit':60}");

	c->p.pids.ceiling = 100;
	c->p.memory.ceiling_percent = 50;
	struct spec_resources *r = update(
		c, "{'memory':{'limit':8000000000,'swap':8000000000},'pids':{'limit':5000}}");
	CHECK_CHANGE(c, "pids", "/linux/resources/pids/limit", "5000", "100");
	CHECK_INT(*r->pids->limit, 100);
	CHECK_INT(*r->memory->limit, 4294967296);
	CHECK_INT(*r->memory->swap, 4294967296);
}

TEST(files_of_v2_count_like_their_members)
{
	struct harden_case *c = container("'memory':{'limit':104857600},'pids':{'limit':60}");
	struct spec_resources *r = update(
		c, "{'unified':{'pids.max':'70','memory.max':'200M','memory.swap.max':'10M'}}");

	CHECK_INT(*r->pids->limit, 70);
	CHECK(*r->memory->limit == 200 * MIB && *r->memory->swap == 210 * MIB);
	CHECK_INT(r->n_unified, 0);
	r = update(c, "{'unified':{'pids.max':'max','memory.max':'max','memory.swap.max':'max'}}");
	CHECK_INT(*r->pids->limit, 2048);
	CHECK(*r->memory->limit == 6442450944 && *r->memory->swap == 6442450944);
	CHECK_INT(r->n_unified, 0);
}

TEST(files_take_the_place_of_their_own_members_only)
{
	static const char had[] =
		"'memory':{'limit':104857600,'swap':209715200},'pids':{'limit':60},"
		"'cpu':{'shares':512,'quota':50000,'period':100000}";
	struct harden_case *c = container(had);
	struct spec_resources *r = update(c, "{'unified':{'memory.high':'5'}}");

	CHECK(*r->memory->limit == 100 * MIB && *r->memory->swap == 200 * MIB);
	CHECK(*r->pids->limit == 60 && *r->cpu->shares == 512);
	CHECK(*r->cpu->quota == 50000 && *r->cpu->period == 100000);
	r = update(c, "{'unified':{'cpu.max':'30000 100000','cpu.weight':'7'}}");
	CHECK(!r->cpu->quota && !r->cpu->period && !r->cpu->shares);
	/* As in create: a limit from a file brings no swap along. */
	c = container(had);
	r = update(c, "{'unified':{'memory.max':'150M'}}");
	CHECK(*r->memory->limit == 150 * MIB && *r->memory->swap == 150 * MIB);
	c = container(had);
	r = update(c, "{'unified':{'memory.max':'max'}}");
	CHECK(*r->memory->limit == 6442450944 && *r->memory->swap == 6442450944);
	c = container(had);
	r = update(c, "{'unified':{'memory.swap.max':'5M'}}");
	CHECK(*r->memory->limit == 100 * MIB && *r->memory->swap == 105 * MIB);
	c = container("'memory':{'limit':104857600}");
	r = update(c, "{'unified':{'memory.max':'150M'}}");
	CHECK(*r->memory->limit == 150 * MIB && *r->memory->swap == 150 * MIB);
	/* Without the members there is nothing to make way. */
	c = container("");
	c->p.cpu.level = POLICY_OFF;
	r = update(c, "{'unified':{'cpu.weight':'7','cpu.max':'1 100000'}}");
	CHECK(!r->cpu && r->n_unified == 2);
}

TEST(an_idle_cgroup_has_no_weight)
{
	struct harden_case *c = container("'cpu':{'shares':512}");
	struct spec_resources *r = update(c, "{'cpu':{'idle':1,'shares':0}}");

	CHECK(*r->cpu->idle == 1 && !r->cpu->shares);
	c = container("'cpu':{'shares':512}");
	r = update(c, "{'cpu':{'idle':1}}");
	CHECK(*r->cpu->idle == 1 && !r->cpu->shares);
	r = update(c, "{'cpu':{'idle':0,'shares':7}}");
	CHECK(*r->cpu->idle == 0 && *r->cpu->shares == 7);
}

TEST(device_rules_stay)
{
	struct harden_case *c = container("");

	update(c, "{'devices':[{'allow':true,'access':'rwm'}]}");
	CHECK_INT(c->d.n > 0 && strcmp(c->d.items[0].rule, "device-rules"), 0);
	CHECK_INT(c->d.items[0].kind, DECISION_NOTE);
	CHECK_STR(c->d.items[0].pointer, "/linux/resources/devices");
}

TEST(refusals_and_levels)
{
	struct harden_case *c = container("");

	c->f.mem_total = 0;
	CHECK(!update(c, "{'memory':{'limit':-1}}"));
	CHECK_INT(c->r, -EPERM);
	CHECK_HAS(c->e.msg, "policy: memory: ");
	c = container("");
	CHECK(!update(c, "{'cpu':{'realtimeRuntime':95000}}"));
	CHECK_HAS(c->e.msg, "policy: scheduling: ");
	c = container("'pids':{'limit':60}");
	c->p.pids.level = POLICY_OFF;
	c->p.memory.level = POLICY_AUDIT;
	struct spec_resources *r = update(c, "{'pids':{'limit':-1},'memory':{'limit':-1}}");
	CHECK_INT(*r->pids->limit, -1);
	CHECK_INT(*r->memory->limit, -1);
	bool noted = false;
	for (size_t i = 0; i < c->d.n; i++)
		noted |= strncmp(c->d.items[i].why, "audit only: ", 12) == 0;
	CHECK(noted);
}

/* What the process has from the engine has nothing to do with who updates it. */
TEST(the_process_is_not_judged_again)
{
	struct harden_case *c = container("");
	struct spec *before = c->out;
	struct spec_change *changes;

	c->p.scheduling.oom_score_adj_min = 100;
	c->p.scheduling.nice_min = 5;
	c->f.inherited.scheduler = 1;
	update(c, "{}");
	CHECK_INT(spec_diff(before, c->out, &c->a, &changes), 0);
}

TEST(twice_is_once)
{
	static const char asked[] =
		"{'memory':{'limit':-1,'swap':-1},'pids':{'limit':-1},'cpu':{'quota':-1,'idle':0}}";
	struct harden_case *c = container("'memory':{'limit':104857600}");
	struct spec_change *changes;

	update(c, asked);
	struct spec *once = c->out;
	update(c, asked);
	CHECK_INT(spec_diff(once, c->out, &c->a, &changes), 0);
	update(c, "{}");
	CHECK_INT(spec_diff(once, c->out, &c->a, &changes), 0);
	CHECK_INT(c->d.n > 0 && c->d.items[0].kind == DECISION_CHANGE, 0);
}

/* Exactly the allocation with this number fails. */
static long countdown = -1;

bool arena_test_fail(void)
{
	return countdown >= 0 && countdown-- == 0;
}

TEST(memory_runs_out)
{
	struct harden_case *c = container("'memory':{'limit':104857600}");
	struct spec_resources *r;
	static const char json[] = "{\"memory\":{\"limit\":5},\"cpu\":{\"shares\":5},\"pids\":{"
				   "\"limit\":5},\"blockIO\":{\"weight\":50},\"network\":{"
				   "\"classID\":5},\"unified\":{\"a.b\":\"5\"}}";
	bool done = false;
	long n = 0;

	CHECK(spec_parse_resources(json, sizeof(json) - 1, &c->a, &r, &c->e) == 0);
	for (; !done; n++) {
		AUTO_ARENA struct arena a = ARENA_INIT;
		struct spec *out = NULL;
		struct measures m;
		struct decisions d;
		struct err e = {0};

		countdown = n;
		int got = harden_update(r, NULL, c->out, &c->m, &c->p, &c->f, &a, &out, &m, &d, &e);
		done = countdown >= 0;
		countdown = -1;
		CHECK_MSG(got == (done ? 0 : -ENOMEM), "allocation %ld: %d: %s", n, got, e.msg);
		CHECK(done == !!out);
	}
	CHECK(n > 20);
}

static struct harden_case *in_class(const char *rdt, bool allowed)
{
	struct harden_case *c = case_new();

	c->p.intel_rdt.allow_own = true;
	case_doc(c, "", arena_printf(&c->a, ",'intelRdt':{%s}", rdt), "");
	c->p.intel_rdt.allow_own = allowed;
	return c;
}

TEST(schemata_of_the_class_of_service)
{
	const struct spec_intel_rdt asked = {.l3_cache_schema = "L3:0=f"};
	struct harden_case *c = in_class("'memBwSchema':'MB:0=10','l3CacheSchema':'L3:0=1'", true);

	classes = &asked;
	update(c, "{}");
	CHECK_INT(c->r, 0);
	CHECK_STR(c->out->linux_->intel_rdt->l3_cache_schema, "L3:0=f");
	CHECK_STR(c->out->linux_->intel_rdt->mem_bw_schema, "MB:0=10");
	/* The policy has changed since: what is left alone stays, what is new is judged. */
	c = in_class("'l3CacheSchema':'L3:0=f'", false);
	update(c, "{'pids':{'limit':50}}");
	CHECK_INT(c->r, 0);
	c = in_class("'l3CacheSchema':'L3:0=1'", false);
	update(c, "{}");
	CHECK_INT(c->r, -EPERM);
	CHECK_HAS(c->e.msg, "policy: intel-rdt: a class of service of the container's own");
	classes = NULL;
}
