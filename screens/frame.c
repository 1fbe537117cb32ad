/* SPDX-License-Identifier: Apache-2.0 */

/* What stands around every screen: header, alarm strip, footer. */

#include <math.h>
#include <string.h>

#include "screens/command_table.h"
#include "screens/commands.h"
#include "screens/format.h"
#include "screens/rows.h"
#include "screens/tr.h"

/* IEC 60601-1-8: HIGH flashes at 1.4-2.8 Hz, MEDIUM at 0.4-0.8 Hz, duty
 * 20-60 %. Drawn from the monotonic clock: 2 Hz and 0.6 Hz, half on. */
static const int flash_half_ms[PRIORITY_COUNT] = {
	[PRIORITY_LOW] = 0, [PRIORITY_MEDIUM] = 833, [PRIORITY_HIGH] = 250};

struct segment {
	char text[LABEL_SIZE * 2];
	enum role role;
	int rank; /* 0 never dropped */
};

enum { SEGMENTS = 14 };

const char *mode_name(enum mode mode)
{
	static const char *const words[MODE_COUNT] = {
		[MODE_LIVE] = "LIVE", [MODE_DEMO] = "DEMO", [MODE_REPLAY] = "REPLAY"};

	return (unsigned)mode < MODE_COUNT ? words[mode] : "?";
}

/* Writes what fits, dropping the highest rank first; returns the column after. */
static int draw_segments(
	struct segment *list, int count, struct canvas *canvas, int row, int column, int width)
{
	struct area all = canvas_area(canvas);

	for (;;) {
		int total = 0, victim = -1;

		for (int i = 0; i < count; i++) {
			if (list[i].text[0])
				total += canvas_width(list[i].text) + 2;
			if (list[i].text[0] && list[i].rank > 0
				&& (victim < 0 || list[i].rank >= list[victim].rank))
				victim = i;
		}
		if (total - 2 <= width || victim < 0)
			break;
		list[victim].text[0] = '\0';
	}
	for (int i = 0; i < count; i++) {
		if (list[i].text[0] == '\0')
			continue;
		column += canvas_text(
			canvas, all, row, column, all.columns - column, list[i].role, list[i].text);
		column += 2;
	}
	return column;
}

static void feed_summary(const struct view *view, int feed, char *out, size_t size)
{
	const struct feed_health *f = &view->health->feeds[feed];
	size_t word = strcspn(f->name, " ");
	char age[24];

	format_put(out, size, "%.*s ", (int)word, f->name);
	if (f->state == FEED_OFF) {
		format_add(out, size, "%s", feed_state_word(f->state));
		return;
	}
	if (f->state != FEED_UP) {
		format_age(view->now_ms - f->since_ms, age, sizeof age);
		format_add(out, size, "%s %s", feed_state_word(f->state), age);
		return;
	}
	format_age(view->now_ms - f->last_ms, age, sizeof age);
	format_add(out, size, _("ok %s"), f->last_ms > 0 ? age : _("no word yet"));
}

static void header_feeds(const struct view *view, struct segment *out)
{
	char one[LABEL_SIZE];
	bool bad = false;

	for (int i = 0; i < view->health->feed_count && i < HEALTH_FEEDS; i++) {
		feed_summary(view, i, one, sizeof one);
		format_add(out->text, sizeof out->text, "%s%s", i ? " / " : "", one);
		bad = bad || view->health->feeds[i].state == FEED_DOWN
		      || view->health->feeds[i].state == FEED_DOUBTFUL;
	}
	out->role = bad ? ROLE_MEDIUM : ROLE_HEADER;
}

static void header_journal(const struct view *view, struct segment *out)
{
	const struct health *h = view->health;

	if (!h->journal_ok)
		format_put(out->text, sizeof out->text, "%s", _("IN MEMORY"));
	else if (h->journal_pending > 200)
		format_put(out->text, sizeof out->text, _("journal %llu pending"),
			(unsigned long long)h->journal_pending);
	out->role = ROLE_MEDIUM;
}

/* Which screen this is; on a narrow terminal only the first of two words. */
static void header_title(const struct screen_def *def, int columns, struct segment *out)
{
	const char *title = _(def->title);
	size_t length = columns < 100 ? strcspn(title, "&") : strlen(title);

	while (length > 0 && title[length - 1] == ' ')
		length--;
	format_put(out->text, sizeof out->text, "%.*s", (int)length, title);
	out->role = ROLE_STRONG;
}

/* Who it is who may do what here, where that is not the same for everybody. */
static void header_person(const struct view *view, struct segment *out)
{
	if (view->glass_left_s > 0) {
		format_put(out->text, sizeof out->text, _("BREAK-GLASS %d:%02d"),
			view->glass_left_s / 60, view->glass_left_s % 60);
		out->role = ROLE_MEDIUM;
	} else if (view->roles) {
		format_put(out->text, sizeof out->text, "%s", person_role_name(view->role));
		out->rank = 8;
	}
}

void frame_header(const struct ui *ui, const struct view *view, struct canvas *canvas)
{
	struct segment s[SEGMENTS] = {0};
	uint64_t drops = view->twin->dropped;
	bool insecure = false;

	for (int i = 0; i < view->health->feed_count && i < HEALTH_FEEDS; i++) {
		drops += view->health->feeds[i].drops;
		insecure = insecure || view->health->feeds[i].insecure;
	}
	for (int i = 0; i < SEGMENTS; i++)
		s[i].role = ROLE_HEADER;
	format_put(s[0].text, sizeof s[0].text, "vigie");
	s[0].rank = 9;
	header_title(ui_base(ui)->def, canvas->columns, &s[1]);
	if (view->twin->site)
		format_put(s[2].text, sizeof s[2].text, "%s", view->twin->site->name);
	s[2].rank = 10;
	format_put(s[3].text, sizeof s[3].text, "%s", mode_name(view->mode));
	if (view->speed != 1 && view->speed > 0)
		format_add(
			s[3].text, sizeof s[3].text, canvas->ascii ? " x%g" : " ×%g", view->speed);
	if (ui_base(ui)->def == &screen_whatif)
		format_add(s[3].text, sizeof s[3].text, " %s", _("WHAT-IF"));
	s[3].role = ROLE_STRONG;
	format_date_clock(view->now_ms, s[4].text, sizeof s[4].text);
	header_journal(view, &s[5]);
	if (insecure)
		format_put(s[6].text, sizeof s[6].text, "%s", _("INSECURE"));
	s[6].role = ROLE_MEDIUM;
	if (view->readonly)
		format_put(s[7].text, sizeof s[7].text, "%s", _("read-only"));
	s[7].rank = 7;
	if (drops > 0)
		format_put(
			s[8].text, sizeof s[8].text, _("dropped %llu"), (unsigned long long)drops);
	s[8].role = ROLE_MEDIUM;
	s[8].rank = 5;
	header_person(view, &s[9]);
	header_feeds(view, &s[10]);
	s[10].rank = 6;
	canvas_fill(canvas, (struct area){0, 0, 1, canvas->columns}, ROLE_HEADER, ' ');
	draw_segments(s, 11, canvas, 0, 0, canvas->columns);
}

/* The unacknowledged alarm that comes first, -1. */
static int top_unacked(const struct view *view, struct alarm_row *out)
{
	struct alarm_row rows[TWIN_ALARMS];
	int count = alarm_rows(view, rows, TWIN_ALARMS);

	for (int i = 0; i < count; i++) {
		if (view->twin->alarms[rows[i].alarm].acked)
			continue;
		*out = rows[i];
		return i;
	}
	return -1;
}

int frame_flash_ms(const struct view *view)
{
	int unacked[PRIORITY_COUNT], all[PRIORITY_COUNT];

	if (view->calm)
		return 0;
	alarm_counts(view, unacked, all);
	for (int p = PRIORITY_HIGH; p >= PRIORITY_LOW; p--) {
		if (unacked[p] > 0 && flash_half_ms[p] > 0)
			return flash_half_ms[p] - (int)(view->mono_ms % flash_half_ms[p]);
	}
	return 0;
}

static enum role strip_role(const struct view *view, enum priority priority)
{
	int half = (unsigned)priority < PRIORITY_COUNT ? flash_half_ms[priority] : 0;

	if (view->calm || half == 0 || view->mono_ms / half % 2 != 0)
		return format_priority_role(priority);
	return priority == PRIORITY_HIGH ? ROLE_FLASH_HIGH : ROLE_FLASH_MEDIUM;
}

static void strip_counts(const struct view *view, struct segment *out)
{
	int unacked[PRIORITY_COUNT], all[PRIORITY_COUNT];

	alarm_counts(view, unacked, all);
	for (int p = PRIORITY_HIGH; p >= PRIORITY_LOW; p--) {
		if (all[p] > 0)
			format_add(out->text, sizeof out->text, "%s%s %d/%d",
				out->text[0] ? "  " : "", format_marks((enum priority)p),
				unacked[p], all[p]);
	}
	out->role = ROLE_STRONG;
}

void frame_strip(const struct view *view, struct canvas *canvas)
{
	struct segment s[3] = {0};
	struct alarm_row row;
	const struct alarm *a;
	char age[24], who[LABEL_SIZE];

	strip_counts(view, &s[0]);
	if (s[0].text[0] == '\0') {
		canvas_text(canvas, canvas_area(canvas), 1, 0, canvas->columns, ROLE_DIM,
			_("no alarm"));
		return;
	}
	if (top_unacked(view, &row) < 0) {
		format_put(s[1].text, sizeof s[1].text, "%s", _("all acknowledged"));
		s[1].role = ROLE_DIM;
		draw_segments(s, 2, canvas, 1, 0, canvas->columns);
		return;
	}
	a = &view->twin->alarms[row.alarm];
	format_age(view->now_ms - a->raised_ms, age, sizeof age);
	format_put(s[1].text, sizeof s[1].text, "%s %s", format_marks(a->priority), a->text);
	if (row.thing >= 0 && view->twin->things[row.thing].patient[0]) {
		format_thing(view, row.thing, who, sizeof who);
		format_add(s[1].text, sizeof s[1].text, " - %s", who);
	}
	if (row.room >= 0 && !strstr(a->text, format_room(view, row.room)))
		format_add(s[1].text, sizeof s[1].text, " - %s", format_room(view, row.room));
	/* How sure the place is matters where somebody has to go at once. */
	if (!isnan(row.confidence) && alarm_is_call(a->class_)) {
		format_add(s[1].text, sizeof s[1].text, _(" (place %.0f%%)"), row.confidence * 100);
		if (row.confidence < 0.60 && row.other >= 0)
			format_add(s[1].text, sizeof s[1].text, _(" or %s"),
				format_room(view, row.other));
	}
	format_add(s[1].text, sizeof s[1].text, " - %s", age);
	s[1].role = strip_role(view, a->priority);
	draw_segments(s, 2, canvas, 1, 0, canvas->columns);
}

/* What stands first in every footer: how to learn the rest, and that there are
 * more screens. */
static int first_hints(struct segment *list)
{
	static const struct segment fixed[] = {{"? help", ROLE_FOOTER, 0},
		{N_("1-9 screens"), ROLE_FOOTER, 0}, {N_("F2 feeds"), ROLE_FOOTER, 6}};

	for (size_t i = 0; i < sizeof fixed / sizeof fixed[0]; i++) {
		list[i] = fixed[i];
		format_put(list[i].text, sizeof list[i].text, "%s", _(fixed[i].text));
	}
	return (int)(sizeof fixed / sizeof fixed[0]);
}

/* Key hints of the base screen; the first two are never dropped. */
static int hints(const char *screen, struct segment *list, int max)
{
	char key[32];
	int count = first_hints(list);

	for (int rank = 1; rank <= 9; rank++) {
		for (int i = 0; i < command_count && count < max; i++) {
			const struct command_entry *c = &command_table[i];

			if (c->rank != rank || c->key == '?' || c->run == cmd_goto
				|| !command_in_scope(c, screen)
				|| command_for_key(screen, c->key) != c)
				continue;
			command_key_name(c->key, key, sizeof key);
			format_put(
				list[count].text, sizeof list[count].text, "%s %s", key, c->name);
			list[count].role = ROLE_FOOTER;
			list[count].rank = rank - 1;
			count++;
		}
	}
	return count;
}

static void footer_right(const struct view *view, struct segment *out)
{
	if (view->reveal && view->reveal[0])
		format_put(out->text, sizeof out->text, _("name shown %d s"), view->reveal_left_s);
	if (view->pending_seq > 0)
		format_add(out->text, sizeof out->text, "%s%s", out->text[0] ? "  " : "",
			_("pending"));
	out->role = ROLE_STRONG;
}

void frame_footer(const struct ui *ui, const struct view *view, struct canvas *canvas)
{
	const struct screen *top = ui_top(ui);
	struct area line = {canvas->rows - 1, 0, 1, canvas->columns};
	const char *said = ui->message[0] ? ui->message : view->notice;
	struct segment s[24] = {0}, right = {0};
	int width = canvas->columns, taken;

	if (top->def->overlay) {
		prompt_draw(top, view, canvas, line);
		return;
	}
	if (top->def == &screen_help) {
		canvas_text(canvas, line, line.row, 0, width, ROLE_FOOTER,
			_("letters search  Enter runs  Esc leaves"));
		return;
	}
	footer_right(view, &right);
	if (right.text[0]) {
		taken = canvas_width(right.text);
		canvas_text(canvas, line, line.row, width - taken, taken, right.role, right.text);
		width -= taken + 2;
	}
	if (said && said[0]) {
		/* The message is why one looks here: it takes the place it needs. */
		taken = first_hints(s) - 1;
		if (canvas_width(said) > width - 21)
			taken = 1;
		taken = draw_segments(s, taken, canvas, line.row, 0, width);
		canvas_text(canvas, line, line.row, taken, width - taken, ROLE_STRONG, said);
		return;
	}
	draw_segments(s, hints(top->def->name, s, 24), canvas, line.row, 0, width);
}
