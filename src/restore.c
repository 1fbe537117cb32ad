/* SPDX-License-Identifier: Apache-2.0 */
#include "src/restore.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "src/journal_private.h"
#include "src/site_file.h"
#include "twin/text.h"

/* A twin borrows its site for as long as it lives, and a fold may meet several
 * sites; this list owns them. A suite changes its site a few times a year, so
 * a list is enough. Of the loop only. */
struct kept_site {
	struct kept_site *next;
	char hash[ID_SIZE];
	struct site *site;
};
static struct kept_site *kept_sites;

static bool keep(struct site *site, const char *hash)
{
	struct kept_site *k = calloc(1, sizeof *k);
	if (k == NULL)
		return false;
	text_copy(k->hash, sizeof k->hash, hash);
	k->site = site;
	k->next = kept_sites;
	kept_sites = k;
	return true;
}

const struct site *restore_site(const char *hash, const char *text, struct error *err)
{
	for (const struct kept_site *k = kept_sites; k != NULL; k = k->next)
		if (strcmp(k->hash, hash) == 0)
			return k->site;
	struct site *site = site_parse("the journal's site", text, err);
	if (site != NULL && !keep(site, hash)) {
		error_set(err, -ENOMEM, "out of memory");
		site_free(site);
		return NULL;
	}
	return site;
}

bool restore_keep_site(struct site *site)
{
	return keep(site, site->hash);
}

void restore_forget_sites(void)
{
	while (kept_sites != NULL) {
		struct kept_site *k = kept_sites;
		kept_sites = k->next;
		site_free(k->site);
		free(k);
	}
}

struct restore {
	struct twin *twin;
	struct names *names;
	struct knowledge *knowledge;
	const struct fold_watch *watch;
	struct error *err;
	uint64_t bad_sites;
	int64_t checkpoint_seq, checkpoint_ms;
	struct consequences out;
};

static void on_fact(void *context, const struct fact *fact)
{
	struct restore *r = context;
	/* A site that this version cannot read leaves the one before in force. */
	if (fact->kind == FACT_SITE && fact->site.site == NULL) {
		r->bad_sites++;
		return;
	}
	if (r->watch != NULL)
		r->watch->before(r->watch->context, fact);
	if (r->knowledge != NULL)
		knowledge_before(r->knowledge, r->twin, fact);
	/* Its consequences are in the journal already: never written twice. */
	twin_apply(r->twin, fact, &r->out);
	if (r->knowledge != NULL)
		knowledge_after(r->knowledge, r->twin, fact, &r->out);
}

static const struct site *on_site(void *context, const char *hash, const char *text)
{
	struct restore *r = context;
	return restore_site(hash, text, r->err);
}

static void on_name(void *context, const char *id, const char *name)
{
	struct restore *r = context;
	if (r->names != NULL)
		names_set(r->names, id, name);
}

static bool on_checkpoint(void *context, int64_t seq, int64_t at_ms, const char *digest)
{
	struct restore *r = context;
	(void)digest;
	r->checkpoint_seq = seq;
	r->checkpoint_ms = at_ms;
	return true;
}

static int fold(struct restore *r, const char *path, int64_t to_ms, uint64_t *bad)
{
	const struct journal_reader reader = {
		.fact = on_fact, .site = on_site, .name = on_name, .context = r};
	int code = journal_read(path, to_ms, &reader, bad, r->err);
	if (bad != NULL)
		*bad += r->bad_sites;
	return code;
}

int twin_fold(struct twin *twin, struct names *names, const char *path, int64_t to_ms,
	const struct fold_watch *watch, uint64_t *bad, struct error *err)
{
	struct restore r = {.twin = twin, .names = names, .watch = watch, .err = err};
	return fold(&r, path, to_ms, bad);
}

static int restore(struct restore *r, const char *path, int64_t to_ms, uint64_t *bad)
{
	int code = fold(r, path, to_ms, bad);
	if (code == 0 && to_ms == 0)
		code = journal_checkpoints(path, on_checkpoint, r, r->err);
	if (code != 0)
		return code;
	/* Timers ran on after the last fact until the program ended. */
	if (to_ms != 0)
		twin_advance(r->twin, to_ms, NULL);
	else if (r->checkpoint_seq > 0 && (uint64_t)r->checkpoint_seq == r->twin->seq)
		twin_advance(r->twin, r->checkpoint_ms, NULL);
	return 0;
}

int twin_restore_knowledge(struct twin *twin, struct names *names, struct knowledge *knowledge,
	const char *path, int64_t to_ms, uint64_t *bad, struct error *err)
{
	struct restore r = {.twin = twin, .names = names, .knowledge = knowledge, .err = err};
	return restore(&r, path, to_ms, bad);
}

int twin_restore_station(struct twin *twin, struct names *names, struct knowledge *knowledge,
	const struct fold_watch *watch, const char *path, uint64_t *bad, struct error *err)
{
	struct restore r = {
		.twin = twin, .names = names, .knowledge = knowledge, .watch = watch, .err = err};
	return restore(&r, path, 0, bad);
}

int twin_restore(struct twin *twin, struct names *names, const char *path, int64_t to_ms,
	uint64_t *bad, struct error *err)
{
	return twin_restore_knowledge(twin, names, NULL, path, to_ms, bad, err);
}

void restore_locator(struct locator *locator, const struct twin *twin)
{
	static const char technical[] = "technical:";
	struct fact f = fact_make(FACT_GATEWAY, SOURCE_RADIO, 0);
	f.gateway.silent = true;
	for (int i = 0; i < twin->site->gateway_count && i < TWIN_ROOMS; i++) {
		text_copy(f.gateway.gateway, sizeof f.gateway.gateway, twin->site->gateways[i].mac);
		if (twin->gateways[i].silent)
			locator_recall(locator, &f);
	}
	f = fact_make(FACT_CONDITION, SOURCE_RADIO, 0);
	f.condition.active = true;
	for (int i = 0; i < twin->alarm_count; i++) {
		const struct alarm *a = &twin->alarms[i];
		if (strncmp(a->key, technical, sizeof technical - 1) != 0
			|| !(a->own || a->pending_ms != 0))
			continue;
		text_copy(f.condition.key, ID_SIZE, a->key + sizeof technical - 1);
		locator_recall(locator, &f);
	}
}
