/* SPDX-License-Identifier: Apache-2.0 */
#include "src/duty.h"

#include <string.h>

#include "twin/text.h"

static bool before(int rank, const char *id, int other_rank, const char *other_id)
{
	return rank != other_rank ? rank < other_rank : strcmp(id, other_id) < 0;
}

static bool is_there(const struct station_seen *s, int64_t now_ms, double speed)
{
	return s->here && s->escalates
	       && (double)(now_ms - s->heard_ms) <= DUTY_SILENT_MS * (speed > 1 ? speed : 1);
}

static const char *first(
	const struct stations *stations, const char *self, int rank, int64_t now_ms, double speed)
{
	const char *id = self;
	for (int i = 0; i < stations->count; i++) {
		const struct station_seen *s = &stations->list[i];
		if (!is_there(s, now_ms, speed) || !before(s->rank, s->id, rank, id))
			continue;
		id = s->id;
		rank = s->rank;
	}
	return id;
}

bool duty_look(struct duty *d, const struct stations *stations, const char *self, int rank,
	int64_t now_ms, double speed, int64_t mono_ms)
{
	bool linked = stations != NULL && stations->sharing && stations->linked;
	if (!d->began || d->linked != linked)
		d->since_mono = mono_ms;
	d->began = true;
	d->linked = linked;
	int64_t for_ms = mono_ms - d->since_mono;
	const char *holder = "";
	if (stations == NULL || !stations->sharing)
		holder = self;
	else if (!linked && for_ms >= DUTY_ALONE_MS)
		holder = self;
	else if (linked && for_ms >= DUTY_SETTLE_MS)
		holder = first(stations, self, rank, now_ms, speed);
	text_copy(d->holder, sizeof d->holder, holder);
	d->mine = strcmp(holder, self) == 0;
	return d->mine;
}
