/* SPDX-License-Identifier: Apache-2.0 */
#include "screens/rows.h"

#include <math.h>
#include <string.h>

#include "screens/format.h"
#include "screens/tr.h"

static const struct gateway_health *health_of(
	const struct view *view, const struct gateway_row *row)
{
	return row->health >= 0 ? &view->health->gateways[row->health] : NULL;
}

static int find_health(const struct health *h, const char *mac)
{
	for (int i = 0; i < h->gateway_count; i++)
		if (strcmp(h->gateways[i].mac, mac) == 0)
			return i;
	return -1;
}

static struct gateway_row row_of(const struct view *view, int gateway, int health)
{
	struct gateway_row row = {.gateway = gateway, .health = health, .age_ms = -1};
	const struct gateway_health *h = health_of(view, &row);

	if (h && h->last_ms > 0)
		row.age_ms = view->now_ms - h->last_ms;
	if (h)
		row.hints = gateway_hints(h, view->now_ms);
	if (gateway >= 0 && gateway < TWIN_ROOMS)
		row.silent = view->twin->gateways[gateway].silent;
	return row;
}

static int rank(const struct gateway_row *row)
{
	return row->silent ? 0 : row->hints ? 1 : 2;
}

static int insert(struct gateway_row *rows, int count, int max, struct gateway_row row)
{
	int at = count;

	if (count == max)
		return count;
	while (at > 0 && rank(&rows[at - 1]) > rank(&row)) {
		rows[at] = rows[at - 1];
		at--;
	}
	rows[at] = row;
	return count + 1;
}

int gateway_rows(const struct view *view, struct gateway_row *rows, int max)
{
	const struct site *site = view->twin->site;
	const struct health *h = view->health;
	int count = 0;

	for (int i = 0; site && i < site->gateway_count; i++)
		count = insert(
			rows, count, max, row_of(view, i, find_health(h, site->gateways[i].mac)));
	for (int i = 0; i < h->gateway_count && i < HEALTH_GATEWAYS; i++)
		if (!site || site_gateway(site, h->gateways[i].mac) < 0)
			count = insert(rows, count, max, row_of(view, -1, i));
	return count;
}

enum { FINE_MS = 60000 };
#define YEAR_DAYS 365.25

void gateway_clock_words(
	const struct view *view, const struct gateway_row *row, char *out, size_t size)
{
	const struct gateway_health *h = health_of(view, row);
	const int64_t day_ms = 86400000;
	int64_t off = h ? h->offset_ms : 0;
	char length[24];

	out[0] = '\0';
	if (!h || !h->clocked)
		return;
	if (off >= -FINE_MS && off <= FINE_MS) {
		format_put(out, size, "%s", _("ok"));
	} else if (off < -180 * day_ms || off > 180 * day_ms) {
		double years = (double)(view->now_ms + off) / (double)day_ms / YEAR_DAYS;

		format_put(out, size, _("year %.0f"), 1970 + floor(years));
	} else {
		format_duration((double)(off < 0 ? -off : off) / 60000, length, sizeof length);
		format_put(out, size, "%c%s", off < 0 ? '-' : '+', length);
	}
}

/* One hint in words. What may be a filter is asked, not said. */
static void word(const struct view *view, const struct gateway_row *row, enum gateway_hint hint,
	char *out, size_t size)
{
	const struct gateway_health *h = health_of(view, row);
	char text[24] = "";

	out[0] = '\0';
	switch (hint) {
	case HINT_CLOCK:
		gateway_clock_words(view, row, text, sizeof text);
		format_put(out, size, _("clock %s"), text);
		break;
	case HINT_REPLAY:
		format_put(out, size, _("offline buffer replayed, %llu rows"),
			(unsigned long long)h->late);
		break;
	case HINT_LOST:
		format_put(out, size, _("%llu uploads lost"), (unsigned long long)h->lost);
		break;
	case HINT_SLOW:
		format_age(gateway_interval_ms(h), text, sizeof text);
		format_put(out, size, _("uploads every %s: may miss a press"), text);
		break;
	case HINT_HIDDEN:
		format_put(out, size, _("never hears %d tags its neighbours hear (%s)"), h->hidden,
			h->hidden_tag);
		break;
	case HINT_UNKNOWN_OFF:
		format_put(out, size, "%s", _("\"upload unknown\" off?"));
		break;
	case HINT_ONE_PREFIX:
		format_put(out, size, _("MAC filter? only %s"), h->prefix);
		break;
	case HINT_RSSI_FLOOR:
		format_put(out, size, _("RSSI filter? none below %d dBm"), h->weakest_dbm);
		break;
	case HINT_COUNT:
		break;
	}
}

int gateway_hint_lines(
	const struct view *view, const struct gateway_row *row, char lines[HINT_LINES][HINT_WORDS])
{
	/* What hides a press comes before what is only untidy. */
	static const enum gateway_hint order[HINT_COUNT] = {HINT_HIDDEN, HINT_SLOW,
		HINT_UNKNOWN_OFF, HINT_ONE_PREFIX, HINT_RSSI_FLOOR, HINT_LOST, HINT_CLOCK,
		HINT_REPLAY};
	int count = 0;

	if (row->gateway < 0)
		format_put(lines[count++], HINT_WORDS, "%s", _("not in the site"));
	for (int i = 0; i < HINT_COUNT; i++)
		if (row->hints & 1U << order[i])
			word(view, row, order[i], lines[count++], HINT_WORDS);
	return count;
}

void gateway_hint_words(
	const struct view *view, const struct gateway_row *row, char *out, size_t size)
{
	char lines[HINT_LINES][HINT_WORDS];
	int count = gateway_hint_lines(view, row, lines);

	out[0] = '\0';
	for (int i = 0; i < count; i++)
		format_add(out, size, "%s%s", i ? "; " : "", lines[i]);
}
