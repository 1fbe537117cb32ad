/* SPDX-License-Identifier: Apache-2.0 */
#include "twin/text.h"

#include <string.h>

enum { REPLACEMENT = 0xFFFD, MIDDLE_DOT = 0xB7, MARKS_MAX = 2 };
#define BAD_BYTE 0xFFFFFFFFu

struct range {
	uint32_t first, last;
};

/* Present but invisible, or able to reorder or recolour what stands around
 * them: shown as a middle dot. Bidi list: CVE-2021-42574; the rest are the
 * default ignorable, private-use and non-character ranges of Unicode 15. */
static const struct range hidden[] = {
	{0x00AD, 0x00AD},
	{0x034F, 0x034F},
	{0x061C, 0x061C},
	{0x115F, 0x1160},
	{0x17B4, 0x17B5},
	{0x180B, 0x180F},
	{0x200B, 0x200F},
	{0x2028, 0x202E},
	{0x2060, 0x206F},
	{0x3164, 0x3164},
	{0xE000, 0xF8FF},
	{0xFDD0, 0xFDEF},
	{0xFE00, 0xFE0F},
	{0xFEFF, 0xFEFF},
	{0xFFA0, 0xFFA0},
	{0xFFF0, 0xFFFB},
	{0xFFFE, 0xFFFF},
	{0x1BCA0, 0x1BCA3},
	{0x1D173, 0x1D17A},
	{0xE0000, 0xE0FFF},
	{0xF0000, 0x10FFFF},
};

/* Combining marks (Mn, Me) of Unicode 15, rounded up to whole runs. */
static const struct range marks[] = {
	{0x0300, 0x036F},
	{0x0483, 0x0489},
	{0x0591, 0x05BD},
	{0x05BF, 0x05BF},
	{0x05C1, 0x05C2},
	{0x05C4, 0x05C5},
	{0x05C7, 0x05C7},
	{0x0610, 0x061A},
	{0x064B, 0x065F},
	{0x0670, 0x0670},
	{0x06D6, 0x06DC},
	{0x06DF, 0x06E4},
	{0x06E7, 0x06E8},
	{0x06EA, 0x06ED},
	{0x0711, 0x0711},
	{0x0730, 0x074A},
	{0x07A6, 0x07B0},
	{0x07EB, 0x07F3},
	{0x0816, 0x0819},
	{0x081B, 0x0823},
	{0x0825, 0x082D},
	{0x0859, 0x085B},
	{0x0898, 0x089F},
	{0x08CA, 0x08E1},
	{0x08E3, 0x0902},
	{0x093A, 0x093A},
	{0x093C, 0x093C},
	{0x0941, 0x0948},
	{0x094D, 0x094D},
	{0x0951, 0x0957},
	{0x0962, 0x0963},
	{0x0981, 0x0981},
	{0x09BC, 0x09BC},
	{0x09C1, 0x09C4},
	{0x09CD, 0x09CD},
	{0x0A3C, 0x0A3C},
	{0x0A41, 0x0A51},
	{0x0ABC, 0x0ABC},
	{0x0AC1, 0x0AC8},
	{0x0ACD, 0x0ACD},
	{0x0B3C, 0x0B3C},
	{0x0B4D, 0x0B4D},
	{0x0BCD, 0x0BCD},
	{0x0C3E, 0x0C40},
	{0x0C46, 0x0C56},
	{0x0CBC, 0x0CBC},
	{0x0CCC, 0x0CCD},
	{0x0D4D, 0x0D4D},
	{0x0E31, 0x0E31},
	{0x0E34, 0x0E3A},
	{0x0E47, 0x0E4E},
	{0x0EB1, 0x0EB1},
	{0x0EB4, 0x0EBC},
	{0x0EC8, 0x0ECE},
	{0x0F18, 0x0F19},
	{0x0F35, 0x0F35},
	{0x0F37, 0x0F37},
	{0x0F39, 0x0F39},
	{0x0F71, 0x0F7E},
	{0x0F80, 0x0F84},
	{0x0F86, 0x0F87},
	{0x0F8D, 0x0FBC},
	{0x102D, 0x1030},
	{0x1032, 0x1037},
	{0x1039, 0x103A},
	{0x135D, 0x135F},
	{0x17B7, 0x17BD},
	{0x17C9, 0x17D3},
	{0x1AB0, 0x1ACE},
	{0x1B00, 0x1B03},
	{0x1B6B, 0x1B73},
	{0x1CD0, 0x1CE8},
	{0x1DC0, 0x1DFF},
	{0x20D0, 0x20F0},
	{0x2CEF, 0x2CF1},
	{0x2DE0, 0x2DFF},
	{0x302A, 0x302D},
	{0x3099, 0x309A},
	{0xA66F, 0xA672},
	{0xA674, 0xA67D},
	{0xA69E, 0xA69F},
	{0xA6F0, 0xA6F1},
	{0xA8E0, 0xA8F1},
	{0xFB1E, 0xFB1E},
	{0xFE20, 0xFE2F},
	{0x101FD, 0x101FD},
	{0x1D165, 0x1D169},
	{0x1D185, 0x1D18B},
	{0x1D1AA, 0x1D1AD},
	{0x1E8D0, 0x1E8D6},
};

static bool in_ranges(const struct range *list, size_t count, uint32_t cp)
{
	size_t low = 0, high = count;

	while (low < high) {
		size_t mid = (low + high) / 2;

		if (cp < list[mid].first)
			high = mid;
		else if (cp > list[mid].last)
			low = mid + 1;
		else
			return true;
	}
	return false;
}

#define IN(list, cp) in_ranges(list, sizeof(list) / sizeof *(list), cp)

/* Bytes of a sequence by its first byte, 0 when it cannot start one. C0, C1
 * and F5..FF never appear in UTF-8 (RFC 3629). */
static int sequence_length(unsigned char first)
{
	if (first < 0x80)
		return 1;
	if (first >= 0xC2 && first <= 0xDF)
		return 2;
	if (first >= 0xE0 && first <= 0xEF)
		return 3;
	if (first >= 0xF0 && first <= 0xF4)
		return 4;
	return 0;
}

uint32_t text_utf8_next(const char **p, const char *end)
{
	static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
	const unsigned char *s = (const unsigned char *)*p;
	int length = sequence_length(s[0]);
	uint32_t cp;

	if (length == 1) {
		*p += 1;
		return s[0];
	}
	if (length == 0 || end - *p < length) {
		*p += 1;
		return BAD_BYTE;
	}
	cp = s[0] & (0x7Fu >> length);
	for (int i = 1; i < length; i++) {
		if ((s[i] & 0xC0) != 0x80) {
			*p += 1;
			return BAD_BYTE;
		}
		cp = cp << 6 | (s[i] & 0x3Fu);
	}
	if (cp < least[length] || cp > 0x10FFFF || (cp >= 0xD800 && cp <= 0xDFFF)) {
		*p += 1;
		return BAD_BYTE;
	}
	*p += length;
	return cp;
}

size_t text_utf8_put(char out[4], uint32_t cp)
{
	if (cp > 0x10FFFF || (cp >= 0xD800 && cp <= 0xDFFF))
		cp = REPLACEMENT;
	if (cp < 0x80) {
		out[0] = (char)cp;
		return 1;
	}
	if (cp < 0x800) {
		out[0] = (char)(0xC0 | cp >> 6);
		out[1] = (char)(0x80 | (cp & 0x3F));
		return 2;
	}
	if (cp < 0x10000) {
		out[0] = (char)(0xE0 | cp >> 12);
		out[1] = (char)(0x80 | (cp >> 6 & 0x3F));
		out[2] = (char)(0x80 | (cp & 0x3F));
		return 3;
	}
	out[0] = (char)(0xF0 | cp >> 18);
	out[1] = (char)(0x80 | (cp >> 12 & 0x3F));
	out[2] = (char)(0x80 | (cp >> 6 & 0x3F));
	out[3] = (char)(0x80 | (cp & 0x3F));
	return 4;
}

bool text_copy(char *dst, size_t size, const char *src)
{
	size_t n = strlen(src);
	bool whole = n < size;

	if (!size)
		return n == 0;
	if (!whole) {
		n = size - 1;
		while (n > 0 && ((unsigned char)src[n] & 0xC0) == 0x80)
			n--;
	}
	memmove(dst, src, n);
	dst[n] = '\0';
	return whole;
}

static bool is_alnum(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

bool text_is_id(const char *s)
{
	size_t n = 0;

	for (; s[n]; n++)
		if (n >= 64 || !(is_alnum(s[n]) || s[n] == '.' || s[n] == '_' || s[n] == '-'))
			return false;
	return n > 0;
}

/* What a code point becomes: itself, a stand-in, or 0 for "leave it out". */
static uint32_t neutral(uint32_t cp, int *run)
{
	if (cp == BAD_BYTE) {
		*run = 0;
		return REPLACEMENT;
	}
	if (cp < 0x20 || (cp >= 0x7F && cp < 0xA0))
		return 0;
	if (IN(hidden, cp) || (cp & 0xFFFE) == 0xFFFE) {
		*run = 0;
		return MIDDLE_DOT;
	}
	if (IN(marks, cp)) {
		/* A control left out between two marks does not open a new
		 * run, or a second pass would see a longer one. */
		if (*run >= MARKS_MAX)
			return 0;
		++*run;
		return cp;
	}
	*run = 0;
	return cp;
}

size_t text_neutralise(char *dst, size_t size, const char *src, size_t len)
{
	const char *p = src, *end = src + len;
	size_t used = 0, changed = 0;
	int run = 0;

	if (!size)
		return 0;
	while (p < end) {
		uint32_t cp = text_utf8_next(&p, end);
		uint32_t out = neutral(cp, &run);
		char bytes[4];
		size_t n;

		if (out != cp || cp == 0)
			changed++;
		if (!out)
			continue;
		n = text_utf8_put(bytes, out);
		if (used + n >= size)
			break;
		memcpy(dst + used, bytes, n);
		used += n;
	}
	dst[used] = '\0';
	return changed;
}

int text_hex(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

bool text_mac(char out[13], const char *s)
{
	char mac[13];
	int n = 0;

	for (; *s; s++) {
		int v = text_hex(*s);

		if (v >= 0) {
			if (n == 12)
				return false;
			mac[n++] = "0123456789ABCDEF"[v];
		} else if (!((*s == ':' || *s == '-' || *s == '.') && n > 0 && n < 12
				   && text_hex(s[1]) >= 0)) {
			return false;
		}
	}
	if (n != 12)
		return false;
	mac[12] = '\0';
	memcpy(out, mac, sizeof mac);
	return true;
}
