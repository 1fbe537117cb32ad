/* SPDX-License-Identifier: Apache-2.0 */
#include "src/programme.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "feeds/fhir_offline.h"
#include "src/programme_check.h"
#include "src/site_read.h"
#include "twin/text.h"

struct heard {
	struct programme *p;
	bool tell;
	struct fact *facts;
	size_t count, room;
	bool failed;
};

static void on_fact(void *context, const struct fact *fact)
{
	struct heard *h = context;
	if (h->count == h->room) {
		size_t room = h->room > 0 ? 2 * h->room : 256;
		struct fact *more = realloc(h->facts, room * sizeof *more);
		if (more == NULL) {
			h->failed = true;
			return;
		}
		h->facts = more;
		h->room = room;
	}
	h->facts[h->count++] = *fact;
}

static void on_name(void *context, const char *id, const char *name)
{
	(void)context;
	(void)id;
	(void)name;
}

static void on_puzzle(void *context, const char *resource, const char *path, const char *reason)
{
	struct heard *h = context;
	h->p->not_understood++;
	if (h->tell)
		fprintf(stderr, "%s %s: %s\n", resource, path, reason);
}

/* ---- a site of nothing but the rooms that are named ---- */

static void room_add(struct site *site, const char *id)
{
	if (id[0] == '\0' || site_room(site, id) >= 0 || site->room_count == TWIN_ROOMS)
		return;
	struct room *room = &site->rooms[site->room_count++];
	memset(room, 0, sizeof *room);
	text_copy(room->id, sizeof room->id, id);
	text_copy(room->name, sizeof room->name, id);
	text_copy(room->fhir, sizeof room->fhir, id);
	room->kind = ROOM_OR;
	room->open_min = room->close_min = -1;
	room->temp_low = room->rh_low = 1; /* low > high: no limits */
}

static struct site *site_made(const struct heard *h)
{
	struct site *site = calloc(1, sizeof *site);
	if (site == NULL || (site->rooms = calloc(TWIN_ROOMS, sizeof *site->rooms)) == NULL) {
		free(site);
		return NULL;
	}
	text_copy(site->id, sizeof site->id, "made");
	text_copy(site->name, sizeof site->name, "rooms of the programme");
	for (size_t i = 0; i < h->count; i++)
		if (h->facts[i].kind == FACT_CASE)
			room_add(site, h->facts[i].surgery.room);
	return site;
}

/* ---- folding ---- */

/* When something was so, 0: it is not an event. */
static int64_t happened_ms(const struct fact *f)
{
	return f->kind == FACT_MILESTONE ? f->milestone.when_ms
	       : f->kind == FACT_PLACE   ? f->place.start_ms
					 : 0;
}

static int64_t usual_at(const struct heard *h)
{
	int64_t last = 0, first = 0;
	for (size_t i = 0; i < h->count; i++) {
		const struct fact *f = &h->facts[i];
		int64_t when = happened_ms(f);
		last = when > last ? when : last;
		if (f->kind == FACT_CASE && f->surgery.start_ms != 0
			&& (first == 0 || f->surgery.start_ms < first))
			first = f->surgery.start_ms;
	}
	return last != 0 ? last : first - 3600 * 1000LL;
}

/* What was so by then is told at that instant; what is left of the list is it. */
static void fold(struct programme *p, struct heard *h)
{
	uint64_t seq = 0;
	size_t kept = 0;
	struct fact f = fact_make(FACT_SITE, SOURCE_SYSTEM, p->at_ms);
	f.seq = ++seq;
	f.site.site = p->site;
	twin_apply(p->twin, &f, NULL);
	for (size_t i = 0; i < h->count; i++) {
		f = h->facts[i];
		if (happened_ms(&f) > p->at_ms) {
			p->later++;
			continue;
		}
		f.seq = ++seq;
		f.at_ms = p->at_ms;
		twin_apply(p->twin, &f, NULL);
		h->facts[kept++] = f;
	}
	h->count = kept;
	twin_advance(p->twin, p->at_ms, NULL);
}

static int read_bundle(
	struct heard *h, const char *path, const struct site *site, struct error *err)
{
	struct fhir_options options = {.site = site};
	struct fhir_sink sink = {on_fact, on_name, on_puzzle, h};
	struct fhir_page page;
	char *text = site_text(path, err);
	if (text == NULL)
		return -EIO;
	struct fhir_map *map = fhir_map_create(&options, sink);
	int rc = map == NULL ? error_set(err, -ENOMEM, "out of memory")
			     : fhir_map_read(map, text, strlen(text), 1, &page, err);
	if (rc == -EBADMSG) {
		const struct error why = *err;
		error_set(err, rc, "%s: %.200s", path, why.text);
	}
	if (rc == 0) {
		fhir_map_flush(map);
		h->p->not_understood += h->tell && bundle_circle(text, stderr) > 0;
		rc = h->failed ? error_set(err, -ENOMEM, "out of memory") : 0;
	}
	fhir_map_destroy(map);
	free(text);
	return rc;
}

int programme_load(struct programme *p, const char *path, const struct programme_options *options,
	struct error *err)
{
	struct heard h = {.p = p, .tell = options->tell};
	memset(p, 0, sizeof *p);
	p->site = options->site;
	int rc = read_bundle(&h, path, p->site, err);
	if (rc == 0 && h.count == 0)
		rc = error_set(err, -ENODATA, "%s: no case in it", path);
	if (rc == 0 && p->site == NULL) {
		p->site = site_made(&h);
		p->made = true;
	}
	if (rc == 0 && ((p->twin = twin_create()) == NULL || p->site == NULL))
		rc = error_set(err, -ENOMEM, "out of memory");
	if (rc == 0) {
		p->at_ms = options->at_ms != 0 ? options->at_ms : usual_at(&h);
		fold(p, &h);
		if (options->tell)
			p->not_understood += programme_check(p, stderr);
	}
	p->facts = h.facts;
	p->fact_count = rc == 0 ? h.count : 0;
	return rc;
}

void programme_free(struct programme *p)
{
	twin_destroy(p->twin);
	site_free(p->site);
	free(p->facts);
	memset(p, 0, sizeof *p);
}
