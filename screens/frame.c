/* SPDX-License-Identifier: Apache-2.0 */

/* What stands around every screen: header, alarm strip, footer. */

#include <math.h>
#include <string.h>

#include "screens/alarm_words.h"
#include "screens/command_table.h"
#include "screens/commands.h"
#include "screens/format.h"
#include "screens/rows.h"
#include "screens/signal.h"
#include "screens/tr.h"

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

/* Who it is who may do what here, where that is not the same for everybody. */
static void header_person(const struct view *view, struct segment *out)
{
	out->role = ROLE_MEDIUM;
	if (view->locked) {
		format_put(out->text, sizeof out->text, "%s", _("LOCKED"));
	} else if (view->glass_left_s > 0) {
		format_put(out->text, sizeof out->text, _("BREAK-GLASS %d:%02d"),
			view->glass_left_s / 60, view->glass_left_s % 60);
	} else if (view->roles) {
		format_put(out->text, sizeof out->text, "%s", person_role_words(view->role));
		out->role = ROLE_HEADER;
		out->rank = 8;
	}
}

/* Silence is a state of its own, and never looks like peace. */
static void header_sound(const struct view *view, struct segment *out)
{
	out->role = ROLE_MEDIUM;
	if (view->sound == SOUND_PAUSED)
		format_put(out->text, sizeof out->text, _("SOUND PAUSED %d:%02d"),
			view->sound_left_s / 60, view->sound_left_s % 60);
	else if (view->sound == SOUND_OFF)
		format_put(out->text, sizeof out->text, "%s", _("SOUND OFF"));
}

static void header_stations(const struct view *view, int columns, struct segment *out)
{
	const struct stations *s = view->stations;
	int here = 0;

	out->role = ROLE_HEADER;
	if (!s || !s->sharing)
		return;
	for (int i = 0; i < s->count; i++)
		here += s->list[i].here;
	if (!s->linked) {
		format_put(out->text, sizeof out->text, "%s", _("NOT SHARED"));
		out->role = ROLE_MEDIUM;
		out->rank = 4;
		return;
	}
	if (s->count == 0)
		return;
	format_put(out->text, sizeof out->text,
		columns < 100 ? _("st %d/%d") : _("%d of %d stations"), here + 1, s->count + 1);
	out->rank = 7;
	if (here < s->count)
		out->role = ROLE_STRONG;
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
	header_sound(view, &s[10]);
	header_stations(view, canvas->columns, &s[11]);
	header_feeds(view, &s[12]);
	s[12].rank = 6;
	canvas_fill(canvas, (struct area){0, 0, 1, canvas->columns}, ROLE_HEADER, ' ');
	draw_segments(s, SEGMENTS, canvas, 0, 0, canvas->columns);
}

int frame_flash_ms(const struct view *view)
{
	int unacked[PRIORITY_COUNT], all[PRIORITY_COUNT];

	if (view->calm)
		return 0;
	alarm_counts(view, unacked, all);
	return signal_light_ms(unacked, view->mono_ms);
}

static enum role strip_role(const struct view *view, enum priority priority)
{
	if (view->calm || priority == PRIORITY_LOW || !signal_lit(priority, view->mono_ms))
		return format_priority_role(priority);
	return priority == PRIORITY_HIGH ? ROLE_FLASH_HIGH : ROLE_FLASH_MEDIUM;
}

/* One count a priority: to acknowledge, of all. Each flashes by its own rate. */
static int strip_counts(const struct view *view, struct canvas *canvas)
{
	int unacked[PRIORITY_COUNT], all[PRIORITY_COUNT], column = 0;

	alarm_counts(view, unacked, all);
	for (int p = PRIORITY_HIGH; p >= PRIORITY_LOW; p--) {
		if (all[p] > 0)
			column += 2
				  + canvas_printf(canvas, canvas_area(canvas), 1, column,
					  canvas->columns - column,
					  unacked[p] ? strip_role(view, (enum priority)p)
						     : ROLE_STRONG,
					  "%s %d/%d", format_marks((enum priority)p), unacked[p],
					  all[p]);
	}
	return column;
}

static void add_count(char *out, size_t size, const char *letter, int count, bool wide)
{
	if (count > 0 || wide)
		format_add(out, size, "%s%s%d", out[0] ? " " : "", letter, count);
}

/* What rings nobody is counted at the right end, on every screen; returns where. A
 * narrow line has room only for those there are. */
static int strip_aside(const struct view *view, struct canvas *canvas)
{
	struct alarm_aside a = alarm_asides(view);
	bool none = a.shelved + a.suppressed + a.out_of_service + a.unknown == 0;
	bool wide = canvas->columns >= 100;
	char text[48] = "";
	int column;

	if (none)
		format_put(text, sizeof text, "%s", "EFG? 0");
	else {
		add_count(text, sizeof text, "E", a.shelved, wide);
		add_count(text, sizeof text, "F", a.suppressed, wide);
		add_count(text, sizeof text, "G", a.out_of_service, wide);
		add_count(text, sizeof text, "?", a.unknown, wide);
	}
	column = canvas->columns - canvas_width(text);
	canvas_text(canvas, canvas_area(canvas), 1, column, canvas->columns - column,
		none ? ROLE_DIM : ROLE_STRONG, text);
	return column;
}

/* What rings, where, how sure that is, and who goes; "" nothing. */
static enum role strip_words(const struct view *view, char *out, size_t size)
{
	int top = alarm_top(view);
	struct alarm_place place;
	const struct alarm *a;
	char age[24], who[LABEL_SIZE];

	format_put(out, size, "%s", _("all acknowledged"));
	if (top < 0)
		return ROLE_DIM;
	a = &view->twin->alarms[top];
	place = alarm_place(view, a);
	format_age(view->now_ms - a->raised_ms, age, sizeof age);
	format_put(out, size, "%s %s", format_marks(a->priority), a->text);
	if (place.thing >= 0 && view->twin->things[place.thing].patient[0]) {
		format_thing(view, place.thing, who, sizeof who);
		format_add(out, size, " - %s", who);
	}
	if (place.room >= 0 && !strstr(a->text, format_room(view, place.room)))
		format_add(out, size, " - %s", format_room(view, place.room));
	/* How sure the place is matters where somebody has to go at once. */
	if (!isnan(place.confidence) && alarm_rules[a->class_].momentary) {
		format_add(out, size, " %.0f%%", place.confidence * 100);
		if (place.confidence < ALARM_PLACE_SURE && place.other >= 0)
			format_add(out, size, _(" or %s"), format_room(view, place.other));
	}
	format_add(out, size, " - %s", age);
	if (a->owner[0])
		format_add(out, size, " - %s", a->owner);
	return strip_role(view, a->priority);
}

void frame_strip(const struct view *view, struct canvas *canvas)
{
	int column = strip_counts(view, canvas), end = strip_aside(view, canvas) - 2;
	char words[LABEL_SIZE * 3];
	enum role role = strip_words(view, words, sizeof words);

	if (column == 0) {
		format_put(words, sizeof words, "%s", _("no alarm"));
		role = ROLE_DIM;
	}
	canvas_text(canvas, canvas_area(canvas), 1, column, end - column, role, words);
}

/* What stands first in every footer: how to learn the rest, and that there are
 * more screens. */
static int first_hints(struct segment *list)
{
	static const struct segment fixed[] = {{"? help", ROLE_FOOTER, 0},
		{N_("1-9 screens"), ROLE_FOOTER, 0}, {N_("F2 feeds"), ROLE_FOOTER, 5}};

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
	if (view->locked && !(said && said[0])) {
		canvas_printf(canvas, line, line.row, 0, width, ROLE_FOOTER,
			_("locked: look around; any other key asks for the password of %s"),
			view->user);
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
