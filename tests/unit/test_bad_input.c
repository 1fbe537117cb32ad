/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "tests/pty/suite.h"

/*
 * Files that hospitals really send: each odd one is named (which case or line,
 * and what is made of it) and survived, by the real verbs on real files. A row
 * is one file, what the verb says of it, and its exit status: 0, 1 when
 * something could not be used, 3 when nothing could.
 */

/* ---- programmes ---- */

#define ENTRY(json) "{\"resource\":" json "}"
#define CASE(id, when, actors)                                                                     \
	ENTRY("{\"resourceType\":\"Appointment\",\"id\":\"" id "\",\"status\":\"booked\"," when    \
	      "\"participant\":[" actors "{\"status\":\"accepted\",\"actor\":{\"reference\":"      \
	      "\"Practitioner/d-1\"}}]}")
#define WHEN(from, to) "\"start\":\"" from "\",\"end\":\"" to "\","
#define AT(hm)         "2026-03-16T" hm ":00+01:00"
#define WHO(id)        "{\"status\":\"accepted\",\"actor\":{\"reference\":\"Patient/" id "\"}},"
#define IN(room)       "{\"status\":\"accepted\",\"actor\":{\"reference\":\"Location/" room "\"}},"
#define PLAIN          CASE("plain", WHEN(AT("10:00"), AT("11:00")), WHO("p-9") IN("or-1"))
#define PART(id, of)                                                                               \
	ENTRY("{\"resourceType\":\"Encounter\",\"id\":\"" id "\",\"status\":\"in-progress\","      \
	      "\"class\":{\"code\":\"IMP\"},\"partOf\":{\"reference\":\"Encounter/" of "\"}}")
#define BORN(date) ENTRY("{\"resourceType\":\"Patient\",\"id\":\"p-9\",\"birthDate\":\"" date "\"}")
#define LOOK(code, value)                                                                          \
	ENTRY("{\"resourceType\":\"Observation\",\"id\":\"o-1\",\"status\":\"final\","             \
	      "\"subject\":{\"reference\":\"Patient/p-9\"},\"code\":{\"coding\":[{\"system\":"     \
	      "\"http://loinc.org\",\"code\":\"" code "\"}]}," value "}")
#define BMI(v) LOOK("39156-5", "\"valueQuantity\":{\"value\":" v ",\"code\":\"kg/m2\"}")

struct row {
	const char *name, *text;
	int exit;
	const char *says[3];
	size_t len; /* 0: as long as the text */
};

static const struct row programmes[] = {
	{"nothing odd", PLAIN, 0, {"plain "}, 0},
	{"overlapping cases",
		CASE("early", WHEN(AT("09:00"), AT("10:30")), WHO("p-1") IN("or-1")) "," PLAIN, 0,
		{"case plain: begins at 10:00 in or-1, where case early is booked until 10:30: "
		 "waits for it",
			"early "},
		0},
	{"no room", CASE("odd", WHEN(AT("08:00"), AT("09:00")), WHO("p-1")) "," PLAIN, 0,
		{"case odd: no room: goes ahead, and waits for none", "odd ", "plain "}, 0},
	{"no duration", CASE("odd", "\"start\":\"" AT("08:00") "\",", WHO("p-1") IN("or-1")), 0,
		{"case odd: no duration", "that of any operation is taken"}, 0},
	{"no start", CASE("odd", "", WHO("p-1") IN("or-1")) "," PLAIN, 1,
		{"case odd: no start: left out", "plain "}, 0},
	{"end before start",
		CASE("odd", WHEN(AT("09:00"), AT("08:00")), WHO("p-1") IN("or-1")) "," PLAIN, 1,
		{"Appointment/odd end: ends before it starts", "case odd: no duration", "plain "},
		0},
	{"24 hours",
		CASE("odd", WHEN(AT("08:00"), "2026-03-17T08:00:00+01:00"),
			WHO("p-1") IN("or-2")) "," PLAIN,
		0, {"case odd: booked for 24 h 00: taken as booked", "plain "}, 0},
	{"no patient", CASE("odd", WHEN(AT("08:00"), AT("09:00")), IN("or-1")) "," PLAIN, 0,
		{"case odd: no patient: nothing is known of who it is", "odd "}, 0},
	/* 09:00Z is 10:00 in Paris, 03:30-05:30 is too. */
	{"time zones",
		CASE("zulu", WHEN("2026-03-16T09:00:00Z", "2026-03-16T10:00:00Z"),
			WHO("p-1") IN("or-1")) "," CASE("lima",
			WHEN("2026-03-16T03:30:00-05:30", "2026-03-16T04:30:00-05:30"),
			WHO("p-2") IN("or-2")),
		0,
		{"zulu                     or-1       10:00 (10:00-10:00)",
			"lima                     or-2       10:00 (10:00-10:00)"},
		0},
	{"no time zone",
		CASE("odd", WHEN("2026-03-16T09:00:00", "2026-03-16T10:00:00"),
			WHO("p-1") IN("or-1")) "," PLAIN,
		1, {"Appointment/odd start: not a time", "case odd: no start: left out", "plain "},
		0},
	/* Clocks go from 02:00 to 03:00 that night: this case lasts 60 minutes. */
	{"clocks change",
		CASE("night", WHEN("2026-03-29T01:30:00+01:00", "2026-03-29T03:30:00+02:00"),
			WHO("p-1") IN("or-1")) "," CASE("day",
			WHEN("2026-03-29T08:00:00+02:00", "2026-03-29T09:00:00+02:00"),
			WHO("p-2") IN("or-1")),
		0,
		{"night                    or-1       01:30 (01:30-01:30) 03:",
			"day                      or-1       08:00 (08:00-08:00)"},
		0},
	{"a circle", PLAIN "," PART("e1", "e2") "," PART("e2", "e3") "," PART("e3", "e1"), 1,
		{"Encounter/e3 refers to itself by way of Encounter/e2, Encounter/e1: such "
		 "references are not followed",
			"plain "},
		0},
	{"its own part", PLAIN "," PART("e1", "e1"), 1,
		{"Encounter/e1 refers to itself: such references are not followed", "plain "}, 0},
	{"a negative BMI", PLAIN "," BORN("1960-01-01") "," BMI("-5"), 1,
		{"Observation/o-1 value: outside what is possible", "plain "}, 0},
	{"a BMI of 900", PLAIN "," BMI("900"), 1,
		{"Observation/o-1 value: outside what is possible", "plain "}, 0},
	{"ASA class 9", PLAIN "," LOOK("97816-3", "\"valueInteger\":9"), 1,
		{"Observation/o-1 value: outside what is possible", "plain "}, 0},
	{"born tomorrow", PLAIN "," BORN("2090-01-01"), 1,
		{"Patient/p-9 birthDate: no age up to 130 years on the day of the case: not used",
			"plain "},
		0},
	{"born in 1700", PLAIN "," BORN("1700-01-01"), 1,
		{"Patient/p-9 birthDate: no age up to 130 years", "plain "}, 0},
	{"another day",
		CASE("odd", WHEN("2026-04-20T08:00:00+02:00", "2026-04-20T09:00:00+02:00"),
			WHO("p-1") IN("or-1")) "," PLAIN,
		0, {"1 cases begin on another day: left out", "plain "}, 0},
	{"nothing in it", "", 3, {"no case in it"}, 0},
};

static int forecast(char **out, const char *path, const char *reps)
{
	const char *const argv[] = {suite_vigie, "forecast", path, "--reps", reps, NULL};
	return suite_run(out, argv);
}

static void judge(const struct row *row, int exit, char *out)
{
	for (int i = 0; i < 3 && row->says[i] != NULL; i++)
		if (strstr(out, row->says[i]) == NULL)
			fail_msg("%s: never says \"%s\" but\n%s", row->name, row->says[i], out);
	if (exit != row->exit)
		fail_msg("%s: exit %d, not %d:\n%s", row->name, exit, row->exit, out);
	free(out);
}

static void odd_programmes(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof programmes / sizeof *programmes; i++) {
		const struct row *row = &programmes[i];
		char text[4096], *out = NULL, path[PATH_MAX_];
		int len = snprintf(text, sizeof text,
			"{\"resourceType\":\"Bundle\",\"type\":\"collection\",\"entry\":[%s]}",
			row->text);
		assert_true(len < (int)sizeof text);
		snprintf(path, sizeof path, "%s", suite_path("odd.json"));
		suite_write(path, text, (size_t)len);
		int exit = forecast(&out, path, "50");
		judge(row, exit, out);
	}
}

/* What is no Bundle at all. */
static void broken_files(void **state)
{
	(void)state;
	static const struct row files[] = {
		{"cut", "{\"resourceType\":\"Bundle\",\"entry\":[", 3,
			{"odd.json: broken or truncated JSON"}, 0},
		{"a list", "[1,2,3]", 3, {"odd.json: JSON, but no FHIR resource"}, 0},
		{"empty", "", 3, {"odd.json"}, 0},
		{"binary", "{\0}", 3, {"odd.json"}, 3},
	};
	for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
		char *out = NULL, path[PATH_MAX_];
		snprintf(path, sizeof path, "%s", suite_path("odd.json"));
		suite_write(path, files[i].text,
			files[i].len > 0 ? files[i].len : strlen(files[i].text));
		int exit = forecast(&out, path, "50");
		judge(&files[i], exit, out);
	}
}

static void many_cases(int count, int exit, const char *says, int told)
{
	char path[PATH_MAX_], *out = NULL, *text = malloc((size_t)count * 600 + 200);
	size_t n = 0;
	assert_non_null(text);
	n += (size_t)sprintf(text, "{\"resourceType\":\"Bundle\",\"entry\":[");
	for (int i = 0; i < count; i++) /* fifty rooms, an hour each */
		n += (size_t)sprintf(text + n,
			"%s{\"resource\":{\"resourceType\":\"Appointment\",\"id\":\"c%03d\","
			"\"status\":\"booked\",\"start\":\"2026-03-16T%02d:00:00Z\","
			"\"end\":\"2026-03-16T%02d:50:00Z\",\"participant\":["
			"{\"status\":\"accepted\",\"actor\":{\"reference\":\"Patient/p%03d\"}},"
			"{\"status\":\"accepted\",\"actor\":{\"reference\":\"Location/or-%d\"}}]}}",
			i > 0 ? "," : "", i, 6 + i / 50, 6 + i / 50, i, i % 50);
	n += (size_t)sprintf(text + n, "]}");
	snprintf(path, sizeof path, "%s", suite_path("many.json"));
	suite_write(path, text, n);
	free(text);
	assert_int_equal(forecast(&out, path, "20"), exit);
	int cases = 0;
	for (const char *at = out; (at = strstr(at, "\nc")) != NULL; at++)
		cases += at[2] >= '0' && at[2] <= '9';
	assert_int_equal(cases, told);
	if (says != NULL && strstr(out, says) == NULL)
		fail_msg("never says \"%s\"", says);
	free(out);
}

static void five_hundred_cases(void **state)
{
	(void)state;
	many_cases(500, 0, NULL, 500);
	many_cases(600, 1, "did not fit: a programme holds 512 cases", 512);
}

/* ---- tables of durations ---- */

static const struct row tables[] = {
	{"nothing odd",
		"actual_min,planned_min,procedure,surgeon,asa,bmi,age\n60,50,hip,a,2,25,60\n"
		"70,60,hip,b,3,30,70\n",
		0, {"\"n\":2"}, 0},
	{"missing columns", "actual_min\n60\n70\n80\n90\n95\n100\n", 0,
		{"t.csv: no column planned_min, procedure, surgeon, asa, bmi, age: not known of "
		 "any "
		 "case",
			"\"n\":6"},
		0},
	{"no durations", "planned_min,procedure\n60,hip\n", 3, {"t.csv: no column actual_min"}, 0},
	{"quotes", "actual_min,procedure\n60,\"hip, \"\"left\"\"\nand right\"\n70,knee\n", 0,
		{"\"n\":2"}, 0},
	{"an open quote", "actual_min,procedure\n60,\"hip\n70,knee\n", 3,
		{"t.csv:2: a quote is not closed"}, 0},
	{"CRLF", "actual_min,planned_min\r\n60,50\r\n\r\n70,60\r\n", 0, {"\"n\":2"}, 0},
	{"UTF-16",
		"\xFF\xFE"
		"a\0c\0t\0",
		3, {"t.csv: UTF-16; save it as UTF-8"}, 8},
	{"a byte order mark",
		"\xEF\xBB\xBF"
		"actual_min\n60\n70\n",
		0, {"\"n\":2"}, 0},
	{"NaN", "actual_min,bmi,beds\n60,NaN,1\nNaN,25,2\n70,26,nan\n80,27,3\n", 0,
		{"t.csv:3: actual_min \"NaN\": not a number above 0 to 10080: the row is left out",
			"t.csv:2: bmi \"NaN\": not a number from 7 to 150: taken as missing",
			"t.csv:4: beds \"nan\": taken as missing"},
		0},
	{"a number that is none", "actual_min,beds\n60,1\n70,2\n80,x\n", 0,
		{"t.csv:4: beds \"x\": not a number, so the column is one of names", "\"n\":3"}, 0},
	{"absurd numbers",
		"actual_min,asa,age,bmi\n60,-2,300,25\n1e9,2,60,30\n-5,3,70,30\n70,2,0,900\n", 0,
		{"t.csv:3: actual_min \"1e9\": not a number above 0 to 10080: the row is left out "
		 "(2 "
		 "rows like it)",
			"t.csv:2: asa \"-2\": not a number from 1 to 6: taken as missing",
			"t.csv:2: age \"300\": not a number from 0 to 130: taken as missing"},
		0},
	{"only absurd ones", "actual_min\n-5\n0\n", 3, {"t.csv: no row has an actual_min above 0"},
		0},
	{"one row", "actual_min,planned_min\n60,50\n", 0,
		{"t.csv: 1 cases for 5 folds: what is known of all surgery weighs most", "\"n\":1"},
		0},
	{"no row", "actual_min,planned_min\n", 3, {"t.csv: no rows below the header"}, 0},
	{"nothing", "", 3, {"t.csv: no header"}, 0},
	{"a constant column", "actual_min,ward\n60,1\n70,1\n80,1\n", 0,
		{"t.csv: column ward says the same in every row: it tells nothing", "\"n\":3"}, 0},
	{"a name twice", "actual_min,x,x\n60,1,2\n70,2,1\n", 0,
		{"t.csv: column x stands twice: the first one counts", "\"n\":2"}, 0},
	{"a cell too many", "actual_min,x\n60,1\n70,2,3\n", 3,
		{"t.csv:3: 3 cells where the header has 2"}, 0},
	{"a NUL", "actual_min\n60\n7\0\n", 3, {"t.csv:3: a NUL byte: not a text"}, 17},
};

static void odd_tables(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
		const struct row *row = &tables[i];
		char *out = NULL, path[PATH_MAX_];
		snprintf(path, sizeof path, "%s", suite_path("t.csv"));
		suite_write(path, row->text, row->len > 0 ? row->len : strlen(row->text));
		const char *const fit[] = {suite_vigie, "durations", "fit", path, NULL};
		assert_int_equal(suite_run(NULL, fit), row->exit);
		const char *const evaluate[] = {
			suite_vigie, "durations", "evaluate", path, "--json", NULL};
		int exit = suite_run(&out, evaluate);
		if (strstr(out, "nan") != NULL && strstr(row->text, "nan") == NULL)
			fail_msg("%s: a figure is no number:\n%s", row->name, out);
		judge(row, exit, out);
	}
}

static int open_folder(void **state)
{
	setenv("TZ", "Europe/Paris", 1);
	return suite_open(state);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(odd_programmes),
		cmocka_unit_test(broken_files),
		cmocka_unit_test(five_hundred_cases),
		cmocka_unit_test(odd_tables),
	};
	return cmocka_run_group_tests_name("bad_input", tests, open_folder, suite_close);
}
