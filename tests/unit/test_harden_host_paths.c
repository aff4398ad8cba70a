/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* test_harden_host_paths.c: harden/host_paths.c, and what harden/binds.c makes of it. */
#include "bind_case.h"
#include "harden/host_paths.h"

/* Of the policy below: "refused", "ro", "plain". */
static const char *fate(struct harden_case *c, const char *source, const struct bind_fact *f)
{
	c->e = (struct err){0};
	run_bind(c, source, f, "");
	if (c->r < 0)
		return strstr(c->e.msg, " leads to ") ? "refused" : c->e.msg;
	return has_option(c, "rro") ? "ro" : "plain";
}

static struct policy_host_path listed[] = {
	{"/srv/secret", "refuse", "nobody's"}, {"/srv", "plain", "data"},
	{"/opt", "readonly", "programs"},      {"/opt/data", "plain", "data"},
	{"/opt/data/key", "refuse", "a key"},  {"/link", "refuse", "a link to /target"},
};
#define N_LISTED 6

static struct harden_case *with_list(void)
{
	struct harden_case *c = case_new();

	c->p.binds.host_paths = listed;
	c->p.binds.n_host_paths = N_LISTED;
	return c;
}

TEST(the_hosts_programs_and_settings_are_read_only)
{
	static const char *const paths[] = {
		"/bin",	   "/boot", "/etc", "/lib",	"/lib32",	    "/lib64",
		"/libx32", "/sbin", "/usr", "/etc/ssh", "/usr/local/share", "/boot/efi"};

	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		struct harden_case *c = case_new();
		struct bind_fact f = directory(paths[i]);
		CHECK_STR(fate(c, paths[i], NULL), "ro");
		CHECK_STR(fate(c, paths[i], &f), "ro");
	}
	struct harden_case *c = case_new();
	run_options(c, "/etc", NULL, "'bind','rw','nosuid','nodev'");
	CHECK_CHANGE(c, "binds", "/mounts/0/options", "[\"bind\",\"rw\",\"nosuid\",\"nodev\"]",
		     "[\"bind\",\"nosuid\",\"nodev\",\"ro\"]");
	CHECK_STR(decision_find(c, DECISION_CHANGE, "binds", "/mounts/0/options")->why,
		  "it leads to /etc: the host's settings");
	run_options(c, "/etc", NULL, "'rbind','rrw','rnosuid','rnodev'");
	CHECK(has_option(c, "rro") && !has_option(c, "rrw"));
	run_options(c, "/etc", NULL, "'rbind','rro','rnosuid','rnodev'");
	CHECK_QUIET(c, "binds");
}

TEST(all_else_is_left_as_it_is)
{
	static const char *const paths[] = {"/data", "/home/u", "/var/lib/x", "/etcetera",
					    "/usr2", "/tmp",	"/root",      "/mnt/etc"};

	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		struct harden_case *c = case_new();
		CHECK_STR(fate(c, paths[i], NULL), "plain");
	}
}

TEST(the_root_goes_by_what_is_in_it)
{
	struct harden_case *c = case_new();

	c->p.binds.allow_socket_parents = true;
	CHECK_STR(fate(c, "/", NULL), "ro");
	c = with_list();
	c->p.binds.allow_socket_parents = true;
	CHECK_STR(fate(c, "/", NULL), "refused");
	CHECK_HAS(c->e.msg, "/ leads to /srv/secret: nobody's: refused");
	c = with_list();
	c->p.binds.allow_socket_parents = true;
	c->p.binds.host_paths = &listed[1]; /* nothing but data */
	c->p.binds.n_host_paths = 1;
	CHECK_STR(fate(c, "/", NULL), "plain");
}

TEST(the_longest_path_counts)
{
	struct harden_case *c = with_list();

	CHECK_STR(fate(c, "/opt", NULL), "refused"); /* holds the key */
	CHECK_STR(fate(c, "/opt/x", NULL), "ro");
	CHECK_STR(fate(c, "/opt/data", NULL), "refused");
	CHECK_STR(fate(c, "/opt/data/x", NULL), "plain");
	CHECK_STR(fate(c, "/opt/data/key", NULL), "refused");
	CHECK_STR(fate(c, "/opt/data/key/x", NULL), "refused");
	CHECK_STR(fate(c, "/srv", NULL), "refused");
	CHECK_STR(fate(c, "/srv/x", NULL), "plain");
	CHECK_STR(fate(c, "/srv/secret/x", NULL), "refused");
	CHECK_STR(fate(c, "/srv/secrets", NULL), "plain");
}

TEST(the_strictest_way_of_looking_counts)
{
	struct path_fact facts[N_LISTED] = {[2] = {"/opt", 8, 42, {8, "/opt", "ext4"}}};
	struct harden_case *c = with_list();
	struct bind_fact f = directory("/srv/x");

	c->f.host_paths = facts;
	c->f.n_host_paths = N_LISTED;
	CHECK_STR(fate(c, "/srv/x", &f), "plain");
	f.ino = 42;
	CHECK_STR(fate(c, "/srv/x", &f), "ro");
	f.dev = 9;
	CHECK_STR(fate(c, "/srv/x", &f), "plain");
	c->f.n_host_paths = 0;
	f.dev = 8;
	CHECK_STR(fate(c, "/srv/x", &f), "plain");
}

TEST(a_listed_link_counts_for_where_it_leads_and_by_its_name)
{
	struct path_fact facts[N_LISTED] = {[5] = {"/target", 8, 5, {8, "/target", "ext4"}}};
	struct harden_case *c = with_list();

	CHECK_STR(fate(c, "/link/x", NULL), "refused");
	CHECK_STR(fate(c, "/target/x", NULL), "plain");
	c->f.host_paths = facts;
	c->f.n_host_paths = N_LISTED;
	CHECK_STR(fate(c, "/target/x", NULL), "refused");
	CHECK_STR(fate(c, "/link", NULL), "refused");
}

/* docker volume create -o type=none -o o=bind -o device=/opt/x, or -o device=/dev/sda1 */
TEST(what_is_mounted_is_judged_by_its_place)
{
	static const struct {
		struct place_fact place;
		const char *fate;
	} cases[] = {
		{{8, "/opt", "ext4"}, "refused"},
		{{8, "/opt/x", "ext4"}, "ro"},
		{{8, "/opt/data/x", "ext4"}, "plain"},
		{{8, "/optional", "ext4"}, "plain"},
		{{8, "/", "ext4"}, "refused"},
		{{9, "/opt/x", "ext4"}, "plain"},
		{{8, NULL, NULL}, "plain"},
	};
	static const struct path_fact facts[N_LISTED] = {
		[0] = {"/srv/secret", 8, 1, {8, "/srv/secret", "ext4"}},
		[1] = {"/srv", 8, 2, {8, "/srv", "ext4"}},
		[2] = {"/opt", 8, 3, {8, "/opt", "ext4"}},
		[3] = {"/opt/data", 8, 4, {8, "/opt/data", "ext4"}},
		[4] = {"/opt/data/key", 8, 5, {8, "/opt/data/key", "ext4"}}};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct harden_case *c = with_list();
		struct bind_fact f = directory("/var/lib/docker/volumes/v/_data");
		c->f.host_paths = facts;
		c->f.n_host_paths = N_LISTED;
		f.mount_root = true;
		f.places = &cases[i].place;
		f.n_places = 1;
		CHECK_STR(fate(c, "/v", &f), cases[i].fate);
	}
}

TEST(mounts_that_come_along_count_too)
{
	static const struct place_fact places[] = {{8, "/home/u", "ext4"}, {8, "/opt/x", "ext4"}};
	static const struct path_fact facts[N_LISTED] = {[2] = {"/opt", 8, 3, {8, "/opt", "ext4"}}};
	struct harden_case *c = with_list();
	struct bind_fact f = directory("/home/u");

	c->f.host_paths = facts;
	c->f.n_host_paths = N_LISTED;
	f.places = places;
	f.n_places = 2;
	CHECK_STR(fate(c, "/home/u", &f), "ro");
	run_options(c, "/home/u", &f, "'bind','nosuid','nodev'");
	CHECK_QUIET(c, "binds");
	f.n_places = 1;
	CHECK_STR(fate(c, "/home/u", &f), "plain");
	/* The source's own place counts in any case. */
	static const struct place_fact own[] = {{8, "/opt/x", "ext4"}, {9, "/", "tmpfs"}};
	f.places = own;
	f.n_places = 2;
	run_options(c, "/home/u", &f, "'bind','nosuid','nodev'");
	CHECK(has_option(c, "ro"));
}

TEST(everything_can_be_listed)
{
	static struct policy_host_path strict[] = {{"/", "refuse", "only what is named"},
						   {"/srv", "plain", "data"}};
	struct harden_case *c = case_new();

	c->p.binds.host_paths = strict;
	c->p.binds.n_host_paths = 2;
	CHECK_STR(fate(c, "/home", NULL), "refused");
	CHECK_STR(fate(c, "/srv/x", NULL), "plain");
}

TEST(a_listed_link_is_in_what_holds_where_it_leads)
{
	struct path_fact facts[N_LISTED] = {[5] = {"/target/x", 8, 5, {0, NULL, NULL}}};
	struct harden_case *c = with_list();

	c->f.host_paths = facts;
	c->f.n_host_paths = N_LISTED;
	CHECK_STR(fate(c, "/target", NULL), "refused");
	CHECK_STR(fate(c, "/target/y", NULL), "plain");
}

TEST(the_engines_storage_is_not_meant)
{
	static struct policy_host_path var[] = {{"/var", "refuse", "all of it"}};
	struct harden_case *c = case_new();
	struct bind_fact f = directory("/var/lib/docker/volumes/v/_data");

	c->p.binds.host_paths = var;
	c->p.binds.n_host_paths = 1;
	c->p.binds.noexec = true;
	CHECK_STR(fate(c, "/v", &f), "plain");
	CHECK(has_option(c, "idmap") && !has_option(c, "rnoexec"));
	f = directory("/var/lib/docker/volumes/v/_data/x");
	CHECK_STR(fate(c, "/v", &f), "refused");
}

TEST(no_programs_from_the_host_by_policy)
{
	struct harden_case *c = case_new();
	struct bind_fact f = directory("/home/u");

	run_options(c, "/home/u", &f, "'rbind','rexec','rnosuid','rnodev'");
	CHECK_QUIET(c, "binds");
	c->p.binds.noexec = true;
	run_options(c, "/home/u", &f, "'rbind','rexec','rnosuid','rnodev'");
	CHECK_CHANGE(c, "binds", "/mounts/0/options",
		     "[\"rbind\",\"rexec\",\"rnosuid\",\"rnodev\"]",
		     "[\"rbind\",\"rnosuid\",\"rnodev\",\"rnoexec\"]");
	run_options(c, "/home/u", &f, "'bind','exec','nosuid','nodev'");
	CHECK(has_option(c, "noexec") && !has_option(c, "exec"));
	run_options(c, "/home/u", NULL, "'bind','nosuid','nodev'");
	CHECK(has_option(c, "noexec"));
	/* docker run --init: a file that is handed in by itself */
	f.mode = S_IFREG | 0755;
	run_options(c, "/home/u", &f, "'bind','nosuid','nodev'");
	CHECK_QUIET(c, "binds");
}

TEST(places)
{
	static const struct place_fact a = {8, "/a", "ext4"}, ab = {8, "/a/b", "ext4"},
				       other = {9, "/a/b", "ext4"}, none = {8, NULL, "ext4"};

	CHECK(place_below(&ab, &a) && place_below(&a, &a));
	CHECK(!place_below(&a, &ab) && !place_below(&other, &a));
	CHECK(!place_below(&none, &a) && !place_below(&a, &none));
}

TEST(of_two_entries_for_one_directory_the_first_counts)
{
	static struct policy_host_path twice[] = {{"/srv", "plain", "data"},
						  {"/srv", "refuse", "data"}};
	struct harden_case *c = case_new();

	c->p.binds.host_paths = twice;
	c->p.binds.n_host_paths = 2;
	CHECK_STR(fate(c, "/srv/x", NULL), "plain");
}
