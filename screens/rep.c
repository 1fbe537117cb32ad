/* SPDX-License-Identifier: Apache-2.0 */
#include "screens/rep.h"

#include <stdbool.h>
#include <string.h>

struct sink {
	void (*emit)(void *context, const char *bytes, size_t len);
	void *context;
};

/* ESC [ digits: how often to repeat, 0 when this is another sequence. */
static size_t repetitions(const struct rep *rep)
{
	size_t count = 0;
	for (size_t i = 2; i < rep->held_len; i++) {
		if (rep->held[i] < '0' || rep->held[i] > '9')
			return 0;
		count = count * 10 + (size_t)(rep->held[i] - '0');
		count = count < REP_MOST ? count : REP_MOST;
	}
	/* No number, and 0, mean once (ECMA-48 5.4.2). */
	return count > 0 ? count : 1;
}

static void let_go(struct rep *rep, const struct sink *sink)
{
	sink->emit(sink->context, rep->held, rep->held_len);
	rep->held_len = 0;
	rep->state = REP_TEXT;
}

/* The last byte of a control sequence, which is in `held` but for this byte. */
static void end_sequence(struct rep *rep, char final, const struct sink *sink)
{
	size_t times = final == 'b' ? repetitions(rep) : 0;
	if (times == 0) {
		rep->held[rep->held_len++] = final;
		let_go(rep, sink);
		return;
	}
	rep->held_len = 0;
	rep->state = REP_TEXT;
	for (; times > 0; times--)
		sink->emit(sink->context, rep->last, rep->last_len);
}

/* A byte inside a sequence. False: it does not belong there, a cut sequence
 * is passed on as it is and the byte is ordinary again. */
static bool hold(struct rep *rep, char byte, const struct sink *sink)
{
	bool parameter = byte >= 0x20 && byte < 0x40, final = byte >= 0x40 && byte < 0x7f;
	bool room = rep->held_len + 1 < sizeof rep->held;
	if (rep->state == REP_ESCAPE && byte == '[') {
		rep->state = REP_CSI;
		rep->held[rep->held_len++] = byte;
		return true;
	}
	/* ESC ( 0 and its like end with a digit that nobody prints. */
	if (rep->state == REP_ESCAPE && (final || (byte >= 0x30 && byte < 0x40))) {
		rep->held[rep->held_len++] = byte;
		let_go(rep, sink);
	} else if (final) {
		end_sequence(rep, byte, sink);
	} else if (parameter && room) {
		rep->held[rep->held_len++] = byte;
	} else {
		let_go(rep, sink);
		return false;
	}
	return true;
}

/* An ordinary byte: what may be repeated later is the whole character. */
static void remember(struct rep *rep, char byte)
{
	unsigned char b = (unsigned char)byte;
	if (b < 0x20 || b == 0x7f)
		return;
	if (b < 0x80 || b >= 0xc0)
		rep->last_len = 0;
	if (rep->last_len < sizeof rep->last)
		rep->last[rep->last_len++] = byte;
}

void rep_expand(struct rep *rep, const char *bytes, size_t len,
	void (*emit)(void *context, const char *bytes, size_t len), void *context)
{
	const struct sink sink = {emit, context};
	size_t from = 0; /* ordinary bytes not yet passed on begin here */
	for (size_t at = 0; at < len; at++) {
		if (rep->state != REP_TEXT) {
			from = at + 1;
			if (hold(rep, bytes[at], &sink))
				continue;
			from = at;
		}
		if (bytes[at] != '\x1b') {
			remember(rep, bytes[at]);
			continue;
		}
		emit(context, bytes + from, at - from);
		from = at + 1;
		rep->held[0] = '\x1b';
		rep->held_len = 1;
		rep->state = REP_ESCAPE;
	}
	emit(context, bytes + from, len - from);
}
