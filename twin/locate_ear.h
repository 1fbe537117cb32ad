/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_TWIN_LOCATE_EAR_H
#define VIGIE_TWIN_LOCATE_EAR_H

/* The gateways as listeners: which of them are talking, how often, how late,
 * and so whose silence about a tag is evidence. Private to the locator. */

#include <stdbool.h>
#include <stdint.h>

struct ear {
	int64_t last_ms;   /* last word, 0 never */
	int64_t back_ms;   /* since when it has been talking without a break */
	double gap_ms;     /* between its words, as observed; 0 not known */
	bool told, silent; /* what was said of it last */
	bool clocked;
	int64_t delay_ms; /* receipt minus device clock when prompt */
	int64_t late_from_ms, late_by_ms;
};

struct ears {
	struct ear *ear; /* [count] */
	bool *alive;     /* [count] its silence is evidence */
	int count;
	double silence_ms;  /* without a word for so long, a gateway is silent */
	int64_t step_ms;    /* between steps: long when time runs fast */
	int64_t word_ms;    /* last word of any gateway */
	int64_t resumed_ms; /* since when at least one has been talking */
	int64_t window_ms;  /* in which every living gateway has had its say */
	int64_t pace_ms;    /* between two looks at one tag */
};

bool ears_open(struct ears *ears, int count, double silence_ms);
void ears_close(struct ears *ears);
void ears_forget(struct ears *ears);
void ears_word(struct ears *ears, int gateway, int64_t now_ms);
/* Is this row out of an offline buffer? device_ms 0: not known. */
bool ears_late(struct ears *ears, int gateway, int64_t received_ms, int64_t device_ms);
/* Sets alive, window and pace; `least_ms`: the window is not shorter. */
void ears_listen(struct ears *ears, int64_t now_ms, int64_t least_ms);
/* Fell silent, came back or spoke for the first time: true, to be told. */
bool ears_news(struct ears *ears, int gateway, int64_t now_ms);

#endif
