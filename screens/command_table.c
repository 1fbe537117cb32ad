/* SPDX-License-Identifier: Apache-2.0 */
#include "screens/command_table.h"

#include <string.h>

#include "screens/commands.h"
#include "screens/format.h"
#include "screens/tr.h"

#define CTRL(c) ((uint32_t)(c)&0x1F)

/* Lists that can be sorted, filtered and searched; those with cases on them. */
#define LISTS                                                                                      \
	"board programme recovery alarms locate climate feeds gateways devices stations forecast " \
	"indicators orders"
#define PAGES "board programme recovery alarms locate climate patient alarm why indicators"
#define CASES "board programme recovery patient"

/* Whose row tells which key helps. */
#define HAZARDS "alarms alarm"

const struct command_entry command_table[] = {
	{"", '?', VKEY_F1, "help", N_("every key and command of this screen, searchable"),
		FLAG_SMALL, 1, cmd_help, 0},
	{"", '!', 0, "top-alarm", N_("the alarm that comes first"), 0, 5, cmd_top_alarm, 0},
	{"board programme recovery alarms locate forecast", VKEY_ENTER, 0, "open",
		N_("the page of what the cursor is on"), 0, 6, cmd_open, 0},
	{"", 'u', 0, "emergency",
		N_("an emergency comes: its class, minutes, what; then where it fits"),
		FLAG_SHARED | FLAG_CONFIRM, 10, cmd_emergency, 0},
	{CASES, 'm', 0, "milestone", N_("a milestone of this case has happened"),
		FLAG_SHARED | FLAG_CONFIRM, 3, cmd_milestone, 0},
	{CASES, 'x', 0, "absent", N_("patient absent, or not ready"), FLAG_SHARED | FLAG_CONFIRM, 4,
		cmd_absent, 0},
	{CASES, '+', 0, "longer", N_("it takes longer: how many minutes are left in the room"),
		FLAG_SHARED, 10, cmd_minutes, 10},
	{CASES, '-', 0, "shorter", N_("it takes less: how many minutes are left in the room"),
		FLAG_SHARED, 10, cmd_minutes, -10},
	{CASES, 0, 0, "forget", N_("learn nothing from this case: its times mean nothing"),
		FLAG_SHARED | FLAG_CONFIRM, 0, cmd_learn, 0},
	{CASES, 0, 0, "learn", N_("learn from this case again"), FLAG_SHARED | FLAG_CONFIRM, 0,
		cmd_learn, 1},
	{CASES, 'E', 0, "nest", N_("how urgent this emergency is: NEST class 1 to 6, 0 none"),
		FLAG_SHARED, 0, cmd_nest, 0},
	{CASES, 'K', 0, "lock-case", N_("no repair moves this case (#); again: it may be moved"),
		FLAG_SHARED | FLAG_CONFIRM, 0, cmd_lock_case, 0},
	/* What helps against a hazard, on its own row; the row names the key. */
	{HAZARDS, 'm', 0, "milestone", N_("a milestone of this hazard's case has happened"),
		FLAG_SHARED | FLAG_CONFIRM, 0, cmd_milestone, 0},
	{HAZARDS, 'x', 0, "absent", N_("this hazard's patient absent, or not ready"),
		FLAG_SHARED | FLAG_CONFIRM, 0, cmd_absent, 0},
	{HAZARDS, '+', 0, "longer", N_("how many minutes its case still has in the room"),
		FLAG_SHARED, 0, cmd_minutes, 10},
	{HAZARDS, '-', 0, "shorter", N_("how many minutes its case still has in the room"),
		FLAG_SHARED, 0, cmd_minutes, -10},
	{"climate", 'S', 0, "new-stock",
		N_("what is kept cold here was put in anew: its excursions begin at zero"),
		FLAG_SHARED | FLAG_CONFIRM, 4, cmd_stock, 0},
	{"alarms alarm", 'a', 0, "acknowledge", N_("I have seen this alarm and act on it"),
		FLAG_SHARED | FLAG_CONFIRM, 2, cmd_alarm, COMMAND_ACKNOWLEDGE},
	{"alarms alarm", 't', 0, "take", N_("I take charge of this alarm; again: not any more"),
		FLAG_SHARED | FLAG_CONFIRM, 3, cmd_alarm, COMMAND_TAKE},
	{"alarms alarm", 'z', 0, "reset", N_("close a latched alarm whose cause is gone"),
		FLAG_SHARED | FLAG_CONFIRM, 3, cmd_alarm, COMMAND_RESET},
	{"alarms alarm", 's', 0, "shelve",
		N_("out of sight for some minutes, with a reason; again: back"),
		FLAG_SHARED | FLAG_CONFIRM, 6, cmd_alarm, COMMAND_SHELVE},
	{"alarms alarm", 'S', 0, "unshelve", N_("back from the shelf"), FLAG_SHARED | FLAG_CONFIRM,
		0, cmd_alarm, COMMAND_UNSHELVE},
	{"alarms alarm", 0, 0, "unacknowledge", N_("take an acknowledgement back; asks why"),
		FLAG_SHARED | FLAG_CONFIRM, 0, cmd_alarm, COMMAND_UNACKNOWLEDGE},
	{"alarms alarm", 0, 0, "out-of-service",
		N_("its source is being worked on (technician); asks why"),
		FLAG_SHARED | FLAG_CONFIRM, 0, cmd_alarm, COMMAND_OUT_OF_SERVICE},
	{"alarms alarm", 0, 0, "in-service", N_("its source is trusted again (technician)"),
		FLAG_SHARED | FLAG_CONFIRM, 0, cmd_alarm, COMMAND_RETURN},
	{"alarms", 'A', 0, "to-acknowledge", N_("only what nobody has acknowledged; again: all"), 0,
		7, cmd_alarm_list, ALARMS_UNACKED},
	{"alarms", 'E', 0, "set-aside", N_("shelved, suppressed, out of service, unknown"), 0, 8,
		cmd_alarm_list, ALARMS_ASIDE},
	{"alarms", VKEY_TAB, 0, "next-list", N_("open, to acknowledge, set aside, nuisance, past"),
		0, 8, cmd_alarm_list, ALARMS_LIST_COUNT},
	{"alarms", VKEY_BACKTAB, 0, "previous-list", N_("the list before"), FLAG_MOVE, 0,
		cmd_alarm_list, -1},
	{"alarms", 'b', 0, "group", N_("put together by cause, area, class, or one by one"), 0, 8,
		cmd_alarm_group, 0},
	{"alarms", 'C', 0, "class", N_("only alarms of this class; again: every class"), 0, 9,
		cmd_alarm_class, 0},
	{"alarms", VKEY_RIGHT, 'l', "unfold", N_("list what is under this line"), FLAG_MOVE, 0,
		cmd_alarm_fold, 1},
	{"alarms", VKEY_LEFT, 'h', "fold", N_("... and do not list it any more"), FLAG_MOVE, 0,
		cmd_alarm_fold, 0},
	{"", 'p', 0, "pause-sound", N_("no sound for two minutes; again: sound. The light stays"),
		0, 8, cmd_sound, COMMAND_SOUND_PAUSE},
	{"", 0, 0, "sound", N_("sound off, until sound on; says so all the while"), 0, 0, cmd_sound,
		COMMAND_SOUND},
	{"board programme recovery alarms locate climate devices patient alarm", 'i', 0, "why",
		N_("who says so: source, time, age, confidence, conflict"), 0, 4, cmd_why, 0},
	{"", 'c', 0, "note", N_("a few words on this for whoever comes next; note TEXT"),
		FLAG_SHARED, 10, cmd_note, 0},
	{"", '=', 0, "changes", N_("what changed since I last looked"), 0, 10, cmd_changes, 0},
	{"", 'H', 0, "handover", N_("the hand-over sheet: what whoever comes next must know"), 0,
		10, cmd_handover, 0},
	{"handover", 'P', 0, "print", N_("print it; print FILE writes it to a file"), 0, 3,
		cmd_print, 0},
	{"", 0, 0, "unnote", N_("take back the last note on this"), FLAG_SHARED | FLAG_CONFIRM, 0,
		cmd_unnote, 0},
	{LISTS, '/', 0, "search", N_("find in this list; n and N go on"), 0, 5, cmd_prompt,
		PROMPT_SEARCH},
	{LISTS, 'n', 0, "next", N_("next match"), FLAG_MOVE, 0, cmd_search_next, 1},
	{LISTS, 'N', 0, "previous", N_("previous match"), FLAG_MOVE, 0, cmd_search_next, -1},
	{LISTS, '\\', 0, "filter", N_("show only rows that contain this; Esc shows all"), 0, 7,
		cmd_prompt, PROMPT_FILTER},
	{LISTS, 'o', 0, "sort", N_("sort by the next column"), 0, 8, cmd_sort, 0},
	{"board", VKEY_LEFT, 'h', "earlier-case", N_("the case before, in this room"), FLAG_MOVE, 0,
		cmd_offset, -1},
	{"board", VKEY_RIGHT, 'l', "later-case", N_("the case after, in this room"), FLAG_MOVE, 0,
		cmd_offset, 1},
	{"locate", VKEY_LEFT, 'h', "floor-down", N_("the floor below"), 0, 7, cmd_offset, -1},
	{"locate", VKEY_RIGHT, 'l', "floor-up", N_("the floor above"), 0, 7, cmd_offset, 1},
	{"forecast", VKEY_LEFT, 'h', "load-before", N_("the load before: beds, then staff"),
		FLAG_MOVE, 0, cmd_offset, -1},
	{"forecast", VKEY_RIGHT, 'l', "load-after", N_("the load after: beds, then staff"),
		FLAG_MOVE, 0, cmd_offset, 1},
	{"board programme recovery patient locate alarms alarm", 'R', 0, "reveal",
		N_("show this patient's name for 30 s; asks why, and is recorded"), FLAG_SHARED, 8,
		cmd_reveal, 0},
	{"", 'w', 0, "what-if", N_("what could happen here, tried on a copy"), 0, 7, cmd_what_if,
		1},
	{"board programme patient forecast whatif alarms alarm", 'T', 0, "in-time",
		N_("what would have this room end in time; in-time ROOM"), 0, 8, cmd_in_time, 0},
	{"", 'r', 0, "repair", N_("what to do about this: the three best ways, proved; repair ID"),
		0, 8, cmd_repair, 0},
	{"repair", VKEY_ENTER, 0, "proof", N_("figures, weights, and the board before and after"),
		0, 2, cmd_proof, 0},
	{"repair", 'b', 0, "without-besides",
		N_("leave out what is not about it: what is said after \"besides\""), 0, 6,
		cmd_core, 0},
	{"repair proof", 'Y', 0, "approve",
		N_("have it done: asks once more, and says where it goes"),
		FLAG_SHARED | FLAG_CONFIRM, 3, cmd_approve, 0},
	{"", 'O', 0, "orders", N_("what was approved: how far it is, and what came of it"), 0, 0,
		cmd_orders, 0},
	{"orders", 'd', 0, "done", N_("this step was done by hand"), FLAG_SHARED | FLAG_CONFIRM, 3,
		cmd_order, COMMAND_BY_HAND | 1 << 8},
	{"orders", 'x', 0, "not-done", N_("this step was not done, nor will be"),
		FLAG_SHARED | FLAG_CONFIRM, 4, cmd_order, COMMAND_BY_HAND},
	{"orders", 'U', 0, "recall", N_("take this plan back: what was done, the last step first"),
		FLAG_SHARED | FLAG_CONFIRM, 3, cmd_order, COMMAND_RECALL},
	{"whatif", 'U', 0, "take-back", N_("take the last what-if back"), 0, 3, cmd_simple,
		COMMAND_WHAT_IF_BACK},
	{"whatif", 'f', VKEY_DELETE, "forget", N_("forget all what-ifs"), 0, 4, cmd_simple,
		COMMAND_WHAT_IF_CLEAR},
	{"whatif", 's', 0, "save", N_("keep what is injected for everybody; save NAME"),
		FLAG_SHARED | FLAG_CONFIRM, 5, cmd_idea, PROMPT_IDEA_KEEP},
	{"whatif", 'o', 0, "open", N_("open one that is kept; open NAME"), 0, 6, cmd_idea,
		PROMPT_IDEA_OPEN},
	{"whatif", 'F', 0, "forget-saved", N_("forget one that is kept; forget-saved NAME"),
		FLAG_SHARED | FLAG_CONFIRM, 0, cmd_idea, PROMPT_IDEA_FORGET},
	{"whatif", 0, 0, "export", N_("write what is injected as text: export FILE"), 0, 0,
		cmd_file, COMMAND_IDEA_EXPORT},
	{"whatif", 0, 0, "try-site",
		N_("the suite as another site file says, on the copy: try-site FILE"), 0, 0,
		cmd_file, COMMAND_TRY_SITE},
	{"", 'U', 0, "undo", N_("take back my last act"), FLAG_SHARED | FLAG_CONFIRM, 9, cmd_undo,
		0},
	{"", VKEY_UP, 'k', "up", N_("one row up"), FLAG_MOVE, 0, cmd_move, MOVE_UP},
	{"", VKEY_DOWN, 'j', "down", N_("one row down"), FLAG_MOVE, 0, cmd_move, MOVE_DOWN},
	{"", VKEY_PAGE_UP, CTRL('B'), "page-up", N_("one page up"), FLAG_MOVE, 0, cmd_move,
		MOVE_PAGE_UP},
	{"", VKEY_PAGE_DOWN, CTRL('F'), "page-down", N_("one page down"), FLAG_MOVE, 0, cmd_move,
		MOVE_PAGE_DOWN},
	{"", 'g', VKEY_HOME, "first", N_("first row"), FLAG_MOVE, 0, cmd_move, MOVE_FIRST},
	{"", 'G', VKEY_END, "last", N_("last row"), FLAG_MOVE, 0, cmd_move, MOVE_LAST},
	{"recovery locate forecast", VKEY_TAB, 0, "pane", N_("next pane"), FLAG_MOVE, 0, cmd_pane,
		1},
	{"recovery locate forecast", VKEY_BACKTAB, 0, "pane-back", N_("previous pane"), FLAG_MOVE,
		0, cmd_pane, -1},
	{"", '1', 0, "board", N_("rooms: the day, what is late, who is next"), 0, 9, cmd_goto, 0},
	{"", '2', 0, "programme", N_("every case of the day"), 0, 9, cmd_goto, 1},
	{"", '3', 0, "recovery", N_("PACU bays, who comes next, ward beds"), 0, 9, cmd_goto, 2},
	{"", '4', 0, "alarms", N_("alarms by priority"), 0, 9, cmd_goto, 3},
	{"", '5', 0, "locate", N_("where things and people are"), 0, 9, cmd_goto, 4},
	{"", '6', 0, "climate", N_("climate and cold chain"), 0, 9, cmd_goto, 5},
	{"", '7', 0, "forecast", N_("the rest of the day: who is late, what fills up, what binds"),
		0, 9, cmd_goto, 9},
	{"", '8', 0, "whatif", N_("the day with what is injected, beside the day as it is"), 0, 0,
		cmd_what_if, 0},
	{"", '9', 0, "indicators", N_("indicators of the day, and what is behind each"), 0, 9,
		cmd_goto, 11},
	{"indicators", VKEY_ENTER, 'i', "behind", N_("formula, source, count and cases behind it"),
		0, 3, cmd_indicator, 0},
	{"", VKEY_F2, 0, "feeds", N_("feeds, gateways, journal: how good the data are"), 0, 9,
		cmd_goto, 6},
	{"feeds", VKEY_TAB, 0, "gateways", N_("every gateway, and what may be wrong with it"), 0, 3,
		cmd_next_page, 7},
	{"gateways", VKEY_TAB, 0, "devices",
		N_("call buttons, models, and how sure their decoding is"), 0, 3, cmd_next_page, 8},
	{"devices", VKEY_TAB, 0, "stations", N_("the other stations, and what is shared with them"),
		0, 3, cmd_next_page, 12},
	{"stations", VKEY_TAB, 0, "feeds", N_("back to the feeds"), 0, 3, cmd_next_page, 6},
	{"stations", VKEY_BACKTAB, 0, "devices", N_("back to the devices"), FLAG_MOVE, 0,
		cmd_next_page, 8},
	{PAGES " feeds gateways", 0, 0, "stations",
		N_("the other stations, and what is shared with them"), 0, 0, cmd_goto, 12},
	{"gateways", VKEY_BACKTAB, 0, "feeds", N_("back to the feeds"), FLAG_MOVE, 0, cmd_next_page,
		6},
	{"devices", VKEY_BACKTAB, 0, "gateways", N_("back to the gateways"), FLAG_MOVE, 0,
		cmd_next_page, 7},
	{PAGES " devices", 0, 0, "gateways", N_("every gateway, and what may be wrong with it"), 0,
		0, cmd_goto, 7},
	{PAGES " feeds", 0, 0, "devices",
		N_("call buttons, models, and how sure their decoding is"), 0, 0, cmd_goto, 8},
	{"", ':', 0, "command", N_("type a command by name; Tab completes"), FLAG_SMALL, 6,
		cmd_prompt, PROMPT_COMMAND},
	{"", 'q', 0, "back", N_("one page back; leaves from the Board"), FLAG_SMALL, 2, cmd_back,
		1},
	{"", VKEY_ESCAPE, 0, "close", N_("clears search and filter, then one page back"), FLAG_MOVE,
		0, cmd_back, 0},
	{"", CTRL('L'), 0, "redraw", N_("draw the whole screen again"), 0, 0, cmd_simple,
		COMMAND_REDRAW},
	{"", 0, 0, "reload", N_("read the site file again, now"), 0, 0, cmd_simple, COMMAND_RELOAD},
	{"", 0, 0, "quit", N_("leave vigie"), FLAG_SMALL, 0, cmd_simple, COMMAND_QUIT},
	{"", 0, 0, "break-glass",
		N_("a coordinator's rights for 15 min, in an emergency: break-glass REASON"), 0, 0,
		cmd_break_glass, 0},
	{"", 0, 0, "save-display", N_("write this picture as text: save-display FILE"), 0, 0,
		cmd_save, 0},
};
const int command_count = sizeof command_table / sizeof command_table[0];

bool command_in_scope(const struct command_entry *entry, const char *screen)
{
	size_t length = strlen(screen);
	const char *at = entry->scope;

	if (at[0] == '\0')
		return true;
	while ((at = strstr(at, screen)) != NULL) {
		bool begins = at == entry->scope || at[-1] == ' ';

		if (begins && (at[length] == ' ' || at[length] == '\0'))
			return true;
		at += length;
	}
	return false;
}

const struct command_entry *command_for_key(const char *screen, uint32_t key)
{
	for (int i = 0; key != 0 && i < command_count; i++) {
		const struct command_entry *c = &command_table[i];

		if ((c->key == key || c->alias == key) && command_in_scope(c, screen))
			return c;
	}
	return NULL;
}

const struct command_entry *command_by_name(const char *screen, const char *name)
{
	const struct command_entry *found = NULL;
	size_t length = strlen(name);

	for (int i = 0; length > 0 && i < command_count; i++) {
		const struct command_entry *c = &command_table[i];

		if (!command_in_scope(c, screen) || strncmp(c->name, name, length) != 0)
			continue;
		if (c->name[length] == '\0')
			return c;
		if (found && strcmp(found->name, c->name) != 0)
			return NULL;
		found = found ? found : c;
	}
	return found;
}

void command_key_name(uint32_t key, char *out, size_t size)
{
	static const struct {
		uint32_t key;
		const char *name;
	} names[] = {{VKEY_UP, "Up"}, {VKEY_DOWN, "Down"}, {VKEY_LEFT, "Left"},
		{VKEY_RIGHT, "Right"}, {VKEY_PAGE_UP, "PgUp"}, {VKEY_PAGE_DOWN, "PgDn"},
		{VKEY_HOME, "Home"}, {VKEY_END, "End"}, {VKEY_ENTER, "Enter"}, {VKEY_ESCAPE, "Esc"},
		{VKEY_BACKSPACE, "Backspace"}, {VKEY_DELETE, "Del"}, {VKEY_TAB, "Tab"},
		{VKEY_BACKTAB, "Shift-Tab"}, {' ', "Space"}};

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		if (names[i].key == key) {
			format_put(out, size, "%s", names[i].name);
			return;
		}
	}
	if (key >= VKEY_F1 && key <= VKEY_F12)
		format_put(out, size, "F%u", (unsigned)(key - VKEY_F1 + 1));
	else if (key > 0 && key < 0x20)
		format_put(out, size, "Ctrl-%c", (char)(key + '@'));
	else if (key > 0x20 && key < 0x7F)
		format_put(out, size, "%c", (char)key);
	else
		format_put(out, size, "%s", "");
}

unsigned command_run(struct call *call, const struct command_entry *entry)
{
	if (call->view->readonly && entry->flags & FLAG_SHARED) {
		ui_say(call->ui, _("read-only: %s is not possible here"), entry->name);
		return UI_HANDLED | UI_DIRTY;
	}
	call->value = entry->value;
	return entry->run(call);
}
