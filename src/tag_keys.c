/* SPDX-License-Identifier: Apache-2.0 */
#include "src/tag_keys.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <uthash.h>

#include "feeds/ble.h"
#include "twin/text.h"

enum { KEY_BYTES = 16, LINE_BYTES = 128 };

struct tag_key {
	char tag[TAG_SIZE];
	uint8_t key[KEY_BYTES];
	UT_hash_handle hh;
};

struct tag_keys {
	struct tag_key *list;
};

void tag_keys_free(struct tag_keys *keys)
{
	struct tag_key *k, *next;
	if (keys == NULL)
		return;
	HASH_ITER(hh, keys->list, k, next)
	{
		HASH_DEL(keys->list, k);
		explicit_bzero(k, sizeof *k);
		free(k);
	}
	free(keys);
}

const uint8_t *tag_keys_find(const struct tag_keys *keys, const char *tag)
{
	struct tag_key *k = NULL;
	if (keys != NULL)
		HASH_FIND_STR(keys->list, tag, k);
	return k != NULL ? k->key : NULL;
}

/* The next word, ended by a NUL; NULL: no more. */
static char *next_word(char **at)
{
	static const char blanks[] = " \t\r\n";
	char *from = *at + strspn(*at, blanks);
	size_t n = strcspn(from, blanks);
	if (n == 0)
		return NULL;
	*at = from + n + (from[n] != '\0');
	from[n] = '\0';
	return from;
}

/* NULL when the line is right; else what is wrong with it. */
static const char *take_line(struct tag_keys *keys, char *line)
{
	struct tag_key *k;
	line[strcspn(line, "#")] = '\0';
	char *mac = next_word(&line);
	char *hex = next_word(&line);
	if (mac == NULL)
		return NULL;
	if (hex == NULL || next_word(&line) != NULL)
		return "is not MAC KEY";
	if ((k = calloc(1, sizeof *k)) == NULL)
		return "does not fit in memory";
	const char *wrong = !text_mac(k->tag, mac) ? "has no MAC" : NULL;
	if (wrong == NULL && ble_hex(k->key, KEY_BYTES, hex, strlen(hex)) != KEY_BYTES)
		wrong = "has no key of 32 hex digits";
	if (wrong == NULL && tag_keys_find(keys, k->tag) != NULL)
		wrong = "gives a tag a second key";
	if (wrong == NULL) {
		HASH_ADD_STR(keys->list, tag, k);
	} else {
		explicit_bzero(k, sizeof *k);
		free(k);
	}
	return wrong;
}

static int read_lines(struct tag_keys *keys, FILE *in, const char *path, struct error *err)
{
	char line[LINE_BYTES];
	int rc = 0;
	for (int n = 1; rc == 0 && fgets(line, sizeof line, in) != NULL; n++) {
		bool whole = strchr(line, '\n') != NULL || feof(in);
		const char *wrong = whole ? take_line(keys, line) : "is too long";
		if (wrong != NULL)
			rc = error_set(err, -EINVAL, "keys file %s: line %d %s", path, n, wrong);
	}
	explicit_bzero(line, sizeof line);
	if (rc == 0 && ferror(in))
		rc = error_set(err, -EIO, "keys file %s: cannot be read", path);
	return rc;
}

static FILE *open_secret(const char *path, struct error *err)
{
	struct stat st;
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0) {
		error_set(err, -errno, "keys file %s: %s", path, strerror(errno));
		return NULL;
	}
	FILE *in = NULL;
	if (fstat(fd, &st) != 0 || (st.st_mode & 077) != 0)
		error_set(err, -EPERM, "keys file %s is open to others: chmod 600", path);
	else if ((in = fdopen(fd, "r")) == NULL)
		error_set(err, -errno, "keys file %s: %s", path, strerror(errno));
	if (in == NULL)
		close(fd);
	else
		setvbuf(in, NULL, _IONBF, 0); /* no copy of the keys stays in a buffer */
	return in;
}

struct tag_keys *tag_keys_load(const char *path, struct error *err)
{
	FILE *in = open_secret(path, err);
	if (in == NULL)
		return NULL;
	struct tag_keys *keys = calloc(1, sizeof *keys);
	if (keys == NULL)
		error_set(err, -ENOMEM, "keys file %s: out of memory", path);
	if (keys != NULL && read_lines(keys, in, path, err) != 0) {
		tag_keys_free(keys);
		keys = NULL;
	}
	fclose(in);
	return keys;
}
