/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_TWIN_SITE_H
#define VIGIE_TWIN_SITE_H

/*
 * The static suite: what does not change while people work. Built once from a
 * site file (src/site_file), immutable afterwards, borrowed by everyone else.
 * Lengths are metres on the floor's plan (x to the right, y downwards).
 */

#include "twin/fact.h"
#include "twin/pathway.h"

enum room_kind {
	ROOM_OR,
	ROOM_INDUCTION,
	ROOM_PACU,
	ROOM_HOLDING,
	ROOM_DAY_UNIT,
	ROOM_WARD,
	ROOM_PHARMACY,
	ROOM_STORE,
	ROOM_CORRIDOR,
	ROOM_OTHER,
	ROOM_ICU,
	ROOM_KIND_COUNT
};

enum tag_kind { TAG_PATIENT, TAG_STAFF, TAG_ASSET, TAG_SENSOR, TAG_KIND_COUNT };

enum { OUTLINE_MAX = 12, PATTERN_MAX = 32, SITE_ROOMS = 192, SITE_ZONES = 64, SITE_MEDICINES = 64 };
enum { SITE_WORDS = 8 };

/* Parts of names, of procedures for example. */
struct wordlist {
	char of[SITE_WORDS][ID_SIZE];
	int count;
};

struct floor {
	char id[ID_SIZE];
	char name[LABEL_SIZE];
	int level;
};

struct point {
	double x, y;
};

struct room {
	char id[ID_SIZE];
	char name[LABEL_SIZE];
	char fhir[ID_SIZE]; /* id of its Location; defaults to id */
	int floor;          /* index */
	enum room_kind kind;
	struct point outline[OUTLINE_MAX];
	int outline_count;
	int open_min, close_min;    /* session, minutes after local midnight; -1 none */
	double temp_low, temp_high; /* Cel; low > high: no limits */
	double rh_low, rh_high;     /* % */
	/* Over the air of another room, Pa; low < high: there are limits. */
	double pressure_low, pressure_high;
	double pressure_delay_min; /* a door may stand open for so long */
	char pressure_to[ID_SIZE]; /* that room; both have a barometer */
	double pressure_zero;      /* what these two differ by with the doors open, Pa */
	struct wordlist takes;     /* procedures that can be done in it; none: all */
	bool spare;                /* closed as a rule, and may be opened on the day */
};

/* Rooms that mean the same for somebody: where a thing belongs, or where no
 * patient should be. */
struct zone {
	char id[ID_SIZE];
	char name[LABEL_SIZE];
	bool has[SITE_ROOMS]; /* by index of the room */
	bool no_patients;
	double delay_min; /* passing through is nothing */
};

/* What is kept cold, and what it bears. Cel; minutes. */
struct medicine {
	char id[ID_SIZE];
	char name[LABEL_SIZE];
	double low, high; /* where it is kept */
	double delay_min; /* out of that before the alarm */
	/* Out of limits in all, from when the stock was put in: so long it bears
	 * that, as its maker says. 0: nothing is told. */
	double budget_min;
	double least, most; /* ... within these, not a minute beyond; least > most: not told */
	double mkt_high;    /* mean kinetic temperature at most; 0 not told */
};

struct door {
	int a, b; /* room indexes; b = -1: to the outside */
};

struct bed {
	char id[ID_SIZE];
	char name[LABEL_SIZE];
	char fhir[ID_SIZE];
	int room;
};

struct gateway {
	char mac[TAG_SIZE];
	char name[LABEL_SIZE];
	/* What else it goes by: the MAC on its box, a node's name in topics. */
	char alias[LABEL_SIZE];
	int room;
	double x, y;
};

struct staff_role {
	char id[ID_SIZE];
	char name[LABEL_SIZE];
	int count;     /* on duty */
	int covers;    /* rooms one of them can look after at a time; 0: not told, 1 */
	bool no_calls; /* not whom one sends to a patient who rings */
	int on_call;   /* so many more can be called in */
	int stretch;   /* so many rooms more can be looked after, by all of them together */
};

enum { KIT_UNITS = 64, SITE_KITS = 16, SITE_ROLES = 64, SITE_EMERGENCIES = 12 };

/* Equipment or sterile sets of which there are few. A case whose procedure has
 * one of the words in it needs one from its entry until it is out of the room. */
struct kit {
	char id[ID_SIZE];
	char name[LABEL_SIZE];
	int count; /* at most KIT_UNITS */
	struct wordlist procedures;
	double turn_min;         /* after use, until it can be used again */
	double mtbf_h, mttr_min; /* of one; 0: never fails */
	int loan;                /* so many more can be had for a day */
};

/* Emergencies nobody has announced yet, of one class. */
struct emergencies {
	int nest;                      /* 1 to 6 */
	double per_hour[24];           /* how many, by the local hour */
	double minutes, deviation_min; /* time in the room */
	double wait_min;               /* after so long they take any free room; < 0: by class */
};

/* What people have agreed on, and what usually happens. All zero: as planned. */
struct rules {
	bool last_call;
	double last_call_min; /* after the session: no elective case enters any more */
	double no_show;       /* share of patients expected who do not come */
	double cancelled;     /* ... of elective cases taken off on the day all the same */
	double not_fasting;   /* share who have eaten; how much later they may begin: */
	double fasting_mean, fasting_deviation;
	double room_mtbf_h, room_mttr_min; /* of an operating room; 0: never out of order */
};

/* What a repair may ask of people. All zero: nothing beyond the programme. */
struct repairing {
	double over_min;               /* a case may be planned so far past a session's end */
	double notice_min;             /* who is told otherwise is told so long before */
	int overflow[ROOM_KIND_COUNT]; /* beds that can be opened besides, by kind of room */
	struct wordlist ways;          /* ways of working that may be switched to: what-ifs */
};

/* A tag known to the site. Patients' bracelets get their wearer by FACT_TAG. */
struct tag {
	char mac[TAG_SIZE];
	char name[LABEL_SIZE]; /* "pump 17", "IADE 2", "fridge PUI-3" */
	char model[ID_SIZE];   /* "B10", "B7", "E8", "S1" ... */
	char role[ID_SIZE];    /* staff: role id; assets: category */
	enum tag_kind kind;
	int room;               /* sensors: where it is fixed; assets: home; -1 none */
	int bed;                /* a button fixed to a bed, -1 */
	bool cold;              /* cold chain: limits below apply */
	double low, high;       /* of QUANTITY_TEMPERATURE, Cel; low > high: none */
	double delay_min;       /* minutes out of limits before the alarm */
	char medicine[ID_SIZE]; /* what is in it, "" not told */
	/* The zone where a thing belongs; of a bracelet with `wander`, where its
	 * wearer may walk. "" anywhere. Never of staff. */
	char zone[ID_SIZE];
	bool wander;
};

/* How a press looks on air (feeds.md 2.6). The bytes are what must appear in
 * the advertisement: e.g. an iBeacon's UUID+major+minor, a UID's ns+instance. */
enum signature_kind { SIGNATURE_IBEACON, SIGNATURE_UID, SIGNATURE_FRAME, SIGNATURE_KIND_COUNT };

struct signature {
	char id[ID_SIZE];
	char model[ID_SIZE]; /* tags it applies to; "" any */
	enum signature_kind kind;
	uint8_t pattern[PATTERN_MAX];
	uint8_t mask[PATTERN_MAX]; /* 0xFF compare, 0x00 any */
	int length;
	double rearm_silence_s; /* 30 */
	double merge_s;         /* 15 */
	enum alarm_class call;  /* what it means: a patient's call, or an emergency */
	/* For tags that say which press it was: BTHome's code (1 once, 2 twice,
	 * 3 thrice, 4 long); 0: any. */
	int event;
};

/* How a gateway hears tags in one part of a room, as a walk-through found. */
struct radio_level {
	float mean_dbm;
	float deviation_db; /* 0: the survey knew nothing of this gateway */
	float heard;        /* share of adverts it hears, 0 to 1 */
};

struct radio_cell {
	int room;
	int rows; /* of the survey, that is how often one stood there */
};

/* Learned by `vigie locate survey` or `train`; no cells: by geometry. */
struct survey {
	struct radio_cell *cells;
	int cell_count;
	struct radio_level *levels; /* [cell][gateway of the site] */
	/* What the filter believes is told as b^certainty, normalised: below 1
	 * when it was found to be surer than right. 0: not known, 1. */
	double certainty;
};

struct target { /* limits people have agreed on, by name */
	char key[ID_SIZE];
	double value;
};

struct alarm_setting;

struct site {
	char id[ID_SIZE];
	char name[LABEL_SIZE];
	char zone[ID_SIZE]; /* IANA time zone */
	char currency[8];
	char hash[ID_SIZE];
	struct floor *floors;
	int floor_count;
	struct room *rooms;
	int room_count;
	struct door *doors;
	int door_count;
	struct bed *beds;
	int bed_count;
	struct gateway *gateways;
	int gateway_count;
	struct staff_role *roles;
	int role_count;
	struct zone *zones;
	int zone_count;
	struct medicine *medicines;
	int medicine_count;
	struct tag *tags;
	int tag_count;
	struct signature *signatures;
	int signature_count;
	struct pathway *pathways;
	int pathway_count;
	struct kit *kits;
	int kit_count;
	struct emergencies *emergencies;
	int emergency_count;
	struct rules rules;
	struct repairing repair;
	struct target *weights; /* of the objective of a repair: twin/objective.h */
	int weight_count;
	struct target *targets;
	int target_count;
	struct target *prices;
	int price_count;
	struct survey survey;
	struct alarm_setting *alarms; /* of each class (twin/alarm.h); NULL: as by default */
	double turnover_min;          /* usual, minutes */
	double gateway_silence_s;     /* after which a gateway is called silent */
	double tag_silence_min;       /* ... and a tag that should be heard; 0: never */
};

/* Indexes by id, -1 when absent. site_room also takes a FHIR id. */
int site_room(const struct site *site, const char *id);
int site_bed(const struct site *site, const char *id);
int site_gateway(const struct site *site, const char *mac);
int site_tag(const struct site *site, const char *mac);
int site_floor(const struct site *site, const char *id);
int site_zone(const struct site *site, const char *id);
int site_medicine(const struct site *site, const char *id);
int site_signature(const struct site *site, const char *id);
/* Of a model that has a signature: a call button. */
bool site_is_button(const struct site *site, const struct tag *tag);
/* The room whose air this one's pressure is kept over; -1: it has no limits. */
int site_pressure_to(const struct site *site, int room);
/* Whether what a barometer in this room says matters for any limits. */
bool site_in_cascade(const struct site *site, int room);
/* Beds of the rooms of a kind. */
int site_beds(const struct site *site, enum room_kind kind);
double site_target(const struct site *site, const char *key, double otherwise);
/* ASCII letters of either case are the same. A room that lists what it takes does not
 * take what nobody has named. */
bool site_kit_is_for(const struct kit *kit, const char *procedure);
bool site_room_takes(const struct room *room, const char *procedure);
/* Some word is part of the text. */
bool site_words_in(const struct wordlist *words, const char *text);
double site_weight(const struct site *site, const char *term); /* -1: not set */
/* Minutes within which a class is to be operated on: the site's target nest_K_h, else
 * those of NEST (NCT04585529; field 2.3): 1, 4, 12, 48 and 72 hours from class 2 on. -1:
 * no class, or class 1, which is "minutes" and for the site to say. */
double site_nest_min(const struct site *site, int nest);
double site_price(const struct site *site, const char *key); /* -1: not set */

const char *room_kind_name(enum room_kind k); /* "or", "pacu" ... */
int room_kind_parse(const char *word);
const char *tag_kind_name(enum tag_kind k);
int tag_kind_parse(const char *word);

/* Frees what src/site_file built. */
void site_free(struct site *site);

#endif
