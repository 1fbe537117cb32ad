/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_TESTS_BENCH_LEARN_H
#define VIGIE_TESTS_BENCH_LEARN_H

/* What a day teaches, asked as plan_build asks. The emulator gives the cases of
 * each day the same ids, so that the fold itself would take them for corrections. */

#include <math.h>

#include "twin/duration_suite.h"
#include "twin/learning.h"

static void learn_day(struct learnt *learnt, const struct twin *twin)
{
	for (int i = 0; i < twin->case_count; i++) {
		const struct surgery *s = &twin->cases[i];
		int64_t in = surgery_entered_ms(s), out = surgery_left_ms(s);
		int p = twin_patient(twin, s->patient);
		const struct patient *who = p >= 0 ? &twin->patients[p] : NULL;
		if (in == 0 || out <= in)
			continue;
		const struct duration_facts facts = {
			.procedure = s->procedure,
			.surgeon = s->surgeon,
			.setting = s->setting != SETTING_UNKNOWN ? setting_name(s->setting) : NULL,
			.planned_min = surgery_planned_min(s),
			.asa = who != NULL && who->asa > 0 ? (double)who->asa : (double)NAN,
			.bmi = who != NULL && who->bmi > 0 ? who->bmi : (double)NAN,
			.age_years = who != NULL && who->age_years >= 0 ? (double)who->age_years
									: (double)NAN,
		};
		struct duration_input input;
		duration_suite_input(&facts, &input);
		double actual = (double)(out - in) / 60000;
		struct word_errors *bookings = &learnt->words[WORD_BOOKING];
		duration_learn(&learnt->durations, &input, actual);
		if (facts.planned_min > 0 && actual > 0) {
			double error = log(actual / facts.planned_min);
			bookings->count += 1;
			bookings->sum += error * error;
		}
	}
}

#endif
