/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/rig/judge.h"

#include <cjson/cJSON.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The last word of the audit on one alarm, in the order of causes. */
struct letter {
	char key[JUDGE_KEY], to[8];
};
enum { LETTERS = 4096 };

static void copy(char *to, size_t size, const char *from)
{
	snprintf(to, size, "%s", from != NULL ? from : "");
}

static const char *text_of(const cJSON *json, const char *name)
{
	const cJSON *item = cJSON_GetObjectItemCaseSensitive(json, name);
	return cJSON_IsString(item) ? item->valuestring : "";
}

static struct row *add(struct ledger *ledger)
{
	if (ledger->count == ledger->room) {
		ledger->room = ledger->room * 2 + 256;
		ledger->rows = realloc(ledger->rows, ledger->room * sizeof *ledger->rows);
		if (ledger->rows == NULL)
			abort();
	}
	struct row *row = &ledger->rows[ledger->count++];
	memset(row, 0, sizeof *row);
	return row;
}

static bool read_facts(struct ledger *ledger, sqlite3 *db)
{
	sqlite3_stmt *s = NULL;
	if (sqlite3_prepare_v2(db,
		    "SELECT seq, at_ms, kind, payload FROM fact WHERE kind = 'press'"
		    " OR (kind = 'alarm' AND source = 'person') ORDER BY seq",
		    -1, &s, NULL)
		!= SQLITE_OK)
		return false;
	int step;
	while ((step = sqlite3_step(s)) == SQLITE_ROW) {
		cJSON *json = cJSON_Parse((const char *)sqlite3_column_text(s, 3));
		struct row *row = add(ledger);
		row->seq = sqlite3_column_int64(s, 0);
		row->at_ms = sqlite3_column_int64(s, 1);
		row->press = strcmp((const char *)sqlite3_column_text(s, 2), "press") == 0;
		copy(row->what, sizeof row->what, text_of(json, row->press ? "tag" : "act"));
		copy(row->key, sizeof row->key, row->press ? "" : text_of(json, "key"));
		copy(row->station, sizeof row->station, text_of(json, "by_station"));
		const cJSON *hlc = cJSON_GetObjectItemCaseSensitive(json, "by_hlc_ms");
		row->hlc_ms = cJSON_IsNumber(hlc) ? (int64_t)hlc->valuedouble : 0;
		cJSON_Delete(json);
	}
	sqlite3_finalize(s);
	return step == SQLITE_DONE;
}

static struct letter *letter_of(struct letter *list, int *count, const char *key)
{
	for (int i = 0; i < *count; i++)
		if (strcmp(list[i].key, key) == 0)
			return &list[i];
	if (*count == LETTERS)
		return NULL;
	copy(list[*count].key, JUDGE_KEY, key);
	list[*count].to[0] = '\0';
	return &list[(*count)++];
}

/* After each press, the letter of its alarm must be one of a raised alarm. */
static void ring(struct row *press, struct letter *list, int *count)
{
	char key[JUDGE_KEY];
	snprintf(key, sizeof key, "press:%s", press->what);
	const struct letter *letter = letter_of(list, count, key);
	press->rang =
		letter != NULL && strchr("BC", letter->to[0]) != NULL && letter->to[0] != '\0';
}

/* The alarm of a button was raised, whoever said so. */
static void add_raise(struct ledger *ledger, const char *key, const char *to, int64_t at_ms)
{
	if (strncmp(key, "press:", 6) != 0 || strcmp(to, "B") != 0)
		return;
	struct row *row = add(ledger);
	row->press = row->rang = true;
	row->at_ms = at_ms;
	copy(row->what, sizeof row->what, key + 6);
}

static bool read_alarms(struct ledger *ledger, sqlite3 *db)
{
	static struct letter list[LETTERS];
	sqlite3_stmt *s = NULL;
	int count = 0, step;
	size_t next = 0, facts = ledger->count;
	if (sqlite3_prepare_v2(
		    db, "SELECT cause_seq, payload, at_ms FROM derived ORDER BY id", -1, &s, NULL)
		!= SQLITE_OK)
		return false;
	int64_t newest = 0;
	while ((step = sqlite3_step(s)) == SQLITE_ROW) {
		int64_t cause = sqlite3_column_int64(s, 0);
		cJSON *json = cJSON_Parse((const char *)sqlite3_column_text(s, 1));
		struct letter *letter = letter_of(list, &count, text_of(json, "alarm"));
		if (cause > newest)
			newest = cause;
		for (; next < facts && ledger->rows[next].seq < newest; next++)
			if (ledger->rows[next].press)
				ring(&ledger->rows[next], list, &count);
		if (letter != NULL)
			copy(letter->to, sizeof letter->to, text_of(json, "to"));
		add_raise(ledger, text_of(json, "alarm"), text_of(json, "to"),
			sqlite3_column_int64(s, 2));
		cJSON_Delete(json);
	}
	sqlite3_finalize(s);
	for (; next < facts; next++)
		if (ledger->rows[next].press)
			ring(&ledger->rows[next], list, &count);
	return step == SQLITE_DONE;
}

static bool count_facts(struct ledger *ledger, sqlite3 *db)
{
	sqlite3_stmt *s = NULL;
	bool good = sqlite3_prepare_v2(db, "SELECT count(*) FROM fact", -1, &s, NULL) == SQLITE_OK
		    && sqlite3_step(s) == SQLITE_ROW;
	if (good)
		ledger->facts = (long)sqlite3_column_int64(s, 0);
	sqlite3_finalize(s);
	return good;
}

bool ledger_read(struct ledger *ledger, const char *path, char why[200])
{
	sqlite3 *db = NULL;
	*ledger = (struct ledger){NULL, 0, 0, 0};
	bool good = sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, NULL) == SQLITE_OK;
	if (good)
		sqlite3_busy_timeout(db, 5000);
	good = good && count_facts(ledger, db) && read_facts(ledger, db) && read_alarms(ledger, db);
	snprintf(why, 200, "%s: %s", path, good ? "" : sqlite3_errmsg(db));
	sqlite3_close(db);
	return good;
}

void ledger_free(struct ledger *ledger)
{
	free(ledger->rows);
	*ledger = (struct ledger){NULL, 0, 0, 0};
}

size_t judge_acts(struct ledger *ledger, const struct seen_act *acts, size_t count,
	void (*told)(const struct seen_act *act))
{
	size_t lost = 0;
	for (size_t i = 0; i < count; i++) {
		struct row *found = NULL;
		for (size_t r = 0; r < ledger->count && found == NULL; r++) {
			struct row *row = &ledger->rows[r];
			if (!row->press && !row->used && row->at_ms >= acts[i].from_ms
				&& row->at_ms <= acts[i].to_ms
				&& strcmp(row->what, acts[i].what) == 0)
				found = row;
		}
		if (found != NULL) {
			found->used = true;
			continue;
		}
		lost++;
		if (told != NULL)
			told(&acts[i]);
	}
	return lost;
}

static bool has_act(const struct ledger *ledger, const struct row *act)
{
	for (size_t r = 0; r < ledger->count; r++) {
		const struct row *row = &ledger->rows[r];
		if (!row->press && row->hlc_ms >= act->hlc_ms
			&& strcmp(row->station, act->station) == 0
			&& strcmp(row->what, act->what) == 0 && strcmp(row->key, act->key) == 0)
			return true;
	}
	return false;
}

size_t judge_shared(const struct ledger *ledger, const struct ledger *other,
	void (*told)(const struct row *act))
{
	size_t lost = 0;
	for (size_t r = 0; r < ledger->count; r++) {
		const struct row *row = &ledger->rows[r];
		/* What ails one station alone is not shared. */
		if (!row->used || strncmp(row->key, "technical:", 10) == 0 || has_act(other, row))
			continue;
		lost++;
		if (told != NULL)
			told(row);
	}
	return lost;
}

size_t judge_bursts(struct ledger *ledger, const struct seen_burst *bursts, size_t count,
	void (*told)(const struct seen_burst *burst))
{
	size_t lost = 0;
	for (size_t i = 0; i < count; i++) {
		bool rang = !bursts[i].counts;
		for (size_t r = 0; r < ledger->count && !rang; r++) {
			const struct row *row = &ledger->rows[r];
			rang = row->press && row->rang && row->at_ms >= bursts[i].from_ms
			       && row->at_ms <= bursts[i].to_ms
			       && strcmp(row->what, bursts[i].tag) == 0;
		}
		if (rang)
			continue;
		lost++;
		if (told != NULL)
			told(&bursts[i]);
	}
	return lost;
}
