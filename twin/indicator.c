/* SPDX-License-Identifier: Apache-2.0 */

/* The one table of indicators, and how parts become a figure. */

#include <math.h>
#include <string.h>

#include "twin/indicator_inner.h"
#include "twin/stat.h"

#define AACD  "AACD Procedural Times Glossary (Miller's Anesthesia)"
#define MEAH  "MeaH 2009; Datamento"
#define HOUSE "this console's own"

static const char no_times[] = "no case of the day has in room and out of room";
static const char no_first[] = "no first case is due yet, or none has its times";
static const char no_case[] = "no elective case is on the programme of the day";
static const char no_over[] = "no session with cases is over yet";
static const char no_nest[] = "no emergency of the day has a NEST class and its times";
static const char no_span[] = "no case of the day has both milestones";
static const char no_idle[] = "no session has begun, or its cases have no times";

#define FIRST(key, name, grace)                                                                    \
	{                                                                                          \
		key, name, "%",                                                                    \
			"share of first cases with PIR1 <= S1 + g; S1: start as first planned",    \
			AACD, "first_case_delay_min", "first_case_pct", SIDE_AT_LEAST, SUM_SHARE,  \
			no_first, indicator_first_on_time, grace, 0                                \
	}
#define IDLE(key, name, cause, words)                                                              \
	{                                                                                          \
		key, name, "min",                                                                  \
			"session minutes until now without a patient and without "                 \
			"clean-up, " words,                                                        \
			HOUSE, "", "", SIDE_NONE, SUM_TOTAL, no_idle, indicator_idle, cause, 0     \
	}
#define RATE(key, name, words, which, aacd, from, side, target)                                    \
	{                                                                                          \
		key, name, "%", words, from, aacd ? "" : "tvo_formula", target, side, SUM_RATIO,   \
			no_times, indicator_rate, which, aacd                                      \
	}
#define OFF(key, name, status)                                                                     \
	{                                                                                          \
		key, name, "",                                                                     \
			"elective cases planned on the day that have this status; n: planned",     \
			"field usage (Schofield et al., MJA 2005)", "", "", SIDE_NONE, SUM_TOTAL,  \
			no_case, indicator_off, status, 0                                          \
	}
#define SPAN(key, name, words, from, a, b, target)                                                 \
	{                                                                                          \
		key, name, "min", words ", median", from, "", target, SIDE_AT_MOST, SUM_MEDIAN,    \
			no_span, indicator_span, a, b                                              \
	}

const struct indicator_def indicators[] = {
	FIRST("first_on_time", "First cases on time, house grace", -1),
	FIRST("first_on_time_0", "First cases on time, grace 0", 0),
	FIRST("first_on_time_5", "First cases on time, grace 5", 5),
	FIRST("first_on_time_15", "First cases on time, grace 15", 15),
	{"first_tardiness", "First-case tardiness", "min", "mean of max(0, PIR1 - S1)", AACD, "",
		"first_tardiness_min", SIDE_AT_MOST, SUM_MEAN, no_first, indicator_tardiness, 0, 0},
	{"turnover", "Turnover", "min",
		"median of PIR(k+1) - POR(k), sequential cases of a room, gaps to the cap", AACD,
		"turnover_cap_min", "turnover_min", SIDE_AT_MOST, SUM_MEDIAN,
		"no two cases of a room followed one another", indicator_turnover,
		MILESTONE_OUT_ROOM, MILESTONE_IN_ROOM},
	{"turnaround", "Turnaround", "min",
		"median of PS(k+1) - PF(k): procedure end to next incision, gaps to the cap", AACD,
		"turnover_cap_min", "turnaround_min", SIDE_AT_MOST, SUM_MEDIAN,
		"no two cases of a room have procedure end and next incision", indicator_turnover,
		MILESTONE_PROCEDURE_END, MILESTONE_INCISION},
	RATE("utilisation_raw", "Room occupation, raw",
		"sum of |[PIR, POR] n [B0, B1]| / H; H: session minutes until now", RATE_IN_BLOCK,
		1, AACD, SIDE_AT_LEAST, "utilisation_pct"),
	{"utilisation_adjusted", "Room occupation, adjusted", "%",
		"(raw + clean-up as measured + set-up credit a case, within the session) / H", AACD,
		"setup_credit_min", "utilisation_adjusted_pct", SIDE_AT_LEAST, SUM_RATIO, no_times,
		indicator_adjusted, 0, 0},
	{"tvo", "TVO, offered session time", "min", "by tvo_formula; until now", MEAH,
		"tvo_formula", "", SIDE_NONE, SUM_TOTAL,
		"no session has begun, or nobody was in the rooms", indicator_offered, 0, 0},
	{"trov", "TROV, in-session room time", "min", "sum of |[PIR, POR] n [B0, B1]|", "Datamento",
		"", "", SIDE_NONE, SUM_TOTAL, no_times, indicator_in_block, 0, 0},
	{"tros", "TROS, room occupation time", "min", "sum of in room to room restored, tros_end",
		"field usage", "tros_end", "", SIDE_NONE, SUM_TOTAL, no_times, indicator_room_time,
		0, 0},
	{"overflow", "Overrun of sessions (debordement)", "min",
		"sum of |[PIR, POR] n [B1, ...)|, cases planned to begin before B1", "Datamento",
		"", "", SIDE_NONE, SUM_TOTAL, no_times, indicator_past_block, 0, 0},
	RATE("trov_rate", "Occupation rate TROV / TVO", "TROV / TVO", RATE_IN_BLOCK, 0,
		"field usage", SIDE_AT_LEAST, "trov_pct"),
	RATE("tros_rate", "Occupation rate TROS / TVO", "TROS / TVO", RATE_ROOM_TIME, 0,
		"field usage", SIDE_AT_LEAST, "tros_pct"),
	RATE("overflow_rate", "Overrun rate / TVO", "overrun of sessions / TVO", RATE_PAST_BLOCK, 0,
		"field usage", SIDE_AT_MOST, "overflow_pct"),
	{"overused", "Over-used time", "min",
		"sum of max(0, POR_last (+ clean-up) - B1), rooms with cases, sessions over", AACD,
		"", "overrun_min", SIDE_EACH_AT_MOST, SUM_TOTAL, no_over, indicator_overused, 0, 0},
	{"underused", "Under-used time", "min",
		"sum of max(0, (B1 - B0) - used within the session), sessions over", AACD, "",
		"underused_min", SIDE_EACH_AT_MOST, SUM_TOTAL, no_over, indicator_underused, 0, 0},
	{"use_cost", "Cost of over- and under-use", "money",
		"or_hour x under-used + or_overtime_hour x over-used hours",
		"Wachtel and Dexter 2010", "or_hour", "", SIDE_NONE, SUM_TOTAL, no_over,
		indicator_use_cost, 0, 0},
	OFF("cancelled", "Cancelled", CASE_CANCELLED),
	OFF("postponed", "Postponed", CASE_POSTPONED),
	OFF("no_show", "No-shows", CASE_NO_SHOW),
	{"off_rate", "Called off on the day", "%",
		"cancelled, postponed and no-shows / elective cases planned; n: planned",
		"field usage (Schofield et al., MJA 2005)", "", "cancellation_pct", SIDE_AT_MOST,
		SUM_RATIO, no_case, indicator_off_rate, -1, 0},
	{"cancelled_cost", "Cost of cancellations", "money", "cancelled x price of a cancellation",
		HOUSE, "cancellation", "", SIDE_NONE, SUM_TOTAL, no_case, indicator_off_cost, 0, 0},
	{"nest_late", "Emergencies late", "%",
		"share with aTTS / iTTS > 1; aTTS: first heard of to incision; iTTS: nest_K_h",
		"NEST (NCT04585529)", "", "nest_late_pct", SIDE_AT_MOST, SUM_SHARE, no_nest,
		indicator_nest_late, 0, 0},
	{"nest_ratio", "Emergencies aTTS / iTTS", "",
		"median of aTTS / iTTS; aTTS: first heard of to incision; iTTS: nest_K_h",
		"NEST (NCT04585529)", "", "", SIDE_NONE, SUM_MEDIAN, no_nest, indicator_nest_ratio,
		0, 0},
	{"pacu_hold", "PACU hold in the room", "min",
		"median of POR - end of emergence (procedure end where that was not told)", HOUSE,
		"", "pacu_hold_min", SIDE_AT_MOST, SUM_MEDIAN,
		"no case has out of room and emergence or procedure end", indicator_hold, 0, 0},
	SPAN("wait_call", "Arrival to sent for", "arrived on the day to sent for", HOUSE,
		MILESTONE_ARRIVED, MILESTONE_SENT_FOR, "wait_call_min"),
	SPAN("wait_transport", "Sent for to holding", "sent for to in holding", "ORMIS",
		MILESTONE_SENT_FOR, MILESTONE_IN_HOLDING, "wait_transport_min"),
	SPAN("wait_holding", "Holding to in room", "in holding to in room", HOUSE,
		MILESTONE_IN_HOLDING, MILESTONE_IN_ROOM, "wait_holding_min"),
	{"wait_entry", "Wait for the room", "min",
		"median of max(0, PIR - max(patient ready, scheduled))", HOUSE, "",
		"wait_entry_min", SIDE_AT_MOST, SUM_MEDIAN,
		"no case has patient ready, planned start and in room", indicator_entry_wait, 0, 0},
	SPAN("in_to_incision", "In room to incision", "in room to incision", AACD,
		MILESTONE_IN_ROOM, MILESTONE_INCISION, "in_to_incision_min"),
	SPAN("wait_pacu_out", "PACU discharge delay", "PACU criteria met to PACU out",
		"field usage", MILESTONE_PACU_READY, MILESTONE_PACU_OUT, "pacu_wait_min"),
	SPAN("wait_home", "PACU out to ward or home", "PACU out to discharged", HOUSE,
		MILESTONE_PACU_OUT, MILESTONE_DISCHARGED, "wait_home_min"),
	SPAN("cycle", "Cycle time", "arrived to discharged", "Robinson et al., BMJ Open Qual 2020",
		MILESTONE_ARRIVED, MILESTONE_DISCHARGED, "cycle_min"),
	IDLE("idle_before", "Idle before the first case", IDLE_BEFORE, "before the first case"),
	IDLE("idle_between", "Idle between cases", IDLE_BETWEEN, "between cases"),
	IDLE("idle_after", "Idle after the last case", IDLE_AFTER, "after the last case"),
	IDLE("idle_unused", "Idle, room without a case", IDLE_UNUSED, "rooms without a case"),
	IDLE("idle", "Idle, all causes", IDLE_ALL, "all causes"),
	{"idle_cost", "Cost of idle time", "money", "idle, all causes, x price of an OR hour",
		HOUSE, "or_hour", "", SIDE_NONE, SUM_TOTAL, no_idle, indicator_idle_cost, IDLE_ALL,
		0},
	{"booking_bias", "Booking bias, per 8 h", "min",
		"480 x sum(actual - scheduled) / sum(actual), cases that are out",
		"Dexter and Ledolter 2005", "", "", SIDE_NONE, SUM_RATIO, no_times, indicator_bias,
		0, 0},
	{"timely_care", "Timely care, as patients say", "%", "share of surveys that say so", HOUSE,
		"", "", SIDE_NONE, SUM_SHARE, "no survey feed", indicator_never, 0, 0},
};
const int indicator_count = sizeof indicators / sizeof indicators[0];

int indicator_find(const char *key)
{
	for (int i = 0; i < indicator_count; i++)
		if (strcmp(indicators[i].key, key) == 0)
			return i;
	return -1;
}

void indicator_part(struct indicator *out, int case_, int room, double value, const char *note)
{
	if (out->part_count >= TWIN_CASES)
		return;
	out->parts[out->part_count++] = (struct indicator_part){case_, room, value, note};
	out->n++;
}

void indicator_leave(struct indicator *out, const char *reason)
{
	out->left_out++;
	out->left_reason = reason;
}

double indicator_price(const struct indicator_day *day, const char *key)
{
	return site_price(day->twin->site, key);
}

double indicator_setting(const struct indicator_day *day, const char *key, double otherwise)
{
	return day->twin->site ? site_target(day->twin->site, key, otherwise) : otherwise;
}

static void summarise(struct indicator *out)
{
	double values[TWIN_CASES];
	struct stat_moments moments = {0};

	for (int i = 0; i < out->part_count; i++) {
		values[i] = out->parts[i].value;
		stat_add(&moments, values[i]);
	}
	if (out->part_count == 0)
		return;
	stat_sort(values, (size_t)out->part_count);
	out->mean = moments.mean;
	out->p50 = stat_quantile(values, (size_t)out->part_count, 0.5);
	out->p90 = stat_quantile(values, (size_t)out->part_count, 0.9);
}

static void finish(const struct indicator_def *def, struct indicator *out)
{
	out->known = !out->because && out->n > 0;
	if (!out->known && !out->because)
		out->because = def->none;
	if (!out->known)
		return;
	summarise(out);
	if (def->sum == SUM_TOTAL)
		out->value = out->part_count > 0 ? out->mean * out->part_count : 0;
	else if (def->sum == SUM_MEDIAN)
		out->value = out->p50;
	else if (def->sum == SUM_MEAN)
		out->value = out->mean;
	else if (def->sum == SUM_SHARE)
		out->value = 100 * out->mean;
	if (def->sum == SUM_SHARE || def->sum == SUM_RATIO || def->read == indicator_off)
		out->mean = out->p50 = out->p90 = NAN;
}

static void judge(const struct indicator_def *def, struct indicator *out)
{
	if (!out->known || isnan(out->target))
		return;
	out->outside = (def->side == SIDE_AT_LEAST && out->value < out->target)
		       || (def->side == SIDE_AT_MOST && out->value > out->target);
	for (int i = 0; def->side == SIDE_EACH_AT_MOST && i < out->part_count; i++)
		out->outside = out->outside || out->parts[i].value > out->target;
}

void indicator_read(
	const struct indicator_day *day, const struct indicator_def *def, struct indicator *out)
{
	memset(out, 0, sizeof *out);
	out->mean = out->p50 = out->p90 = out->given = NAN;
	out->target = def->target[0] ? indicator_setting(day, def->target, NAN) : NAN;
	out->variant = "";
	if (!day->twin->site)
		out->because = "the site is not known yet";
	else
		def->read(day, def, out);
	finish(def, out);
	judge(def, out);
}

static uint64_t mix(uint64_t hash, const void *data, size_t size)
{
	const unsigned char *bytes = data;

	for (size_t i = 0; i < size; i++)
		hash = (hash ^ bytes[i]) * 0x100000001B3ULL; /* FNV-1a */
	return hash;
}

uint64_t indicator_definition(const struct site *site, const struct indicator_def *def)
{
	static const char *const settings[] = {"first_case_delay_min", "turnover_cap_min",
		"tvo_formula", "tros_end", "setup_credit_min", "nest_1_h", "nest_2_h", "nest_3_h",
		"nest_4_h", "nest_5_h", "nest_6_h"};
	uint64_t hash = mix(0xCBF29CE484222325ULL, def->key, strlen(def->key));

	hash = mix(hash, def->formula, strlen(def->formula));
	for (size_t i = 0; site && i < sizeof settings / sizeof settings[0]; i++) {
		double value = site_target(site, settings[i], -1);
		bool all = def->read == indicator_nest_late || def->read == indicator_nest_ratio;

		if (strcmp(def->setting, settings[i]) == 0
			|| (all && strncmp(settings[i], "nest_", 5) == 0)
			|| (def->read == indicator_rate && strncmp(settings[i], "t", 1) == 0))
			hash = mix(hash, &value, sizeof value);
	}
	return hash;
}
