/* SPDX-License-Identifier: Apache-2.0 */
#include "src/verbs.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "src/sandbox.h"
#include "src/settings.h"
#include "src/site_file.h"

static const char usage[] =
	"usage: vigie check [--config FILE] [SITE.cfg...]\n"
	"Without a file: what this machine offers to lock a console in.\n"
	"Reads site files (or the one that FILE names) and prints what is wrong with\n"
	"them, one finding a line: FILE:LINE: error|warning: what. Whom an alarm is told\n"
	"must be a target of the configuration, FILE or the one of this machine.\n"
	"Exit status: 0 nothing found, 1 something found, 2 usage, 3 a file cannot be\n"
	"read. The format is in vigie-site(5).\n";

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

static int check_site(const char *path, const struct settings *settings)
{
	int found = site_lint(path, settings->file != NULL ? settings : NULL, stdout);
	if (found == 0)
		printf("%s: nothing found\n", path);
	return found < 0 ? EXIT_ENVIRONMENT : found > 0 ? EXIT_FOUND : 0;
}

/* The sites named, or the one of a configuration that is; else the machine. */
static int check(const struct settings *settings, bool asked, int count, char **paths)
{
	int status = 0;
	if (count == 0 && asked && settings->site != NULL)
		return check_site(settings->site, settings);
	if (count == 0)
		return check_machine();
	for (int i = 0; i < count; i++) {
		int now = check_site(paths[i], settings);
		status = now > status ? now : status;
	}
	return status;
}

int verb_check(int argc, char **argv)
{
	struct settings settings;
	struct error err = {""};
	const char *config = NULL;
	int at = 1;
	if (argc >= 2 && (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)) {
		fputs(usage, stdout);
		return 0;
	}
	if (argc >= 3 && strcmp(argv[1], "--config") == 0) {
		config = argv[2];
		at = 3;
	}
	if (at < argc && argv[at][0] == '-' && argv[at][1] != '\0') {
		fputs(usage, stderr);
		return EXIT_USAGE;
	}
	settings_init(&settings);
	int status = EXIT_ENVIRONMENT;
	if (settings_load(&settings, config, &err) < 0)
		printf("%s\n", err.text);
	else
		status = check(&settings, config != NULL, argc - at, argv + at);
	settings_fini(&settings);
	return status;
}
