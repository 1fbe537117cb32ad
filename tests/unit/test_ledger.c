/* SPDX-License-Identifier: Apache-2.0 */
/* The ledger and the score tell what learning.h holds, and no surgeon's name. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <cjson/cJSON.h>
#include <math.h>
#include <stdlib.h>
#include <time.h>

#include "src/ledger.h"
#include "tests/unit/twin_world.h"
#include "twin/stat.h"

static struct twin *twin;
static struct learning *learning;

static void hear(struct fact f)
{
	f.seq = ++sequence;
	twin_apply(twin, &f, NULL);
	learning_hear(learning, twin, &f);
}

static void operate(const char *id, int from, int minutes, int booked, const char *procedure)
{
	struct fact f = case_fact(id, id, "or-1", from, from + booked, from - 30);
	FILL(f.surgery.procedure, procedure);
	FILL(f.surgery.surgeon, "s-0031");
	hear(f);
	hear(milestone_fact(id, SOURCE_FHIR, MILESTONE_IN_ROOM, from));
	hear(milestone_fact(id, SOURCE_FHIR, MILESTONE_ANAES_READY, from + 12));
	hear(milestone_fact(id, SOURCE_FHIR, MILESTONE_OUT_ROOM, from + minutes));
	f = fact_make(FACT_AUDIT, SOURCE_SYSTEM, AT(from + minutes + 10));
	hear(f);
}

/* Monday from 09:00 UTC: 75 for 60, 110 for 100; Tuesday: 50 for 60, and one
 * that an operator takes out. */
static int open_suite(void **state)
{
	(void)state;
	setenv("TZ", "UTC0", 1);
	tzset();
	start(&twin);
	learning = learning_create();
	operate("c1", 0, 75, 60, "hip");
	operate("c2", 200, 110, 100, "colectomy");
	operate("c3", 24 * 60, 50, 60, "hip");
	operate("c4", 26 * 60, 400, 60, "hip");
	struct fact f = fact_make(FACT_LEARN, SOURCE_PERSON, AT(34 * 60));
	FILL(f.learn.id, "c4");
	hear(f);
	return learning == NULL;
}

static int close_suite(void **state)
{
	(void)state;
	twin_destroy(twin);
	learning_destroy(learning);
	return 0;
}

static void tells_each_case(void **state)
{
	char *text = ledger_show(learning, twin->now_ms, false);
	(void)state;
	assert_non_null(text);
	assert_non_null(
		strstr(text, "3 cases learnt from\n\n2026-03-16\n10:15  c1  hip: 75 min, 60 "));
	assert_non_null(strstr(text, "\n14:10  c2  colectomy: 110 min, 100 "));
	assert_non_null(strstr(text, "by 1 case\n\n2026-03-17\n09:50  c3  hip: 50 min"));
	assert_non_null(strstr(text, "; 1 of the procedure before; surprise -"));
	assert_non_null(strstr(text, "nothing learnt: taken out by an operator\n"));
	assert_non_null(strstr(text, "word of a booking: off by "));
	assert_non_null(strstr(text, "  procedure hip "));
	assert_null(strstr(text, "s-0031"));
	assert_true(text[strlen(text) - 1] != '\n');
	free(text);
}

/* The site says a mean of 14.4 and a deviation of 10.6 minutes of induction (the
 * usual way): a median of 14.4 / sqrt(1 + (10.6/14.4)^2) = 11.6; 12 came thrice. */
static void tells_the_stages(void **state)
{
	char *text = ledger_show(learning, twin->now_ms, false);
	(void)state;
	assert_non_null(strstr(text, "\nstages, in minutes: median (80 % of them)\n"
				     "  induction: site 11.6 ("));
	assert_non_null(strstr(text, "), now 11.7 ("));
	assert_non_null(strstr(text, "), 3 learnt, last +0.0"));
	free(text);
}

static double number(const cJSON *o, const char *key)
{
	const cJSON *item = cJSON_GetObjectItemCaseSensitive(o, key);
	if (!cJSON_IsNumber(item))
		fail_msg("no number %s", key);
	return item->valuedouble;
}

static void tells_scripts(void **state)
{
	char *text = ledger_show(learning, twin->now_ms, true);
	cJSON *root = cJSON_Parse(text);
	(void)state;
	assert_non_null(root);
	assert_string_equal(cJSON_GetObjectItem(root, "format")->valuestring, "vigie.ledger/1");
	assert_string_equal(
		cJSON_GetObjectItem(root, "time")->valuestring, "2026-03-17T19:00:00+00:00");
	const cJSON *cases = cJSON_GetObjectItem(root, "cases");
	assert_int_equal(cJSON_GetArraySize(cases), 4);
	const cJSON *c3 = cJSON_GetArrayItem(cases, 2), *by = cJSON_GetObjectItem(c3, "by_min");
	assert_true(cJSON_IsTrue(cJSON_GetObjectItem(c3, "used")));
	/* Its three parts are all that it moved. */
	double moved = number(c3, "after_min") - number(c3, "before_min");
	assert_true(moved < 0);
	assert_true(fabs(number(by, "procedure") + number(by, "surgeon_class")
			    + number(by, "all_cases") - moved)
		    < 0.3);
	assert_true(cJSON_IsFalse(cJSON_GetObjectItem(cJSON_GetArrayItem(cases, 3), "used")));
	const cJSON *words = cJSON_GetObjectItem(cJSON_GetObjectItem(root, "parameters"), "words");
	assert_true(fabs(number(cJSON_GetObjectItem(words, "booking"), "words") - 3) < 1e-9);
	const cJSON *stage = cJSON_GetArrayItem(cJSON_GetObjectItem(root, "stages"), 0);
	assert_string_equal(cJSON_GetObjectItem(stage, "stage")->valuestring, "induction");
	assert_true(fabs(number(cJSON_GetObjectItem(stage, "site_min"), "p50") - 11.6) < 0.01);
	assert_true(number(cJSON_GetObjectItem(stage, "now_min"), "p50") > 11.6);
	assert_true(fabs(number(stage, "learnt") - 3) < 1e-9);
	assert_null(strstr(text, "s-0031"));
	free(text);
	cJSON_Delete(root);
}

/* By hand: |75-60| + |110-100| + |50-60| = 35 over 3, bias (15 + 10 - 10) / 3;
 * an expectation as booked has the booking's median. */
static void scores_by_hand(void **state)
{
	char *text = score_show(learning, NULL, twin->now_ms, true);
	cJSON *root = cJSON_Parse(text);
	(void)state;
	assert_true(fabs(number(root, "n") - 3) < 1e-9);
	const cJSON *booking = cJSON_GetObjectItem(root, "booking");
	const cJSON *expected = cJSON_GetObjectItem(root, "expected");
	assert_true(fabs(number(booking, "mae_min") - 35.0 / 3) < 1e-3);
	assert_true(fabs(number(booking, "crps_min") - 35.0 / 3) < 1e-3);
	assert_true(fabs(number(booking, "bias_min") - 5) < 1e-3);
	assert_true(fabs(number(expected, "mae_min") - 35.0 / 3) < 1e-3);
	assert_true(fabs(number(expected, "coverage80") - 1) < 1e-9);
	double crps = 0;
	for (uint64_t n = 0; n < 3; n++) {
		const struct learning_record *r = learning_record(learning, n);
		crps += stat_lognormal_crps(
			learning_actual_min(r), r->foretold.mu, r->foretold.sigma);
	}
	assert_true(fabs(number(expected, "crps_min") - crps / 3) < 1e-3);
	const cJSON *tenths = cJSON_GetObjectItem(root, "tenths");
	double sum = 0;
	for (int i = 0; i < 10; i++)
		sum += cJSON_GetArrayItem(tenths, i)->valuedouble;
	assert_true(fabs(sum - 3) < 1e-9);
	free(text);
	cJSON_Delete(root);
	text = score_show(learning, NULL, twin->now_ms, false);
	assert_non_null(strstr(text, "\nbooking     11.7       10.0    11.7         -    +5.0\n"));
	free(text);
}

/* What the forecast said of the PACU at noon: 0.4, two bays (1 to 3); three were taken,
 * all there are. By hand: Brier 0.36; pinball 0.1 x 2, 0.5 x 1 and 0 (3 is 3), twice
 * their mean 7 / 15. A hazard that came after 25 minutes. */
static void tells_the_forecast(void **state)
{
	struct score *score = score_create();
	(void)state;
	score->record_total = score->hazard_total = 1;
	score->records[0] = (struct score_record){.what = FORETOLD_PACU,
		.state = SCORE_SETTLED,
		.made_ms = twin->now_ms,
		.chance = 0.4,
		.low = 1,
		.middle = 2,
		.high = 3,
		.actual = 3,
		.came = true};
	score->hazards[0] = (struct score_hazard){.hazard = HAZARD_PACU_FULL,
		.verdict = VERDICT_CAME,
		.raised_ms = twin->now_ms,
		.came_ms = twin->now_ms + 25 * 60000};
	char *text = score_show(learning, score, twin->now_ms, true);
	cJSON *root = cJSON_Parse(text);
	const cJSON *all = cJSON_GetObjectItem(root, "all");
	const cJSON *pacu = cJSON_GetObjectItem(cJSON_GetObjectItem(all, "foretold"), "pacu");
	const cJSON *full = cJSON_GetObjectItem(cJSON_GetObjectItem(all, "hazards"), "pacu_full");
	assert_true(fabs(number(root, "n") - 3) < 1e-9); /* what it told before, too */
	assert_true(fabs(number(pacu, "mae") - 1) < 1e-9);
	assert_true(fabs(number(pacu, "crps") - 7.0 / 15) < 1e-4);
	assert_true(fabs(number(pacu, "brier") - 0.36) < 1e-9);
	const cJSON *tenth = cJSON_GetArrayItem(cJSON_GetObjectItem(pacu, "reliability"), 4);
	assert_true(fabs(number(tenth, "said") - 0.4) < 1e-9);
	assert_true(fabs(number(tenth, "came") - 1) < 1e-9);
	assert_true(fabs(number(full, "precision") - 1) < 1e-9);
	assert_true(fabs(number(full, "lead_median_min") - 25) < 1e-9);
	assert_non_null(cJSON_GetObjectItem(root, "today"));
	free(text);
	cJSON_Delete(root);
	text = score_show(learning, score, twin->now_ms, false);
	assert_non_null(
		strstr(text, "PACU full within 2 h                 1  0.360        0.000   100%"));
	assert_non_null(strstr(text, "said -> came (n): 40->100% (1)"));
	assert_non_null(
		strstr(text, "pacu_full        1     1      0     0     0      100%   25 min"));
	free(text);
	score_destroy(score);
}

static void nothing_yet(void **state)
{
	struct learning *empty = learning_create();
	char *ledger = ledger_show(empty, 0, false), *score = score_show(empty, NULL, 0, false);
	(void)state;
	assert_int_equal(strncmp(ledger, "0 cases learnt from\n", 20), 0);
	assert_string_equal(
		score, "0 cases foretold at their beginning, with a booking; 0 without");
	free(ledger);
	free(score);
	learning_destroy(empty);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(tells_each_case),
		cmocka_unit_test(tells_the_stages),
		cmocka_unit_test(tells_scripts),
		cmocka_unit_test(scores_by_hand),
		cmocka_unit_test(tells_the_forecast),
		cmocka_unit_test(nothing_yet),
	};
	return cmocka_run_group_tests(tests, open_suite, close_suite);
}
