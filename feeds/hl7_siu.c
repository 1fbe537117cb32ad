/* SPDX-License-Identifier: Apache-2.0 */
#include "feeds/hl7_private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "twin/text.h"

/*
 * SIU: the programme. Integrators' rule of thumb: "the appointment is in SCH,
 * the room in AIL, the person in AIP, the procedure in AIS", and the times of
 * SCH are the ones that go stale.
 */

/* What the event means for the Appointment. status NULL: SCH-25 tells, and
 * "booked" when it does not. `why`: refused, and why. */
static const struct {
	const char *trigger, *status, *why;
} triggers[] = {
	{"S12", NULL, NULL},
	{"S13", NULL, NULL},
	{"S14", NULL, NULL},
	{"S15", "cancelled", NULL},
	/* No FHIR status means it (v2-to-FHIR): the case is marked, not guessed. */
	{"S16", "discontinued", NULL},
	{"S17", "entered-in-error", NULL},
	{"S23", NULL, "blocks a slot: there is no case in it"},
	{"S24", NULL, "opens a slot: there is no case in it"},
	{"S26", "noshow", NULL},
};

/* SCH-25, table 0278, as v2-to-FHIR maps it. What is not here is passed on as it
 * is, and the mapper marks the case. */
static const struct {
	const char *code, *status;
} fillers[] = {
	{"Pending", "pending"},
	{"Waitlist", "waitlist"},
	{"Booked", "booked"},
	{"Started", "checked-in"},
	{"Complete", "fulfilled"},
	{"Cancelled", "cancelled"},
	{"Deleted", "entered-in-error"},
	{"Noshow", "noshow"},
};

/* AIP-4 and AIG-4: hospitals send words of their own. Only these are taken; a
 * nurse or a technician is nobody's surgeon. */
static const struct {
	const char *word, *participation;
} roles[] = {
	{"PPRF", "PPRF"},
	{"SURGEON", "PPRF"},
	{"SURG", "PPRF"},
	{"PRIMARY SURGEON", "PPRF"},
	{"PRIMARY", "PPRF"},
	{"OPERATOR", "PPRF"},
	{"CHIRURGIEN", "PPRF"},
	{"SPRF", "SPRF"},
	{"ANESTHESIOLOGIST", "SPRF"},
	{"ANAESTHETIST", "SPRF"},
	{"ANESTHETIST", "SPRF"},
	{"ANES", "SPRF"},
	{"ANESTHESISTE", "SPRF"},
};

struct booking {
	struct hl7_reading *r;
	const struct hl7_segment *sch;
	struct hl7_case *c;
	cJSON *appointment;
	const char *status;
	bool ours;   /* a room where operations are done */
	bool roomed; /* an AIL names a place */
};

struct span {
	int64_t start_ms, end_ms;
};

/* -- status ------------------------------------------------------------------------- */

static const char *filler_status(struct hl7_reading *r, const struct hl7_segment *sch, char raw[32])
{
	if (hl7_value(r->m, sch, 25, 0, 1, raw, 32) != HL7_VALUED)
		return NULL;
	for (size_t i = 0; i < sizeof fillers / sizeof *fillers; i++)
		if (strcasecmp(fillers[i].code, raw) == 0)
			return fillers[i].status;
	return raw;
}

static void take_status(struct booking *b, const char *by_trigger)
{
	char raw[32];
	const char *said = filler_status(b->r, b->sch, raw);
	b->status = by_trigger != NULL ? by_trigger : said != NULL ? said : "booked";
	if (by_trigger != NULL && said != NULL && strcmp(said, by_trigger) != 0
		&& strcasecmp(raw, by_trigger) != 0)
		hl7_puzzle(b->r, "SCH-25", "says %.20s, the event %s says %s: the event counts",
			raw, b->r->trigger, by_trigger);
	cJSON_AddStringToObject(b->appointment, "status", b->status);
	b->c->over = strcmp(b->status, "cancelled") == 0 || strcmp(b->status, "noshow") == 0
		     || strcmp(b->status, "entered-in-error") == 0;
}

/* -- participants -------------------------------------------------------------------- */

/* The action code (AIL-2 and so on, table 0206) D takes the resource off. */
static bool deleted(struct hl7_reading *r, const struct hl7_segment *s)
{
	char code[4];
	hl7_value(r->m, s, 2, 0, 1, code, sizeof code);
	return code[0] == 'D';
}

static void add_participant(cJSON *appointment, const char *type, const char *id, const char *role)
{
	cJSON *row = hl7_add_row(appointment, "participant");
	hl7_add_reference(row, "actor", type, id);
	if (role == NULL)
		return;
	cJSON *coding = hl7_add_row(hl7_add_row(row, "type"), "coding");
	cJSON_AddStringToObject(
		coding, "system", "http://terminology.hl7.org/CodeSystem/v3-ParticipationType");
	cJSON_AddStringToObject(coding, "code", role);
}

static void take_room(struct booking *b, const struct hl7_segment *ail)
{
	char place[ID_SIZE];
	int known = hl7_place(b->r, ail, "AIL-3", 3, place);
	if (known < 0)
		return;
	b->roomed = true;
	if (known == 0 && b->r->h->options.site != NULL)
		hl7_puzzle(b->r, "AIL-3", "%.60s is no place of this suite", place);
	if (known == 2 || b->r->h->options.site == NULL) {
		if (!b->ours)
			text_copy(b->c->room, sizeof b->c->room, place);
		b->ours = true;
	}
	add_participant(b->appointment, "Location", place, NULL);
}

static void take_person(struct booking *b, const struct hl7_segment *s)
{
	char role[LABEL_SIZE], text[LABEL_SIZE], id[ID_SIZE];
	hl7_value(b->r->m, s, 4, 0, 1, role, sizeof role);
	hl7_value(b->r->m, s, 4, 0, 2, text, sizeof text);
	for (size_t i = 0; i < sizeof roles / sizeof *roles; i++) {
		if (strcasecmp(roles[i].word, role) != 0 && strcasecmp(roles[i].word, text) != 0)
			continue;
		if (hl7_add_staff(b->r, s, 3, id))
			add_participant(b->appointment, "Practitioner", id, roles[i].participation);
		return;
	}
}

static void take_participants(struct booking *b)
{
	const struct hl7_segment *s;
	struct hl7_reading *r = b->r;
	for (int i = 0; (s = hl7_segment(r->m, "AIL", i)) != NULL; i++)
		if (!deleted(r, s))
			take_room(b, s);
	for (int i = 0; (s = hl7_segment(r->m, "AIP", i)) != NULL; i++)
		if (!deleted(r, s))
			take_person(b, s);
	/* Some senders have the surgeon as a general resource. */
	for (int i = 0; (s = hl7_segment(r->m, "AIG", i)) != NULL; i++)
		if (!deleted(r, s))
			take_person(b, s);
	/* A thin message does not move the case. */
	if (!b->roomed && b->c->room[0] != '\0')
		add_participant(b->appointment, "Location", b->c->room, NULL);
	if (b->c->patient[0] != '\0')
		add_participant(b->appointment, "Patient", b->c->patient, NULL);
}

/* -- times ---------------------------------------------------------------------------- */

/* Start, offset and its unit, duration and its unit: AIL-6…10, AIS-4…8. */
static struct span resource_span(struct booking *b, const struct hl7_segment *s, int first,
	const char *path, int64_t base_ms)
{
	struct span span = {hl7_moment(b->r, s, path, first, 1), 0};
	if (span.start_ms == 0 && base_ms != 0) {
		int64_t offset = hl7_length(b->r, s, first + 1, first + 2);
		span.start_ms = offset != 0 ? base_ms + offset : 0;
	}
	int64_t length = hl7_length(b->r, s, first + 3, first + 4);
	if (span.start_ms != 0 && length > 0)
		span.end_ms = span.start_ms + length;
	return span;
}

/* From the earliest start to the latest end of the segments of that name. */
static struct span widest(
	struct booking *b, const char *id, int first, const char *path, int64_t base_ms)
{
	struct span all = {0, 0};
	const struct hl7_segment *s;
	for (int i = 0; (s = hl7_segment(b->r->m, id, i)) != NULL; i++) {
		if (deleted(b->r, s))
			continue;
		struct span one = resource_span(b, s, first, path, base_ms);
		if (one.start_ms != 0 && (all.start_ms == 0 || one.start_ms < all.start_ms))
			all.start_ms = one.start_ms;
		if (one.end_ms > all.end_ms)
			all.end_ms = one.end_ms;
	}
	return all;
}

/* SCH-11 (TQ) .4 and .5, or the TQ1 segment that took its place in v2.5. */
static struct span schedule_span(struct booking *b)
{
	const struct hl7_segment *tq1 = hl7_segment(b->r->m, "TQ1", 0);
	struct span span = {hl7_moment(b->r, b->sch, "SCH-11.4", 11, 4),
		hl7_moment(b->r, b->sch, "SCH-11.5", 11, 5)};
	if (span.start_ms == 0)
		span.start_ms = hl7_moment(b->r, tq1, "TQ1-7", 7, 1);
	if (span.end_ms == 0)
		span.end_ms = hl7_moment(b->r, tq1, "TQ1-8", 8, 1);
	int64_t length = hl7_length(b->r, b->sch, 9, 10);
	if (span.end_ms == 0 && span.start_ms != 0 && length > 0)
		span.end_ms = span.start_ms + length;
	return span;
}

/* The room's time counts, then the procedure's, then the schedule's; an end of
 * the schedule is moved with the start it belongs to. */
static void take_times(struct booking *b)
{
	struct span sch = schedule_span(b);
	struct span ail = widest(b, "AIL", 6, "AIL-6", sch.start_ms);
	struct span ais = widest(b, "AIS", 4, "AIS-4", sch.start_ms);
	int64_t length = hl7_length(b->r, b->sch, 9, 10);
	struct span use = ail.start_ms != 0 ? ail : ais.start_ms != 0 ? ais : sch;
	if (use.end_ms == 0 && ais.end_ms > use.start_ms)
		use.end_ms = ais.end_ms;
	if (sch.start_ms != 0 && sch.end_ms > sch.start_ms)
		length = sch.end_ms - sch.start_ms;
	if (use.end_ms == 0 && use.start_ms != 0 && length > 0)
		use.end_ms = use.start_ms + length;
	if (sch.start_ms != 0 && use.start_ms != sch.start_ms)
		hl7_puzzle(b->r, "SCH-11.4", "another start than %s: that of %s is used",
			ail.start_ms != 0 ? "AIL-6" : "AIS-4",
			ail.start_ms != 0 ? "the room" : "the procedure");
	hl7_add_time(b->appointment, "start", use.start_ms);
	hl7_add_time(b->appointment, "end", use.end_ms);
	if (use.start_ms != 0)
		b->c->start_ms = use.start_ms;
}

/* -- what is done ----------------------------------------------------------------------- */

/* Several AIS: several procedures of one case. The words, else the code. */
static void take_procedures(struct booking *b)
{
	char all[512] = "", one[LABEL_SIZE];
	size_t n = 0;
	const struct hl7_segment *s;
	static const int components[] = {2, 5, 1};
	for (int i = 0; (s = hl7_segment(b->r->m, "AIS", i)) != NULL; i++) {
		one[0] = '\0';
		for (size_t k = 0; k < 3 && one[0] == '\0' && !deleted(b->r, s); k++)
			hl7_value(b->r->m, s, 3, 0, components[k], one, sizeof one);
		if (one[0] != '\0' && n + sizeof one + 4 < sizeof all)
			n += (size_t)snprintf(
				all + n, sizeof all - n, "%s%s", n > 0 ? " + " : "", one);
	}
	if (n > 0)
		cJSON_AddStringToObject(b->appointment, "description", all);
	/* Table 0276 stands in the event or the appointment reason, or the type. */
	for (int field = 6; field <= 8; field++) {
		hl7_value(b->r->m, b->sch, field, 0, 1, one, sizeof one);
		if (strcasecmp(one, "EMERGENCY") == 0) {
			hl7_add_concept(b->appointment, "appointmentType", "", "EMERGENCY", "");
			return;
		}
	}
}

/* -- the message --------------------------------------------------------------------------- */

static void take_case(struct booking *b, const char *status)
{
	struct hl7_reading *r = b->r;
	char visit[ID_SIZE];
	if (r->patient[0] != '\0')
		text_copy(b->c->patient, sizeof b->c->patient, r->patient);
	if (hl7_id_at(r, hl7_segment(r->m, "PV1", 0), 19, 0, visit))
		text_copy(b->c->visit, sizeof b->c->visit, visit);
	b->appointment = hl7_resource(r, "Appointment", b->c->id);
	/* The mapper asks whether it is surgery; the room has answered. */
	hl7_add_concept(b->appointment, "serviceCategory", "", "surgery", "");
	take_status(b, status);
	take_participants(b);
	take_times(b);
	take_procedures(b);
}

static void drop(struct hl7 *h, struct hl7_case *c)
{
	HASH_DEL(h->cases, c);
	free(c);
}

static void read_booking(struct hl7_reading *r, const char *id, const char *status)
{
	struct hl7_case *known;
	HASH_FIND_STR(r->h->cases, id, known);
	struct booking b = {
		.r = r, .sch = hl7_segment(r->m, "SCH", 0), .c = hl7_case_get(r->h, id)};
	if (b.c == NULL || !hl7_is_news(r, "case", id))
		return;
	hl7_read_patient_id(r);
	take_case(&b, status);
	if (!b.ours && known == NULL) {
		hl7_refuse(r, "AIL-3",
			b.roomed ? "no room of this suite: add its name to the site, if it is one"
				 : "no room: it cannot be told whether the case is of this suite");
		drop(r->h, b.c);
		return;
	}
	hl7_add_patient(r);
	hl7_flush(r);
	struct hl7_visit *visit = hl7_visit_of(r);
	if (visit != NULL && visit->patient[0] != '\0' && !b.c->over) {
		hl7_tell_visit(r, visit, b.c);
		hl7_flush(r);
	}
}

void hl7_read_siu(struct hl7_reading *r)
{
	char id[ID_SIZE];
	for (size_t i = 0; i < sizeof triggers / sizeof *triggers; i++) {
		if (strcmp(triggers[i].trigger, r->trigger) != 0)
			continue;
		const struct hl7_segment *sch = hl7_segment(r->m, "SCH", 0);
		if (triggers[i].why != NULL)
			hl7_refuse(r, "MSH-9", "event %s %s", r->trigger, triggers[i].why);
		else if (sch == NULL)
			hl7_refuse(r, "SCH", "no SCH segment");
		else if (hl7_id_at(r, sch, 2, 0, id) || hl7_id_at(r, sch, 1, 0, id))
			read_booking(r, id, triggers[i].status);
		else
			hl7_refuse(r, "SCH-2", "neither a filler nor a placer id");
		return;
	}
	hl7_refuse(
		r, "MSH-9", "event %s is not read", r->trigger[0] != '\0' ? r->trigger : "(none)");
}
