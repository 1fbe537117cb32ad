/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_TESTS_OPERATOR_H
#define VIGIE_TESTS_OPERATOR_H

/*
 * Somebody at the alarms page who acknowledges and resets what stands first.
 * An act is remembered once the console has shown it as done and no longer as
 * pending: from then on it must never be lost.
 */

#include "tests/rig/rig.h"

enum operator_state { OPERATOR_IDLE, OPERATOR_ASKED, OPERATOR_CONFIRMED };

static const struct {
	const char *key, *act, *done;
} operator_acts[] = {
	{"a", "acknowledge", "alarm acknowledged"},
	{"z", "reset", "alarm reset"},
};
enum { OPERATOR_PATIENCE_MS = 8000, OPERATOR_PROMPT_MS = 2000, OPERATOR_SLACK_MS = 20 };

struct operator
{
	enum operator_state state;
	int act;                   /* of operator_acts */
	int64_t since_ms, next_ms; /* monotonic */
	int64_t confirmed_ms;      /* suite */
	int every_ms;
	struct seen_act *acts;
	int count, refused, unseen;
	int64_t keyed_ms; /* monotonic: last confirmation */
};

PTY_HELPER void operator_begin(struct operator* o, int every_ms)
{
	memset(o, 0, sizeof *o);
	o->every_ms = every_ms;
	o->acts = calloc(RIG_ACTS, sizeof *o->acts);
	if (o->acts == NULL)
		abort();
}

/* The last row of the picture. */
PTY_HELPER void operator_footer(struct pty *pty, char out[400])
{
	char *grid = pty_grid(pty), *line = grid;
	for (int row = 0; row < pty->rows - 1 && line != NULL; row++)
		line = strchr(line, '\n') != NULL ? strchr(line, '\n') + 1 : NULL;
	snprintf(out, 400, "%s", line != NULL ? line : "");
	free(grid);
}

PTY_HELPER void operator_rest(struct operator* o, uint64_t *chance)
{
	o->state = OPERATOR_IDLE;
	o->next_ms = pty_now() + o->every_ms / 2 + rig_draw(chance, o->every_ms);
}

PTY_HELPER void operator_remember(struct operator* o)
{
	if (o->count == RIG_ACTS)
		return;
	struct seen_act *seen = &o->acts[o->count++];
	snprintf(seen->what, sizeof seen->what, "%s", operator_acts[o->act].act);
	seen->from_ms = o->confirmed_ms - (int64_t)(OPERATOR_SLACK_MS * rig_clock.speed);
	seen->to_ms = rig_suite_ms() + (int64_t)(OPERATOR_SLACK_MS * rig_clock.speed);
}

PTY_HELPER void operator_turn(struct operator* o, struct pty *pty, uint64_t *chance)
{
	int64_t now = pty_now();
	char footer[400];
	if (o->state == OPERATOR_IDLE && now < o->next_ms)
		return;
	operator_footer(pty, footer);
	bool asks = strstr(footer, "? help") == NULL; /* a question hides the hints */
	if (o->state == OPERATOR_IDLE) {
		if (asks)
			return; /* not there yet */
		/* A reset follows an acknowledgement: the cursor stays on its alarm. */
		o->act = o->act == 0 && o->count > 0 && rig_draw(chance, 2) == 0 ? 1 : 0;
		if (o->act == 0)
			pty_send(pty, "g");
		pty_send(pty, operator_acts[o->act].key);
		o->state = OPERATOR_ASKED;
		o->since_ms = now;
	} else if (o->state == OPERATOR_ASKED && asks) {
		o->confirmed_ms = rig_suite_ms();
		o->keyed_ms = now;
		pty_send(pty, "\r");
		o->state = OPERATOR_CONFIRMED;
		o->since_ms = now;
	} else if (o->state == OPERATOR_ASKED && now - o->since_ms > OPERATOR_PROMPT_MS) {
		operator_rest(o, chance); /* there was nothing to do */
	} else if (o->state == OPERATOR_CONFIRMED && !asks) {
		/* The picture after the question tells of this act and no other. */
		if (strstr(footer, operator_acts[o->act].done) == NULL) {
			if (now - o->since_ms < OPERATOR_PROMPT_MS)
				return; /* half a picture, perhaps */
			o->refused++;
			operator_rest(o, chance);
		} else if (strstr(footer, "pending") == NULL) {
			operator_remember(o);
			operator_rest(o, chance);
		}
	}
	if (o->state == OPERATOR_CONFIRMED && now - o->since_ms > OPERATOR_PATIENCE_MS) {
		o->unseen++;
		operator_rest(o, chance);
	}
}

#endif
