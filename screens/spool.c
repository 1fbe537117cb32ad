/* SPDX-License-Identifier: Apache-2.0 */
#include "screens/spool.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/types.h>
#include <unistd.h>

/* One huge repaint must not be kept for the rest of the day. */
enum { KEEP_AT_MOST = 1 << 17 };

bool spool_open(struct spool *spool)
{
	*spool = (struct spool){.memory = memfd_create("vigie-screen", MFD_CLOEXEC)};
	return spool->memory >= 0;
}

void spool_free(struct spool *spool)
{
	free(spool->bytes);
	*spool = (struct spool){.memory = -1};
}

void spool_append(struct spool *spool, const char *bytes, size_t len)
{
	if (spool->sent == spool->len)
		spool->sent = spool->len = 0;
	if (spool->len + len > spool->capacity) {
		size_t capacity = (spool->len + len) * 2 + 4096;
		char *grown = realloc(spool->bytes, capacity);
		if (grown == NULL) {
			spool->lost = true;
			return;
		}
		spool->bytes = grown;
		spool->capacity = capacity;
	}
	memcpy(spool->bytes + spool->len, bytes, len);
	spool->len += len;
}

void spool_discard(struct spool *spool)
{
	if (lseek(spool->memory, 0, SEEK_SET) < 0 || ftruncate(spool->memory, 0) < 0)
		spool->lost = true;
}

static void take(void *context, const char *bytes, size_t len)
{
	if (len > 0)
		spool_append(context, bytes, len);
}

void spool_collect(struct spool *spool)
{
	off_t size = lseek(spool->memory, 0, SEEK_CUR);
	char piece[16384];
	for (off_t at = 0; at < size;) {
		ssize_t got = pread(spool->memory, piece, sizeof piece, at);
		if (got <= 0) {
			spool->lost = true;
			break;
		}
		rep_expand(&spool->rep, piece, (size_t)got, take, spool);
		at += got;
	}
	if (size > 0)
		spool_discard(spool);
}

void spool_sent(struct spool *spool, size_t len)
{
	size_t left = spool->len - spool->sent;
	spool->sent += len < left ? len : left;
	if (spool->sent == spool->len && spool->capacity > KEEP_AT_MOST) {
		free(spool->bytes);
		spool->bytes = NULL;
		spool->sent = spool->len = spool->capacity = 0;
	}
}
