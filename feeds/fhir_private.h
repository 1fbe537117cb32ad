/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_FEEDS_FHIR_PRIVATE_H
#define VIGIE_FEEDS_FHIR_PRIVATE_H

/*
 * What the files of the FHIR mapper share. One file per resource family; each
 * gives readers, listed in the one table of fhir.c. Nothing here does I/O.
 */

#include <cjson/cJSON.h>
#include <uthash.h>

#include "feeds/fhir.h"
#include "feeds/fhir_profile.h"

/* -- JSON, the tolerant way (fhir_json.c) -------------------------------- */

/* Parses a whole page. \u0000 and NUL bytes would cut strings short in cJSON
 * and make two ids collide: they become characters no id may have. */
cJSON *fhir_json_parse(const char *text, size_t len, struct error *err);
const cJSON *fhir_get(const cJSON *object, const char *key);
const char *fhir_string(const cJSON *object, const char *key); /* "" absent */
/* The first of two names that is there: R4's and R5's. */
const cJSON *fhir_either(const cJSON *object, const char *r4, const char *r5);
int64_t fhir_time_at(const cJSON *object, const char *key);
/* True when the text is a time of day, not just a date. */
bool fhir_is_time(const char *text);

const cJSON *fhir_begin(const cJSON *node);
const cJSON *fhir_next(const cJSON *node, const cJSON *element);
/* Walks an array, or a single object in the place of one. */
#define FHIR_EACH(element, node)                                                                   \
	for (const cJSON *element = fhir_begin(node); element != NULL;                             \
		element = fhir_next(node, element))

struct fhir_coding {
	const char *system, *code, *display; /* "" absent */
};
enum { FHIR_CODINGS = 12 };
/* The codings of a Coding, CodeableConcept, CodeableReference or array of them. */
int fhir_codings(const cJSON *concept, struct fhir_coding *out, int max);
/* system NULL: any; a coding without system matches too when `bare`. */
bool fhir_has_code(const cJSON *concept, const char *system, const char *code);
const char *fhir_concept_text(const cJSON *concept);
/* The extension of that url, n-th; NULL. */
const cJSON *fhir_extension(const cJSON *element, const char *url, int n);

/* -- the mapper's memory ------------------------------------------------- */

struct fhir_claim {
	enum milestone milestone;
	int64_t when_ms;
	int64_t updated_ms; /* of the resource that says so */
	uint64_t told;      /* order of telling: the newest exact one wins */
	bool at_most;
	char origin[ORIGIN_SIZE];
};

struct fhir_case {
	char id[ID_SIZE];
	char patient[ID_SIZE];
	char room[ID_SIZE];
	int64_t start_ms;
	uint64_t seen;          /* the last sweep that brought its Appointment, 0 none */
	char staff[2][ID_SIZE]; /* surgeon, anaesthetist */
	bool by_role[2];        /* ... named by a PractitionerRole */
	bool gone;              /* the server no longer has it */
	bool known;             /* its Appointment has been read */
	bool surgical;          /* ... and is one of ours */
	bool titled;            /* the Appointment says what is done */
	struct fhir_claim *claims;
	int claim_count;
	struct {
		int64_t when_ms;
		bool said, at_most;
	} given[MILESTONE_COUNT];
	UT_hash_handle hh;
};

/* One resource read: which version, and what it hangs on. */
struct fhir_link {
	char origin[ORIGIN_SIZE];
	char target[ID_SIZE]; /* case of an Encounter, Procedure, order; practitioner of a role */
	int64_t updated_ms;
	UT_hash_handle hh;
};

struct fhir_measure {
	double value;
	int64_t when_ms;
};

enum { MEASURE_BMI, MEASURE_WEIGHT_KG, MEASURE_HEIGHT_M, MEASURE_ASA, MEASURE_COUNT };

enum { FHIR_BRACELETS = 2 };

struct fhir_bracelets {
	char mac[FHIR_BRACELETS][TAG_SIZE]; /* listed, "" none: one is usual */
};

/* A visit, as far as the LACE index asks. */
struct fhir_visit {
	char id[ID_SIZE];
	char whole[ID_SIZE]; /* the visit it is part of, "" */
	int64_t start_ms, end_ms;
	bool ours;      /* of a case of the programme */
	bool emergency; /* in an emergency department */
	bool stay;      /* in a bed */
	int acute;      /* 1, 0, -1 not said */
};

struct fhir_ailment {
	char id[ID_SIZE];
	unsigned groups; /* bits of fhir_condition.c */
};

struct fhir_person {
	char id[ID_SIZE];
	char birth[11];
	struct fhir_bracelets bracelets;
	char sex;
	bool read;              /* its Patient was */
	char doubt[LABEL_SIZE]; /* ... and must be read with care */
	enum mobility mobility;
	enum setting setting;
	struct fhir_measure measures[MEASURE_COUNT];
	int64_t case_start_ms; /* age is taken on that day */
	struct fhir_visit *visits;
	struct fhir_ailment *conditions;
	int visit_count, condition_count;
	bool visits_asked, conditions_asked; /* all there are, of six months and more */
	UT_hash_handle hh;
};

struct fhir_said;
struct fhir_kept;
struct fhir_alias;
struct fhir_named;
struct fhir_place_kind;

/* Azure's next links carry their state: over 4 kB of it. */
enum { FHIR_LINK_SIZE = 16384 };

struct fhir_map {
	struct fhir_options options;
	const struct fhir_profile *profile; /* of the settings; NULL: by resource */
	char *strings[3];
	struct fhir_sink sink;
	int64_t at_ms;
	uint64_t told, sweep;
	bool polled;    /* what is read now came from a search */
	bool linked;    /* something new to hang kept resources on */
	bool last_call; /* offline: no more input will come */
	struct fhir_case *cases;
	struct fhir_link *links;
	struct fhir_person *people;
	struct fhir_said *said;
	struct fhir_kept *kept;
	size_t kept_nodes;
	struct fhir_alias *aliases;
	struct fhir_named *named;
	struct fhir_place_kind *kinds;
	char next[FHIR_LINK_SIZE];
	char self[FHIR_LINK_SIZE];
	struct fhir_page *page; /* being read, NULL */
};

/* One resource being read. */
struct fhir_reading {
	struct fhir_map *map;
	const cJSON *resource;
	const struct fhir_profile *profile;
	const char *type;
	char id[ID_SIZE];
	char origin[ORIGIN_SIZE];
	int64_t updated_ms;     /* meta.lastUpdated, 0 */
	char doubt[LABEL_SIZE]; /* why its case must be read with care */
};

/* A reader returns false when what the resource hangs on is not known yet: it
 * is then kept and read again. */
typedef bool fhir_read(struct fhir_reading *r);
fhir_read fhir_read_appointment, fhir_read_encounter, fhir_read_procedure, fhir_read_location,
	fhir_read_patient, fhir_read_practitioner, fhir_read_role, fhir_read_observation,
	fhir_read_request, fhir_read_task, fhir_read_condition, fhir_read_nothing;

void fhir_outcome_add(const cJSON *outcome, struct fhir_page *page);
/* What the status code of an Appointment means; CASE_UNKNOWN: it is none. */
enum case_status fhir_appointment_means(const char *code);

/* -- references and giving out (fhir_give.c) ----------------------------- */

/* The id a Reference of that type points to. Returns NULL when out is filled;
 * else why not ("" when it is absent or of another type). */
const char *fhir_refer(
	const struct fhir_reading *r, const cJSON *reference, const char *type, char out[ID_SIZE]);
/* "…/Patient/p-1/_history/3" → "Patient", "p-1"; false when it is not of that form. */
bool fhir_split(const char *reference, char type[ID_SIZE], char id[ID_SIZE]);
/* Entries of a Bundle may point at each other by urn:uuid: url → type and id. */
void fhir_alias_add(struct fhir_map *map, const char *url, const char *type, const char *id);
/* The alias of an identifier: "Type?system|value"; false when it has no value. */
enum { FHIR_ALIAS_SIZE = 320 };
bool fhir_alias_key(char out[FHIR_ALIAS_SIZE], const char *type, const cJSON *identifier);
void fhir_alias_clear(struct fhir_map *map);

void fhir_doubt(struct fhir_reading *r, const char *path, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* Tells the sink and marks nothing. */
void fhir_puzzle(const struct fhir_reading *r, const char *path, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

struct fact fhir_fact(const struct fhir_reading *r, enum fact_kind kind);
/* Gives a fact out unless the last one of that key said the same. */
void fhir_give(struct fhir_map *map, const char *key, const struct fact *fact);
void fhir_give_name(struct fhir_map *map, const char *id, const char *name);
const char *fhir_name_of(const struct fhir_map *map, const char *id);
void fhir_said_free(struct fhir_map *map);

struct fhir_link *fhir_link_find(const struct fhir_map *map, const char *type, const char *id);
/* Notes what `type/id` hangs on; true when that is new. */
bool fhir_link_set(struct fhir_map *map, const char *type, const char *id, const char *target);

/* -- cases and their milestones (fhir_case.c) ---------------------------- */

struct fhir_claims {
	struct {
		int64_t when_ms;
		bool at_most;
	} of[MILESTONE_COUNT];
};
void fhir_claim(struct fhir_claims *claims, enum milestone m, int64_t when_ms, bool at_most);
/* progress_rank: of the "current value only" milestone the resource shows; a lower
 * one takes later ones back; -1 it shows none; FHIR_RANK_NONE: nothing it said stands. */
enum { FHIR_RANK_NONE = -2 };
void fhir_settle(struct fhir_reading *r, const char *case_id, const struct fhir_claims *claims,
	int progress_rank);
int fhir_progress_rank(enum milestone m); /* -1 not one of the six */

/* Why a doubt is not to be read on: anything but test data. */
bool fhir_blocks(const struct fhir_reading *r);
struct fhir_case *fhir_case_find(const struct fhir_map *map, const char *id);
struct fhir_case *fhir_case_get(struct fhir_map *map, const char *id);
/* The case of a resource: true when it is one of ours. *wait: not known yet. */
bool fhir_case_accepts(const struct fhir_reading *r, const char *case_id, bool *wait);
/* What is done, unless the Appointment says it itself. */
void fhir_give_title(struct fhir_reading *r, const char *case_id, const char *text);
/* Marks the case when the reading has a doubt. */
void fhir_case_mark(struct fhir_reading *r, const char *case_id);
/* The first modifierExtension, at the root or in any part; the parser bounds the depth. */
const cJSON *fhir_modifier(const cJSON *node);
/* modifierExtension at any depth, implicitRules, HTEST. */
void fhir_check_modifiers(struct fhir_reading *r);
void fhir_cases_free(struct fhir_map *map);

/* -- rooms (fhir_location.c) --------------------------------------------- */

/* A Location id as the site calls it: fills room (and bed, when it is one). */
enum room_kind fhir_where(const struct fhir_map *map, const char *location, char room[ID_SIZE],
	char bed[ID_SIZE], bool *configured);
void fhir_kinds_free(struct fhir_map *map);

/* -- messages (fhir_task.c) ------------------------------------------------ */

/* Gives ids to the resources of a message that have none. */
void fhir_message_name(const cJSON *entries);

/* -- people (fhir_person.c) ---------------------------------------------- */

struct fhir_person *fhir_person_get(struct fhir_map *map, const char *id);
void fhir_person_give(struct fhir_reading *r, struct fhir_person *person);
void fhir_people_free(struct fhir_map *map);

/* -- what went before (fhir_history.c, fhir_condition.c) ------------------- */

/* Notes a visit, or that it did not happen; false when nothing was kept. */
bool fhir_history_visit(struct fhir_reading *r, bool ours, bool happened);
/* Notes a condition, or takes it back. */
void fhir_history_condition(
	struct fhir_reading *r, struct fhir_person *person, bool counts, unsigned groups);
/* Gives what is known out for a patient of the programme. */
void fhir_history_give(struct fhir_reading *r, const struct fhir_person *person);
void fhir_history_free(struct fhir_person *person);
/* Charlson's points as the LACE index counts them. */
int fhir_charlson_points(unsigned groups);

/* -- observations (fhir_observation.c) ------------------------------------ */

/* The codes of all observations that are read, as a search takes them: "a,b,c". */
void fhir_observation_codes(char *out, size_t size);

/* -- kept back (fhir_keep.c) --------------------------------------------- */

void fhir_keep(struct fhir_reading *r);
void fhir_keep_drop(struct fhir_map *map, const char *origin);
/* Tries all kept resources again with `read`, which returns false to keep on. */
void fhir_keep_retry(
	struct fhir_map *map, bool (*read)(struct fhir_map *map, const cJSON *resource));
void fhir_keep_free(struct fhir_map *map);

#endif
