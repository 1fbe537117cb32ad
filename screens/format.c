/* SPDX-License-Identifier: Apache-2.0 */
#include "screens/format.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "screens/tr.h"

void format_put(char *out, size_t size, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(out, size, format, args);
	va_end(args);
}

void format_add(char *out, size_t size, const char *format, ...)
{
	size_t used = strlen(out);
	va_list args;

	if (used >= size)
		return;
	va_start(args, format);
	vsnprintf(out + used, size - used, format, args);
	va_end(args);
}

static struct tm local(int64_t at_ms)
{
	time_t seconds = (time_t)(at_ms / 1000);
	struct tm tm = {0};

	localtime_r(&seconds, &tm);
	return tm;
}

void format_clock(int64_t at_ms, char *out, size_t size)
{
	struct tm tm = local(at_ms);

	if (at_ms <= 0)
		format_put(out, size, "--:--");
	else
		format_put(out, size, "%02d:%02d", tm.tm_hour, tm.tm_min);
}

void format_date_clock(int64_t at_ms, char *out, size_t size)
{
	struct tm tm = local(at_ms);

	if (strftime(out, size, "%a %d %b %H:%M:%S", &tm) == 0 && size > 0)
		out[0] = '\0';
}

void format_rfc3339(int64_t at_ms, char *out, size_t size)
{
	struct tm tm = local(at_ms);
	long offset = tm.tm_gmtoff / 60;
	long width = offset < 0 ? -offset : offset;

	format_put(out, size, "%04d-%02d-%02dT%02d:%02d:%02d%c%02ld:%02ld", tm.tm_year + 1900,
		tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec, offset < 0 ? '-' : '+',
		width / 60, width % 60);
}

void format_duration(double minutes, char *out, size_t size)
{
	long whole = lround(minutes);

	if (whole < 60)
		format_put(out, size, _("%ld min"), whole);
	else
		format_put(out, size, _("%ld h %02ld"), whole / 60, whole % 60);
}

/* Coarser as it grows: an age that changes every second costs bytes on a slow
 * link and says no more. */
void format_age(int64_t age_ms, char *out, size_t size)
{
	int64_t seconds = age_ms < 0 ? 0 : age_ms / 1000;
	long long s = (long long)seconds;

	if (s < 10)
		format_put(out, size, _("%lld s"), s);
	else if (s < 60)
		format_put(out, size, _("%lld s"), s - s % 5);
	else if (s < 3600)
		format_put(out, size, _("%lld min"), s / 60);
	else if (s < 86400)
		format_put(out, size, _("%lld h %02lld"), s / 3600, s / 60 % 60);
	else
		format_put(out, size, _("%lld d"), s / 86400);
}

void format_late(double minutes, char *out, size_t size)
{
	long whole = lround(minutes);

	if (whole == 0)
		format_put(out, size, "%s", "");
	else
		format_put(out, size, "%+ld", whole);
}

/* Samples are kept in minutes, and a hair before 12:30 is not 12:29. */
static int64_t whole_second(double at_ms)
{
	return (int64_t)(at_ms / 1000 + 0.5) * 1000;
}

void format_span(const struct quantiles *q, char *out, size_t size)
{
	char low[16], middle[16], high[16];

	if (!(q->p50 > 0)) {
		format_put(out, size, "%s", "");
		return;
	}
	format_clock(whole_second(q->p10), low, sizeof low);
	format_clock(whole_second(q->p50), middle, sizeof middle);
	format_clock(whole_second(q->p90), high, sizeof high);
	format_put(out, size, "%s (%s-%s)", middle, low, high);
}

void format_count(int count, char *out, size_t size)
{
	if (count < 1000)
		format_put(out, size, "%d", count);
	else
		format_put(out, size, "%d,%03d", count / 1000, count % 1000);
}

static int64_t at_hour(int64_t at_ms, int hour)
{
	struct tm tm = local(at_ms);

	tm.tm_hour = hour;
	tm.tm_min = tm.tm_sec = 0;
	tm.tm_isdst = -1;
	return (int64_t)mktime(&tm) * 1000;
}

int64_t format_midnight(int64_t at_ms)
{
	return at_hour(at_ms, 0);
}

int64_t format_clock_zero(int64_t at_ms)
{
	return at_hour(at_ms, 12) - 12 * 3600000LL;
}

static const char *bed_name(const struct view *view, const char *patient)
{
	const struct site *site = view->twin->site;
	int index = twin_patient(view->twin, patient);
	int bed;

	if (index < 0 || view->twin->patients[index].fhir_bed[0] == '\0')
		return "";
	bed = site ? site_bed(site, view->twin->patients[index].fhir_bed) : -1;
	if (bed < 0)
		return view->twin->patients[index].fhir_bed;
	return site->beds[bed].name[0] ? site->beds[bed].name : site->beds[bed].id;
}

void format_person(const struct view *view, const char *patient, char *out, size_t size)
{
	const char *name = NULL;
	size_t length = strlen(patient);

	if (length == 0) {
		format_put(out, size, "%s", "");
		return;
	}
	if (view->names && view->reveal && strcmp(view->reveal, patient) == 0)
		name = names_get(view->names, patient);
	if (name && !view->locked) {
		format_put(out, size, "%s", name);
		return;
	}
	if (view->locked) /* not even initials */
		format_put(out, size, "---");
	else if (view->names)
		names_masked(view->names, patient, out, size);
	else
		format_put(out, size, "%s", length > 4 ? patient + length - 4 : patient);
	if (bed_name(view, patient)[0])
		format_add(out, size, " %s", bed_name(view, patient));
}

const char *format_room(const struct view *view, int room)
{
	const struct site *site = view->twin->site;

	if (!site || room < 0 || room >= site->room_count)
		return "";
	return site->rooms[room].name[0] ? site->rooms[room].name : site->rooms[room].id;
}

const char *format_floor(const struct view *view, int room)
{
	const struct site *site = view->twin->site;
	int floor;

	if (!site || room < 0 || room >= site->room_count)
		return "";
	floor = site->rooms[room].floor;
	if (floor < 0 || floor >= site->floor_count)
		return "";
	return site->floors[floor].name[0] ? site->floors[floor].name : site->floors[floor].id;
}

const char *format_floor_id(const struct view *view, int room)
{
	const struct site *site = view->twin->site;

	if (format_floor(view, room)[0] == '\0')
		return "";
	return site->floors[site->rooms[room].floor].id;
}

void format_thing(const struct view *view, int thing, char *out, size_t size)
{
	const struct thing *t = &view->twin->things[thing];
	const struct site *site = view->twin->site;

	if (t->patient[0])
		format_person(view, t->patient, out, size);
	else if (site && t->site_tag >= 0 && t->site_tag < site->tag_count
		 && site->tags[t->site_tag].name[0])
		format_put(out, size, "%s", site->tags[t->site_tag].name);
	else
		format_put(out, size, "%s", t->tag);
}

const char *format_marks(enum priority priority)
{
	static const char *const marks[PRIORITY_COUNT] = {
		[PRIORITY_LOW] = "*", [PRIORITY_MEDIUM] = "**", [PRIORITY_HIGH] = "***"};

	return (unsigned)priority < PRIORITY_COUNT ? marks[priority] : "?";
}

enum role format_priority_role(enum priority priority)
{
	static const enum role roles[PRIORITY_COUNT] = {[PRIORITY_LOW] = ROLE_LOW,
		[PRIORITY_MEDIUM] = ROLE_MEDIUM,
		[PRIORITY_HIGH] = ROLE_HIGH};

	return (unsigned)priority < PRIORITY_COUNT ? roles[priority] : ROLE_NORMAL;
}

char format_source_letter(enum source who)
{
	return (unsigned)who < SOURCE_COUNT ? "-RFPS"[who] : '?';
}

enum source format_stamp_source(const struct stamp *stamp)
{
	if (stamp->origin[0] == '\0')
		return SOURCE_NONE;
	return strchr(stamp->origin, '/') ? SOURCE_FHIR : SOURCE_PERSON;
}

const char *format_source(enum source who)
{
	static const char *const words[SOURCE_COUNT] = {[SOURCE_NONE] = "",
		[SOURCE_RADIO] = N_("radio"),
		[SOURCE_FHIR] = "FHIR",
		[SOURCE_PERSON] = N_("person"),
		[SOURCE_SYSTEM] = "vigie"};

	if ((unsigned)who >= SOURCE_COUNT || !words[who][0])
		return "";
	return _(words[who]);
}

char format_state_letter(enum room_state state)
{
	return (unsigned)state < ROOMSTATE_COUNT ? "-PASCtBXE"[state] : '?';
}

const char *format_room_state(enum room_state state)
{
	static const char *const words[ROOMSTATE_COUNT] = {[ROOMSTATE_IDLE] = N_("idle"),
		[ROOMSTATE_SETUP] = N_("setup"),
		[ROOMSTATE_ANAES] = N_("anaesthesia"),
		[ROOMSTATE_SURGERY] = N_("surgery"),
		[ROOMSTATE_CLOSING] = N_("closing"),
		[ROOMSTATE_TURNOVER] = N_("turnover"),
		[ROOMSTATE_BLOCKED] = N_("blocked"),
		[ROOMSTATE_DOWN] = N_("out of service"),
		[ROOMSTATE_DONE] = N_("done")};

	return (unsigned)state < ROOMSTATE_COUNT ? _(words[state]) : "?";
}

const char *format_stage(enum stage stage)
{
	static const char *const words[STAGE_COUNT] = {[STAGE_EXPECTED] = N_("expected"),
		[STAGE_ARRIVED] = N_("arrived"),
		[STAGE_CALLED] = N_("called"),
		[STAGE_HOLDING] = N_("holding"),
		[STAGE_ANAES] = N_("anaesthesia"),
		[STAGE_SURGERY] = N_("surgery"),
		[STAGE_CLOSING] = N_("closing"),
		[STAGE_PACU] = N_("PACU"),
		[STAGE_PACU_READY] = N_("PACU, ready"),
		[STAGE_RETURNED] = N_("returned"),
		[STAGE_DISCHARGED] = N_("discharged"),
		[STAGE_OUT_ROOM] = N_("out of room"),
		[STAGE_OFF] = N_("off")};

	return (unsigned)stage < STAGE_COUNT ? _(words[stage]) : "?";
}

const char *format_status(enum case_status status)
{
	static const char *const words[CASE_STATUS_COUNT] = {[CASE_UNKNOWN] = N_("unknown"),
		[CASE_REQUESTED] = N_("requested"),
		[CASE_PLANNED] = N_("planned"),
		[CASE_CANCELLED] = N_("cancelled"),
		[CASE_POSTPONED] = N_("postponed"),
		[CASE_NO_SHOW] = N_("no-show"),
		[CASE_VOID] = N_("entered in error"),
		[CASE_FULFILLED] = N_("done")};

	return (unsigned)status < CASE_STATUS_COUNT ? _(words[status]) : "?";
}
