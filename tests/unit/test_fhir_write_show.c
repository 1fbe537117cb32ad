/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/fhir_write_world.h"

#include <unistd.h>

#include "src/verbs.h"

/* vigie fhir --change says what would be sent, to the byte, and sends nothing. */

static char shown[16384];

/* The exit code; what was printed is in `shown`. */
static int run_verb(const char *const *options, const char *source)
{
	const char *argv[32] = {"fhir"};
	int argc = 1;
	FILE *out = tmpfile();
	while (*options != NULL)
		argv[argc++] = *options++;
	argv[argc++] = source;
	fflush(stdout);
	int saved = dup(STDOUT_FILENO);
	dup2(fileno(out), STDOUT_FILENO);
	int code = verb_fhir(argc, (char **)(uintptr_t)argv);
	fflush(stdout);
	dup2(saved, STDOUT_FILENO);
	close(saved);
	rewind(out);
	shown[fread(shown, 1, sizeof shown - 1, out)] = '\0';
	fclose(out);
	return code;
}

static const char slots[] =
	"{\"resourceType\":\"Bundle\",\"entry\":[{\"resource\":{\"resourceType\":\"Slot\","
	"\"id\":\"or-4.2026-03-16T10.60\",\"status\":\"free\",\"extension\":[{\"url\":"
	"\"https://fhir-ehr.cerner.com/r4/StructureDefinition/scheduling-location\","
	"\"valueReference\":{\"reference\":\"Location/or-4\"}}],"
	"\"start\":\"2026-03-16T10:00:00Z\",\"end\":\"2026-03-16T11:00:00Z\"}}]}";

static void shows_what_is_sent(void **state)
{
	struct world *w = *state;
	for (int way = FHIR_PATCH; way < FHIR_WRITE_WAYS; way++) {
		const char *const options[] = {"--change",
			fhir_write_way_name((enum fhir_write_way)way), "--case", "a-12", "--room",
			"or-4", "--at", "2026-03-16T11:00:00+01:00", "--reason", "OR 2 is down",
			NULL};
		char request[256], match[256], expected[8192];
		serve(w, appointment);
		plan(w, (struct writable_plan){.slots = way == FHIR_SLOT ? slots : NULL});
		assert_int_equal(run_verb(options, w->options.base), 0);
		assert_int_equal(fhir_writable_writes(w->server), 0);
		assert_int_equal(write_by(w, (enum fhir_write_way)way), FHIR_WRITTEN);
		fhir_writable_request(w->server, request, sizeof request);
		fhir_writable_header(w->server, "If-Match", match, sizeof match);
		char *body = fhir_writable_body(w->server), *path = strstr(request, "/fhir/");
		memmove(path, path + 6, strlen(path + 6) + 1);
		snprintf(expected, sizeof expected, "%s\nContent-Type: %s\n%s%s%s\n%s\n", request,
			way == FHIR_PATCH || way == FHIR_SLOT ? "application/json-patch+json"
							      : "application/fhir+json",
			match[0] != '\0' ? "If-Match: " : "", match, match[0] != '\0' ? "\n" : "",
			body);
		free(body);
		if (way == FHIR_SLOT) { /* which one is only known once it was asked for */
			char *slot = strstr(expected, "Slot/or-4.2026-03-16T10.60");
			assert_int_equal(strncmp(shown, "GET Slot?service-type=", 22), 0);
			assert_non_null(slot);
			memmove(slot + 9, slot + 26, strlen(slot + 26) + 1);
			memcpy(slot, "Slot/SLOT", 9);
			assert_string_equal(strstr(shown, "PATCH"), expected);
		} else {
			assert_string_equal(shown, expected);
		}
	}
}

static void from_a_bundle_in_a_file(void **state)
{
	static const char *const options[] = {
		"--change", "put", "--case", "a-12", "--off", "cancelled", NULL};
	static const char *const other[] = {
		"--change", "put", "--case", "a-13", "--off", "cancelled", NULL};
	struct world *w = *state;
	char path[] = "/tmp/vigie-show-XXXXXX", *whole;
	int fd = mkstemp(path);
	FILE *file = fdopen(fd, "w");
	fprintf(file,
		"{\"resourceType\":\"Bundle\",\"entry\":[{\"resource\":{\"resourceType\":\"Slot\","
		"\"id\":\"a-12\"}},{},{\"resource\":%s}]}",
		appointment);
	fclose(file);
	assert_int_equal(run_verb(options, path), 0);
	/* Of the Appointment, and of nothing around it. */
	assert_non_null(strstr(shown, "\n\n{\"resourceType\":\"Appointment\",\n \"id\": \"a-12\""));
	assert_non_null(strstr(shown, "\"valueDecimal\":1.50"));
	assert_non_null(strstr(shown, "\"status\":\"cancelled\",\"priority\":9007199254740993"));
	whole = strrchr(shown, '}');
	assert_string_equal(whole, "}\n");
	assert_int_equal(run_verb(other, path), EXIT_FOUND);
	assert_string_equal(shown, "");
	unlink(path);
	assert_int_equal(run_verb(options, path), EXIT_ENVIRONMENT);
	assert_int_equal(fhir_writable_reads(w->server), 0);
}

static void what_makes_no_sense_is_usage(void **state)
{
	static const char *const rows[][10] = {
		{"--change", "delete", "--case", "a-12", "--room", "or-4"},
		{"--change", "patch", "--room", "or-4"},
		{"--change", "patch", "--case", "../a", "--room", "or-4"},
		{"--change", "patch", "--case", "a-12", "--room", ".."},
		{"--change", "patch", "--case", "a-12"},
		{"--change", "patch", "--case", "a-12", "--at", "11:00"},
		{"--change", "patch", "--case", "a-12", "--off", "noshow"},
		{"--case", "a-12", "--room", "or-4"},
	};
	struct world *w = *state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		assert_int_equal(run_verb(rows[i], w->options.base), EXIT_USAGE);
	assert_int_equal(fhir_writable_reads(w->server), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(shows_what_is_sent, setup, teardown),
		cmocka_unit_test_setup_teardown(from_a_bundle_in_a_file, setup, teardown),
		cmocka_unit_test_setup_teardown(what_makes_no_sense_is_usage, setup, teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
