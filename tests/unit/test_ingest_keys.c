/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "src/ingest.h"

/* A probe that encrypts, with and without its key in the file: the example of
 * https://bthome.io/encryption becomes facts, or a count and no more. */

static const char message[] = "[{\"mac\":\"5448E68F80A5\",\"rssi\":-61,\"rawData\":"
			      "\"1216D2FC41A47266C95F730011223378237214\"}]";

struct heard {
	int count;
	struct fact facts[8];
};

static void on_fact(void *context, const struct fact *fact)
{
	struct heard *h = context;
	assert_true(h->count < 8);
	h->facts[h->count++] = *fact;
}

static struct tag_keys *keys_of(const char *text)
{
	char path[] = "/tmp/test_ingest_keys.XXXXXX";
	struct error err = {""};
	int fd = mkstemp(path); /* of mode 0600 */
	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
	struct tag_keys *keys = tag_keys_load(path, &err);
	unlink(path);
	assert_non_null(keys);
	return keys;
}

static void test_keys(void **state)
{
	static struct room rooms[] = {
		{.id = "store", .outline = {{0, 0}, {5, 0}, {5, 5}, {0, 5}}, .outline_count = 4}};
	static struct gateway gateways[] = {{.mac = "AC233FC00001", .x = 1, .y = 1}};
	static struct tag tags[] = {
		{.mac = "5448E68F80A5", .name = "probe", .kind = TAG_SENSOR, .bed = -1}};
	struct site site = {.rooms = rooms,
		.room_count = 1,
		.gateways = gateways,
		.gateway_count = 1,
		.tags = tags,
		.tag_count = 1,
		.gateway_silence_s = 60};
	struct heard heard = {0};
	struct health *health = calloc(1, sizeof *health);
	struct locator *locator = locator_create(&site);
	(void)state;
	assert_non_null(health);
	assert_non_null(locator);
	struct ingest_options o = {.site = &site,
		.locator = locator,
		.health = health,
		.feed = &health->feeds[0],
		.fact = on_fact,
		.context = &heard};
	struct ingest *ingest = ingest_create(&o);
	static const char topic[] = "/gw/ac233fc00001/status";
	int64_t now_ms = 1773651600000;
	assert_non_null(ingest);
	ingest_message(ingest, topic, message, sizeof message - 1, false, now_ms);
	assert_int_equal(heard.count, 0);
	assert_int_equal(health->feeds[0].refused[REFUSED_NO_KEY], 1);

	struct tag_keys *keys = keys_of("5448E68F80A5 231d39c1d7cc1ab1aee224cd096db932\n");
	ingest_keys(ingest, keys);
	ingest_message(ingest, topic, message, sizeof message - 1, false, now_ms + 1000);
	assert_int_equal(heard.count, 2);
	assert_int_equal(heard.facts[0].reading.quantity, QUANTITY_TEMPERATURE);
	assert_true(heard.facts[0].reading.value == 25.06);
	assert_int_equal(heard.facts[1].reading.quantity, QUANTITY_HUMIDITY);
	assert_true(heard.facts[1].reading.value == 50.55);

	ingest_destroy(ingest);
	tag_keys_free(keys);
	locator_destroy(locator);
	free(health);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_keys),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
