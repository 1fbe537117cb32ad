/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_HOSPITAL_LAWS_H
#define VIGIE_HOSPITAL_LAWS_H

/*
 * How long things take in a hospital that vigie has never seen: families that
 * are not those of its models, bookings that are biased, surgeons who differ,
 * crews that are counted. Read from a file (vigie-hospital(1), LAWS) which
 * nothing outside the emulator opens.
 */

#include <stdbool.h>

#include "feeds/error.h"
#include "src/hospital/rng.h"
#include "twin/fact.h"

enum specialty {
	ORTHOPAEDICS,
	VISCERAL,
	GYNAECOLOGY,
	UROLOGY,
	EYES,
	ENT,
	VASCULAR,
	HAND,
	SPECIALTY_COUNT
};

enum family { FAMILY_LOGNORMAL, FAMILY_GAMMA, FAMILY_WEIBULL, FAMILY_MIXTURE, FAMILY_SHIFTED };

struct law {
	enum family family;
	double median; /* minutes; 0: what the act says */
	double log_sd; /* of its logarithm; of the main part in a mixture, of what
			* varies when shifted */
	/* MIXTURE: this share takes `factor` times as long. SHIFTED: this share of the
	 * median is never saved. */
	double share, factor;
};

/* Who does what; counted as the site counts the role. */
enum crew { CREW_PORTER, CREW_ANAESTHETIST, CREW_CLEANING, CREW_COUNT };

struct laws {
	struct law surgery[SPECIALTY_COUNT];
	struct law anaesthesia, emergence, cleaning, recovery;
	double booked[SPECIALTY_COUNT]; /* booked over usual minutes */
	double booking_log_sd;          /* from case to case */
	double surgeon_log_sd;          /* from surgeon to surgeon */
	double fill[2];                 /* lists are booked to a share of the session between */
	double last_call_min;           /* after the session's end: others are put off */
	char role[CREW_COUNT][ID_SIZE]; /* of the site; "" is not counted */
};

/* Negative and err with file:line when something is wrong or missing. */
int laws_load(struct laws *laws, const char *path, struct error *err);
/* Minutes; `median` when the law has none of its own. */
double law_draw(const struct law *law, double median, struct rng *r);

#endif
