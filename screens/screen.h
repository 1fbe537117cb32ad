/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_SCREENS_SCREEN_H
#define VIGIE_SCREENS_SCREEN_H

/*
 * What a screen is: a const definition, and an instance per use that holds
 * only where the reader stands. Private to screens/.
 */

#include "screens/canvas.h"
#include "screens/rows.h"
#include "screens/table.h"
#include "screens/ui.h"
#include "screens/view.h"

struct page;
struct screen;

/* What the cursor is on: indexes into the twin of this very view, -1 none.
 * Never kept from one key to the next; what must last is kept by id. */
struct subject {
	int case_, patient, alarm, thing, room, reading, feed;
};

/* One key or one command line on its way. */
struct call {
	struct ui *ui;
	struct screen *screen; /* the screen under prompts and questions */
	const struct view *view;
	struct command *command; /* what to ask of src; COMMAND_NONE as given */
	const char *argument;    /* after the name on the command line, "" none */
	int value;               /* of the command_entry */
};

struct screen_def {
	const char *name; /* "board": for `:`, --json and goto */
	uint32_t key;     /* '1'…, VKEY_F2; 0: opened by another screen */
	const char *title;
	int min_rows, min_columns;     /* of the whole terminal */
	bool overlay;                  /* drawn over the screen below */
	const struct table_def *table; /* NULL: not a list */
	/* Lines over the list; how many. NULL: none. */
	int (*above)(struct screen *screen, const struct view *view, struct canvas *canvas,
		struct area body);
	/* A few lines under the list on its selected row; NULL: none. */
	void (*detail)(const struct view *view, const void *row, struct page *page);
	/* NULL: the table, and its detail, fill the body. */
	void (*draw)(struct screen *screen, const struct view *view, struct canvas *canvas,
		struct area body);
	/* Keys of its own, before the command table; 0: not handled. */
	unsigned (*on_key)(struct call *call, struct screen *screen, uint32_t key);
	void (*subject)(struct screen *screen, const struct view *view, const void *row,
		struct subject *out);
	/* Tables with more than one pane: how many Tab goes through. */
	int panes;
};

struct screen {
	const struct screen_def *def;
	struct table table;
	int pane;
	int offset;             /* floor, chosen case, first line of a page */
	int mode;               /* of a prompt or menu */
	char target[ID_SIZE];   /* what a page, menu or question is about */
	char text[TYPED_SIZE];  /* being typed, or asked */
	char saved[LABEL_SIZE]; /* what Esc brings back */
	struct command ask;     /* what Enter asks for */
	struct alarm_choice alarms;
};

enum { UI_STACK = 8, UI_ROOTS = 16 };

struct ui {
	struct screen *stack[UI_STACK];
	int depth;
	struct screen *roots[UI_ROOTS];
	bool pasting;
	bool locked;              /* as the last view had it */
	int rows, columns;        /* of the last picture */
	char message[LABEL_SIZE]; /* our own word for the footer until the next key */
	char history[LABEL_SIZE]; /* last command line */
};

/* --- ui.c ------------------------------------------------------------- */
struct screen *ui_push(struct ui *ui, const struct screen_def *def);
void ui_pop(struct ui *ui);
struct screen *ui_top(const struct ui *ui);
struct screen *ui_base(const struct ui *ui); /* the topmost that is not an overlay */
bool ui_go_home(struct ui *ui);              /* false: was there already */
void ui_say(struct ui *ui, const char *format, ...) __attribute__((format(printf, 2, 3)));
void screen_subject(struct screen *screen, const struct view *view, struct subject *out);
bool ui_too_small(const struct ui *ui, const struct screen_def *def);
/* The same for what-ifs and repairs: an alarm is about a room or a case, and a room
 * that is being cleaned about who comes next. */
void ui_about(struct ui *ui, const struct view *view, struct subject *out);
bool ui_open_case(struct ui *ui, const struct view *view, const struct subject *subject);

/* --- frame.c ---------------------------------------------------------- */
void frame_header(const struct ui *ui, const struct view *view, struct canvas *canvas);
void frame_strip(const struct view *view, struct canvas *canvas);
void frame_footer(const struct ui *ui, const struct view *view, struct canvas *canvas);
int frame_flash_ms(const struct view *view); /* until the flash changes, 0 steady */

/* --- prompt.c, question.c, help.c, menus ------------------------------- */
enum prompt_mode {
	PROMPT_COMMAND,
	PROMPT_SEARCH,
	PROMPT_FILTER,
	PROMPT_REASON,
	PROMPT_MINUTES,
	PROMPT_INTAKE,
	PROMPT_WHAT_IF,
	PROMPT_HELP,
	PROMPT_ALARM,
	PROMPT_IDEA_KEEP,
	PROMPT_IDEA_OPEN,
	PROMPT_IDEA_FORGET,
	PROMPT_NOTE,
	PROMPT_EMERGENCY
};
unsigned prompt_open(struct call *call, enum prompt_mode mode);
void prompt_draw(const struct screen *screen, const struct view *view, struct canvas *canvas,
	struct area line);
/* Asks how many minutes a case still takes, beginning at `minutes`. */
unsigned prompt_minutes(struct call *call, const char *case_id, int minutes);
/* Asks when the patient of a case last ate or drank, and what. */
unsigned prompt_intake(struct call *call, const char *case_id);
/* Asks for a note on a case, a room, an alarm or "". */
unsigned prompt_note(struct call *call, const char *subject);
/* Asks `text` in the footer; Enter returns `ask`. */
unsigned question_open(struct call *call, const struct command *ask, const char *text);
unsigned menu_milestone(struct call *call, const char *case_id);
unsigned menu_absent(struct call *call, const char *case_id);
unsigned menu_what_if(struct call *call);
/* The list of repairs, once they were asked for. */
unsigned repair_open(struct call *call);
/* Appends to a text being typed; false when it is no character or full. */
bool prompt_type(char *text, size_t size, uint32_t key);
void prompt_rub(char *text);

/* alarm_acts.c: the line in which the reason of an act on an alarm is typed. */
void alarm_lead(const struct screen *prompt, const struct view *view, char *out, size_t size);
void alarm_hint(const struct screen *prompt, const struct view *view, char *out, size_t size);
unsigned alarm_given(struct call *call, const struct screen *prompt);

/* ideas.c: prompts for the name of a what-if. */
bool idea_prompt(enum prompt_mode mode);
unsigned idea_given(struct call *call, enum prompt_mode mode, const char *name);
void idea_complete(const struct view *view, char *text, size_t size);
void idea_candidates(const struct view *view, const char *text, char *out, size_t size);

/* The others in two lines, for the Feeds. */
void stations_page(const struct view *view, struct page *page);

/* The pages of one case and one alarm, also drawn beside a list. */
void patient_page(const struct view *view, const char *case_id, struct canvas *canvas,
	struct area area, int *skip);
void alarm_page(const struct view *view, const char *key, struct canvas *canvas, struct area area,
	int *skip);
void alarm_subject(const struct view *view, int alarm, struct subject *out);

extern const struct screen_def screen_board, screen_programme, screen_recovery, screen_alarms,
	screen_locate, screen_climate, screen_feeds, screen_gateways, screen_devices,
	screen_patient, screen_alarm_detail, screen_provenance, screen_forecast,
	screen_forecast_room, screen_whatif, screen_help, screen_prompt, screen_question,
	screen_menu, screen_changes, screen_handover, screen_whatif_menu, screen_whatif_form,
	screen_indicators, screen_indicator, screen_stations, screen_orders, screen_nest,
	screen_repair, screen_proof;

#endif
