/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "feeds/fhir.h"
#include "screens/handover.h"
#include "screens/show_json.h"
#include "screens/view.h"
#include "src/alarm_quality.h"
#include "src/foresee.h"
#include "src/ledger.h"
#include "src/options.h"
#include "src/restore.h"
#include "src/suite_clock.h"
#include "src/verbs.h"
#include "src/whatif_file.h"
#include "twin/text.h"

/* Prints one pane once, from the journal alone: no network, no terminal. */

enum { REPS = 1000 }; /* of a forecast, as in vigie forecast */

static const char usage[] =
	"usage: vigie show PANE [--json] [--at TIME] [--journal FILE] [--ascii]\n"
	"\n"
	"PANE: board, programme, recovery, alarms, locate, climate, feeds,\n"
	"      gateways, devices, forecast, indicators, orders,\n"
	"      ledger (what was learnt of durations), score (how right it was),\n"
	"      handover (the sheet for whoever comes next),\n"
	"      whatifs (what-ifs that are kept under a name),\n"
	"      alarm-quality (of the last day, or of --days N; --operators N share it).\n"
	"Folds the journal as it stands, or as it stood at TIME (RFC 3339); another vigie\n"
	"may be writing it.\n";

struct choice {
	bool json;
	int64_t at_ms; /* 0: as it stands */
	int days, operators;
};

/* A count on the command line; 0 it is none. */
static int count_of(const char *text)
{
	char *end = NULL;
	long n = text != NULL ? strtol(text, &end, 10) : 0;
	return n >= 1 && n <= 3660 && *end == '\0' ? (int)n : 0;
}

static int extra(void *context, int argc, char **argv, int at)
{
	struct choice *c = context;
	if (strcmp(argv[at], "--json") == 0) {
		c->json = true;
		return 1;
	}
	const char *value = at + 1 < argc ? argv[at + 1] : NULL;
	if (strcmp(argv[at], "--days") == 0)
		return (c->days = count_of(value)) > 0 ? 2 : -1;
	if (strcmp(argv[at], "--operators") == 0)
		return (c->operators = count_of(value)) > 0 ? 2 : -1;
	if (strcmp(argv[at], "--at") != 0)
		return 0;
	c->at_ms = value != NULL ? fhir_time(value) : 0;
	return c->at_ms != 0 ? 2 : -1;
}

static int width(void)
{
	struct winsize size;
	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
		return size.ws_col;
	return 100;
}

/* The journal's own "now": its last fact, or the clock when facts still come. */
static int64_t now_of(const struct twin *twin)
{
	int64_t wall = (int64_t)time(NULL) * 1000;
	return wall - twin->now_ms >= 0 && wall - twin->now_ms < 60000 ? wall : twin->now_ms;
}

/* The feeds as they are configured; how they do only the running console knows. */
static void name_feeds(const struct settings *c, struct health *health)
{
	const struct {
		const char *word, *value;
	} feeds[] = {
		{"mqtt", c->mqtt_address_count > 0 ? c->mqtt_addresses[0] : NULL},
		{"fhir", c->fhir[0].base},
		{"fhir", c->fhir[1].base},
		{"fhir", c->fhir[2].base},
		{"http", c->http_listen},
		{"door", c->door_path},
	};
	for (size_t i = 0; i < sizeof feeds / sizeof *feeds; i++) {
		char raw[LABEL_SIZE];
		if (feeds[i].value == NULL)
			continue;
		snprintf(raw, sizeof raw, "%s %.80s", feeds[i].word, feeds[i].value);
		struct feed_health *feed = &health->feeds[health->feed_count++];
		text_neutralise(feed->name, sizeof feed->name, raw, strlen(raw));
	}
}

struct foreseen {
	struct forecast forecast;
	struct radar radar;
};

/* Only the pane that shows it needs a forecast; without memory it does without. */
static struct foreseen *foresee_for(
	const struct twin *twin, const struct learnt *learnt, const char *pane)
{
	struct foresee_day how = {
		.seed = 1, .reps = REPS, .threads = foresee_threads(), .learnt = learnt};
	bool radar = strcmp(pane, "forecast") == 0;
	struct foreseen *f = NULL;
	if (radar || strcmp(pane, "handover") == 0)
		f = calloc(1, sizeof *f);
	if (f != NULL && !foresee_day(twin, &how, &f->forecast, radar ? &f->radar : NULL)) {
		free(f);
		return NULL;
	}
	return f;
}

static char *alarm_quality(const struct view *view, const char *path, const struct choice *c)
{
	const struct alarm_quality_asked asked = {view->now_ms, c->days, c->operators, c->json};
	struct alarm_quality *q = alarm_quality_create();
	struct error err;
	char *text = NULL;
	if (q != NULL && alarm_quality_read(q, path, c->at_ms, &err) == 0)
		text = alarm_quality_show(q, view->score, &asked);
	alarm_quality_destroy(q);
	return text;
}

static char *picture(const struct view *view, const char *pane, const char *path,
	const struct choice *c, bool ascii)
{
	bool json = c->json;
	if (strcmp(pane, "alarm-quality") == 0)
		return alarm_quality(view, path, c);
	if (strcmp(pane, "handover") == 0)
		return json ? handover_json(view) : handover_text(view, width(), ascii);
	if (strcmp(pane, "ledger") == 0)
		return ledger_show(view->learning, view->now_ms, json);
	if (strcmp(pane, "score") == 0)
		return score_show(view->learning, view->score, view->now_ms, json);
	if (strcmp(pane, "whatifs") == 0)
		return what_if_show(view->twin, view->now_ms, json);
	return json ? show_json(view, pane) : show_text(view, pane, width(), ascii);
}

static int show(const struct settings *settings, const char *pane, const struct choice *c)
{
	struct error err = {""};
	struct twin *twin = twin_create();
	struct knowledge knowledge;
	struct names *names = names_create();
	struct health *health = calloc(1, sizeof *health);
	char *path = settings_journal_path(settings, &err);
	struct foreseen *foreseen = NULL;
	int code = 0, rc = -1;
	if (!knowledge_init(&knowledge))
		error_set(&err, -ENOMEM, "out of memory");
	else if (path != NULL)
		rc = twin_restore_knowledge(twin, names, &knowledge, path, c->at_ms, NULL, &err);
	if (rc < 0) {
		fprintf(stderr, "vigie show: %s\n", err.text);
		code = EXIT_ENVIRONMENT;
	} else {
		if (twin->site != NULL)
			suite_clock_zone(twin->site->zone);
		health->journal_ok = true;
		name_feeds(settings, health);
		foreseen = foresee_for(twin, &knowledge.learning->now, pane);
		struct view view = {.twin = twin,
			.health = health,
			.names = names,
			.forecast = foreseen != NULL ? &foreseen->forecast : NULL,
			.radar = foreseen != NULL && foreseen->radar.reps > 0 ? &foreseen->radar
									      : NULL,
			.mode = MODE_LIVE,
			.speed = 1,
			.now_ms = c->at_ms != 0 ? c->at_ms : now_of(twin),
			.user = "",
			.reveal = "",
			.notice = "",
			.readonly = true,
			.calm = true};
		knowledge_view(&knowledge, &view);
		char *text = picture(&view, pane, path, c, settings->ascii);
		if (text != NULL)
			puts(text);
		else
			fprintf(stderr, "vigie show: there is no pane \"%s\" (try --help)\n", pane);
		code = text != NULL ? 0 : EXIT_USAGE;
		free(text);
	}
	free(foreseen);
	free(path);
	free(health);
	names_destroy(names);
	knowledge_fini(&knowledge);
	twin_destroy(twin);
	return code;
}

int verb_show(int argc, char **argv)
{
	struct settings settings;
	const char *pane = argc > 1 && argv[1][0] != '-' ? argv[1] : NULL;
	struct choice choice = {.days = 1, .operators = 1};
	settings_init(&settings);
	/* The pane may stand before or after the options. */
	int skip = pane != NULL ? 1 : 0;
	if (skip)
		argv[1] = argv[0];
	int at = options_parse(&settings, argc - skip, argv + skip, usage, extra, &choice);
	int code = at < 0 ? -at : 0;
	if (at > 0 && pane == NULL && at < argc)
		pane = argv[at];
	if (at > 0 && pane == NULL) {
		fputs(usage, stderr);
		code = EXIT_USAGE;
	} else if (at > 0) {
		code = show(&settings, pane, &choice);
	}
	settings_fini(&settings);
	return code;
}
