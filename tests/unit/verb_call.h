/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_TESTS_VERB_CALL_H
#define VIGIE_TESTS_VERB_CALL_H

/* A verb, called as from a shell, and what it prints. Included after cmocka.h. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Runs it with these words (@ is `file`); standard output, by way of the file `out_path`,
 * malloc'd. What it says on standard error is lost. */
static char *verb_call(
	int (*verb)(int, char **), const char *words, char *file, const char *out_path, int *code)
{
	char line[512], name[] = "verb", *argv[32] = {name}, *rest = NULL;
	int argc = 1;
	snprintf(line, sizeof line, "%s", words);
	for (char *w = strtok_r(line, " ", &rest); w != NULL; w = strtok_r(NULL, " ", &rest))
		argv[argc++] = strcmp(w, "@") == 0 ? file : w;
	int saved[2] = {dup(1), dup(2)};
	fflush(stdout);
	FILE *out = fopen(out_path, "w+"), *errors = fopen("/dev/null", "w");
	assert_non_null(out);
	dup2(fileno(out), 1);
	dup2(fileno(errors), 2);
	*code = verb(argc, argv);
	fflush(stdout);
	fflush(stderr);
	dup2(saved[0], 1);
	dup2(saved[1], 2);
	close(saved[0]);
	close(saved[1]);
	fclose(errors);
	fseek(out, 0, SEEK_END);
	long size = ftell(out);
	rewind(out);
	char *text = calloc(1, (size_t)size + 1);
	assert_true(fread(text, 1, (size_t)size, out) == (size_t)size);
	fclose(out);
	return text;
}

#endif
