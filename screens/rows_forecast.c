/* SPDX-License-Identifier: Apache-2.0 */
#include "screens/rows.h"

#include <math.h>
#include <string.h>

#include "screens/format.h"
#include "screens/tr.h"

enum { DAY_CASES = 48, MINUTE_MS = 60000, QUARTER_MS = 15 * MINUTE_MS };

static const int64_t OLD_MS = 60000;
static const double OLD_REAL_MS = 5000;

int64_t rows_forecast_age(const struct view *view)
{
	int64_t age_ms;

	if (!view->forecast)
		return -1;
	age_ms = view->now_ms - view->forecast->at_ms;
	return age_ms > 0 ? age_ms : 0;
}

bool rows_forecast_stale(const struct view *view)
{
	int64_t fast_ms = (int64_t)(OLD_REAL_MS * (view->speed > 0 ? view->speed : 1));

	return rows_forecast_age(view) > (fast_ms > OLD_MS ? fast_ms : OLD_MS);
}

const struct forecast_case *rows_forecast_case(const struct view *view, int index)
{
	const struct surgery *s;
	int i;

	if (!view->forecast || index < 0 || index >= view->twin->case_count)
		return NULL;
	s = &view->twin->cases[index];
	i = view->forecast->index.case_of[index];
	if (i < 0 || i >= view->forecast->case_count || surgery_is_off(s))
		return NULL;
	return &view->forecast->cases[i];
}

struct quantiles rows_ahead(const struct view *view, struct quantiles q)
{
	/* A clock shows whole minutes: the next one is the first that is not now. */
	double least = (double)(view->now_ms + MINUTE_MS);

	if (!(q.p50 > 0))
		return (struct quantiles){0, 0, 0};
	q.p10 = q.p10 > least ? q.p10 : least;
	q.p50 = q.p50 > least ? q.p50 : least;
	q.p90 = q.p90 > least ? q.p90 : least;
	return q;
}

int foreseen_rows(const struct view *view, int room, struct foreseen_row *rows, int max)
{
	int cases[DAY_CASES], count = 0;
	int all = board_cases(view, room, cases, DAY_CASES);

	for (int i = 0; i < all && count < max; i++) {
		if (surgery_is_over(&view->twin->cases[cases[i]]))
			continue;
		rows[count++] =
			(struct foreseen_row){cases[i], i + 1, rows_forecast_case(view, cases[i])};
	}
	return count;
}

/* The site may have been loaded anew since the forecast was made. */
static void fill_room(const struct view *view, struct forecast_row *row)
{
	const struct forecast *f = view->forecast;
	const struct room *here = &view->twin->site->rooms[row->room];
	int64_t midnight = format_session_zero(view->now_ms);
	int i = f ? f->index.room_of[row->room] : -1;

	if (here->open_min >= 0 && here->close_min > here->open_min)
		row->closes_ms = midnight + (int64_t)here->close_min * MINUTE_MS;
	if (i >= 0 && i < f->room_count && f->index.site_room[i] == row->room)
		row->forecast = &f->rooms[i];
	if (!row->forecast || !row->forecast->has_session || row->left == 0)
		return;
	/* A forecast knows only what is still to come. */
	row->over_min = row->forecast->overtime_mean;
	if (row->closes_ms > 0 && row->closes_ms < f->at_ms)
		row->over_min += (double)(f->at_ms - row->closes_ms) / MINUTE_MS;
}

int forecast_rows(const struct view *view, struct forecast_row *rows, int max)
{
	const struct twin *twin = view->twin;
	struct foreseen_row left[DAY_CASES];
	int count = 0;

	for (int i = 0; twin->site && i < twin->site->room_count && i < TWIN_ROOMS; i++) {
		if (twin->site->rooms[i].kind != ROOM_OR)
			continue;
		if (count >= max)
			break;
		rows[count] = (struct forecast_row){.room = i,
			.state = twin->rooms[i].state,
			.current = twin_room_current(twin, i),
			.next = twin_room_next(twin, i),
			.over_min = NAN,
			.left = foreseen_rows(view, i, left, DAY_CASES)};
		fill_room(view, &rows[count]);
		count++;
	}
	return count;
}

/* False: nothing is known of when the room will be free. */
static bool break_in(const struct view *view, int room, struct break_in_row *out)
{
	struct foreseen_row first;
	enum room_state state = view->twin->rooms[room].state;

	*out = (struct break_in_row){.room = room};
	if (state == ROOMSTATE_DOWN || state == ROOMSTATE_BLOCKED)
		return false;
	if (foreseen_rows(view, room, &first, 1) == 0)
		return state == ROOMSTATE_IDLE || state == ROOMSTATE_DONE;
	if (!first.forecast)
		return false;
	if (surgery_has_begun(&view->twin->cases[first.case_])) {
		out->when = rows_ahead(view, first.forecast->end);
		return out->when.p50 > 0;
	}
	out->until_ms = (int64_t)rows_ahead(view, first.forecast->start).p50;
	return state == ROOMSTATE_IDLE && out->until_ms > 0;
}

int break_in_rows(const struct view *view, struct break_in_row *rows, int max)
{
	const struct site *site = view->twin->site;
	struct break_in_row row;
	int count = 0;

	for (int i = 0; view->forecast && site && i < site->room_count && i < TWIN_ROOMS; i++) {
		int at = count;

		if (site->rooms[i].kind != ROOM_OR || !break_in(view, i, &row) || count >= max)
			continue;
		for (; at > 0 && rows[at - 1].when.p50 > row.when.p50; at--)
			rows[at] = rows[at - 1];
		rows[at] = row;
		count++;
	}
	return count;
}

void forecast_window(const struct view *view, int64_t *from_ms, int64_t *to_ms)
{
	struct forecast_row rows[SIM_ROOMS];
	int count = forecast_rows(view, rows, SIM_ROOMS);

	/* Whole quarters: the picture stands still between them. */
	*from_ms = view->now_ms - view->now_ms % QUARTER_MS;
	*to_ms = *from_ms + 4 * QUARTER_MS;
	for (int i = 0; i < count; i++) {
		int64_t end = rows[i].forecast ? (int64_t)rows[i].forecast->end.p90 : 0;

		end = rows[i].closes_ms > end ? rows[i].closes_ms : end;
		if (end > *to_ms)
			*to_ms = end;
	}
	*to_ms += 2 * QUARTER_MS - *to_ms % QUARTER_MS;
	if (*to_ms > *from_ms + (int64_t)FORECAST_SLOTS * QUARTER_MS)
		*to_ms = *from_ms + (int64_t)FORECAST_SLOTS * QUARTER_MS;
}

int forecast_beds(const struct forecast *forecast, enum room_kind kind)
{
	for (int p = 0; p < forecast->pool_count; p++) {
		if (forecast->index.pool_beds[p] == (int)kind)
			return p;
	}
	return -1;
}

int64_t forecast_full_ms(const struct forecast *forecast, int pool)
{
	const struct forecast_load *load = &forecast->loads[pool];

	for (int slot = 0; slot < FORECAST_SLOTS; slot++) {
		if (load->p_full[slot] >= 0.5)
			return forecast->at_ms + (int64_t)slot * QUARTER_MS;
	}
	return 0;
}

const char *forecast_resource_id(const struct site *site, int role, int beds)
{
	if (role >= 0)
		return site && role < site->role_count ? site->roles[role].id : "";
	return beds >= 0 ? room_kind_name((enum room_kind)beds) : "";
}

void forecast_resource_name(const struct site *site, int role, int beds, char *out, size_t size)
{
	static const struct {
		enum room_kind kind;
		const char *name;
	} names[] = {{ROOM_PACU, N_("PACU bays")}, {ROOM_HOLDING, N_("holding bays")},
		{ROOM_INDUCTION, N_("induction rooms")}, {ROOM_WARD, N_("ward beds")},
		{ROOM_DAY_UNIT, N_("day unit beds")}};

	if (role >= 0 && site && role < site->role_count && site->roles[role].name[0]) {
		format_put(out, size, "%s", site->roles[role].name);
		return;
	}
	format_put(out, size, "%s", forecast_resource_id(site, role, beds));
	for (size_t i = 0; role < 0 && i < sizeof names / sizeof names[0]; i++) {
		if ((int)names[i].kind == beds)
			format_put(out, size, "%s", _(names[i].name));
	}
}

void forecast_left_out(const struct forecast *f, char *out, size_t size)
{
	bool staff = false, pacu = forecast_beds(f, ROOM_PACU) >= 0;

	for (int p = 0; p < f->pool_count; p++)
		staff = staff || f->index.pool_role[p] >= 0;
	format_put(out, size, "%s",
		!staff && !pacu ? _("staff and PACU bays not counted")
		: !staff        ? _("staff not counted")
		: !pacu         ? _("PACU bays not counted")
				: "");
	if (f->index.dropped > 0)
		format_add(out, size, _("%s%d cases did not fit"), out[0] ? ", " : "",
			f->index.dropped);
	if (f->stuck > 0)
		format_add(out, size, _("%s%d replications wait for ever"), out[0] ? ", " : "",
			f->stuck);
}
