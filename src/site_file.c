/* SPDX-License-Identifier: Apache-2.0 */
#include "src/site_file.h"

#include <errno.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

#include "src/site_read.h"

struct first_error {
	const char *file;
	struct error *err;
	bool any;
};

/* Only the first error is told: those after it may be its consequences. */
static void keep_first(void *context, int line, enum severity severity, const char *message)
{
	struct first_error *first = context;
	if (severity != FINDING_ERROR || first->any)
		return;
	first->any = true;
	error_set(first->err, -EINVAL, "%s:%d: %s", first->file, line, message);
}

static bool hash_text(char hex[ID_SIZE], const char *text)
{
	unsigned char digest[EVP_MAX_MD_SIZE];
	unsigned length = 0;
	if (EVP_Digest(text, strlen(text), digest, &length, EVP_sha256(), NULL) != 1)
		return false;
	for (unsigned i = 0; i < length && 2 * i + 2 < ID_SIZE; i++)
		snprintf(hex + (size_t)2 * i, 3, "%02x", (unsigned)digest[i]);
	return true;
}

struct site *site_parse(const char *name, const char *text, struct error *err)
{
	struct first_error first = {.file = name, .err = err};
	struct site_reading reading = {.found = keep_first, .context = &first};
	struct site *site = NULL;
	site_read(&reading, text);
	if (reading.errors == 0)
		site_duplicates(&reading);
	if (reading.errors == 0 && !hash_text(reading.site->hash, text))
		site_finding(&reading, 1, FINDING_ERROR, "SHA-256 is not available");
	if (reading.errors == 0) {
		site = reading.site;
		reading.site = NULL;
	}
	site_reading_end(&reading);
	return site;
}

char *site_text(const char *path, struct error *err)
{
	FILE *file = fopen(path, "re");
	if (file == NULL) {
		error_set(err, -errno, "%s: %s", path, strerror(errno));
		return NULL;
	}
	char *text = malloc(SITE_TEXT_MAX + 1);
	size_t length = text != NULL ? fread(text, 1, SITE_TEXT_MAX + 1, file) : 0;
	bool failed = ferror(file) != 0;
	fclose(file);
	if (text == NULL || failed || length > SITE_TEXT_MAX
		|| memchr(text, '\0', length) != NULL) {
		error_set(err, -EINVAL, "%s: %s", path,
			text == NULL             ? "out of memory"
			: failed                 ? "cannot be read"
			: length > SITE_TEXT_MAX ? "larger than 4 MiB: not a site file"
						 : "holds a NUL byte: not a text");
		free(text);
		return NULL;
	}
	text[length] = '\0';
	return text;
}

struct site *site_load(const char *path, char **text, struct error *err)
{
	char *read = site_text(path, err);
	struct site *site = read != NULL ? site_parse(path, read, err) : NULL;
	if (text != NULL && site != NULL)
		*text = read;
	else
		free(read);
	if (text != NULL && site == NULL)
		*text = NULL;
	return site;
}
