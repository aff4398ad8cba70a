/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * documents.h: config.json and hardening.json of a state directory: what a container was agreed to
 * be. exec, update and verify make their plans from them.
 *
 *   config.json     the hardened configuration
 *   hardening.json  {"measures": ..., "decisions": [...], "cgroup": {...}}: what config.json has no
 *                   words for, why, and the limits as the kernel has them. After an update also
 *                   "update": [...], the decisions of the last one
 */
#ifndef BULKHEAD_LIFECYCLE_DOCUMENTS_H
#define BULKHEAD_LIFECYCLE_DOCUMENTS_H

struct arena;
struct decisions;
struct err;
struct measures;
struct seal;
struct spec;
struct statedir;

struct documents {
	const struct spec *spec;
	const struct measures *measures;
	const struct decisions *decisions; /* of create; NULL: what is there stays */
	const struct decisions *update;	   /* of this update; NULL: none */
	const char *limits;		   /* JSON object, cgroup_record(); NULL: none */
};

/** documents_write - store both, each whole or not at all. */
int documents_write(const struct statedir *d, const struct documents *docs, struct err *e);

/**
 * documents_write_config, documents_write_hardening - one of them: update writes the configuration
 * before the limits are in force, and after that what was read back.
 */
int documents_write_config(const struct statedir *d, const struct spec *s, struct err *e);
int documents_write_hardening(const struct statedir *d, const struct documents *docs,
			      struct err *e);

/** documents_digest - add the digests of what documents_write() will write to @ret. 0 or -ENOMEM.
 */
int documents_digest(const struct statedir *d, const struct documents *docs, struct seal *ret);

/** documents_restore - put back what documents_read_texts() has read. */
int documents_restore(const struct statedir *d, const char *const texts[2], struct err *e);

/** documents_read_texts - both documents as they are, for documents_restore(); @a owns them. */
int documents_read_texts(const struct statedir *d, struct arena *a, const char *ret[2],
			 struct err *e);

/** documents_read_spec - the hardened configuration; @a owns it. */
int documents_read_spec(const struct statedir *d, struct arena *a, struct spec **ret,
			struct err *e);

/** documents_read_measures - the measures; @a owns what they point to. */
int documents_read_measures(const struct statedir *d, struct arena *a, struct measures *ret,
			    struct err *e);

#endif
