# SPDX-License-Identifier: LGPL-2.1-or-later
# What is installed beside the program, and what goes into the tarball only.

dist_man_MANS = man/bulkhead-policy.5 man/bulkhead.8 \
	man/bulkhead-audit.8 man/bulkhead-check.8 man/bulkhead-checkpoint.8 man/bulkhead-create.8 \
	man/bulkhead-delete.8 man/bulkhead-events.8 man/bulkhead-exec.8 \
	man/bulkhead-explain.8 man/bulkhead-features.8 man/bulkhead-harden.8 \
	man/bulkhead-kill.8 man/bulkhead-list.8 man/bulkhead-pause.8 \
	man/bulkhead-policy.8 man/bulkhead-ps.8 man/bulkhead-restore.8 man/bulkhead-resume.8 \
	man/bulkhead-run.8 man/bulkhead-spec.8 man/bulkhead-start.8 \
	man/bulkhead-state.8 man/bulkhead-update.8 man/bulkhead-verify.8

# Where these shells look; the directories belong to them.
bashcompdir = $(datadir)/bash-completion/completions
dist_bashcomp_DATA = contrib/completions/bash/bulkhead
zshcompdir = $(datadir)/zsh/site-functions
dist_zshcomp_DATA = contrib/completions/zsh/_bulkhead
fishcompdir = $(datadir)/fish/vendor_completions.d
dist_fishcomp_DATA = contrib/completions/fish/bulkhead.fish
EXTRA_DIST += contrib/completions/generate tests/golden/test_completions.py tests/golden/test_man.py

# For engines, by whoever administers them.
EXTRA_DIST += contrib/containerd/config.toml contrib/containerd/config-v3.toml contrib/crio/50-bulkhead.conf \
	contrib/podman/bulkhead.conf contrib/kubernetes/README.md contrib/kubernetes/pod.yaml \
	contrib/kubernetes/runtimeclass.yaml contrib/kubernetes/setup-node contrib/swarm/README.md \
	contrib/swarm/daemon.json contrib/swarm/stack.yml tests/golden/test_contrib.py

# Packages.
EXTRA_DIST += contrib/package contrib/rpm/bulkhead.spec contrib/debian/bulkhead.docs contrib/debian/bulkhead.examples \
	contrib/debian/bulkhead.lintian-overrides contrib/debian/changelog contrib/debian/control \
	contrib/debian/copyright contrib/debian/rules contrib/debian/source/format tests/gates/package.sh
