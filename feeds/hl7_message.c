/* SPDX-License-Identifier: Apache-2.0 */
#include "feeds/hl7_message.h"

#include <ctype.h>
#include <errno.h>
#include <iconv.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "twin/text.h"

enum { SEGMENTS_MAX = 1000, REPETITIONS_MAX = 32, VALUE_MAX = 4096 };

/* -- delimiters ------------------------------------------------------------- */

static bool usable(char c)
{
	unsigned char u = (unsigned char)c;
	return u > ' ' && u < 0x7f && !isalnum(u);
}

/* MSH-1 and MSH-2: the field separator, then component, repetition, escape and
 * subcomponent, as many as the sender uses (and "#" for truncation since 2.7). */
static int read_delimiters(struct hl7_message *m, const char *text, size_t len, struct error *err)
{
	char *const slots[] = {&m->component, &m->repetition, &m->escape, &m->subcomponent};
	if (len < 5 || !usable(text[3]))
		return error_set(err, -EBADMSG, "MSH-1: no field separator");
	m->field = text[3];
	size_t n = 0;
	while (4 + n < len && text[4 + n] != m->field && text[4 + n] != '\r' && text[4 + n] != '\n')
		n++;
	if (n < 1 || n > 5)
		return error_set(err, -EBADMSG, "MSH-2: %zu delimiters, expected 4", n);
	for (size_t i = 0; i < n; i++) {
		if (!usable(text[4 + i]) || memchr(text + 3, text[4 + i], i + 1) != NULL)
			return error_set(err, -EBADMSG, "MSH-2: delimiters that cannot be told");
		if (i < 4)
			*slots[i] = text[4 + i];
	}
	return 0;
}

/* -- pieces ----------------------------------------------------------------- */

/* Narrows [*p, *end) to its n-th piece between separators, from 0. */
static bool piece(const char **p, const char **end, char separator, int n)
{
	for (; separator != '\0' && n > 0; n--) {
		const char *next = memchr(*p, separator, (size_t)(*end - *p));
		if (next == NULL)
			return false;
		*p = next + 1;
	}
	if (n > 0)
		return false;
	const char *stop = separator != '\0' ? memchr(*p, separator, (size_t)(*end - *p)) : NULL;
	if (stop != NULL)
		*end = stop;
	return true;
}

static bool find_field(const struct hl7_message *m, const struct hl7_segment *s, int field,
	const char **p, const char **end)
{
	/* MSH-1 is the separator itself, so MSH counts one less. */
	int at = hl7_segment_is(s, "MSH") ? field - 1 : field;
	*p = s->text;
	*end = s->text + s->len;
	return at > 0 && piece(p, end, m->field, at);
}

int hl7_repetitions(const struct hl7_message *m, const struct hl7_segment *s, int field)
{
	const char *p, *end;
	int n = 1;
	if (s == NULL || !find_field(m, s, field, &p, &end) || p == end)
		return 0;
	for (; m->repetition != '\0' && p < end && n < REPETITIONS_MAX; p++)
		n += *p == m->repetition;
	return n;
}

/* -- escapes (chapter 2.7) --------------------------------------------------- */

/* One sequence between two escape characters; returns what it adds. Those that
 * only format (\H\, \N\, \.br\) become a blank or nothing, local ones nothing. */
static size_t unescape_one(const struct hl7_message *m, const char *s, size_t len, char *out)
{
	const struct {
		char letter, means;
	} letters[] = {{'F', m->field}, {'S', m->component}, {'T', m->subcomponent},
		{'R', m->repetition}, {'E', m->escape}};
	size_t n = 0;
	for (size_t i = 0; len == 1 && i < sizeof letters / sizeof *letters; i++)
		if (s[0] == letters[i].letter && letters[i].means != '\0') {
			out[0] = letters[i].means;
			return 1;
		}
	if (len > 0 && s[0] == '.') {
		out[0] = ' ';
		return 1;
	}
	for (size_t i = 1; len > 2 && s[0] == 'X' && i + 1 < len; i += 2) {
		int high = text_hex(s[i]), low = text_hex(s[i + 1]);
		if (high >= 0 && low >= 0 && (high != 0 || low != 0))
			out[n++] = (char)(high * 16 + low);
	}
	return n;
}

/* Never longer than what it came from. A lone escape character stands for
 * itself. */
static size_t unescape(const struct hl7_message *m, const char *p, const char *end, char *out)
{
	size_t n = 0;
	while (p < end) {
		const char *stop = *p == m->escape && m->escape != '\0'
					   ? memchr(p + 1, m->escape, (size_t)(end - p - 1))
					   : NULL;
		if (stop == NULL) {
			out[n++] = *p++;
			continue;
		}
		n += unescape_one(m, p + 1, (size_t)(stop - p - 1), out + n);
		p = stop + 1;
	}
	return n;
}

enum hl7_presence hl7_value(const struct hl7_message *m, const struct hl7_segment *s, int field,
	int repetition, int component, char *out, size_t size)
{
	const char *p, *end;
	char raw[VALUE_MAX];
	out[0] = '\0';
	if (s == NULL || !find_field(m, s, field, &p, &end)
		|| !piece(&p, &end, m->repetition, repetition))
		return HL7_ABSENT;
	if (end - p == 2 && memcmp(p, "\"\"", 2) == 0)
		return HL7_NULL;
	if (!piece(&p, &end, m->component, component - 1))
		return HL7_ABSENT;
	piece(&p, &end, m->subcomponent, 0);
	if (end - p == 2 && memcmp(p, "\"\"", 2) == 0)
		return HL7_NULL;
	if (end - p > VALUE_MAX)
		end = p + VALUE_MAX;
	size_t n = unescape(m, p, end, raw);
	text_neutralise(out, size, raw, n);
	return out[0] != '\0' ? HL7_VALUED : HL7_ABSENT;
}

/* -- character sets ---------------------------------------------------------- */

static bool plain_utf8(const char *text, size_t len)
{
	const char *p = text;
	while (p < text + len)
		if (text_utf8_next(&p, text + len) == 0xFFFFFFFF)
			return false;
	return true;
}

/* HL7 table 0211. NULL: by that name we cannot read. "" stands for UTF-8. */
static const char *iconv_name(const char *name, char buffer[16])
{
	static const char *const utf8[] = {"", "ASCII", "UNICODE UTF-8", "UTF-8", "UTF8"};
	int part;
	char rest;
	for (size_t i = 0; i < sizeof utf8 / sizeof *utf8; i++)
		if (strcasecmp(name, utf8[i]) == 0)
			return "";
	if (sscanf(name, "8859/%2d%c", &part, &rest) == 1 && part >= 1 && part <= 15
		&& part != 12) {
		snprintf(buffer, 16, "ISO-8859-%d", part);
		return buffer;
	}
	return NULL;
}

static char *convert(const char *from, const char *bytes, size_t len, struct error *err)
{
	size_t room = len * 3 + 1, left = room - 1;
	char *text = malloc(room), *out = text;
	char *in = (char *)(uintptr_t)bytes; /* iconv does not write there */
	iconv_t how = iconv_open("UTF-8", from);
	bool good = text != NULL && how != (iconv_t)-1
		    && iconv(how, &in, &len, &out, &left) != (size_t)-1;
	if (how != (iconv_t)-1)
		iconv_close(how);
	if (!good) {
		free(text);
		error_set(err, -EBADMSG, "MSH-18: bytes that %s does not have", from);
		return NULL;
	}
	*out = '\0';
	return text;
}

/* MSH-18 names the set. When it says nothing, bytes beyond ASCII are read as
 * UTF-8 if they are that, and refused otherwise: a guess could misname people. */
static int take_text(struct hl7_message *m, const char *bytes, size_t len, struct error *err)
{
	char name[64], buffer[16];
	const struct hl7_segment msh = {
		bytes, strcspn(bytes, "\r\n") < len ? strcspn(bytes, "\r\n") : len};
	hl7_value(m, &msh, 18, 0, 1, name, sizeof name);
	const char *set = iconv_name(name, buffer);
	if (set == NULL)
		return error_set(err, -EBADMSG, "MSH-18: character set %.40s is not read", name);
	if (*set != '\0') {
		m->text = convert(set, bytes, len, err);
		return m->text != NULL ? 0 : -EBADMSG;
	}
	if (!plain_utf8(bytes, len))
		return error_set(err, -EBADMSG,
			name[0] != '\0'
				? "MSH-18 says %.40s, but the bytes are not"
				: "MSH-18 names no character set and the bytes are not UTF-8%.40s",
			name);
	m->text = strndup(bytes, len);
	return m->text != NULL ? 0 : error_set(err, -ENOMEM, "out of memory");
}

/* -- segments ---------------------------------------------------------------- */

bool hl7_segment_is(const struct hl7_segment *s, const char *id)
{
	return s->len >= 3 && memcmp(s->text, id, 3) == 0;
}

const struct hl7_segment *hl7_segment(const struct hl7_message *m, const char *id, int n)
{
	for (int i = 0; i < m->count; i++)
		if (hl7_segment_is(&m->segments[i], id) && n-- == 0)
			return &m->segments[i];
	return NULL;
}

static bool segment_like(const struct hl7_message *m, const char *s, size_t len)
{
	return len >= 3 && isupper((unsigned char)s[0])
	       && (isupper((unsigned char)s[1]) || isdigit((unsigned char)s[1]))
	       && (isupper((unsigned char)s[2]) || isdigit((unsigned char)s[2]))
	       && (len == 3 || s[3] == m->field);
}

/* Segments end with CR; files have been through LF and CRLF too. A line that
 * is none makes the whole message doubtful: a field was broken in two. */
static int split(struct hl7_message *m, struct error *err)
{
	const char *p = m->text;
	int line = 0;
	m->segments = malloc(SEGMENTS_MAX * sizeof *m->segments);
	if (m->segments == NULL)
		return error_set(err, -ENOMEM, "out of memory");
	while (*p != '\0') {
		size_t n = strcspn(p, "\r\n");
		line++;
		if (n > 0 && !segment_like(m, p, n))
			return error_set(err, -EBADMSG, "line %d is not a segment", line);
		if (n > 0 && m->count == SEGMENTS_MAX)
			return error_set(err, -EBADMSG, "more than %d segments", SEGMENTS_MAX);
		if (n > 0)
			m->segments[m->count++] = (struct hl7_segment){p, n};
		p += n;
		p += p[0] == '\r' && p[1] == '\n' ? 2 : *p != '\0';
	}
	return 0;
}

void hl7_message_free(struct hl7_message *m)
{
	free(m->segments);
	free(m->text);
	memset(m, 0, sizeof *m);
}

int hl7_message_parse(struct hl7_message *m, const char *bytes, size_t len, struct error *err)
{
	memset(m, 0, sizeof *m);
	if (len < 8 || memcmp(bytes, "MSH", 3) != 0)
		return error_set(err, -EBADMSG, "does not begin with MSH");
	if (memchr(bytes, '\0', len) != NULL)
		return error_set(err, -EBADMSG, "a NUL byte in the text");
	char *copy = strndup(bytes, len); /* strcspn needs an end */
	if (copy == NULL)
		return error_set(err, -ENOMEM, "out of memory");
	int rc = read_delimiters(m, copy, len, err);
	if (rc == 0)
		rc = take_text(m, copy, len, err);
	if (rc == 0)
		rc = split(m, err);
	free(copy);
	if (rc < 0)
		hl7_message_free(m);
	return rc;
}
