/* SPDX-License-Identifier: Apache-2.0 */
#include "feeds/json_span.h"

#include <stdlib.h>
#include <string.h>

/* A place in the text; broken once the grammar was left. */
struct cursor {
	const char *text;
	size_t len, at;
	bool broken;
};

static void skip_space(struct cursor *c)
{
	while (c->at < c->len && json_is_space(c->text[c->at]))
		c->at++;
}

static bool at_char(const struct cursor *c, char what)
{
	return c->at < c->len && c->text[c->at] == what;
}

static bool take(struct cursor *c, char what)
{
	skip_space(c);
	if (!at_char(c, what))
		return false;
	c->at++;
	return true;
}

static void need(struct cursor *c, char what)
{
	if (!take(c, what))
		c->broken = true;
}

static void skip_string(struct cursor *c)
{
	need(c, '"');
	while (!c->broken && c->at < c->len && c->text[c->at] != '"')
		c->at += c->text[c->at] == '\\' ? 2 : 1;
	if (c->at >= c->len)
		c->broken = true;
	else
		c->at++;
}

/* Brackets are counted, not matched: the text has been parsed before. */
static void skip_nested(struct cursor *c)
{
	size_t depth = 0;
	do {
		if (c->at >= c->len) {
			c->broken = true;
			return;
		}
		char here = c->text[c->at];
		if (here == '"') {
			skip_string(c);
			continue;
		}
		depth += here == '{' || here == '[';
		depth -= here == '}' || here == ']';
		c->at++;
	} while (depth > 0 && !c->broken);
}

static bool ends_literal(char c)
{
	return c == ',' || c == ']' || c == '}' || json_is_space(c);
}

static void skip_value(struct cursor *c)
{
	skip_space(c);
	size_t begin = c->at;
	if (at_char(c, '"'))
		skip_string(c);
	else if (at_char(c, '{') || at_char(c, '['))
		skip_nested(c);
	else
		while (c->at < c->len && !ends_literal(c->text[c->at]))
			c->at++;
	if (c->at == begin)
		c->broken = true;
}

/* -- one step of the way -------------------------------------------------------- */

static bool names(const struct cursor *c, size_t begin, const char *name, size_t n)
{
	return c->at - begin == n + 2 && memcmp(c->text + begin + 1, name, n) == 0;
}

/* In the object at the cursor; which is left behind it. */
static enum json_found find_member(
	struct cursor *c, const char *name, size_t n, struct json_span *span)
{
	int found = 0;
	need(c, '{');
	if (take(c, '}'))
		return JSON_ABSENT;
	while (!c->broken) {
		skip_space(c);
		size_t member = c->at;
		skip_string(c);
		bool ours = !c->broken && names(c, member, name, n);
		need(c, ':');
		skip_space(c);
		size_t begin = c->at;
		if (!c->broken)
			skip_value(c);
		if (ours && found++ == 0)
			*span = (struct json_span){member, begin, c->at};
		if (!take(c, ',')) {
			need(c, '}');
			break;
		}
	}
	if (c->broken)
		return JSON_BROKEN;
	return found == 0 ? JSON_ABSENT : found == 1 ? JSON_FOUND : JSON_TWICE;
}

/* In the array at the cursor. */
static enum json_found find_item(struct cursor *c, long index, struct json_span *span)
{
	need(c, '[');
	if (take(c, ']'))
		return JSON_ABSENT;
	for (long i = 0; !c->broken; i++) {
		skip_space(c);
		size_t begin = c->at;
		skip_value(c);
		if (i == index && !c->broken) {
			*span = (struct json_span){begin, begin, c->at};
			return JSON_FOUND;
		}
		if (!take(c, ','))
			return !c->broken && take(c, ']') ? JSON_ABSENT : JSON_BROKEN;
	}
	return JSON_BROKEN;
}

static bool is_index(const char *token, size_t n, long *index)
{
	*index = 0;
	for (size_t i = 0; i < n; i++) {
		if (token[i] < '0' || token[i] > '9' || n > 6)
			return false;
		*index = *index * 10 + (token[i] - '0');
	}
	return n > 0;
}

enum json_found json_span(const char *text, size_t len, const char *pointer, struct json_span *span)
{
	struct cursor c = {.text = text, .len = len};
	skip_space(&c);
	size_t begin = c.at;
	skip_value(&c);
	if (c.broken)
		return JSON_BROKEN;
	*span = (struct json_span){begin, begin, c.at};
	while (*pointer == '/') {
		size_t n = strcspn(++pointer, "/");
		long index;
		enum json_found found = JSON_ABSENT;
		c = (struct cursor){.text = text, .len = span->end, .at = span->begin};
		if (at_char(&c, '{'))
			found = find_member(&c, pointer, n, span);
		else if (at_char(&c, '[') && is_index(pointer, n, &index))
			found = find_item(&c, index, span);
		if (found != JSON_FOUND)
			return found;
		pointer += n;
	}
	return JSON_FOUND;
}
