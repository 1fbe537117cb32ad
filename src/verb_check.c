/* SPDX-License-Identifier: Apache-2.0 */
#include "src/verbs.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "src/sandbox.h"
#include "src/site_file.h"

static const char usage[] =
	"usage: vigie check [SITE.cfg...]\n"
	"Without a file: what this machine offers to lock a console in.\n"
	"Reads site files and prints what is wrong with them, one finding a line:\n"
	"FILE:LINE: error|warning: what. Exit status: 0 nothing found, 1 something\n"
	"found, 2 usage, 3 a file cannot be read. The format is in vigie-site(5).\n";

static int check_machine(void)
{
	int abi = sandbox_landlock_abi();
	bool filter = sandbox_has_seccomp(), pam = access("/etc/pam.d/vigie", R_OK) == 0;
	if (abi > 0)
		printf("Landlock: ABI %d%s\n", abi,
			abi < 4   ? ", files only"
			: abi < 6 ? ", files and ports to listen on"
				  : ", files, ports to listen on, signals");
	else
		puts("Landlock: not in this kernel: files are protected by their modes alone");
	puts(filter ? "seccomp: a list of allowed system calls"
		    : "seccomp: not in this kernel: every system call is allowed");
	puts(pam ? "PAM: /etc/pam.d/vigie"
		 : "PAM: no /etc/pam.d/vigie, /etc/pam.d/other decides: a locked console may not "
		   "be unlocked");
	return abi > 0 && filter && pam ? 0 : EXIT_FOUND;
}

int verb_check(int argc, char **argv)
{
	int status = 0;
	if (argc >= 2 && (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)) {
		fputs(usage, stdout);
		return 0;
	}
	if (argc < 2)
		return check_machine();
	if (argv[1][0] == '-' && argv[1][1] != '\0') {
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
