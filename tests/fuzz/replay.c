/* SPDX-License-Identifier: Apache-2.0 */
#include <dirent.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Replays a corpus through one fuzz target without a fuzzer: every file of the
 * folders (or the files) given as arguments, each in a buffer of its own size,
 * so that a sanitizer sees a read beyond it. */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int replay_stream(FILE *f)
{
	size_t size = 0;
	size_t room = 1 << 16;
	uint8_t *data = malloc(room);
	size_t n;
	while (data != NULL && (n = fread(data + size, 1, room - size, f)) > 0) {
		size += n;
		if (size == room) {
			uint8_t *more = realloc(data, room *= 2);
			if (more == NULL)
				free(data);
			data = more;
		}
	}
	uint8_t *exact = malloc(size > 0 ? size : 1);
	if (data != NULL && exact != NULL) {
		memcpy(exact, data, size);
		LLVMFuzzerTestOneInput(exact, size);
	}
	int failed = data == NULL || exact == NULL;
	free(data);
	free(exact);
	return failed;
}

static int replay_file(const char *path)
{
	FILE *f = fopen(path, "rb");
	if (f == NULL) {
		fprintf(stderr, "%s: %s\n", path, strerror(errno));
		return 1;
	}
	int failed = replay_stream(f);
	fclose(f);
	return failed;
}

/* Returns how many files were replayed, -1 on an error. */
static int replay_folder(const char *path)
{
	char file[4096];
	int count = 0;
	int failed = 0;
	DIR *dir = opendir(path);
	if (dir == NULL)
		return replay_file(path) ? -1 : 1;
	for (struct dirent *e; (e = readdir(dir)) != NULL;) {
		if (e->d_name[0] == '.')
			continue;
		snprintf(file, sizeof file, "%s/%s", path, e->d_name);
		failed |= replay_file(file);
		count++;
	}
	closedir(dir);
	return failed ? -1 : count;
}

int main(int argc, char **argv)
{
	int total = 0;
	for (int i = 1; i < argc; i++) {
		int n = replay_folder(argv[i]);
		/* An empty corpus would be a test that cannot fail. */
		if (n <= 0) {
			fprintf(stderr, "%s: nothing replayed\n", argv[i]);
			return 1;
		}
		total += n;
	}
	printf("%d inputs replayed\n", total);
	return total == 0;
}
