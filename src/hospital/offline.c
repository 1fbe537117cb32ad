/* SPDX-License-Identifier: Apache-2.0 */
#include "src/hospital/offline.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "src/hospital/hearing.h"
#include "src/hospital/script.h"
#include "src/hospital/stamp.h"
#include "src/journal_file.h"
#include "src/site_file.h"
#include "twin/text.h"

enum { MINUTE = 60000, EVE_MIN = -450, QUARTER_MIN = 15, DAY_QUARTERS = 24 * 60 / QUARTER_MIN };

/* ---- the truth ---- */

static void truth_rooms(FILE *out, const struct day *day)
{
	for (int n = 0; n < day->room_count; n++) {
		const struct room *room = &day->site->rooms[day->rooms[n]];
		int64_t last = day_last_out(day, day->rooms[n]);
		fprintf(out, "%s{\"id\":\"%s\",\"last_out\":%" PRId64, n > 0 ? "," : "", room->id,
			last);
		if (room->close_min > 0) {
			int64_t closes = stamp_at(day->midnight, room->close_min);
			fprintf(out, ",\"session_end\":%" PRId64 ",\"overtime\":%s", closes,
				last > closes ? "true" : "false");
		}
		fputs("}", out);
	}
}

static void truth_cases(FILE *out, const struct day *day)
{
	for (int i = 0; i < day->case_count; i++) {
		const struct hcase *c = &day->cases[i];
		fprintf(out,
			"%s{\"id\":\"%s\",\"room\":\"%s\",\"known\":%" PRId64 ",\"off\":%" PRId64
			",\"in_room\":%" PRId64 ",\"out_room\":%" PRId64 ",\"pacu_out\":%" PRId64
			"}",
			i > 0 ? "," : "", c->appointment, day->site->rooms[c->room].id, c->known_ms,
			c->off_ms, c->at[MILESTONE_IN_ROOM], c->at[MILESTONE_OUT_ROOM],
			c->at[MILESTONE_PACU_OUT]);
	}
}

void offline_truth(FILE *out, const struct day *day)
{
	char date[STAMP_SIZE];
	fprintf(out,
		"{\"format\":\"vigie.truth/1\",\"day\":\"%s\",\"seed\":%" PRIu64 ",\"rooms\":[",
		stamp_date(day->midnight, date), day->seed);
	truth_rooms(out, day);
	fputs("],\"cases\":[", out);
	truth_cases(out, day);
	fprintf(out, "],\"pacu\":{\"bays\":%d,\"from\":%" PRId64 ",\"step_min\":%d,\"taken\":[",
		day->bay_count, day->midnight, QUARTER_MIN);
	for (int q = 0; q < DAY_QUARTERS; q++)
		fprintf(out, "%s%d", q > 0 ? "," : "",
			day_bays_taken(day, stamp_at(day->midnight, q * QUARTER_MIN)));
	fputs("]}}\n", out);
}

/* ---- the journal ---- */

static void on_fact(void *context, const struct fact *fact)
{
	journal_file_add(context, fact);
}

/* Each minute as a poller would ask, told at its end. */
static void hear(struct journal_file *file, const struct day *day)
{
	struct hearing *h = hearing_create(day, on_fact, file);
	for (int64_t t; (t = hearing_next(h)) != 0;)
		hearing_until(h, (t / MINUTE + 1) * MINUTE);
	hearing_destroy(h);
}

static int write_journal(
	const struct day *day, const char *folder, const char *site_text, struct error *err)
{
	struct journal_file *file;
	char path[512], date[STAMP_SIZE];
	snprintf(path, sizeof(path), "%s/%s.journal", folder, stamp_date(day->midnight, date));
	int rc = journal_file_open(
		&file, path, day->site, site_text, stamp_at(day->midnight, -12 * 60), err);
	if (rc < 0)
		return rc;
	hear(file, day);
	return journal_file_close(file, err);
}

/* ---- the programme ---- */

static int write_programme(const struct day *day, const char *folder, struct error *err)
{
	char path[512], date[STAMP_SIZE];
	snprintf(path, sizeof(path), "%s/%s.json", folder, stamp_date(day->midnight, date));
	FILE *out = fopen(path, "wxe");
	if (out == NULL)
		return error_set(err, -errno, "%s: %s", path, strerror(errno));
	char *text = hearing_bundle(day, stamp_at(day->midnight, EVE_MIN));
	fputs(text, out);
	free(text);
	return fclose(out) == 0 ? 0 : error_set(err, -EIO, "%s: cannot be written", path);
}

/* ---- days ---- */

static bool is_weekend(int64_t midnight)
{
	time_t seconds = (time_t)(midnight / 1000);
	struct tm tm;
	localtime_r(&seconds, &tm);
	return tm.tm_wday == 0 || tm.tm_wday == 6;
}

/* The same script every day, at the hours of that day. */
static int act_script(struct day *day, const char *path, struct error *err)
{
	struct action *actions = calloc(DAY_ACTIONS, sizeof(*actions));
	int n = 0;
	if (actions == NULL)
		abort();
	if (path != NULL)
		n = script_load(path, day->site, stamp_at(day->midnight, 8 * 60), actions,
			DAY_ACTIONS, err);
	if (n > 0)
		day_act_all(day, actions, n);
	free(actions);
	return n < 0 ? n : 0;
}

static int play(const struct options *o, const struct site *site, const char *site_text,
	const struct laws *laws, FILE *truth, struct error *err)
{
	int64_t t = o->start != NULL ? stamp_parse(o->start) : (int64_t)time(NULL) * 1000;
	int rc = t == 0 ? error_set(err, -EINVAL, "--start: '%s' is not a time", o->start) : 0;
	t = stamp_midnight(t);
	for (int k = 0; k < o->days && rc == 0; k++) {
		while (is_weekend(t))
			t = stamp_midnight(stamp_at(t, 36 * 60));
		struct day *day = day_create_under(
			site, t, o->seed + (uint64_t)k, o->telling, laws, &o->units);
		if (day == NULL)
			return error_set(err, -EINVAL,
				"%s: an operating room and a PACU with beds are needed", o->site);
		rc = act_script(day, o->script, err);
		if (rc == 0)
			rc = write_journal(day, o->out, site_text, err);
		if (rc == 0)
			rc = write_programme(day, o->out, err);
		offline_truth(truth, day);
		day_destroy(day);
		t = stamp_midnight(stamp_at(t, 36 * 60));
	}
	return rc;
}

int offline_play(const struct options *o, struct error *err)
{
	char path[512], *text = NULL;
	struct laws laws;
	struct site *site = site_load(o->site, &text, err);
	FILE *truth = NULL;
	int rc = site == NULL ? -EINVAL : laws_load(&laws, o->laws, err);
	snprintf(path, sizeof(path), "%s/truth.jsonl", o->out);
	if (rc == 0 && mkdir(o->out, 0700) < 0 && errno != EEXIST)
		rc = error_set(err, -errno, "%s: %s", o->out, strerror(errno));
	if (rc == 0 && (truth = fopen(path, "wxe")) == NULL)
		rc = error_set(err, -errno, "%s: %s", path, strerror(errno));
	if (rc == 0) {
		setenv("TZ", site->zone[0] != '\0' ? site->zone : "UTC", 1);
		tzset();
		rc = play(o, site, text, &laws, truth, err);
	}
	if (truth != NULL && fclose(truth) != 0 && rc == 0)
		rc = error_set(err, -EIO, "%s: cannot be written", path);
	free(text);
	site_free(site);
	return rc;
}
