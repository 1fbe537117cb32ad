/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_TESTS_JUDGE_H
#define VIGIE_TESTS_JUDGE_H

/*
 * What a journal says, read with SQLite and cJSON alone: a reader that shares
 * nothing with src/restore, to hold against what was seen from outside. All
 * times are milliseconds of suite time.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { JUDGE_WORD = 40, JUDGE_KEY = 80 };

/* A person's act or a press, as the journal has it. */
struct row {
	int64_t seq, at_ms;
	bool press;               /* else an act */
	char what[JUDGE_WORD];    /* "acknowledge", "reset" ...; a press: its tag */
	char key[JUDGE_KEY];      /* an act: the alarm's key */
	char station[JUDGE_WORD]; /* an act: whose, and its hybrid time */
	int64_t hlc_ms;
	bool rang; /* a press: the alarm stood raised after it */
	bool used; /* of the judge: this row answers for something seen */
};

struct ledger {
	struct row *rows;
	size_t count, room;
	long facts; /* all rows of the journal */
};

/* False with the reason in `why` when it cannot be read. */
bool ledger_read(struct ledger *ledger, const char *path, char why[200]);
void ledger_free(struct ledger *ledger);

/* An act the console showed as stored. */
struct seen_act {
	char what[JUDGE_WORD];
	int64_t from_ms, to_ms; /* confirmed, and shown as stored */
};
/* A burst of adverts of one button. */
struct seen_burst {
	char tag[16];
	int64_t from_ms, to_ms; /* first advert, and until when its alarm may come */
	bool counts;            /* one advert went out while all were up long enough */
};

/* How many have no row of their own; `told` (may be NULL) hears of each. */
size_t judge_acts(struct ledger *ledger, const struct seen_act *acts, size_t count,
	void (*told)(const struct seen_act *act));
/* Of the acts found by judge_acts: how many this other station's journal lacks. A newer
 * one of the same kind on the same alarm stands for it: stations keep the newest. */
size_t judge_shared(const struct ledger *ledger, const struct ledger *other,
	void (*told)(const struct row *act));
/* How many bursts that count have no alarm: neither a press whose alarm stood raised
 * after it, nor one raised meanwhile by another station's word. */
size_t judge_bursts(struct ledger *ledger, const struct seen_burst *bursts, size_t count,
	void (*told)(const struct seen_burst *burst));

#endif
