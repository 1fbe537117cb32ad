/* SPDX-License-Identifier: Apache-2.0 */
#include "src/journal_file.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "twin/text.h"

struct journal_file {
	struct journal *journal;
	struct ev_loop *loop; /* never run: the writer's thread needs one to speak to */
	char *path;
	uint64_t seq;
	struct error failed;
};

static void on_committed(void *context, uint64_t seq)
{
	(void)context;
	(void)seq;
}

static void on_failed(void *context, const char *why)
{
	struct journal_file *file = context;
	error_set(&file->failed, 0, "%s", why);
}

static void release(struct journal_file *file)
{
	if (file->loop != NULL)
		ev_loop_destroy(file->loop);
	free(file->path);
	free(file);
}

int journal_file_open(struct journal_file **out, const char *path, const struct site *site,
	const char *site_text, int64_t at_ms, struct error *err)
{
	struct stat there;
	if (stat(path, &there) == 0)
		return error_set(err, -EEXIST, "%s: there already", path);
	struct journal_file *file = calloc(1, sizeof *file);
	if (file == NULL || (file->path = strdup(path)) == NULL) {
		free(file);
		return error_set(err, -ENOMEM, "out of memory");
	}
	struct journal_calls calls = {on_committed, on_failed, file};
	file->loop = ev_loop_new(0);
	int rc = journal_open(&file->journal, path, file->loop, calls, err);
	if (rc < 0) {
		release(file);
		return rc;
	}
	struct fact f = fact_make(FACT_SITE, SOURCE_SYSTEM, at_ms);
	text_copy(f.origin, sizeof f.origin, "site");
	text_copy(f.site.hash, sizeof f.site.hash, site->hash);
	f.site.site = site;
	journal_site(file->journal, site->hash, site_text);
	journal_file_add(file, &f);
	*out = file;
	return 0;
}

void journal_file_add(struct journal_file *file, const struct fact *fact)
{
	struct fact f = *fact;
	f.seq = ++file->seq;
	journal_append(file->journal, &f);
}

int journal_file_close(struct journal_file *file, struct error *err)
{
	uint64_t rows = 0, bad = 0;
	journal_close(file->journal);
	int rc = file->failed.text[0] != '\0' ? error_set(err, -EIO, "%s", file->failed.text)
					      : journal_verify(file->path, &rows, &bad, err);
	if (rc == 0 && rows != file->seq)
		rc = error_set(err, -EIO, "%s: %" PRIu64 " of %" PRIu64 " facts written",
			file->path, rows, file->seq);
	release(file);
	return rc;
}
