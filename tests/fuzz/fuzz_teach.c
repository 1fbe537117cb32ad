/* SPDX-License-Identifier: Apache-2.0 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "feeds/teach.h"

/* Any advertisements in any phase, each as [phase and tag][length][bytes]: no
 * candidate may match anything of the rest recording, each one matches
 * something of the press recording, and its line is whole. */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const tags[] = {"C300007B573C", "C300007B573C", "C300007B573C", "AC233F000001"};

struct one {
	enum teach_phase phase;
	const char *tag;
	const uint8_t *ad;
	size_t len;
};

static size_t next(const uint8_t *data, size_t size, size_t at, struct one *out)
{
	if (size - at < 2)
		return 0;
	size_t len = data[at + 1] % 63;
	if (len > size - at - 2)
		len = size - at - 2;
	*out = (struct one){(enum teach_phase)(data[at] % TEACH_PHASE_COUNT), tags[data[at] >> 6],
		data + at + 2, len};
	return at + 2 + len;
}

static bool shows(const struct signature *s, const struct one *o)
{
	for (size_t at = 0; at + (size_t)s->length <= o->len; at++) {
		int i = 0;
		while (i < s->length && ((o->ad[at + (size_t)i] ^ s->pattern[i]) & s->mask[i]) == 0)
			i++;
		if (i == s->length)
			return true;
	}
	return false;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct teach *t = teach_create(tags[0]);
	struct teach_result r;
	struct one o;
	char line[TEACH_LINE_SIZE];
	if (t == NULL)
		return 0;
	for (size_t at = 0; at < size && (at = next(data, size, at, &o)) != 0;)
		teach_advert(t, o.phase, o.tag, o.ad, o.len);
	teach_result(t, &r);
	for (int i = 0; i < r.count; i++) {
		const struct teach_candidate *c = &r.candidates[i];
		uint32_t heard = 0;
		if (c->signature.length <= 0 || c->signature.length > PATTERN_MAX)
			abort();
		for (size_t at = 0; at < size && (at = next(data, size, at, &o)) != 0;) {
			if (o.tag != tags[3] && o.phase == TEACH_REST && shows(&c->signature, &o))
				abort();
			heard += o.tag != tags[3] && o.phase == TEACH_PRESS
				 && shows(&c->signature, &o);
		}
		if (heard != c->heard || (r.forgotten == 0 && heard == 0))
			abort();
		teach_line(c, "id", "model", line);
		if (line[0] != '{' || strcmp(line + strlen(line) - 3, "; }") != 0)
			abort();
	}
	teach_destroy(t);
	return 0;
}
