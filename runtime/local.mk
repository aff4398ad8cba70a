# SPDX-License-Identifier: LGPL-2.1-or-later

# Everything but main.c, so that unit tests can link with it.
runtime_sources = \
	runtime/audit.c runtime/checkpoint.c runtime/restore.c \
	runtime/criu_request.c runtime/criu_request.h runtime/create.c runtime/delete.c runtime/exec.c runtime/explain.c \
	runtime/features.c runtime/kill.c runtime/list.c runtime/run.c runtime/spec.c \
	runtime/start.c runtime/state.c runtime/update.c runtime/pause.c runtime/resume.c \
	runtime/ps.c runtime/size.c runtime/size.h \
	runtime/check.c runtime/verify.c \
	runtime/duration.c runtime/duration.h runtime/events.c \
	runtime/events_json.c runtime/events_json.h \
	runtime/harden.c runtime/policy.c \
	runtime/command.h runtime/commands.c runtime/context.c \
	runtime/globals.c runtime/globals.h \
	runtime/log.c runtime/log.h runtime/log_target.c runtime/log_target.h \
	runtime/options.c runtime/options.h \
	runtime/outlook.c runtime/outlook.h \
	runtime/output.c runtime/output.h \
	runtime/owner.c runtime/owner.h \
	runtime/request.c runtime/request.h \
	runtime/signals.c runtime/signals.h \
	runtime/state_json.c runtime/state_json.h \
	runtime/table.c runtime/table.h \
	runtime/usage.c runtime/usage.h
bulkhead_SOURCES += runtime/main.c $(runtime_sources)
nodist_bulkhead_SOURCES = runtime/commit.h

# What completions and manual pages are made of and held against.
noinst_PROGRAMS += runtime/option_tables
runtime_option_tables_SOURCES = runtime/option_tables.c $(runtime_sources)
nodist_runtime_option_tables_SOURCES = runtime/commit.h
runtime_option_tables_LDADD = $(LIBRARY_LIBS)
runtime_option_tables_LDFLAGS = $(BULKHEAD_LDFLAGS)

# The commit that --version shows. Written anew on every make, replaced only when it changed.
# safe.directory: `sudo make` in a clone that belongs to the user.
BUILT_SOURCES += runtime/commit.h
CLEANFILES += runtime/commit.h
runtime/commit.h: commit-always
	$(AM_V_GEN)$(MKDIR_P) runtime; \
	c=; if test -e "$(srcdir)/.git"; then \
		c=`git -c safe.directory='*' -C "$(srcdir)" describe --always --dirty 2>/dev/null`; \
	fi; \
	echo "#define BULKHEAD_COMMIT \"$${c:-v$(PACKAGE_VERSION)}\"" >$@.tmp; \
	if cmp -s $@.tmp $@; then rm -f $@.tmp; else mv $@.tmp $@; fi
.PHONY: commit-always
