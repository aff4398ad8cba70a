
# The command line.
check_PROGRAMS += tests/unit/test_cli_options tests/unit/test_cli_log tests/unit/test_cli_output
tests_unit_test_cli_options_SOURCES = tests/unit/test_cli_options.c runtime/options.c
tests_unit_test_cli_log_SOURCES = tests/unit/test_cli_log.c runtime/log.c
tests_unit_test_cli_output_SOURCES = tests/unit/test_cli_output.c runtime/output.c \
	runtime/owner.c runtime/signals.c runtime/state_json.c runtime/table.c

# The life of a container: what needs no container.
check_PROGRAMS += tests/unit/test_ids
tests_unit_test_ids_SOURCES = tests/unit/test_ids.c

# The runner and the gates (source form, licence, layers). They run from the source tree.
EXTRA_DIST += tests/run \
	tests/gates/_tap.py tests/gates/format.sh tests/gates/layers.py tests/gates/license.py \
	tests/gates/runner.py
