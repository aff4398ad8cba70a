
# The command line.
check_PROGRAMS += tests/unit/test_cli_options tests/unit/test_cli_log tests/unit/test_cli_output \
	tests/unit/test_bundle tests/unit/test_subids
tests_unit_test_subids_SOURCES = tests/unit/test_subids.c
tests_unit_test_bundle_SOURCES = tests/unit/test_bundle.c
tests_unit_test_cli_options_SOURCES = tests/unit/test_cli_options.c runtime/options.c
tests_unit_test_cli_log_SOURCES = tests/unit/test_cli_log.c runtime/log.c runtime/log_target.c
tests_unit_test_cli_output_SOURCES = tests/unit/test_cli_output.c runtime/output.c \
	runtime/owner.c runtime/signals.c runtime/state_json.c runtime/table.c

# The life of a container: what needs no container.
EXTRA_DIST += tests/unit/private_run.h
check_PROGRAMS += tests/unit/test_ids tests/unit/test_lifecycle tests/unit/test_process_probe \
	tests/unit/test_restarts
tests_unit_test_process_probe_SOURCES = tests/unit/test_process_probe.c
tests_unit_test_restarts_SOURCES = tests/unit/test_restarts.c
tests_unit_test_ids_SOURCES = tests/unit/test_ids.c
tests_unit_test_lifecycle_SOURCES = tests/unit/test_lifecycle.c

# A running container against its plan.
check_PROGRAMS += tests/unit/test_check tests/unit/test_seal tests/unit/test_verify_text
tests_unit_test_check_SOURCES = tests/unit/test_check.c
tests_unit_test_seal_SOURCES = tests/unit/test_seal.c
check_PROGRAMS += tests/unit/test_checkpoint
tests_unit_test_checkpoint_SOURCES = tests/unit/test_checkpoint.c
EXTRA_DIST += tests/integration/test_checkpoint.py tests/vm/checkpoint.py tests/vm/fetch-criu \
	tests/vm/test_checkpoint.sh
tests_unit_test_verify_text_SOURCES = tests/unit/test_verify_text.c
EXTRA_DIST += tests/integration/test_check.py tests/integration/test_verify.py \
	tests/engines/test_verify.py tests/vm/test_verify_run.sh

# The audit trail.
check_PROGRAMS += tests/unit/test_audit tests/unit/test_audit_read
tests_unit_test_audit_SOURCES = tests/unit/test_audit.c
tests_unit_test_audit_read_SOURCES = tests/unit/test_audit_read.c
EXTRA_DIST += contrib/logrotate/bulkhead tests/integration/test_audit.py

# New limits, and what else is done with containers that run.
check_PROGRAMS += tests/unit/test_harden_update tests/unit/test_json_member tests/unit/test_size
tests_unit_test_harden_update_SOURCES = tests/unit/test_harden_update.c tests/unit/harden_case.h
tests_unit_test_json_member_SOURCES = tests/unit/test_json_member.c
check_PROGRAMS += tests/prop/test_update
tests_prop_test_update_SOURCES = tests/prop/test_update.c \
	tests/prop/gen_harden.c tests/prop/gen_harden.h tests/prop/gen_spec.c tests/prop/gen_spec.h
tests_unit_test_size_SOURCES = tests/unit/test_size.c runtime/size.c
EXTRA_DIST += tests/integration/test_update.py tests/integration/test_runc_options.py
EXTRA_DIST += tests/integration/test_hooks.py tests/integration/test_resources.py \
	tests/integration/test_races.py

# The runner and the gates (source form, licence, layers, purity). They run from the source tree.
EXTRA_DIST += tests/run \
	tests/gates/_tap.py tests/gates/_tap.sh tests/gates/format.sh tests/gates/layers.py tests/gates/license.py \
	tests/gates/purity.py tests/gates/runner.py tests/gates/tarball.sh \
	tests/golden/test_cli.py tests/golden/cli tests/integration/test_cli.py \
	tests/integration/test_log.py tests/integration/test_bad_options.py tests/integration/test_bad_files.py \
	tests/integration/test_features.py

# What is shipped beside the program.
EXTRA_DIST += .ci/run contrib/_lib.sh contrib/check contrib/quickstart \
	contrib/quickstart-bundle/config.json contrib/quickstart-bundle/view \
	contrib/docker/daemon.json contrib/docker/buildkit.conf

# The process, its hooks, sysctls and terminal.
EXTRA_DIST += tests/unit/process_case.h
check_PROGRAMS += tests/unit/test_dir
tests_unit_test_dir_SOURCES = tests/unit/test_dir.c
tests_unit_test_dir_LDFLAGS = -Wl,--wrap=readdir
check_PROGRAMS += tests/unit/test_caps tests/unit/test_process tests/unit/test_process_limits \
	tests/unit/test_hooks_plan tests/unit/test_memory_policy tests/unit/test_net_devices \
	tests/unit/test_harden_net_devices tests/unit/test_intel_rdt \
	tests/unit/test_sysctl tests/unit/test_exec_path tests/unit/test_home tests/unit/test_fds \
	tests/unit/test_relay tests/unit/test_notify
tests_unit_test_caps_SOURCES = tests/unit/test_caps.c
tests_unit_test_process_SOURCES = tests/unit/test_process.c
tests_unit_test_process_limits_SOURCES = tests/unit/test_process_limits.c
tests_unit_test_intel_rdt_SOURCES = tests/unit/test_intel_rdt.c
tests_unit_test_intel_rdt_LDFLAGS = -Wl,--wrap=mkdirat,--wrap=unlinkat,--wrap=intel_rdt_open
tests_unit_test_net_devices_SOURCES = tests/unit/test_net_devices.c
tests_unit_test_harden_net_devices_SOURCES = tests/unit/test_harden_net_devices.c tests/unit/harden_case.h
tests_unit_test_memory_policy_SOURCES = tests/unit/test_memory_policy.c
tests_unit_test_hooks_plan_SOURCES = tests/unit/test_hooks_plan.c
tests_unit_test_sysctl_SOURCES = tests/unit/test_sysctl.c
tests_unit_test_exec_path_SOURCES = tests/unit/test_exec_path.c
tests_unit_test_home_SOURCES = tests/unit/test_home.c
tests_unit_test_fds_SOURCES = tests/unit/test_fds.c
tests_unit_test_relay_SOURCES = tests/unit/test_relay.c
tests_unit_test_notify_SOURCES = tests/unit/test_notify.c

# The document: parser, writer, copier, differ, the default document, tables of one's own.
check_PROGRAMS += tests/unit/test_spec_parse tests/unit/test_spec_bad tests/unit/test_spec_check \
	tests/unit/test_spec_default tests/unit/test_spec_golden tests/unit/test_spec_write \
	tests/unit/test_spec_copy tests/unit/test_spec_diff tests/unit/test_spec_schema \
	tests/unit/test_spec_examples \
	tests/unit/test_json_table \
	tests/prop/test_spec_roundtrip tests/fuzz/fuzz_spec
tests_unit_test_spec_parse_SOURCES = tests/unit/test_spec_parse.c
tests_unit_test_spec_bad_SOURCES = tests/unit/test_spec_bad.c
tests_unit_test_spec_check_SOURCES = tests/unit/test_spec_check.c
tests_unit_test_spec_default_SOURCES = tests/unit/test_spec_default.c tests/unit/files.h
tests_unit_test_spec_golden_SOURCES = tests/unit/test_spec_golden.c tests/unit/files.h
tests_unit_test_spec_write_SOURCES = tests/unit/test_spec_write.c
tests_unit_test_spec_copy_SOURCES = tests/unit/test_spec_copy.c tests/unit/files.h
tests_unit_test_spec_diff_SOURCES = tests/unit/test_spec_diff.c
tests_unit_test_spec_examples_SOURCES = tests/unit/test_spec_examples.c
tests_unit_test_spec_schema_SOURCES = tests/unit/test_spec_schema.c
tests_unit_test_json_table_SOURCES = tests/unit/test_json_table.c
tests_prop_test_spec_roundtrip_SOURCES = tests/prop/test_spec_roundtrip.c \
	tests/prop/gen_spec.c tests/prop/gen_spec.h
tests_fuzz_fuzz_spec_SOURCES = tests/fuzz/fuzz_spec.c tests/fuzz/damage.h tests/unit/files.h \
	tests/prop/gen_spec.c tests/prop/gen_spec.h
EXTRA_DIST += contrib/fuzz tests/golden/spec tests/fuzz/corpus/spec

# What a container uses.
check_PROGRAMS += tests/unit/test_cgroup_stats tests/unit/test_events
tests_unit_test_cgroup_stats_SOURCES = tests/unit/test_cgroup_stats.c
tests_unit_test_events_SOURCES = tests/unit/test_events.c runtime/duration.c \
	runtime/events_json.c runtime/output.c
EXTRA_DIST += tests/integration/test_events.py

# Control groups.
CGROUP_FACTS = tests/unit/cgroup_facts.h
CGROUP_BOX = tests/integration/cgroup_box.h
EXTRA_DIST += tests/vm/fetch-kernel tests/vm/run-vm tests/vm/test_cgroup.sh tests/vm/test_new_kernel.sh tests/vm/test_rdma.sh tests/vm/rdma.py
check_PROGRAMS += tests/unit/test_cgroup_check tests/unit/test_cgroup_limits \
	tests/unit/test_cgroup_memory tests/unit/test_cgroup_plan tests/unit/test_cgroup_probe \
	tests/unit/test_cgroup_unified tests/unit/test_devices_cgroup \
	tests/integration/test_cgroup_kill tests/integration/test_cgroup_knobs \
	tests/integration/test_cgroup_limits
tests_unit_test_cgroup_check_SOURCES = tests/unit/test_cgroup_check.c
tests_unit_test_cgroup_limits_SOURCES = tests/unit/test_cgroup_limits.c $(CGROUP_FACTS)
tests_unit_test_cgroup_memory_SOURCES = tests/unit/test_cgroup_memory.c $(CGROUP_FACTS)
tests_unit_test_cgroup_plan_SOURCES = tests/unit/test_cgroup_plan.c $(CGROUP_FACTS)
tests_unit_test_cgroup_probe_SOURCES = tests/unit/test_cgroup_probe.c
tests_unit_test_cgroup_unified_SOURCES = tests/unit/test_cgroup_unified.c $(CGROUP_FACTS)
tests_unit_test_devices_cgroup_SOURCES = tests/unit/test_devices_cgroup.c
tests_integration_test_cgroup_kill_SOURCES = tests/integration/test_cgroup_kill.c $(CGROUP_BOX)
tests_integration_test_cgroup_knobs_SOURCES = tests/integration/test_cgroup_knobs.c $(CGROUP_BOX)
tests_integration_test_cgroup_limits_SOURCES = tests/integration/test_cgroup_limits.c $(CGROUP_BOX)

# The hardening layer and the plan of namespaces.
check_PROGRAMS += tests/unit/test_harden_cgroup_path tests/unit/test_harden_cpu \
	tests/unit/test_harden_rootfs tests/unit/test_str_list tests/unit/test_err
tests_unit_test_harden_cgroup_path_SOURCES = tests/unit/test_harden_cgroup_path.c
check_PROGRAMS += tests/unit/test_harden_host_paths tests/unit/test_mount_table \
	tests/integration/test_bind_probe
tests_integration_test_bind_probe_SOURCES = tests/integration/test_bind_probe.c
tests_unit_test_mount_table_SOURCES = tests/unit/test_mount_table.c
tests_unit_test_harden_host_paths_SOURCES = tests/unit/test_harden_host_paths.c
tests_unit_test_harden_cpu_SOURCES = tests/unit/test_harden_cpu.c
tests_unit_test_harden_rootfs_SOURCES = tests/unit/test_harden_rootfs.c
tests_unit_test_str_list_SOURCES = tests/unit/test_str_list.c
tests_unit_test_err_SOURCES = tests/unit/test_err.c
check_PROGRAMS += tests/unit/test_harden_binds tests/unit/test_harden_capabilities \
	tests/unit/test_harden_decisions tests/unit/test_harden_devices tests/unit/test_harden_exec \
	tests/unit/test_harden_hooks tests/unit/test_harden_scheduling \
	tests/unit/test_harden_seccomp \
	tests/unit/test_harden_limits tests/unit/test_harden_mounts \
	tests/unit/test_harden_namespaces tests/unit/test_harden_pids tests/unit/test_harden_sysctl \
	tests/unit/test_harden_userns tests/unit/test_plan_namespaces
tests_unit_test_harden_binds_SOURCES = tests/unit/test_harden_binds.c tests/unit/harden_case.h \
	tests/unit/bind_case.h
check_PROGRAMS += tests/unit/test_harden_storage
tests_unit_test_harden_storage_SOURCES = tests/unit/test_harden_storage.c
tests_unit_test_harden_capabilities_SOURCES = tests/unit/test_harden_capabilities.c
tests_unit_test_harden_decisions_SOURCES = tests/unit/test_harden_decisions.c
tests_unit_test_harden_devices_SOURCES = tests/unit/test_harden_devices.c
tests_unit_test_harden_exec_SOURCES = tests/unit/test_harden_exec.c \
	tests/prop/gen_harden.c tests/prop/gen_harden.h tests/prop/gen_spec.c tests/prop/gen_spec.h
tests_unit_test_harden_seccomp_SOURCES = tests/unit/test_harden_seccomp.c
tests_unit_test_harden_hooks_SOURCES = tests/unit/test_harden_hooks.c
tests_unit_test_harden_scheduling_SOURCES = tests/unit/test_harden_scheduling.c
tests_unit_test_harden_limits_SOURCES = tests/unit/test_harden_limits.c
tests_unit_test_harden_pids_SOURCES = tests/unit/test_harden_pids.c
tests_unit_test_harden_mounts_SOURCES = tests/unit/test_harden_mounts.c
tests_unit_test_harden_namespaces_SOURCES = tests/unit/test_harden_namespaces.c
tests_unit_test_harden_sysctl_SOURCES = tests/unit/test_harden_sysctl.c
tests_unit_test_harden_userns_SOURCES = tests/unit/test_harden_userns.c
tests_unit_test_plan_namespaces_SOURCES = tests/unit/test_plan_namespaces.c

# The program that integration and engine tests put into containers: static, whatever the build is.
check_DATA = tests/lib/probe tests/lib/hostile tests/lib/inside tests/lib/call tests/lib/spec_fields
CLEANFILES += tests/lib/probe tests/lib/hostile tests/lib/inside tests/lib/call tests/lib/spec_fields
EXTRA_DIST += tests/integration/test_bad_input.py
EXTRA_DIST += tests/lib/probe.c tests/lib/bundle.py tests/lib/harness.py \
	tests/integration/test_lifecycle.py tests/engines/dockerd.py tests/engines/test_docker.py \
	tests/fault/test_inject.py tests/bench/floor.c tests/bench/timer.c
tests/lib/probe: tests/lib/probe.c
	$(AM_V_CC)$(MKDIR_P) tests/lib && \
	$(CC) -std=gnu17 -O2 $(WARN_CFLAGS) -static -o $@ $(srcdir)/tests/lib/probe.c
HOSTILE = tests/lib/hostile.c tests/lib/hostile_calls.c tests/lib/hostile_cgroups.c \
	tests/lib/hostile_devices.c tests/lib/hostile_files.c tests/lib/hostile_ids.c \
	tests/lib/hostile_mounts.c tests/lib/hostile_peers.c tests/lib/hostile_surface.c \
	tests/lib/hostile.h
EXTRA_DIST += $(HOSTILE) tests/integration/test_hostile.py
EXTRA_DIST += tests/lib/inside.c tests/engines/test_cis.py
tests/lib/inside: tests/lib/inside.c
	$(AM_V_CC)$(MKDIR_P) tests/lib && $(CC) -std=gnu17 -D_GNU_SOURCE -O2 $(WARN_CFLAGS) \
		-static -o $@ $(srcdir)/tests/lib/inside.c
EXTRA_DIST += tests/lib/call.c tests/lib/agent.py tests/integration/test_seccomp_notify.py \
	tests/integration/test_seccomp.py
tests/lib/call: tests/lib/call.c
	$(AM_V_CC)$(MKDIR_P) tests/lib && $(CC) -std=gnu17 -D_GNU_SOURCE -O2 $(WARN_CFLAGS) \
		-static -o $@ $(srcdir)/tests/lib/call.c
EXTRA_DIST += tests/lib/without.c tests/integration/test_fallback.py
check_DATA += tests/lib/without
CLEANFILES += tests/lib/without
tests/lib/without: tests/lib/without.c
	$(AM_V_CC)$(MKDIR_P) tests/lib && $(CC) -std=gnu17 -D_GNU_SOURCE -O2 $(WARN_CFLAGS) \
		-static -o $@ $(srcdir)/tests/lib/without.c
tests/lib/hostile: $(HOSTILE)
	$(AM_V_CC)$(MKDIR_P) tests/lib && $(CC) -std=gnu17 -D_GNU_SOURCE -O2 $(WARN_CFLAGS) \
		-static -o $@ $(srcdir)/tests/lib/hostile*.c

# The same in namespaces of their own; they need root and say so.
EXTRA_DIST += tests/integration/process_box.h tests/integration/hooks_case.h
check_PROGRAMS += tests/integration/test_process_apply tests/integration/test_process_host \
	tests/integration/test_sysctl_apply tests/integration/test_hooks_run \
	tests/integration/test_hooks_namespaces tests/integration/test_console
tests_integration_test_process_apply_SOURCES = tests/integration/test_process_apply.c
tests_integration_test_process_host_SOURCES = tests/integration/test_process_host.c
tests_integration_test_sysctl_apply_SOURCES = tests/integration/test_sysctl_apply.c
tests_integration_test_hooks_run_SOURCES = tests/integration/test_hooks_run.c
tests_integration_test_hooks_namespaces_SOURCES = tests/integration/test_hooks_namespaces.c
tests_integration_test_hooks_namespaces_LDFLAGS = -Wl,--wrap=prctl
tests_integration_test_console_SOURCES = tests/integration/test_console.c
# Its properties on random documents, hosts and policies.
check_PROGRAMS += tests/prop/test_harden
tests_prop_test_harden_SOURCES = tests/prop/test_harden.c \
	tests/prop/gen_harden.c tests/prop/gen_harden.h tests/prop/gen_spec.c tests/prop/gen_spec.h \
	tests/prop/order.c tests/prop/order.h tests/prop/replay.c tests/prop/replay.h
tests_prop_test_harden_LDFLAGS = -Wl,--wrap=arena_alloc,--wrap=arena_array \
	-Wl,--wrap=arena_strdup,--wrap=arena_strndup,--wrap=realloc

# Planted faults, and what they found untested.
EXTRA_DIST += tests/gates/mutants.py tests/mutate/run tests/mutate/bench.py tests/mutate/faults.py \
	tests/mutate/EQUIVALENT tests/mutate/SMOKE
check_PROGRAMS += tests/unit/test_affinity
tests_unit_test_affinity_SOURCES = tests/unit/test_affinity.c

# The whole plan on what the hardening lets through.
check_PROGRAMS += tests/prop/test_plan
tests_prop_test_plan_SOURCES = tests/prop/test_plan.c tests/unit/files.h \
	tests/golden/facts_json.c tests/golden/facts_json.h \
	tests/golden/plan_text.c tests/golden/plan_text.h \
	tests/prop/gen_harden.c tests/prop/gen_harden.h tests/prop/gen_spec.c tests/prop/gen_spec.h

# The comparison with runc and crun; tests/bench/run builds what it needs.
EXTRA_PROGRAMS = tests/bench/filter
# What members config.json has, for tests that go through all of them.
EXTRA_PROGRAMS += tests/lib/spec_fields
tests_lib_spec_fields_SOURCES = tests/lib/spec_fields.c
tests_bench_filter_SOURCES = tests/bench/filter.c
EXTRA_DIST += tests/bench/floor.c tests/bench/harden tests/bench/run tests/bench/timer.c
EXTRA_PROGRAMS += tests/bench/bench_harden
tests_bench_bench_harden_SOURCES = tests/bench/bench_harden.c

# What runs as root: containers, faults, engines.
EXTRA_DIST += tests/lib/bundle.py tests/lib/harness.py tests/lib/images.py tests/lib/log_sink.py tests/lib/rootless.py \
	tests/lib/scene.py tests/lib/terminal.py \
	tests/integration/test_rootless.py tests/engines/test_podman_rootless.py \
	tests/integration/test_exec.py tests/integration/test_exec_hostile.py \
	tests/integration/test_exec_io.py tests/lib/execs.py tests/fault/test_inject_exec.py \
	tests/integration/test_lifecycle.py tests/fault/test_inject.py \
	tests/engines/dockerd.py tests/engines/test_containerd.py tests/engines/test_docker.py \
	tests/engines/test_docker_exec.py tests/engines/test_docker_build.py tests/engines/crio.py tests/engines/test_crio.py \
	tests/engines/podbox.py tests/engines/test_podman.py tests/engines/test_podman_life.py tests/engines/test_podman_calls.py \
	tests/engines/fetch-newer-debian tests/engines/in-newer tests/engines/newer.py tests/engines/test_newer_tree.py \
	tests/engines/test_newer_docker.py tests/engines/test_newer_podman.py tests/engines/test_newer_podman_rootless.py \
	tests/engines/test_newer_docker_store.py tests/engines/test_newer_containerd.py

# The root mount: parsers, the plan, and as root on real file systems and overlays.
check_PROGRAMS += tests/unit/test_mountinfo tests/unit/test_overlay_options \
	tests/unit/test_rootfs_plan tests/fuzz/fuzz_mountinfo tests/fault/test_rootfs_fault \
	tests/integration/test_rootfs_coherence tests/integration/test_rootfs_idmap \
	tests/integration/test_rootfs_layers tests/integration/test_rootfs_overlay \
	tests/integration/test_rootfs_plain
EXTRA_PROGRAMS += tests/bench/bench_rootfs
ROOTFS_BOX = tests/integration/box_files.h tests/integration/rootfs_box.h tests/integration/rootfs_overlay.h
tests_unit_test_mountinfo_SOURCES = tests/unit/test_mountinfo.c
tests_unit_test_overlay_options_SOURCES = tests/unit/test_overlay_options.c
tests_unit_test_rootfs_plan_SOURCES = tests/unit/test_rootfs_plan.c
tests_fuzz_fuzz_mountinfo_SOURCES = tests/fuzz/fuzz_mountinfo.c tests/unit/files.h
tests_fault_test_rootfs_fault_SOURCES = tests/fault/test_rootfs_fault.c $(ROOTFS_BOX)
tests_integration_test_rootfs_coherence_SOURCES = tests/integration/test_rootfs_coherence.c \
	$(ROOTFS_BOX)
tests_integration_test_rootfs_coherence_LDFLAGS = -Wl,--wrap=poll
tests_integration_test_rootfs_idmap_SOURCES = tests/integration/test_rootfs_idmap.c $(ROOTFS_BOX)
tests_integration_test_rootfs_layers_SOURCES = tests/integration/test_rootfs_layers.c $(ROOTFS_BOX)
tests_integration_test_rootfs_overlay_SOURCES = tests/integration/test_rootfs_overlay.c \
	$(ROOTFS_BOX)
tests_integration_test_rootfs_plain_SOURCES = tests/integration/test_rootfs_plain.c $(ROOTFS_BOX)
tests_bench_bench_rootfs_SOURCES = tests/bench/bench_rootfs.c $(ROOTFS_BOX)
EXTRA_DIST += tests/fuzz/corpus/mountinfo tests/vm/test_programs.sh

# The system call filter: against libseccomp, against moby's profile, in the kernel.
SECCOMP_TEST_PARTS = tests/unit/bpf_sim.c tests/unit/bpf_sim.h \
	tests/unit/seccomp_oracle.c tests/unit/seccomp_oracle.h \
	tests/unit/seccomp_random.c tests/unit/seccomp_random.h \
	tests/unit/seccomp_rules.c tests/unit/seccomp_rules.h tests/unit/files.h
check_PROGRAMS += tests/unit/test_seccomp_compile tests/unit/test_seccomp_default \
	tests/unit/test_seccomp_golden tests/unit/test_seccomp_load tests/unit/test_seccomp_plan \
	tests/unit/test_seccomp_profile tests/unit/test_seccomp_sets
tests_unit_test_seccomp_compile_SOURCES = tests/unit/test_seccomp_compile.c $(SECCOMP_TEST_PARTS)
tests_unit_test_seccomp_default_SOURCES = tests/unit/test_seccomp_default.c $(SECCOMP_TEST_PARTS)
tests_unit_test_seccomp_golden_SOURCES = tests/unit/test_seccomp_golden.c $(SECCOMP_TEST_PARTS)
tests_unit_test_seccomp_load_SOURCES = tests/unit/test_seccomp_load.c
tests_unit_test_seccomp_plan_SOURCES = tests/unit/test_seccomp_plan.c $(SECCOMP_TEST_PARTS)
tests_unit_test_seccomp_profile_SOURCES = tests/unit/test_seccomp_profile.c
tests_unit_test_seccomp_sets_SOURCES = tests/unit/test_seccomp_sets.c $(SECCOMP_TEST_PARTS)
EXTRA_DIST += tests/golden/seccomp

# Mounts, devices, masks: options and plan, names in a hostile root, and as root in a container.
check_PROGRAMS += tests/unit/test_in_root tests/unit/test_mounts_options \
	tests/unit/test_mounts_plan \
	tests/integration/test_mounts_binds tests/integration/test_mounts_devices \
	tests/integration/test_mounts_docker tests/integration/test_mounts_hostile \
	tests/integration/test_mounts_tmpfs tests/integration/test_nshelper \
	tests/prop/test_mounts_plan
EXTRA_PROGRAMS += tests/bench/bench_mounts
tests_prop_test_mounts_plan_SOURCES = tests/prop/test_mounts_plan.c \
	tests/prop/gen_harden.c tests/prop/gen_harden.h tests/prop/gen_spec.c tests/prop/gen_spec.h
MOUNTS_BOX = tests/integration/box_files.h tests/integration/mounts_agent.h \
	tests/integration/mounts_box.h
tests_unit_test_in_root_SOURCES = tests/unit/test_in_root.c
check_PROGRAMS += tests/unit/test_resolve
tests_unit_test_resolve_SOURCES = tests/unit/test_resolve.c
tests_unit_test_mounts_options_SOURCES = tests/unit/test_mounts_options.c
tests_unit_test_mounts_plan_SOURCES = tests/unit/test_mounts_plan.c
tests_integration_test_mounts_binds_SOURCES = tests/integration/test_mounts_binds.c $(MOUNTS_BOX)
tests_integration_test_mounts_devices_SOURCES = tests/integration/test_mounts_devices.c \
	$(MOUNTS_BOX)
tests_integration_test_mounts_docker_SOURCES = tests/integration/test_mounts_docker.c $(MOUNTS_BOX)
tests_integration_test_mounts_hostile_SOURCES = tests/integration/test_mounts_hostile.c \
	$(MOUNTS_BOX)
tests_integration_test_mounts_tmpfs_SOURCES = tests/integration/test_mounts_tmpfs.c $(MOUNTS_BOX)
tests_integration_test_nshelper_SOURCES = tests/integration/test_nshelper.c
tests_bench_bench_mounts_SOURCES = tests/bench/bench_mounts.c $(MOUNTS_BOX)
# What engines send, and what becomes of it: hardened document, decisions, plan.
check_PROGRAMS += tests/golden/test_harden
tests_golden_test_harden_SOURCES = tests/golden/test_harden.c tests/unit/files.h \
	tests/golden/facts_json.c tests/golden/facts_json.h \
	tests/golden/plan_text.c tests/golden/plan_text.h
EXTRA_DIST += tests/golden/harden

# The process on another kernel.
EXTRA_DIST += tests/integration/test_process.py
EXTRA_DIST += tests/integration/test_memory_policy.py tests/integration/test_net_devices.py

# Published holes, and a hostile machine: what the others built, attacked.
EXTRA_DIST += tests/integration/test_cve.py tests/integration/test_cve_race.py \
	tests/integration/test_abuse.py tests/integration/test_abuse_host.py \
	tests/integration/test_bypass.py tests/integration/test_rules_b.py \
	tests/integration/test_abuse_values.py tests/integration/test_abuse_neighbour.py
EXTRA_DIST += tests/vm/test_run.sh tests/vm/containers.py tests/vm/test_exec_run.sh
EXTRA_DIST += tests/integration/test_rules_a.py

# AppArmor, SELinux and Landlock.
EXTRA_DIST += contrib/apparmor/bulkhead-default contrib/apparmor/install \
	contrib/selinux/bulkhead.cil contrib/selinux/install \
	tests/integration/test_landlock_run.py \
	tests/vm/_containers.sh tests/vm/fetch-policy \
	tests/vm/test_apparmor.sh tests/vm/apparmor.py tests/vm/profiles \
	tests/vm/test_selinux.sh tests/vm/selinux.py
check_PROGRAMS += tests/unit/test_harden_lsm tests/unit/test_lsm_probe \
	tests/integration/test_landlock
tests_unit_test_harden_lsm_SOURCES = tests/unit/test_harden_lsm.c tests/unit/harden_case.h
tests_unit_test_lsm_probe_SOURCES = tests/unit/test_lsm_probe.c
tests_integration_test_landlock_SOURCES = tests/integration/test_landlock.c

# The policy: its tables, files and commands.
check_PROGRAMS += tests/unit/test_policy_bad tests/unit/test_policy_parse \
	tests/unit/test_policy_tables
tests_unit_test_policy_bad_SOURCES = tests/unit/test_policy_bad.c
tests_unit_test_policy_parse_SOURCES = tests/unit/test_policy_parse.c
tests_unit_test_policy_tables_SOURCES = tests/unit/test_policy_tables.c
check_PROGRAMS += tests/unit/test_harden_exceptions tests/unit/test_harden_memory \
	tests/prop/test_policy_roundtrip tests/fuzz/fuzz_policy
tests_unit_test_harden_memory_SOURCES = tests/unit/test_harden_memory.c tests/unit/bind_case.h \
	tests/unit/harden_case.h
tests_fuzz_fuzz_policy_SOURCES = tests/fuzz/fuzz_policy.c tests/fuzz/damage.h \
	tests/unit/files.h tests/prop/gen_spec.c tests/prop/gen_spec.h
EXTRA_DIST += tests/fuzz/corpus/policy
tests_unit_test_harden_exceptions_SOURCES = tests/unit/test_harden_exceptions.c \
	tests/unit/harden_case.h
tests_prop_test_policy_roundtrip_SOURCES = tests/prop/test_policy_roundtrip.c \
	tests/prop/gen_spec.c tests/prop/gen_spec.h
EXTRA_DIST += tests/integration/test_policy.py tests/engines/test_docker_policy.py tests/engines/test_docker_life.py \
	tests/engines/test_docker_swarm.py tests/engines/cri.py tests/engines/test_cri.py \
	tests/golden/test_policy_man.py tests/golden/test_properties.py \
	contrib/policy/audit-only.json contrib/policy/off.json contrib/policy/strict.json

# The systemd cgroup driver.
EXTRA_DIST += tests/unit/dbus_peer.h
check_PROGRAMS += tests/unit/test_dbus tests/unit/test_dbus_wire
tests_unit_test_dbus_SOURCES = tests/unit/test_dbus.c
tests_unit_test_dbus_wire_SOURCES = tests/unit/test_dbus_wire.c
check_PROGRAMS += tests/unit/test_systemd_plan tests/unit/test_systemd_unit
tests_unit_test_systemd_plan_SOURCES = tests/unit/test_systemd_plan.c $(CGROUP_FACTS)
tests_unit_test_systemd_unit_SOURCES = tests/unit/test_systemd_unit.c
EXTRA_DIST += tests/vm/fetch-systemd tests/vm/_systemd.sh tests/vm/systemd.py tests/vm/test_systemd.sh \
	tests/vm/rootless.py tests/vm/test_rootless.sh tests/vm/callers.py tests/vm/test_callers.sh \
	tests/vm/cgroup_mounts.py tests/vm/test_cgroup_mounts.sh

# The suite of crun, and what runs whole containers besides.
EXTRA_DIST += \
	tests/conformance/EXPECTED \
	tests/conformance/box.py \
	tests/conformance/fetch-crun \
	tests/conformance/libmount.py \
	tests/conformance/one.py \
	tests/conformance/suite.py \
	tests/conformance/test_crun.py \
	tests/integration/test_mounts_off.py \
	tests/integration/test_mount_namespace.py \
	tests/integration/test_namespaces.py \
	tests/integration/test_peers.py
