/* SPDX-License-Identifier: Apache-2.0 */
#include "feeds/hl7_private.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>

/* Files: where a message begins and ends. Bare, in MLLP blocks (0x0B … 0x1C CR)
 * or in a batch; a file that was cut is noticed where the format lets us. */

static const char MLLP_BEGIN = 0x0B, MLLP_END = 0x1C;

static bool starts(const char *p, const char *end, const char *id)
{
	return end - p >= 4 && memcmp(p, id, 3) == 0;
}

static const char *skip_start(const char *p, const char *end)
{
	if (end - p >= 3 && memcmp(p, "\xEF\xBB\xBF", 3) == 0)
		p += 3;
	while (p < end && (*p == MLLP_BEGIN || *p == '\r' || *p == '\n' || *p == ' '))
		p++;
	return p;
}

bool hl7_recognise(const char *bytes, size_t len)
{
	const char *end = bytes + len, *p = skip_start(bytes, end);
	return starts(p, end, "MSH") || starts(p, end, "FHS") || starts(p, end, "BHS");
}

/* The next line of the file; lines end with CR, LF, or an MLLP byte. */
static const char *line_end(const char *p, const char *end)
{
	while (p < end && *p != '\r' && *p != '\n' && *p != MLLP_BEGIN && *p != MLLP_END)
		p++;
	return p;
}

static bool is_envelope(const char *p, const char *end)
{
	return starts(p, end, "FHS") || starts(p, end, "BHS") || starts(p, end, "BTS")
	       || starts(p, end, "FTS");
}

/* BTS-1 says how many messages there should be: a cut file is noticed. */
static void check_count(struct hl7 *h, const char *p, const char *stop, int messages)
{
	struct hl7_reading r = {.h = h, .origin = "HL7 batch"};
	long said = 0;
	if (!starts(p, stop, "BTS") || stop - p < 5 || !isdigit((unsigned char)p[4]))
		return;
	for (p += 4; p < stop && isdigit((unsigned char)*p) && said < 1000000; p++)
		said = said * 10 + (*p - '0');
	if (said != messages)
		hl7_refuse(&r, "BTS-1", "says %ld messages, found %d: the file may be cut", said,
			messages);
}

/* A block that was begun and not ended was cut on its way. */
static void end_message(struct hl7 *h, const char *from, const char *to, bool framed, bool ended)
{
	struct hl7_reading r = {.h = h, .origin = "HL7 message"};
	if (from == NULL)
		return;
	if (!framed || ended) {
		hl7_read_message(h, from, (size_t)(to - from));
		return;
	}
	h->result->messages++;
	hl7_refuse(&r, "MLLP", "no end of block: the message may be cut");
}

static void read_line(struct hl7 *h, struct hl7_file *f)
{
	const char *p = f->at, *stop = line_end(p, f->end);
	bool envelope = is_envelope(p, stop);
	if (starts(p, stop, "MSH") || envelope) {
		end_message(h, f->message, p, f->framed, false);
		f->message = envelope ? NULL : p;
		f->batch = starts(p, stop, "BHS") ? 0 : f->batch + !envelope;
		check_count(h, p, stop, f->batch);
	}
	if (stop < f->end && (*stop == MLLP_END || *stop == MLLP_BEGIN)) {
		end_message(h, f->message, stop, f->framed, *stop == MLLP_END);
		f->message = NULL;
		f->framed = *stop == MLLP_BEGIN;
	}
	f->at = stop < f->end ? stop + 1 : f->end;
}

bool hl7_file_step(struct hl7 *h, struct hl7_file *f, int64_t at_ms, struct hl7_result *result)
{
	int before = result->messages;
	h->result = result;
	h->at_ms = at_ms;
	while (f->at < f->end && result->messages == before)
		read_line(h, f);
	if (f->at == f->end) {
		end_message(h, f->message, f->end, f->framed, false);
		f->message = NULL;
	}
	h->result = NULL;
	h->reading = NULL;
	return f->at < f->end;
}

int hl7_file_begin(struct hl7_file *f, const char *bytes, size_t len, struct hl7_result *result,
	struct error *err)
{
	memset(result, 0, sizeof *result);
	*f = (struct hl7_file){0};
	if (len >= 2 && (memcmp(bytes, "\xFF\xFE", 2) == 0 || memcmp(bytes, "\xFE\xFF", 2) == 0))
		return error_set(err, -EBADMSG, "UTF-16 is not read: send UTF-8 or ISO 8859");
	if (!hl7_recognise(bytes, len))
		return error_set(err, -EBADMSG, "no HL7 v2 message: it does not begin with MSH");
	size_t mark = len >= 3 && memcmp(bytes, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;
	f->at = bytes + mark;
	f->end = bytes + len;
	return 0;
}

int hl7_read(struct hl7 *h, const char *bytes, size_t len, int64_t at_ms, struct hl7_result *result,
	struct error *err)
{
	struct hl7_file file;
	int rc = hl7_file_begin(&file, bytes, len, result, err);
	while (rc == 0 && hl7_file_step(h, &file, at_ms, result))
		;
	if (rc == 0 && result->messages == 0)
		rc = error_set(err, -EBADMSG, "a batch without messages");
	return rc;
}
