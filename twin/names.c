/* SPDX-License-Identifier: Apache-2.0 */
#include "twin/names.h"

#include <stdlib.h>
#include <string.h>

/* Running out of memory for a name costs the name, not the program: masks
 * then fall back on the pseudonym. */
#define HASH_NONFATAL_OOM 1
#include <uthash.h>

#include "twin/fact.h"
#include "twin/text.h"

struct entry {
	char id[ID_SIZE];
	char name[LABEL_SIZE];
	UT_hash_handle hh;
};

struct names {
	struct entry *table;
};

struct names *names_create(void)
{
	return calloc(1, sizeof(struct names));
}

static void forget(struct names *names, struct entry *e)
{
	HASH_DEL(names->table, e);
	/* A purged name must not linger in freed memory. */
	memset(e->name, 0, sizeof e->name);
	free(e);
}

void names_destroy(struct names *names)
{
	struct entry *e, *next;

	if (!names)
		return;
	HASH_ITER(hh, names->table, e, next)
	{
		forget(names, e);
	}
	free(names);
}

static struct entry *new_entry(struct names *names, const char *id)
{
	struct entry *e = calloc(1, sizeof *e);

	if (!e)
		return NULL;
	if (!text_copy(e->id, sizeof e->id, id)) {
		free(e);
		return NULL;
	}
	if (HASH_COUNT(names->table) >= NAMES_MAX)
		forget(names, names->table);
	return e;
}

void names_set(struct names *names, const char *id, const char *name)
{
	struct entry *e;

	if (!names || !id[0])
		return;
	HASH_FIND_STR(names->table, id, e);
	if (e)
		HASH_DEL(names->table, e);
	else
		e = new_entry(names, id);
	if (!e)
		return;
	text_copy(e->name, sizeof e->name, name);
	/* At the end, as the one told last. */
	HASH_ADD_STR(names->table, id, e);
	if (!e->hh.tbl)
		free(e);
}

const char *names_get(const struct names *names, const char *id)
{
	struct entry *e = NULL;

	if (names)
		HASH_FIND_STR(names->table, id, e);
	return e ? e->name : NULL;
}

size_t names_count(const struct names *names)
{
	return names ? HASH_COUNT(names->table) : 0;
}

/* Where the given name begins: after the comma, or after the first space of
 * "Claire Martin"; the end when there is one word only. */
static const char *second_word(const char *name)
{
	const char *p = strchr(name, ',');

	if (!p)
		p = strchr(name, ' ');
	while (p && (*p == ',' || *p == ' '))
		p++;
	return p ? p : name + strlen(name);
}

void names_masked(const struct names *names, const char *id, char *out, size_t size)
{
	const char *name = names_get(names, id);
	size_t used = 0, length = strlen(id);

	if (!size)
		return;
	out[0] = '\0';
	if (!name || !name[0]) {
		text_copy(out, size, length > 4 ? id + length - 4 : id);
		return;
	}
	/* Two initials are enough to tell neighbours apart, and no more. */
	const char *const words[] = {name, second_word(name)};
	for (int i = 0; i < 2; i++) {
		const char *p = words[i];
		char bytes[4];
		size_t n;

		if (!*p)
			continue;
		n = text_utf8_put(bytes, text_utf8_next(&p, name + strlen(name)));
		if (used + n + 2 > size)
			return;
		memcpy(out + used, bytes, n);
		out[used + n] = '.';
		used += n + 1;
		out[used] = '\0';
	}
}
