/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_SCREENS_ROWS_H
#define VIGIE_SCREENS_ROWS_H

/*
 * Typed rows built from a view. The same rows are drawn by the screens and
 * serialised by `vigie show`, so that text and JSON cannot disagree. A row
 * holds indexes into the twin and the site of that view and dies with it.
 * Each *_rows() returns how many rows it wrote, at most `max`.
 */

#include "screens/view.h"
#include "twin/cold_stock.h"

enum { ROWS_MAX = 1536 };

/* Who said a value, and how long ago. */
struct said {
	enum source who;
	int64_t age_ms; /* -1 not known */
};

struct board_row {
	int room; /* index in the site */
	enum room_state state;
	int64_t since_ms;
	int current, next;                         /* case indexes, -1 */
	int phase;                                 /* last milestone of the current case, -1 */
	double elapsed_min, planned_min, late_min; /* NAN when there is none */
	int64_t planned_end_ms; /* of the running case, moved by its real start; 0 none */
	struct said said;
	bool greyed, conflict;
};
int board_rows(const struct view *view, struct board_row *rows, int max);
/* Sources disagree on where the patient is, or on the last milestone: what
 * matters now. Older differences stay on the `i` page. */
bool rows_conflict(const struct surgery *s);
/* Cases of a room today in programme order. */
int board_cases(const struct view *view, int room, int *cases, int max);
/* Between first opening and last closing of the ORs, and now in it. */
void board_window(const struct view *view, int64_t *from_ms, int64_t *to_ms);

struct programme_row {
	int case_;
	int room; /* -1 not planned in a known room */
	enum stage stage;
	double late_min; /* NAN unknown */
	bool conflict, flagged;
};
int programme_rows(const struct view *view, struct programme_row *rows, int max);

enum recovery_kind { RECOVERY_BAY, RECOVERY_INCOMING, RECOVERY_BED };
enum waiting { WAITING_NONE, WAITING_CRITERIA, WAITING_BED, WAITING_TRANSPORT, WAITING_BAY };
struct recovery_row {
	enum recovery_kind kind;
	int room, bed;      /* indexes, -1 */
	int patient, case_; /* -1: free */
	int64_t since_ms;   /* in the bay or bed; incoming: planned arrival */
	bool criteria;      /* PACU discharge criteria met */
	int64_t criteria_ms;
	enum waiting waiting;
	struct said said;
	bool conflict;
};
int recovery_rows(const struct view *view, struct recovery_row *rows, int max);
const char *waiting_name(enum waiting waiting);

/* How old a radio place is: since last certain, else since last said. */
int64_t rows_fix_age(const struct view *view, const struct thing *thing);

/* Where an alarm rings: by the radio fix of its tag, else the room it names. */
struct alarm_place {
	int thing;                           /* -1 */
	int room, other;                     /* -1 */
	double confidence, other_confidence; /* NAN when the place is not by radio */
	int64_t age_ms;                      /* of the fix, -1 */
};
/* Below this the second candidate is shown as well (promise B38). */
static const double ALARM_PLACE_SURE = 0.60;
struct alarm_place alarm_place(const struct view *view, const struct alarm *a);
/* The unacknowledged alarm that comes first, -1. */
int alarm_top(const struct view *view);
/* Unacknowledged and all that ring or have rung, per priority: what is set aside
 * or explained by another alarm is counted by alarm_asides alone. */
void alarm_counts(const struct view *view, int unacked[PRIORITY_COUNT], int all[PRIORITY_COUNT]);
struct alarm_aside {
	int shelved, suppressed, out_of_service, unknown;
};
struct alarm_aside alarm_asides(const struct view *view);

/* What is listed, and how it is put together. */
enum alarm_list {
	ALARMS_OPEN,
	ALARMS_UNACKED, /* active or latched, and nobody has acknowledged it */
	ALARMS_ASIDE,   /* shelved, suppressed, out of service, unknown */
	ALARMS_USELESS, /* chattering, fleeting, stale */
	ALARMS_PAST,    /* back to normal: the last occurrence of each */
	ALARMS_LIST_COUNT
};
enum alarm_grouping {
	GROUP_CAUSE,
	GROUP_AREA,
	GROUP_CLASS,
	GROUP_NONE,
	GROUP_COUNT,
	GROUP_FLOOD = GROUP_COUNT /* instead of GROUP_CAUSE while there is a flood */
};
enum { ALARM_UNFOLDED = 8 };
struct alarm_choice {
	enum alarm_list list;
	enum alarm_grouping by;
	int only;                          /* of this class + 1, 0 all */
	uint64_t unfolded[ALARM_UNFOLDED]; /* groups that are open, by their number */
	int unfolded_next;
};

struct alarm_row {
	int alarm;              /* of a group: its first */
	enum alarm_state state; /* as shown */
	/* 0 a line of its own. Else the number of the group that it heads, or is in. */
	uint64_t group;
	enum alarm_grouping by;
	bool head;            /* this line stands for the group */
	bool leads;           /* ... and is its first alarm, the cause of the others */
	bool open;            /* ... and they are listed beneath it */
	bool first;           /* in the group: raised first */
	int members, unacked; /* of a head: with itself; not acknowledged */
	int useless;          /* enum nuisance + 1, 0 none */
	int cycles;
};
/* Every alarm that is not normal, one a row. */
int alarm_rows(const struct view *view, struct alarm_row *rows, int max);
/* NULL: the usual choice. */
int alarm_chosen_rows(const struct view *view, const struct alarm_choice *choice,
	struct alarm_row *rows, int max);
bool alarm_unfolded(const struct alarm_choice *choice, uint64_t group);
void alarm_unfold(struct alarm_choice *choice, uint64_t group, bool open);
/* What a group has in common: "floor 1, operating rooms", "silent tag AC233F…". */
void alarm_group_words(
	const struct view *view, const struct alarm_row *row, char *out, size_t size);

struct locate_row {
	int thing;
	enum tag_kind kind;
	int room, other;
	int64_t age_ms; /* since last certain, else last heard; -1 never */
	bool doubtful;  /* uncertain, absent or frozen */
};
int locate_rows(const struct view *view, struct locate_row *rows, int max);

struct climate_row {
	int reading;
	int tag;  /* site tag, -1 */
	int room; /* -1 */
	bool cold;
	double value; /* as measured; of a room's pressure: Pa over the next */
	const char *unit;
	bool pressure;    /* by two barometers; value NAN while they cannot be compared */
	double low, high; /* low > high: no limits */
	int64_t age_ms;
	bool out;
	bool stocked;            /* a temperature of the cold chain: */
	struct cold_stock stock; /* ... what the stock has been through */
};
int climate_rows(const struct view *view, struct climate_row *rows, int max);

struct feed_row {
	int feed;
	int64_t age_ms; /* of the last good word, -1 never */
	uint64_t refused;
};
int feed_rows(const struct view *view, struct feed_row *rows, int max);
const char *feed_state_word(enum feed_state state);

/* What a gateway shows of itself; silent ones first, then those with hints. */
struct gateway_row {
	int gateway;    /* index in the site, -1 not listed */
	int health;     /* index in view->health, -1 not heard since we began */
	int64_t age_ms; /* of its last word, -1 never */
	bool silent;
	unsigned hints; /* bits 1 << enum gateway_hint */
};
int gateway_rows(const struct view *view, struct gateway_row *rows, int max);
/* The hints in words, what matters most first; how many. */
enum { HINT_WORDS = 96, HINT_LINES = HINT_COUNT + 1 };
int gateway_hint_lines(
	const struct view *view, const struct gateway_row *row, char lines[HINT_LINES][HINT_WORDS]);
/* All of them in one text, "" none. */
void gateway_hint_words(
	const struct view *view, const struct gateway_row *row, char *out, size_t size);
/* Its clock against ours: "ok", "year 1970", "+2 h 03"; "" when it said no time. */
void gateway_clock_words(
	const struct view *view, const struct gateway_row *row, char *out, size_t size);

/* The site's call buttons one by one, silent ones first; then the models of its
 * tags; then the rest of the catalogue. */
struct device_row {
	int tag;          /* a button: index in the site; a model: -1 */
	int model;        /* index in the catalogue, -1 not in it */
	const char *name; /* of the button, or the model */
	int count, heard; /* tags, and how many of them were heard */
	int64_t age_ms;   /* of the last word of any of them, -1 never */
	int battery;      /* lowest, %, -1 not known */
	bool expected;    /* a button that should be heard: fixed, or on a patient who is here */
	bool silent;      /* and was not */
};
int device_rows(const struct view *view, struct device_row *rows, int max);

/* --- the rest of the day: all of these do without a forecast ------------ */

/* Suite time since the forecast was made, -1 there is none. */
int64_t rows_forecast_age(const struct view *view);
/* Too old to go by: a minute, or five seconds of real time when suite time is fast. */
bool rows_forecast_stale(const struct view *view);
/* Of a case of the twin that is still to be; NULL when nothing is foreseen. */
const struct forecast_case *rows_forecast_case(const struct view *view, int index);
/* When what is still to come will be: never now or before; zeros stay. */
struct quantiles rows_ahead(const struct view *view, struct quantiles q);

struct forecast_row {
	int room; /* index in the site */
	enum room_state state;
	int current, next; /* case indexes, -1 */
	int left;          /* cases not yet out of the room */
	int64_t closes_ms; /* end of the session, 0 none */
	double over_min;   /* mean overtime since then, what has been included; NAN none */
	const struct forecast_room *forecast; /* NULL: nothing foreseen */
};
int forecast_rows(const struct view *view, struct forecast_row *rows, int max);

/* What a room still has before it, in its order. */
struct foreseen_row {
	int case_, order; /* order: in the room's day, from 1 */
	const struct forecast_case *forecast;
};
int foreseen_rows(const struct view *view, int room, struct foreseen_row *rows, int max);
/* When an operating room can take an emergency, the earliest first: after the
 * case in it, or before the next one begins. */
struct break_in_row {
	int room;
	struct quantiles when; /* zeros: now ... */
	int64_t until_ms;      /* ... until the next case begins, 0 nothing comes */
};
int break_in_rows(const struct view *view, struct break_in_row *rows, int max);
/* From now to when the last room is done or closed, whichever is later. */
void forecast_window(const struct view *view, int64_t *from_ms, int64_t *to_ms);

/* The pool of beds of a kind, -1. */
int forecast_beds(const struct forecast *forecast, enum room_kind kind);
/* From here on something is possible, and likely: the sign says so as well. */
static const double FORECAST_POSSIBLE = 0.2, FORECAST_LIKELY = 0.5;
/* The first quarter of an hour in which none is likely to be free, 0 none. */
int64_t forecast_full_ms(const struct forecast *forecast, int pool);
/* What is possibly short in the next hours, the likeliest first: indexes of demand. */
int forecast_gaps(const struct forecast *forecast, int gaps[SIM_POOLS]);
/* What one more of it now would change; NULL: not worked out. */
const struct forecast_bottleneck *forecast_one_more(
	const struct forecast *forecast, int role, int beds, int kit);
bool forecast_helps(const struct forecast_bottleneck *b); /* surely, by a minute or so */
/* A resource as programs and as people know it; "" when the site has changed. */
const char *forecast_resource_id(const struct site *site, int role, int beds, int kit);
void forecast_resource_name(
	const struct site *site, int role, int beds, int kit, char *out, size_t size);
/* Minutes of each cause in which nobody works in a room with a session, rounded to
 * `unit`; returns their sum, so that what is told adds up. And of all rooms. */
double rows_idle(const struct forecast_room *room, double unit, double minutes[IDLE_CAUSES]);
double rows_idle_all(const struct forecast *forecast, double unit, double minutes[IDLE_CAUSES]);
const char *rows_idle_words(enum idle_cause cause);
/* "1240 EUR"; false and "": the site sets no price of an OR hour. */
bool rows_idle_cost(const struct site *site, double minutes, char *out, size_t size);
/* What is not counted, as a line; "" when all of it is. */
void forecast_left_out(const struct forecast *forecast, char *out, size_t size);

/* Indicators of today, in the order of twin/indicator.h; the last row tells
 * whether days can be compared (def -1). */
struct indicator_row {
	int def;                           /* index in indicators, -1 */
	const struct quality_def *quality; /* of the forecast (screens/quality.h), NULL none */
	bool known, outside;
	double value;
	double mean, p50, p90; /* NAN where they make no sense */
	double given, target;  /* NAN none */
	int n, left_out;
	int days;                  /* behind the next: the last ones with a value, 20 at most */
	double recent;             /* mean of their values, NAN none */
	const char *variant;       /* which formulation the site chose, "" there is one */
	char note[LABEL_SIZE * 2]; /* why it is not known, what was left out */
};
int indicator_rows(const struct view *view, struct indicator_row *rows, int max);
/* The last days against those before them; nothing when no history is kept. */
void indicator_trend_of(const struct view *view, int def, struct indicator_trend *out);
/* ... in a line, or why not. */
void indicator_change_words(const struct indicator_trend *trend, char *out, size_t size);
struct indicator_day;
/* The day of `now` in the site's zone; free it. NULL: out of memory. */
struct indicator_day *indicator_today(const struct view *view);

#endif
