/* SPDX-License-Identifier: Apache-2.0 */
#include "src/verbs.h"

#include <stdio.h>
#include <string.h>

#include "src/site_file.h"

static const char usage[] =
	"usage: vigie check SITE.cfg...\n"
	"Reads site files and prints what is wrong with them, one finding a line:\n"
	"FILE:LINE: error|warning: what. Exit status: 0 nothing found, 1 something\n"
	"found, 2 usage, 3 a file cannot be read. The format is in vigie-site(5).\n";

int verb_check(int argc, char **argv)
{
	int status = 0;
	if (argc >= 2 && (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)) {
		fputs(usage, stdout);
		return 0;
	}
	if (argc < 2 || (argv[1][0] == '-' && argv[1][1] != '\0')) {
		fputs(usage, stderr);
		return EXIT_USAGE;
	}
	for (int i = 1; i < argc; i++) {
		int found = site_lint(argv[i], stdout);
		if (found < 0)
			status = EXIT_ENVIRONMENT;
		else if (found > 0 && status == 0)
			status = EXIT_FOUND;
		else if (found == 0)
			printf("%s: nothing found\n", argv[i]);
	}
	return status;
}
