/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The room filter's cost: one sighting, and 10,000 tags heard once a second by
 * four gateways each, as a share of a core. Beside it, in the same run, the
 * least a tracker can do: look both names up, keep a mean, point at the loudest.
 */
#include <uthash.h>

#include "src/site_file.h"
#include "tests/bench/bench.h"
#include "twin/locate.h"

enum { TAGS = 10000, HEARERS = 4, SECONDS = 20 };

struct name {
	char mac[TAG_SIZE];
	int index;
	UT_hash_handle hh;
};

struct strongest {
	struct name *names, *by_mac;
	float *level; /* [tag][gateway] */
	int *best;    /* [tag] */
	int gateways;
};

static int found(const struct strongest *s, const char *mac)
{
	struct name *name;
	HASH_FIND_STR(s->by_mac, mac, name);
	return name != NULL ? name->index : -1;
}

static void strongest_sight(struct strongest *s, const struct sighting *sighting)
{
	int g = found(s, sighting->gateway), t = found(s, sighting->tag);
	if (g < 0 || t < 0)
		return;
	float *levels = s->level + (size_t)t * (size_t)s->gateways;
	levels[g] += 0.35F * ((float)sighting->rssi_dbm - levels[g]);
	if (levels[g] > levels[s->best[t]])
		s->best[t] = g;
}

static struct strongest strongest_make(const struct site *site)
{
	int gateways = site->gateway_count, count = gateways + site->tag_count;
	struct strongest s = {.gateways = gateways};
	s.names = calloc((size_t)count, sizeof *s.names);
	s.level = calloc((size_t)site->tag_count * (size_t)gateways, sizeof *s.level);
	s.best = calloc((size_t)site->tag_count, sizeof *s.best);
	if (s.names == NULL || s.level == NULL || s.best == NULL)
		exit(3);
	for (int i = 0; i < count; i++) {
		struct name *name = &s.names[i];
		bool gateway = i < gateways;
		name->index = gateway ? i : i - gateways;
		memcpy(name->mac, gateway ? site->gateways[i].mac : site->tags[i - gateways].mac,
			TAG_SIZE);
		HASH_ADD_STR(s.by_mac, mac, name);
	}
	return s;
}

/* Tag t stands near gateway t mod n, and moves on every five minutes. */
static struct sighting heard(const struct site *site, int tag, int hearer, int64_t now_ms)
{
	struct sighting s = {.received_ms = now_ms};
	int place = tag + (int)(now_ms / 300000);
	int at = (place + hearer) % site->gateway_count;
	memcpy(s.tag, site->tags[tag].mac, TAG_SIZE);
	memcpy(s.gateway, site->gateways[at].mac, TAG_SIZE);
	s.rssi_dbm = -58 - 9 * hearer - (int)((unsigned)(tag * 31 + (int)(now_ms / 1000) * 7) % 5);
	return s;
}

static long facts;

static void count_fact(void *context, const struct fact *fact)
{
	(void)context;
	(void)fact;
	facts++;
}

/* Seconds of work for SECONDS of suite time: sightings, and steps. */
static void measure(const struct site *site, struct locator *locator, struct strongest *strongest,
	double spent[3])
{
	for (int64_t second = 1; second <= SECONDS; second++) {
		int64_t now = 1700000000000 + second * 1000;
		static struct sighting batch[TAGS * HEARERS];
		for (int i = 0; i < TAGS * HEARERS; i++)
			batch[i] = heard(site, i / HEARERS, i % HEARERS, now);
		double a = bench_now();
		for (int i = 0; i < TAGS * HEARERS; i++)
			strongest_sight(strongest, &batch[i]);
		double b = bench_now();
		for (int i = 0; i < TAGS * HEARERS; i++)
			locator_sight(locator, &batch[i]);
		double c = bench_now();
		locator_advance(locator, now, count_fact, NULL);
		spent[0] += b - a;
		spent[1] += c - b;
		spent[2] += bench_now() - c;
	}
}

static void run(const struct site *site, const char *what)
{
	char name[64];
	double spent[3] = {0}, n = (double)TAGS * HEARERS * SECONDS;
	struct locator *locator = locator_create(site);
	struct strongest strongest = strongest_make(site);
	if (locator == NULL)
		exit(3);
	measure(site, locator, &strongest, spent);
	snprintf(name, sizeof name, "locate_sighting_%s", what);
	bench_against(name, spent[1] / n * 1e6, "us", "strongest", spent[0] / n * 1e6);
	snprintf(name, sizeof name, "locate_10000_tags_%s", what);
	bench_against(name, (spent[1] + spent[2]) / SECONDS * 100, "%_of_a_core", "strongest",
		spent[0] / SECONDS * 100);
	locator_destroy(locator);
	HASH_CLEAR(hh, strongest.by_mac);
	free(strongest.names);
	free(strongest.level);
	free(strongest.best);
}

int main(void)
{
	struct error err;
	struct site *site = site_load("etc/demo/site.cfg", NULL, &err);
	if (site == NULL) {
		fprintf(stderr, "%s\n", err.text);
		return 3;
	}
	struct tag *tags = calloc(TAGS, sizeof *tags);
	if (tags == NULL)
		return 3;
	for (int i = 0; i < TAGS; i++) {
		tags[i] = (struct tag){.kind = i % TAG_SENSOR, .room = -1, .bed = -1};
		snprintf(tags[i].mac, sizeof tags[i].mac, "C4%010X", (unsigned)i);
	}
	struct site many = *site;
	many.tags = tags;
	many.tag_count = TAGS;
	run(&many, "surveyed");
	many.survey.cell_count = 0;
	run(&many, "by_geometry");
	free(tags);
	site_free(site);
	return 0;
}
