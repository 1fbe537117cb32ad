/* SPDX-License-Identifier: Apache-2.0 */
#include "twin/fact_field.h"

#include <string.h>

#include "twin/hash.h"

static void add(char out[FIELD_SIZE], const char *text)
{
	size_t at = strlen(out), n = strlen(text);

	if (n >= FIELD_SIZE - at)
		n = FIELD_SIZE - at - 1;
	memcpy(out + at, text, n);
	out[at + n] = '\0';
}

static bool field(char out[FIELD_SIZE], const char *kind, const char *id, const char *part)
{
	add(out, kind);
	add(out, ":");
	add(out, id);
	if (part[0]) {
		add(out, ":");
		add(out, part);
	}
	return id[0] != '\0';
}

/* The step comes first: a name may hold anything. */
static bool idea_field(char out[FIELD_SIZE], const struct fact_idea *idea)
{
	char step[3] = {(char)('0' + idea->step / 10 % 10), (char)('0' + idea->step % 10), '\0'};

	add(out, "idea:");
	return idea->step >= 0 && idea->step < 100 && field(out, step, idea->name, "");
}

static bool order_field(char out[FIELD_SIZE], const struct fact_order *order)
{
	char step[3] = {(char)('0' + order->step / 10 % 10), (char)('0' + order->step % 10), '\0'};

	add(out, order->undo ? "undo:" : "order:");
	return order->step >= 0 && order->step < 100 && field(out, step, order->plan, "");
}

static bool promise_field(char out[FIELD_SIZE], const struct fact_promise *promise)
{
	add(out, "promise:");
	add(out, promised_name(promise->what));
	add(out, ":");
	return field(out, promise->id, promise->plan, ""); /* the suite has no id */
}

bool fact_field(const struct fact *f, char out[FIELD_SIZE])
{
	const char *kind = fact_kind_name(f->kind);

	out[0] = '\0';
	switch (f->kind) {
	case FACT_ALARM:
		add(out, f->alarm.key);
		return out[0] != '\0';
	case FACT_RAISE:
		add(out, f->raise.key);
		return out[0] != '\0';
	case FACT_MILESTONE:
		return field(out, kind, f->milestone.id, milestone_name(f->milestone.milestone));
	case FACT_READINESS:
		return field(out, kind, f->readiness.id, readiness_name(f->readiness.item));
	case FACT_CASE:
		return field(out, kind, f->surgery.id, "");
	case FACT_STATUS:
		return field(out, kind, f->status.id, "");
	case FACT_ESTIMATE:
		return field(out, kind, f->estimate.id, "");
	case FACT_RESOURCE:
		return field(out, kind, f->resource.id, "");
	case FACT_LEARN:
		return field(out, kind, f->learn.id, "");
	case FACT_INTAKE:
		return field(out, kind, f->intake.id, intake_name(f->intake.intake));
	case FACT_IDEA:
		return idea_field(out, &f->idea);
	case FACT_NOTE:
		return field(out, kind, f->note.id, "");
	case FACT_TAG:
		return field(out, kind, f->tag.tag, "");
	case FACT_STOCK:
		return field(out, kind, f->stock.tag, "");
	case FACT_NEST:
		return field(out, kind, f->nest.id, "");
	case FACT_LOCK:
		return field(out, kind, f->lock.id, "");
	case FACT_ORDER:
		return order_field(out, &f->order);
	case FACT_PROMISE:
		return promise_field(out, &f->promise);
	case FACT_NOTICE:
		return field(out, kind, f->notice.id, "");
	default:
		return false;
	}
}

void field_token(const char *text, char out[TOKEN_SIZE])
{
	uint64_t hash = hash64(HASH64_BASIS, text, strlen(text));

	for (int i = 0; i < TOKEN_SIZE - 1; i++)
		out[i] = "0123456789abcdef"[hash >> (60 - 4 * i) & 15];
	out[TOKEN_SIZE - 1] = '\0';
}

int author_compare(const struct author *a, const struct author *b)
{
	if (a->hlc_ms != b->hlc_ms)
		return a->hlc_ms < b->hlc_ms ? -1 : 1;
	return strcmp(a->station, b->station);
}
