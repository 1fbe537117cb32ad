/* SPDX-License-Identifier: Apache-2.0 */

/* What a forecast says of beds and people, and of time that nobody works. */

#include "screens/rows.h"

#include <math.h>
#include <string.h>

#include "screens/format.h"
#include "screens/tr.h"

enum { MINUTE_MS = 60000, QUARTER_MS = 15 * MINUTE_MS };

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

const char *forecast_resource_id(const struct site *site, int role, int beds, int kit)
{
	if (kit >= 0)
		return site && kit < site->kit_count ? site->kits[kit].id : "";
	if (role >= 0)
		return site && role < site->role_count ? site->roles[role].id : "";
	return beds >= 0 ? room_kind_name((enum room_kind)beds) : "";
}

void forecast_resource_name(
	const struct site *site, int role, int beds, int kit, char *out, size_t size)
{
	static const struct {
		enum room_kind kind;
		const char *name;
	} names[] = {{ROOM_PACU, N_("PACU bays")}, {ROOM_HOLDING, N_("holding bays")},
		{ROOM_INDUCTION, N_("induction rooms")}, {ROOM_WARD, N_("ward beds")},
		{ROOM_DAY_UNIT, N_("day unit beds")}, {ROOM_ICU, N_("ICU beds")}};

	if (role >= 0 && site && role < site->role_count && site->roles[role].name[0]) {
		format_put(out, size, "%s", site->roles[role].name);
		return;
	}
	if (kit >= 0 && site && kit < site->kit_count && site->kits[kit].name[0]) {
		format_put(out, size, "%s", site->kits[kit].name);
		return;
	}
	format_put(out, size, "%s", forecast_resource_id(site, role, beds, kit));
	for (size_t i = 0; role < 0 && kit < 0 && i < sizeof names / sizeof names[0]; i++) {
		if ((int)names[i].kind == beds)
			format_put(out, size, "%s", _(names[i].name));
	}
}

void forecast_left_out(const struct forecast *f, char *out, size_t size)
{
	/* Who needs nothing any more is not kept waiting by what is not counted. */
	bool staff = f->case_count == 0, pacu = staff || forecast_beds(f, ROOM_PACU) >= 0;

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

/* ---- demand ---- */

int forecast_gaps(const struct forecast *f, int gaps[SIM_POOLS])
{
	int count = 0;

	for (int i = 0; i < f->demand_count; i++) {
		int at = count;

		if (f->demand[i].p_short < FORECAST_POSSIBLE)
			continue;
		for (; at > 0 && f->demand[gaps[at - 1]].p_short < f->demand[i].p_short; at--)
			gaps[at] = gaps[at - 1];
		gaps[at] = i;
		count++;
	}
	return count;
}

const struct forecast_bottleneck *forecast_one_more(
	const struct forecast *f, int role, int beds, int kit)
{
	for (int i = 0; i < f->bottleneck_count; i++) {
		const struct forecast_bottleneck *b = &f->bottlenecks[i];

		if (b->role == role && b->beds == beds && b->kit == kit)
			return b;
	}
	return NULL;
}

bool forecast_helps(const struct forecast_bottleneck *b)
{
	return b->effect.high < 0 && b->effect.mean <= -0.5;
}

/* ---- idle time ---- */

const char *rows_idle_words(enum idle_cause cause)
{
	static const char *const words[IDLE_CAUSES] = {N_("late start"), N_("patient"), N_("staff"),
		N_("PACU hold"), N_("gap"), N_("closed"), N_("no case")};

	return _(words[cause]);
}

double rows_idle(const struct forecast_room *room, double unit, double minutes[IDLE_CAUSES])
{
	double units = 0;

	for (int c = 0; c < IDLE_CAUSES; c++) {
		double whole = room->has_session ? round(room->idle_min[c] / unit) : 0;

		minutes[c] = whole * unit;
		units += whole;
	}
	return units * unit;
}

double rows_idle_all(const struct forecast *f, double unit, double minutes[IDLE_CAUSES])
{
	double one[IDLE_CAUSES], sum = 0;

	memset(minutes, 0, IDLE_CAUSES * sizeof *minutes);
	for (int r = 0; r < f->room_count; r++) {
		sum += rows_idle(&f->rooms[r], unit, one);
		for (int c = 0; c < IDLE_CAUSES; c++)
			minutes[c] += one[c];
	}
	return sum;
}

bool rows_idle_cost(const struct site *site, double minutes, char *out, size_t size)
{
	double price = site_price(site, "or_hour");

	format_put(out, size, "%s", "");
	if (price < 0)
		return false;
	format_put(out, size, "%.0f %s", minutes * price / 60, site->currency);
	return true;
}
