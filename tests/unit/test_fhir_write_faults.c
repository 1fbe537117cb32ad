/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/fhir_write_world.h"

/* Writing where things go wrong: each ends in a state with a name, in words that are
 * safe to show, and with nothing done twice. The ways in which servers fail are those
 * of fhir.md 2.2 and 2.4. */

/* Somebody moves it to 13:00 in or-7, between our read and our write. */
static const char to_seven[] =
	"[{\"op\":\"replace\",\"path\":\"/start\",\"value\":\"2026-03-16T13:00:00+01:00\"},"
	"{\"op\":\"replace\",\"path\":\"/end\",\"value\":\"2026-03-16T14:00:00+01:00\"},"
	"{\"op\":\"replace\",\"path\":\"/participant/1/actor/reference\","
	"\"value\":\"Location/or-7\"}]";
/* Somebody adds a remark. */
static const char a_remark[] =
	"[{\"op\":\"add\",\"path\":\"/comment\",\"value\":\"mind the stairs\"}]";

static void assert_theirs(const struct world *w, int64_t start_ms, const char *room)
{
	assert_true(w->result.theirs_known);
	assert_int_equal(w->result.theirs.start_ms, start_ms);
	assert_string_equal(w->result.theirs.room, room);
}

/* -- somebody else ------------------------------------------------------------------- */

static void what_has_changed_is_not_touched(void **state)
{
	struct world *w = *state;
	w->change.expected.start_ms += HOUR;
	assert_int_equal(write_by(w, FHIR_PATCH), FHIR_CONFLICT);
	assert_theirs(w, NINE, "or-2");
	assert_says(w, "changed since");
	w->change.expected.start_ms -= HOUR;
	text_copy(w->change.expected.room, ID_SIZE, "or-3");
	assert_int_equal(write_by(w, FHIR_PUT), FHIR_CONFLICT);
	text_copy(w->change.expected.room, ID_SIZE, "or-2");
	w->change.expected.status = CASE_REQUESTED;
	assert_int_equal(write_by(w, FHIR_BOOK), FHIR_CONFLICT);
	assert_int_equal(w->result.theirs.status, CASE_PLANNED);
	assert_done(w, 0, 0);
}

static void a_stale_version_is_a_conflict(void **state)
{
	static const int stale[] = {412, 409};
	static const enum fhir_write_way by[] = {FHIR_PATCH, FHIR_PUT};
	struct world *w = *state;
	for (int i = 0; i < 4; i++) {
		serve(w, appointment);
		plan(w, (struct writable_plan){
				.stale = stale[i / 2], .meddles = to_seven, .meddles_after = 1});
		assert_int_equal(write_by(w, by[i % 2]), FHIR_CONFLICT);
		assert_int_equal(w->result.status, stale[i / 2]);
		assert_theirs(w, NINE + 4 * HOUR, "or-7");
		assert_string_equal(w->result.before, "W/\"1\"");
		assert_string_equal(w->result.after, "W/\"2\"");
		assert_done(w, 0, 1); /* and never tried again */
	}
}

/* The server applies what comes with a stale If-Match (Medplum's router, fhir.md 0.3):
 * the tests of the patch stop it. */
static void tests_hold_where_if_match_does_not(void **state)
{
	struct world *w = *state;
	plan(w, (struct writable_plan){
			.ignores_match = true, .meddles = to_seven, .meddles_after = 1});
	assert_int_equal(write_by(w, FHIR_PATCH), FHIR_CONFLICT);
	assert_int_equal(w->result.status, 400);
	assert_theirs(w, NINE + 4 * HOUR, "or-7");
	assert_member(w, "a-12", "/start", "\"2026-03-16T13:00:00+01:00\"");
	assert_done(w, 0, 1);
}

/* ... also when nothing we look at has changed: the version is tested too. */
static void another_version_is_another(void **state)
{
	struct world *w = *state;
	plan(w, (struct writable_plan){
			.ignores_match = true, .meddles = a_remark, .meddles_after = 1});
	assert_int_equal(write_by(w, FHIR_PATCH), FHIR_CONFLICT);
	assert_says(w, "something else in it");
	assert_theirs(w, NINE, "or-2");
	assert_done(w, 0, 1);
}

/* A PUT has nothing but If-Match: where that is ignored, the history tells what went
 * under. */
static void a_put_that_overwrote_is_found(void **state)
{
	struct world *w = *state;
	plan(w, (struct writable_plan){
			.ignores_match = true, .meddles = to_seven, .meddles_after = 1});
	assert_int_equal(write_by(w, FHIR_PUT), FHIR_CONFLICT);
	assert_says(w, "written over");
	assert_theirs(w, NINE + 4 * HOUR, "or-7");
	assert_done(w, 1, 1);
}

/* Two stations approve the same plan at once. */
static void two_at_once_do_it_once(void **state)
{
	struct world *w = *state, other = *w;
	struct error err = {""};
	open_writer(w, FHIR_PATCH);
	other.writer = fhir_write_create(w->loop, &w->options, FHIR_PATCH, &err);
	other.calls = 0;
	fhir_write_send(w->writer, &w->change, on_written, w);
	fhir_write_send(other.writer, &w->change, on_written, &other);
	while (w->calls + other.calls < 2)
		ev_run(w->loop, 0);
	assert_int_equal(w->result.what, FHIR_WRITTEN);
	assert_int_equal(other.result.what, FHIR_WRITTEN);
	assert_int_equal(fhir_writable_applied(w->server), 1);
	fhir_write_destroy(other.writer);
}

/* ... and two that want something else. */
static void two_at_once_cannot_both_win(void **state)
{
	struct world *w = *state, other = *w;
	struct error err = {""};
	open_writer(w, FHIR_PATCH);
	other.writer = fhir_write_create(w->loop, &w->options, FHIR_PUT, &err);
	other.calls = 0;
	text_copy(other.change.wanted.room, ID_SIZE, "or-5");
	fhir_write_send(w->writer, &w->change, on_written, w);
	fhir_write_send(other.writer, &other.change, on_written, &other);
	while (w->calls + other.calls < 2)
		ev_run(w->loop, 0);
	assert_int_equal(w->result.what + other.result.what, FHIR_WRITTEN + FHIR_CONFLICT);
	assert_int_equal(fhir_writable_applied(w->server), 1);
	fhir_write_destroy(other.writer);
}

/* -- taken, and not done ------------------------------------------------------------------ */

static void taken_and_not_applied_is_unknown(void **state)
{
	static const int answers[] = {200, 201, 202, 204};
	struct world *w = *state;
	for (size_t i = 0; i < sizeof answers / sizeof *answers; i++) {
		plan(w, (struct writable_plan){.not_applied = true, .after = answers[i]});
		assert_int_equal(write_by(w, FHIR_PATCH), FHIR_UNKNOWN);
		assert_says(w, "taken, but it reads as before");
		assert_done(w, 0, (int)i + 1);
		assert_int_equal(look(w), FHIR_REFUSED);
		assert_says(w, "did not happen");
		assert_done(w, 0, (int)i + 1);
	}
}

static void nothing_modified_is_a_refusal(void **state)
{
	struct world *w = *state;
	plan(w, (struct writable_plan){.answer = 304});
	assert_int_equal(write_by(w, FHIR_PUT), FHIR_REFUSED);
	assert_done(w, 0, 1);
}

/* What it took shows a moment later. */
static void a_late_reader_is_waited_for(void **state)
{
	struct world *w = *state;
	plan(w, (struct writable_plan){.lag = 2});
	assert_int_equal(write_by(w, FHIR_PATCH), FHIR_WRITTEN);
	assert_string_equal(w->result.after, "W/\"2\"");
	assert_done(w, 1, 1);
}

static void an_empty_page_is_read_back(void **state)
{
	struct world *w = *state;
	plan(w, (struct writable_plan){.empty_html = true});
	assert_int_equal(write_by(w, FHIR_PATCH), FHIR_WRITTEN);
	assert_done(w, 1, 1);
}

/* -- no answer ------------------------------------------------------------------------------ */

/* The first request leaves a connection that is kept, which curl would use for the
 * second, and repeat that when it dies. */
static void a_lost_connection_is_unknown(void **state)
{
	struct world *w = *state;
	plan(w, (struct writable_plan){.drop = true});
	assert_int_equal(write_by(w, FHIR_PATCH), FHIR_UNKNOWN);
	assert_int_equal(w->result.status, 0);
	assert_done(w, 1, 1);
	assert_int_equal(look(w), FHIR_WRITTEN);
	assert_string_equal(w->result.after, "W/\"2\"");
	/* Whoever asks again finds it done. */
	assert_int_equal(write_by(w, FHIR_PATCH), FHIR_WRITTEN);
	assert_says(w, "nothing was sent");
	assert_done(w, 1, 1);
}

static void lost_before_it_was_done(void **state)
{
	struct world *w = *state;
	plan(w, (struct writable_plan){.drop = true, .not_applied = true});
	assert_int_equal(write_by(w, FHIR_PUT), FHIR_UNKNOWN);
	assert_int_equal(look(w), FHIR_REFUSED);
	assert_done(w, 0, 1);
}

static void a_time_out_is_unknown(void **state)
{
	struct world *w = *state;
	w->options.deadline_s = 0.3;
	plan(w, (struct writable_plan){.delay_ms = 900});
	assert_int_equal(write_by(w, FHIR_PATCH), FHIR_UNKNOWN);
	assert_says(w, "timed out");
	assert_int_equal(look(w), FHIR_WRITTEN);
	assert_done(w, 1, 1);
}

static void a_look_sees_what_somebody_made_of_it(void **state)
{
	struct world *w = *state;
	plan(w, (struct writable_plan){.drop = true});
	assert_int_equal(write_by(w, FHIR_PATCH), FHIR_UNKNOWN);
	plan(w, (struct writable_plan){.meddles = to_seven, .meddles_after = 2});
	assert_int_equal(look(w), FHIR_WRITTEN); /* read 2, then they change it */
	assert_int_equal(look(w), FHIR_CONFLICT);
	assert_theirs(w, NINE + 4 * HOUR, "or-7");
	plan(w, (struct writable_plan){.read_status = 410});
	assert_int_equal(look(w), FHIR_CONFLICT);
	assert_int_equal(w->result.theirs.status, CASE_VOID);
	plan(w, (struct writable_plan){.read_status = 503});
	assert_int_equal(look(w), FHIR_UNKNOWN);
	assert_done(w, 1, 1);
}

static void taken_and_not_to_be_read_is_unknown(void **state)
{
	struct world *w = *state;
	plan(w, (struct writable_plan){.read_status = 500, .read_after = 1, .words = "down"});
	assert_int_equal(write_by(w, FHIR_PATCH), FHIR_UNKNOWN);
	assert_says(w, "not to be read");
	assert_done(w, 1, 1);
	/* A refusal is one, read back or not. */
	w->change.expected = w->change.wanted;
	w->change.wanted.room[3] = '8';
	int reads = fhir_writable_reads(w->server);
	plan(w, (struct writable_plan){
			.read_status = 500, .read_after = reads + 1, .answer = 422, .words = "no"});
	assert_int_equal(write_by(w, FHIR_PATCH), FHIR_REFUSED);
	assert_done(w, 1, 2);
}

/* -- the server says no ---------------------------------------------------------------------------
 */

static void every_no_has_its_name(void **state)
{
	static const struct {
		int status;
		enum fhir_written what;
		const char *words;
	} rows[] = {
		/* One that only takes proposals. */
		{403, FHIR_REFUSED, "not for you"},
		{405, FHIR_REFUSED, "read only"},
		{501, FHIR_REFUSED, "not implemented"},
		{400, FHIR_REFUSED, "bad patch"},
		{404, FHIR_REFUSED, "gone"},
		{415, FHIR_REFUSED, "no such format"},
		{422, FHIR_REFUSED, "app-3 is broken"},
		{424, FHIR_REFUSED, "no encounter"},
		{428, FHIR_REFUSED, "a precondition"},
		{302, FHIR_REFUSED, ""},
		{401, FHIR_REFUSED, "who?"},
		{423, FHIR_BUSY, "is being modified"},
		{429, FHIR_BUSY, "throttled"},
		{409, FHIR_CONFLICT, "double booking"},
		{408, FHIR_UNKNOWN, "slow"},
		{500, FHIR_UNKNOWN, "oops"},
		{502, FHIR_UNKNOWN, "gateway"},
		{503, FHIR_UNKNOWN, "maintenance"},
		{504, FHIR_UNKNOWN, "gateway slow"},
	};
	struct world *w = *state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		plan(w, (struct writable_plan){.answer = rows[i].status, .words = rows[i].words});
		enum fhir_written what = write_by(w, i % 2 == 0 ? FHIR_PATCH : FHIR_PUT);
		if (what != rows[i].what)
			fail_msg("%d: %d, %s", rows[i].status, what, w->result.why);
		assert_int_equal(w->result.status, rows[i].status);
		assert_says(w, rows[i].words);
		assert_done(w, 0, (int)i + 1);
		if (what == FHIR_UNKNOWN)
			assert_int_equal(look(w), FHIR_REFUSED);
	}
}

/* It did it, and says that it did not. */
static void what_was_done_counts_not_what_was_said(void **state)
{
	static const int said[] = {500, 504, 409, 400};
	struct world *w = *state;
	for (size_t i = 0; i < sizeof said / sizeof *said; i++) {
		plan(w, (struct writable_plan){.after = said[i]});
		assert_int_equal(write_by(w, FHIR_PATCH), FHIR_WRITTEN);
		assert_says(w, "as wanted");
		assert_done(w, (int)i + 1, (int)i + 1);
		w->change.expected = w->change.wanted;
		w->change.wanted.start_ms += HOUR;
		w->change.wanted.end_ms += HOUR;
	}
}

static void waiting_is_said_in_words(void **state)
{
	struct world *w = *state;
	plan(w, (struct writable_plan){.answer = 429,
			.words = "slow down",
			.header = "Retry-After",
			.value = "30"});
	assert_int_equal(write_by(w, FHIR_PATCH), FHIR_BUSY);
	assert_says(w, "HTTP 429, again in 30 s: slow down");
	plan(w, (struct writable_plan){.read_status = 503, .header = "Retry-After", .value = "7"});
	assert_int_equal(write_by(w, FHIR_PATCH), FHIR_BUSY);
	assert_says(w, "again in 7 s");
	assert_done(w, 0, 1);
}

/* Oracle wants If-Match; a server that tells no version cannot have one. */
static void a_version_nobody_told(void **state)
{
	struct world *w = *state;
	plan(w, (struct writable_plan){.versions = VERSIONS_NONE, .needs_match = true});
	assert_int_equal(write_by(w, FHIR_PATCH), FHIR_REFUSED);
	assert_int_equal(w->result.status, 412);
	assert_says(w, "tells none");
	assert_done(w, 0, 1);
}

static void their_words_are_made_safe(void **state)
{
	struct world *w = *state;
	plan(w, (struct writable_plan){.answer = 422,
			.words = "\\u001b[31mred\\u202e and so on, for much longer than anybody "
				 "would ever want to read in one line of a console's screen"});
	assert_int_equal(write_by(w, FHIR_PATCH), FHIR_REFUSED);
	assert_says(w, "HTTP 422: [31mred\xC2\xB7 and so on");
}

/* -- what cannot be read, or must not be written
 * ----------------------------------------------------- */

static void bad_answers_before_anything_is_sent(void **state)
{
	static char big[(1 << 20) + 100];
	static const struct {
		int status;
		const char *body;
		enum fhir_written what;
		const char *words;
	} rows[] = {
		{200, "<html><body>log in</body></html>", FHIR_BUSY, "HTML"},
		{200, "{\"resourceType\":\"Appointment\",\"id\":\"a-1", FHIR_BUSY, "truncated"},
		{200, "", FHIR_BUSY, "empty"},
		{200, big, FHIR_BUSY, "larger than"},
		{503, "busy", FHIR_BUSY, "HTTP 503"},
		{429, "{}", FHIR_BUSY, "HTTP 429"},
		{200, "[]", FHIR_REFUSED, "no resource"},
		{200, "{\"resourceType\":\"Patient\",\"id\":\"a-12\"}", FHIR_REFUSED, "Patient"},
		{200, "{\"resourceType\":\"Appointment\",\"id\":\"a-13\"}", FHIR_REFUSED,
			"another"},
		{200,
			"{\"resourceType\":\"OperationOutcome\",\"issue\":[{\"severity\":\"error\","
			"\"code\":\"security\",\"diagnostics\":\"not today\"}]}",
			FHIR_REFUSED, "not today"},
		{404, "", FHIR_REFUSED, "HTTP 404"},
		{403, "", FHIR_REFUSED, "HTTP 403"},
		{302, "", FHIR_REFUSED, "HTTP 302"},
	};
	struct world *w = *state;
	memset(big, ' ', sizeof big - 1);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		plan(w, (struct writable_plan){
				.read_status = rows[i].status, .read_body = rows[i].body});
		if (write_by(w, FHIR_PATCH) != rows[i].what)
			fail_msg("row %zu: %d, %s", i, w->result.what, w->result.why);
		assert_says(w, rows[i].words);
	}
	assert_done(w, 0, 0);
}

static void nobody_is_there(void **state)
{
	struct world *w = *state;
	char base[64];
	snprintf(base, sizeof base, "%s", w->options.base);
	fhir_writable_stop(w->server);
	w->options.base = base;
	assert_int_equal(write_by(w, FHIR_PATCH), FHIR_BUSY);
	assert_says(w, "not sent");
	assert_int_equal(look(w), FHIR_UNKNOWN);
	w->server = NULL;
}

/* Who cannot be understood must not be changed by a program (R4 2.4.0.1), nor who says
 * the same thing twice, nor who is no list. */
static void what_must_not_be_written(void **state)
{
	static const struct {
		const char *more, *words;
	} rows[] = {
		{"\"modifierExtension\":[{\"url\":\"x\"}]", "modifierExtension"},
		{"\"implicitRules\":\"http://x\"", "implicitRules"},
		{"\"start\":\"2026-03-16T08:00:00Z\"", "twice"},
	};
	struct world *w = *state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows * 2; i++) {
		char text[1024];
		snprintf(text, sizeof text,
			"{\"resourceType\":\"Appointment\",\"id\":\"a-12\",\"status\":\"booked\","
			"\"start\":\"2026-03-16T08:00:00Z\",\"end\":\"2026-03-16T09:00:00Z\",%s,"
			"\"participant\":[{\"actor\":{\"reference\":\"Location/or-2\"}}]}",
			rows[i / 2].more);
		plan(w, (struct writable_plan){.read_body = text});
		assert_int_equal(write_by(w, i % 2 == 0 ? FHIR_PATCH : FHIR_PUT), FHIR_REFUSED);
		assert_says(w, rows[i / 2].words);
	}
	assert_done(w, 0, 0);
}

/* cJSON reads "st\u0061rt" as start; we do not find it, and would write a second one. */
static void a_name_in_escapes_is_not_written_beside(void **state)
{
	struct world *w = *state;
	plan(w, (struct writable_plan){
			.read_body =
				"{\"resourceType\":\"Appointment\",\"id\":\"a-12\","
				"\"status\":\"booked\",\"st\\u0061rt\":\"2026-03-16T08:00:00Z\","
				"\"end\":\"2026-03-16T09:00:00Z\",\"participant\":[{\"actor\":"
				"{\"reference\":\"Location/or-2\"}}]}"});
	assert_int_equal(write_by(w, FHIR_PUT), FHIR_REFUSED);
	assert_says(w, "without touching the rest");
	assert_done(w, 0, 0);
}

/* -- a new one
 * ------------------------------------------------------------------------------------------ */

static void made_and_lost_is_found_again(void **state)
{
	struct world *w = *state;
	new_one(w);
	plan(w, (struct writable_plan){.drop = true});
	assert_int_equal(write_by(w, FHIR_PATCH), FHIR_UNKNOWN);
	assert_string_equal(w->result.id, "");
	assert_int_equal(look(w), FHIR_WRITTEN);
	assert_string_equal(w->result.id, "made-0");
	assert_int_equal(write_by(w, FHIR_PATCH), FHIR_WRITTEN);
	assert_done(w, 1, 1);
	assert_int_equal(fhir_writable_count(w->server), 1);
}

static void not_made(void **state)
{
	struct world *w = *state;
	new_one(w);
	plan(w, (struct writable_plan){.answer = 405, .words = "read only"});
	assert_int_equal(write_by(w, FHIR_PATCH), FHIR_REFUSED);
	assert_says(w, "read only");
	plan(w, (struct writable_plan){.answer = 500});
	assert_int_equal(write_by(w, FHIR_PATCH), FHIR_UNKNOWN);
	assert_int_equal(look(w), FHIR_REFUSED);
	assert_says(w, "nothing was made");
	assert_int_equal(fhir_writable_count(w->server), 0);
	assert_done(w, 0, 2);
}

/* The patient was found a place elsewhere by somebody, under our own identifier. */
static void made_and_moved_is_a_conflict(void **state)
{
	struct world *w = *state;
	new_one(w);
	assert_int_equal(write_by(w, FHIR_PATCH), FHIR_WRITTEN);
	w->change.wanted.room[3] = '6';
	assert_int_equal(write_by(w, FHIR_PATCH), FHIR_CONFLICT);
	assert_theirs(w, NINE + 2 * HOUR, "or-4");
	assert_done(w, 1, 1);
}

/* Wherever the answer says it is: we read it back at our own server, by its id. */
static void a_location_leads_nowhere_else(void **state)
{
	struct world *w = *state;
	new_one(w);
	plan(w, (struct writable_plan){.location = "http://192.0.2.1/x/Appointment/made-0"});
	assert_int_equal(write_by(w, FHIR_PATCH), FHIR_WRITTEN);
	assert_string_equal(w->result.id, "made-0");
	assert_done(w, 1, 1);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(what_has_changed_is_not_touched),
		TEST(a_stale_version_is_a_conflict),
		TEST(tests_hold_where_if_match_does_not),
		TEST(another_version_is_another),
		TEST(a_put_that_overwrote_is_found),
		TEST(two_at_once_do_it_once),
		TEST(two_at_once_cannot_both_win),
		TEST(taken_and_not_applied_is_unknown),
		TEST(nothing_modified_is_a_refusal),
		TEST(a_late_reader_is_waited_for),
		TEST(an_empty_page_is_read_back),
		TEST(a_lost_connection_is_unknown),
		TEST(lost_before_it_was_done),
		TEST(a_time_out_is_unknown),
		TEST(a_look_sees_what_somebody_made_of_it),
		TEST(taken_and_not_to_be_read_is_unknown),
		TEST(every_no_has_its_name),
		TEST(what_was_done_counts_not_what_was_said),
		TEST(waiting_is_said_in_words),
		TEST(a_version_nobody_told),
		TEST(their_words_are_made_safe),
		TEST(bad_answers_before_anything_is_sent),
		TEST(nobody_is_there),
		TEST(what_must_not_be_written),
		TEST(a_name_in_escapes_is_not_written_beside),
		TEST(made_and_lost_is_found_again),
		TEST(not_made),
		TEST(made_and_moved_is_a_conflict),
		TEST(a_location_leads_nowhere_else),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
