
# The command line.
check_PROGRAMS += tests/unit/test_cli_options tests/unit/test_cli_log tests/unit/test_cli_output
tests_unit_test_cli_options_SOURCES = tests/unit/test_cli_options.c runtime/options.c
tests_unit_test_cli_log_SOURCES = tests/unit/test_cli_log.c runtime/log.c
tests_unit_test_cli_output_SOURCES = tests/unit/test_cli_output.c runtime/output.c \
	runtime/owner.c runtime/signals.c runtime/state_json.c runtime/table.c

# The life of a container: what needs no container.
check_PROGRAMS += tests/unit/test_ids
tests_unit_test_ids_SOURCES = tests/unit/test_ids.c

# The runner and the gates (source form, licence, layers, purity). They run from the source tree.
EXTRA_DIST += tests/run \
	tests/gates/_tap.py tests/gates/format.sh tests/gates/layers.py tests/gates/license.py \
	tests/gates/purity.py tests/gates/runner.py \
	tests/golden/test_cli.py tests/golden/cli tests/integration/test_cli.py

# What is shipped beside the program.
EXTRA_DIST += .ci/run contrib/_lib.sh contrib/_tarball contrib/check contrib/quickstart \
	contrib/quickstart-bundle/config.json contrib/quickstart-bundle/view \
	contrib/docker/daemon.json

# The process, its hooks, sysctls and terminal.
check_PROGRAMS += tests/unit/test_caps tests/unit/test_process tests/unit/test_hooks_plan \
	tests/unit/test_sysctl tests/unit/test_exec_path tests/unit/test_home tests/unit/test_fds \
	tests/unit/test_relay
tests_unit_test_caps_SOURCES = tests/unit/test_caps.c
tests_unit_test_process_SOURCES = tests/unit/test_process.c
tests_unit_test_hooks_plan_SOURCES = tests/unit/test_hooks_plan.c
tests_unit_test_sysctl_SOURCES = tests/unit/test_sysctl.c
tests_unit_test_exec_path_SOURCES = tests/unit/test_exec_path.c
tests_unit_test_home_SOURCES = tests/unit/test_home.c
tests_unit_test_fds_SOURCES = tests/unit/test_fds.c
tests_unit_test_relay_SOURCES = tests/unit/test_relay.c
