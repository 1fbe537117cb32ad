/* SPDX-License-Identifier: Apache-2.0 */
#include "screens/handover.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "screens/alarm_words.h"
#include "screens/format.h"
#include "screens/hazard_words.h"
#include "screens/notes.h"
#include "screens/order_words.h"
#include "screens/parts.h"
#include "screens/rows.h"
#include "screens/tr.h"

enum { LATE_MIN = 15, SOON_H = 4 };

/* What is being written: the sheet, and the section at hand. */
struct pen {
	const struct view *view;
	struct handover *sheet;
	void *memory; /* ROWS_MAX rows of any kind */
	int section;
};

static void put(struct pen *pen, enum role role, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
static void put(struct pen *pen, enum role role, const char *format, ...)
{
	struct handover_line *line;
	va_list args;

	if (pen->sheet->count == HANDOVER_LINES) {
		pen->sheet->dropped++;
		return;
	}
	line = &pen->sheet->lines[pen->sheet->count++];
	line->section = pen->section;
	line->role = role;
	line->empty = false;
	va_start(args, format);
	vsnprintf(line->text, sizeof line->text, format, args);
	va_end(args);
}

static void put_none(struct pen *pen, const char *words)
{
	put(pen, ROLE_DIM, "%s", words);
	pen->sheet->lines[pen->sheet->count - 1].empty = true;
}

/* "M.C. Bay 2 Hip replacement" */
static void case_words(const struct view *view, int i, char *out, size_t size)
{
	char person[LABEL_SIZE];

	format_person(view, view->twin->cases[i].patient, person, sizeof person);
	format_put(out, size, "%s %s", person, view->twin->cases[i].procedure);
}

static const char *room_words(const struct view *view, const char *id)
{
	int room = view->twin->site ? site_room(view->twin->site, id) : -1;

	return room >= 0 ? format_room(view, room) : id;
}

/* ---- alarms, and what may go wrong ---- */

static void alarm_line(struct pen *pen, const struct alarm_row *row)
{
	const struct alarm *a = &pen->view->twin->alarms[row->alarm];
	int room = alarm_place(pen->view, a).room;
	char what[LABEL_SIZE * 2], age[24], more[LABEL_SIZE * 2] = "", note[NOTE_WORDS];
	char letter[16], until[16];

	hazard_line(pen->view, a, what, sizeof what);
	format_age(pen->view->now_ms - a->raised_ms, age, sizeof age);
	if (room >= 0 && !strstr(what, format_room(pen->view, room)))
		format_add(more, sizeof more, ", %s", format_room(pen->view, room));
	if (a->owner[0])
		format_add(more, sizeof more, _(", %s sees to it"), a->owner);
	else if (a->acked && a->acked_by[0])
		format_add(more, sizeof more, _(", acknowledged by %s"), a->acked_by);
	else if (!a->acked)
		format_add(more, sizeof more, "%s", _(", not acknowledged"));
	format_clock(a->shelf_until_ms, until, sizeof until);
	if (row->state == ALARM_E)
		format_add(more, sizeof more, _(", shelved until %s by %s"), until, a->shelf.who);
	notes_line(pen->view, a->key, note);
	alarm_letter_text(pen->view, a, letter, sizeof letter);
	put(pen, a->acked ? ROLE_NORMAL : format_priority_role(a->priority),
		"%-3s %-2s %s, %s%s%s%s", format_marks(a->priority), letter, what, age, more,
		note[0] ? "; " : "", note);
}

static void alarms_of(struct pen *pen, bool foretold)
{
	struct alarm_row *rows = pen->memory;
	int count = alarm_rows(pen->view, rows, ROWS_MAX);

	for (int i = 0; i < count; i++)
		if ((pen->view->twin->alarms[rows[i].alarm].hazard != HAZARD_NONE) == foretold)
			alarm_line(pen, &rows[i]);
}

static void open_alarms(struct pen *pen)
{
	alarms_of(pen, false);
}

static void hazards(struct pen *pen)
{
	alarms_of(pen, true);
}

/* ---- patients ---- */

static void late(struct pen *pen)
{
	const struct twin *twin = pen->view->twin;
	char what[LABEL_SIZE * 2], minutes[16], leaves[48], word[LABEL_SIZE];

	for (int i = 0; i < twin->case_count; i++) {
		const struct surgery *s = &twin->cases[i];
		const struct forecast_case *f = rows_forecast_case(pen->view, i);
		struct quantiles end = {0};
		double late_min = surgery_late_min(s, pen->view->now_ms);

		if (!surgery_has_begun(s) || surgery_is_over(s) || late_min < LATE_MIN)
			continue;
		case_words(pen->view, i, what, sizeof what);
		format_late(late_min, minutes, sizeof minutes);
		if (f)
			end = rows_ahead(pen->view, f->end);
		format_span(&end, leaves, sizeof leaves);
		put(pen, ROLE_LATE, _("%s: %s, %s min%s%s%s%s"), room_words(pen->view, s->room),
			what, minutes, leaves[0] ? _(", out ") : "", leaves,
			part_word(s, word, sizeof word) ? ", " : "",
			part_word(s, word, sizeof word) ? word : "");
	}
}

static void waiting_case(struct pen *pen, const struct programme_row *row)
{
	const struct surgery *s = &pen->view->twin->cases[row->case_];
	const struct forecast_case *f = rows_forecast_case(pen->view, row->case_);
	char what[LABEL_SIZE * 2], clock[16], ready[8], from[48] = "", minutes[16] = "";
	char note[NOTE_WORDS];
	enum role role = part_ready(pen->view, row->case_, ready, sizeof ready);
	struct quantiles start = {0};

	case_words(pen->view, row->case_, what, sizeof what);
	format_clock(s->start_ms, clock, sizeof clock);
	if (f)
		start = rows_ahead(pen->view, f->start);
	format_span(&start, from, sizeof from);
	if (!isnan(row->late_min) && row->late_min >= LATE_MIN)
		format_late(row->late_min, minutes, sizeof minutes);
	notes_line(pen->view, s->id, note);
	put(pen, role, "%s %s %s, %s, %s%s%s%s%s%s%s%s", clock, room_words(pen->view, s->room),
		what, format_stage(row->stage), ready, minutes[0] ? ", " : "", minutes,
		from[0] ? _(", foreseen ") : "", from, s->nest > 0 ? _(", emergency") : "",
		note[0] ? "; " : "", note);
}

static void waiting(struct pen *pen)
{
	struct programme_row *rows = pen->memory;
	int count = programme_rows(pen->view, rows, ROWS_MAX), later = 0;

	for (int i = 0; i < count; i++) {
		const struct surgery *s = &pen->view->twin->cases[rows[i].case_];

		if (surgery_has_begun(s) || surgery_is_over(s) || surgery_is_off(s))
			continue;
		if (s->start_ms > pen->view->now_ms + (int64_t)SOON_H * 3600000)
			later++;
		else
			waiting_case(pen, &rows[i]);
	}
	if (later > 0)
		put(pen, ROLE_DIM,
			ngettext("and %d later than in %d h", "and %d later than in %d h",
				(unsigned long)later),
			later, SOON_H);
}

static void recovery(struct pen *pen)
{
	struct recovery_row *rows = pen->memory;
	int count = recovery_rows(pen->view, rows, ROWS_MAX);
	char person[LABEL_SIZE], age[24];

	if (twin_bays(pen->view->twin) >= 0)
		put(pen, ROLE_NORMAL, _("PACU: %d of %d bays taken"),
			twin_bays_taken(pen->view->twin), twin_bays(pen->view->twin));
	for (int i = 0; i < count; i++) {
		if (rows[i].kind != RECOVERY_BAY || rows[i].patient < 0
			|| rows[i].waiting == WAITING_NONE || rows[i].waiting == WAITING_CRITERIA)
			continue;
		format_person(pen->view, pen->view->twin->patients[rows[i].patient].id, person,
			sizeof person);
		format_age(pen->view->now_ms - rows[i].criteria_ms, age, sizeof age);
		put(pen, ROLE_LATE, _("%s could leave the PACU, waits for: %s, %s"), person,
			waiting_name(rows[i].waiting), age);
	}
}

/* ---- things ---- */

static void excursions(struct pen *pen)
{
	struct climate_row *rows = pen->memory;
	const struct twin *twin = pen->view->twin;
	int count = climate_rows(pen->view, rows, ROWS_MAX);
	char since[16];

	for (int i = 0; i < count; i++) {
		const struct reading *r = &twin->readings[rows[i].reading];
		const char *name = rows[i].tag >= 0 ? twin->site->tags[rows[i].tag].name : r->tag;

		if (!rows[i].out)
			continue;
		format_clock(r->out_since_ms, since, sizeof since);
		put(pen, rows[i].cold ? ROLE_MEDIUM : ROLE_NORMAL,
			_("%s: %.1f %s (%.1f to %.1f)%s%s"), name, r->value,
			strcmp(quantity_unit(r->quantity), "Cel") == 0 ? "°C"
								       : quantity_unit(r->quantity),
			rows[i].low, rows[i].high, r->out_since_ms > 0 ? _(", out since ") : "",
			r->out_since_ms > 0 ? since : "");
	}
}

static void notes(struct pen *pen)
{
	const struct twin *twin = pen->view->twin;
	char words[NOTE_WORDS], what[LABEL_SIZE * 2];

	for (int i = 0; i < twin->note_count; i++) {
		note_words(&twin->notes[i], words);
		note_subject_words(pen->view, twin->notes[i].subject, what, sizeof what);
		put(pen, ROLE_STRONG, "%s: %s", what, words);
	}
}

static void stations(struct pen *pen)
{
	const struct stations *s = pen->view->stations;
	char age[24];

	if (!s || !s->sharing)
		return;
	if (!s->linked)
		put(pen, ROLE_CONFLICT, "%s",
			_("what is done here does not reach the other stations"));
	if (s->waiting > 0)
		put(pen, ROLE_CONFLICT, _("%d acts are not shared yet"), s->waiting);
	for (int i = 0; i < s->count; i++) {
		const struct station_seen *seen = &s->list[i];

		format_age(pen->view->now_ms - seen->since_ms, age, sizeof age);
		if (!seen->here)
			put(pen, ROLE_CONFLICT, _("station %s: gone for %s"), seen->id, age);
		else if (!seen->journal_ok || seen->feeds_down > 0 || seen->missing > 0)
			put(pen, ROLE_CONFLICT,
				_("station %s: %s%d feeds down, %d entries missing"), seen->id,
				seen->journal_ok ? "" : _("journal not written, "),
				seen->feeds_down, seen->missing);
	}
}

static void not_well(struct pen *pen)
{
	const struct view *view = pen->view;
	struct feed_row *feeds = pen->memory;
	int count = feed_rows(view, feeds, ROWS_MAX);

	for (int i = 0; i < count; i++) {
		const struct feed_health *f = &view->health->feeds[feeds[i].feed];

		if (f->state != FEED_UP && f->state != FEED_OFF)
			put(pen, ROLE_CONFLICT, "%s: %s", f->name, feed_state_word(f->state));
	}
	if (!view->health->journal_ok)
		put(pen, ROLE_CONFLICT, _("journal: %s"), view->health->journal_error);
	for (int g = 0; view->twin->site && g < view->twin->site->gateway_count; g++)
		if (view->twin->gateways[g].silent)
			put(pen, ROLE_CONFLICT, _("gateway %s is silent"),
				view->twin->site->gateways[g].name);
	stations(pen);
}

/* ---- the rest of the day ---- */

static void foreseen_rooms(struct pen *pen)
{
	struct forecast_row *rows = pen->memory;
	int count = forecast_rows(pen->view, rows, ROWS_MAX);
	char out[48], closes[16];

	for (int i = 0; i < count; i++) {
		const struct forecast_room *f = rows[i].forecast;
		struct quantiles end;

		if (!f || f->p_overtime < FORECAST_POSSIBLE || rows[i].left == 0)
			continue;
		end = rows_ahead(pen->view, f->end);
		format_span(&end, out, sizeof out);
		format_clock(rows[i].closes_ms, closes, sizeof closes);
		put(pen, f->p_overtime >= FORECAST_LIKELY ? ROLE_LATE : ROLE_NORMAL,
			_("%s: last out %s, session to %s, past it %.0f%%"),
			format_room(pen->view, rows[i].room), out, closes, 100 * f->p_overtime);
	}
}

static void watch_next(struct pen *pen)
{
	const struct forecast *f = pen->view->forecast;
	int gaps[SIM_POOLS], pool = f ? forecast_beds(f, ROOM_PACU) : -1, count;
	char clock[16], name[LABEL_SIZE];
	int64_t full_ms = pool >= 0 ? forecast_full_ms(f, pool) : 0;

	if (!f) {
		put_none(pen, _("there is no forecast yet"));
		return;
	}
	if (full_ms > 0) {
		format_clock(full_ms, clock, sizeof clock);
		put(pen, ROLE_LATE, _("PACU likely full from %s"), clock);
	}
	foreseen_rooms(pen);
	count = forecast_gaps(f, gaps);
	for (int i = 0; i < count; i++) {
		const struct forecast_demand *d = &f->demand[gaps[i]];

		forecast_resource_name(
			pen->view->twin->site, d->role, d->beds, d->kit, name, sizeof name);
		put(pen, ROLE_NORMAL, _("may be short in the next hours: %s"), name);
	}
}

/* What was approved and is not over, or went wrong. */
static void open_orders(struct pen *pen)
{
	const struct orders *o = pen->view->orders;
	char line[ORDER_WORDS * 2], clock[16];

	for (int i = o ? o->plan_count : 0; i-- > 0;) {
		const struct order_plan *p = &o->plans[i];

		if (!order_is_to_do(pen->view, p))
			continue;
		order_line(pen->view, p, line, sizeof line);
		format_clock(p->approved_ms, clock, sizeof clock);
		put(pen, order_whole_role(orders_whole(p)), "%s %s: %s", clock, p->steps[0].by,
			line);
	}
}

static const struct section {
	const char *key, *title, *none;
	void (*write)(struct pen *pen);
} sections[] = {
	{"alarms", N_("Open alarms"), N_("none"), open_alarms},
	{"late", N_("Late in the room"), N_("nobody"), late},
	{"waiting", N_("Waiting cases (arrived, fasting, consent, marked)"), N_("none"), waiting},
	{"recovery", N_("Recovery"), "", recovery},
	{"excursions", N_("Cold chain and climate out of limits"), N_("none"), excursions},
	{"hazards", N_("Foretold, and what is late"), N_("none"), hazards},
	{"orders", N_("Open orders"), N_("none"), open_orders},
	{"notes", N_("Notes"), N_("none"), notes},
	{"not_well", N_("Feeds and stations that are not well"), N_("none"), not_well},
	{"next", N_("What to watch next"), N_("nothing stands out"), watch_next},
};
enum { SECTIONS = sizeof sections / sizeof sections[0] };

int handover_sections(void)
{
	return SECTIONS;
}

const char *handover_key(int section)
{
	return sections[section].key;
}

const char *handover_title(int section)
{
	return _(sections[section].title);
}

static size_t row_size(void)
{
	const size_t sizes[] = {sizeof(struct alarm_row), sizeof(struct programme_row),
		sizeof(struct recovery_row), sizeof(struct climate_row), sizeof(struct feed_row),
		sizeof(struct forecast_row)};
	size_t most = 0;

	for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++)
		most = sizes[i] > most ? sizes[i] : most;
	return most;
}

void handover_fill(const struct view *view, struct handover *sheet)
{
	struct view masked = *view;
	struct pen pen = {.view = &masked, .sheet = sheet, .memory = calloc(ROWS_MAX, row_size())};

	/* Paper stays: nobody's name goes on it. */
	masked.reveal = "";
	sheet->count = sheet->dropped = 0;
	for (int i = 0; i < SECTIONS && pen.memory; i++) {
		int before = sheet->count;

		pen.section = i;
		sections[i].write(&pen);
		if (sheet->count == before && sections[i].none[0] != '\0')
			put_none(&pen, _(sections[i].none));
	}
	free(pen.memory);
}
