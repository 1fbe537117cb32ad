/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_SCREENS_VIEW_H
#define VIGIE_SCREENS_VIEW_H

/*
 * Everything a screen may look at, and everything it may ask for. A screen is
 * a function of the view; it changes nothing but its own cursor. What shared
 * state should become is asked for by returning a command.
 */

#include "twin/changes.h"
#include "twin/forecast.h"
#include "twin/health.h"
#include "twin/indicator_history.h"
#include "twin/learning.h"
#include "twin/names.h"
#include "twin/notices.h"
#include "twin/orders.h"
#include "twin/radar.h"
#include "twin/repair.h"
#include "twin/score.h"
#include "twin/stations.h"
#include "twin/twin.h"
#include "twin/whatif.h"

enum mode { MODE_LIVE, MODE_DEMO, MODE_REPLAY, MODE_COUNT };
const char *mode_name(enum mode mode); /* "LIVE" "DEMO" "REPLAY" */

/* What is heard of the alarms; the light is another matter. */
enum sound {
	SOUND_NONE, /* none is configured */
	SOUND_ON,
	SOUND_PAUSED, /* comes back by itself */
	SOUND_OFF     /* until somebody turns it on again */
};

/* What the search for repairs was asked last, and how its answer stands to that. */
struct repair_desk {
	struct repair_ask ask;
	bool stale;              /* the state has changed since: it is asked anew */
	char cannot[LABEL_SIZE]; /* why none will come, "" */
	char to[LABEL_SIZE];     /* where the steps go when they are approved; "" nowhere */
	char chosen[ID_SIZE];    /* id of the plan under the cursor, "" the best */
	/* The one whose proof is open, as it was when it was opened. */
	char proof[ID_SIZE]; /* id of its plan, "" none */
	int64_t proof_ms;
	struct repair_option proved;
};

struct view {
	const struct twin *twin; /* twin->site may be NULL */
	const struct health *health;
	const struct names *names;
	const struct learning *learning; /* what the house knows of durations; may be NULL */
	const struct indicator_history *history; /* the days gone by; may be NULL */
	const struct score *score;               /* how right the forecast was; may be NULL */
	const struct changes *changes;           /* what to tell who comes back; may be NULL */
	const struct forecast *forecast;         /* of the rest of the day; NULL not yet */
	const struct what_if *what_if;           /* injected just now; never NULL on a station */
	const struct what_if_answer *what_if_answer; /* NULL not yet; may be of before */
	const struct repair_desk *repair_desk;       /* NULL: nothing was asked */
	const struct repair_answer *repair;          /* to that or to what was asked before */
	const struct radar *radar;       /* when a room could be entered; NULL not yet */
	const struct orders *orders;     /* what was decided and sent; NULL nothing */
	const struct notices *notices;   /* who was told of which alarm; NULL nobody */
	const struct stations *stations; /* the others; NULL: nothing is shared */
	enum mode mode;
	double speed;       /* of suite time, 1 normally */
	int64_t now_ms;     /* suite time */
	int64_t mono_ms;    /* for flashing and prompts only */
	const char *user;   /* who is at the keyboard */
	const char *reveal; /* patient id shown by name just now, "" none */
	int reveal_left_s;
	uint64_t pending_seq;  /* operator's act not yet stored, 0 none */
	const char *notice;    /* last message for the footer, "" none */
	enum person_role role; /* what the one at the keyboard may do */
	bool roles;            /* they are configured: worth a word in the header */
	int glass_left_s;      /* of break-glass, 0 none */
	bool locked;           /* nobody is at the keyboard: names masked, no acts */
	bool readonly;
	bool calm; /* no flashing */
	enum sound sound;
	int sound_left_s; /* of a pause */
};

enum command_kind {
	COMMAND_NONE,
	COMMAND_QUIT,
	COMMAND_MILESTONE,      /* target case, arg milestone */
	COMMAND_STATUS,         /* target case, arg case_status (absent, back on list) */
	COMMAND_READINESS,      /* target case, arg readiness, value 0/1 */
	COMMAND_ESTIMATE,       /* target case, value minutes left in the room */
	COMMAND_INTAKE,         /* target case, arg intake, when_ms */
	COMMAND_LEARN,          /* target case, value 0: nothing is learnt from it, 1 it is */
	COMMAND_ACKNOWLEDGE,    /* target alarm key, covers_ms */
	COMMAND_STOCK,          /* target the probe's tag: its stock was put in anew */
	COMMAND_RESET,          /* target alarm key, covers_ms, text: reason */
	COMMAND_TAKE,           /* target alarm key: I see to it */
	COMMAND_LEAVE,          /* target alarm key: I do not any more */
	COMMAND_SHELVE,         /* target alarm key, value minutes (0: as usual), arg 1: or until
				   its next end, text: reason */
	COMMAND_UNSHELVE,       /* target alarm key */
	COMMAND_UNACKNOWLEDGE,  /* target alarm key, text: reason */
	COMMAND_OUT_OF_SERVICE, /* target alarm key, text: reason */
	COMMAND_RETURN,         /* target alarm key: back in service */
	COMMAND_UNDO,           /* my last act */
	COMMAND_REVEAL,         /* target patient, text reason */
	COMMAND_BREAK_GLASS,    /* text: reason; a coordinator's rights for 15 min */
	COMMAND_IDEA_KEEP,      /* target name: what is injected now, for everybody */
	COMMAND_IDEA_FORGET,    /* target name, for everybody */
	COMMAND_NOTE,           /* target case, room, alarm key or "", text */
	COMMAND_UNNOTE,         /* target id of a note */
	COMMAND_LOOK,           /* all that changed until now was read */
	COMMAND_UNLOCK,         /* text: the password; wiped by who gets it */
	COMMAND_REDRAW,         /* full repaint */
	COMMAND_PRINT,          /* the hand-over sheet; text: file, "" the printer */
	COMMAND_SAVE_DISPLAY,   /* text: file */
	COMMAND_RELOAD,         /* the site file, also when it looks unchanged */
	COMMAND_SOUND_PAUSE,    /* for two minutes; again: not any more */
	COMMAND_SOUND,          /* value 0: off until value 1 */
	/* Of nobody else's concern: nothing is stored, nobody is told. */
	COMMAND_WHAT_IF,       /* text: a scenario, on top of the others */
	COMMAND_WHAT_IF_BACK,  /* the last one goes */
	COMMAND_WHAT_IF_CLEAR, /* all of them go */
	COMMAND_IDEA_OPEN,     /* target name: in place of what is injected now */
	COMMAND_IDEA_EXPORT,   /* text: file that vigie forecast --inject reads */
	COMMAND_TRY_SITE,      /* text: another text of the site, tried on the copy */
	COMMAND_IN_TIME,       /* target room: what would have it end in time */
	COMMAND_REPAIR,        /* target case or room, "" anything: what could be done about it;
				  value 1: on top of what is injected */
	COMMAND_REPAIR_PROOF,  /* text: id of the plan: its board before and after; "" no more */
	COMMAND_REPAIR_CHOOSE, /* text: id of the plan that is looked at */
	COMMAND_REPAIR_CORE, /* text: id of the plan: look at its core alone (twin/repair_core.h) */
	COMMAND_REPAIR_END,  /* do not look any further */
	/* Acts again. */
	COMMAND_APPROVE, /* covers_ms: the time of the proof that was seen; text: id of its plan */
	COMMAND_RECALL,  /* target plan: take its steps back */
	COMMAND_BY_HAND, /* target plan, arg step, value 1: it was done; 0 it was not, nor will be
			  */
	COMMAND_EMERGENCY, /* arg NEST class, value minutes, text: procedure */
	COMMAND_NEST,      /* target case, arg NEST class 1 to 6; 0 none */
	COMMAND_LOCK_CASE, /* target case, value 1: repairs leave it alone; 0 */
	COMMAND_KIND_COUNT
};

/* What can be typed on one line. */
enum { TYPED_SIZE = SCENARIO_TEXT };

struct command {
	enum command_kind kind;
	char target[ID_SIZE];
	int arg;
	int value;
	int64_t covers_ms;
	int seen; /* of an alarm: the priority shown when the person decided, plus 1; 0 not said */
	int64_t when_ms;
	char text[TYPED_SIZE];
};

#endif
