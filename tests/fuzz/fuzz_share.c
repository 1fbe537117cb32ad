/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What stations say to one another: the first line is the topic, the rest the body.
 * Whatever is believed of a message must be the word of the topic's author, about
 * what the topic names, in texts a terminal may be sent, and must be said again in
 * bytes that are read the same.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "src/share_wire.h"
#include "twin/heads.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const int64_t now_ms = 1773651600000;

/* Escapes would need one of these; JSON writes them as \u00XX. */
static void check_text(const char *json)
{
	for (const char *at = json; *at != '\0'; at++)
		if ((unsigned char)*at < ' ' || *at == 0x7f || strncmp(at, "\\u00", 4) == 0)
			abort();
}

static void check_fact(const struct fact *fact, const struct share_topic *topic)
{
	char what[LABEL_SIZE], suffix[SHARE_SUFFIX_SIZE];
	struct fact again;
	if (strcmp(fact->by.station, topic->author) != 0 || !share_is_name(fact->by.station)
		|| !share_suffix(fact, suffix) || strcmp(suffix, topic->suffix) != 0
		|| fact->by.hlc_ms <= 0 || fact->by.hlc_ms > now_ms + SHARE_AHEAD_MS)
		abort();
	char *first = share_encode(fact);
	if (first == NULL
		|| share_decode(&again, topic, first, strlen(first), now_ms, what)
			   != SHARE_REFUSAL_COUNT)
		abort();
	check_text(first);
	char *second = share_encode(&again);
	if (second == NULL || strcmp(first, second) != 0)
		abort();
	free(first);
	free(second);
}

static void read_others(const void *body, size_t len)
{
	struct share_here here;
	struct share_index index;
	struct share_seen seen;
	char word[ID_SIZE], end[LABEL_SIZE], hash[65];
	uint64_t number;
	if (share_decode_here(&here, body, len) && (unsigned)here.role >= PERSON_ROLE_COUNT)
		abort();
	if (share_decode_index(&index, body, len) && index.count < 0)
		abort();
	if (share_decode_seen(&seen, body, len)
		&& (!share_is_name(seen.station) || seen.count < 0 || seen.count > SHARE_SEEN_MAX))
		abort();
	if (share_decode_ask(word, body, len) && !share_is_name(word))
		abort();
	if (share_decode_head(end, body, len) && !head_parse(end, &number, hash))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *line = memchr(data, '\n', size);
	size_t len = line != NULL ? (size_t)(line - data) : size;
	char *name = strndup((const char *)data, len), what[LABEL_SIZE];
	const uint8_t *body = line != NULL ? line + 1 : data + size;
	size_t body_len = (size_t)(data + size - body);
	struct share_topic topic;
	struct fact fact;
	/* In a buffer of its own size: reading beyond it shows. */
	uint8_t *copy = malloc(body_len > 0 ? body_len : 1);
	if (name == NULL || copy == NULL)
		abort();
	memcpy(copy, body, body_len);
	read_others(copy, body_len);
	if (share_topic_parse(&topic, "vigie", name)
		&& share_decode(&fact, &topic, copy, body_len, now_ms, what) == SHARE_REFUSAL_COUNT)
		check_fact(&fact, &topic);
	free(name);
	free(copy);
	return 0;
}
