/* SPDX-License-Identifier: Apache-2.0 */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "screens/ui.h"
#include "src/terminal.h"
#include "src/verbs.h"

#define VERSION "0.1.0"

static int verb_help(int argc, char **argv);

/* Every verb: one line here and one file src/verb_NAME.c. */
static const struct verb {
	const char *name;
	int (*run)(int argc, char **argv);
	const char *help;
} verbs[] = {
	{"console", verb_console, "the console (also when no verb is given)"},
	{"demo", verb_demo, "a whole emulated suite on loopback, and the console on it"},
	{"watch", verb_watch, "the station without a console, for systemd: journals, escalates"},
	{"show", verb_show, "print one pane once, as text or JSON, from the journal"},
	{"decode", verb_decode, "gateway payloads in, one JSON line per thing out"},
	{"devices", verb_devices, "what each device sends, and how good the word is"},
	{"teach", verb_teach, "learn what a press of a tag looks like on air"},
	{"bench", verb_bench, "the speed of the simulator, with its check values"},
	{"durations", verb_durations, "the duration model on a table of operated cases"},
	{"forecast", verb_forecast, "the rest of a day from a programme, simulated"},
	{"repair", verb_repair, "what to do about a day that goes wrong, with the proof"},
	{"fhir", verb_fhir, "FHIR resources in, the facts they make out"},
	{"check", verb_check, "lint a site file"},
	{"locate", verb_locate, "judge and teach the room filter: evaluate, train, survey"},
	{"audit", verb_audit, "who did what, as text or FHIR AuditEvents"},
	{"verify", verb_verify, "check the journal's chain of hashes"},
	{"replay", verb_replay, "fold a journal; --digest prints what the twin was"},
	{"mark", verb_mark, "mark a journal's twin against the emulator's truth"},
	{"help", verb_help, "this page; `vigie help keys` lists the keys"},
};
enum { VERBS = sizeof verbs / sizeof *verbs };

static void print_key(
	void *context, const char *screen, const char *key, const char *name, const char *help)
{
	(void)context;
	printf("%-12s %-8s %-18s %s\n", screen, key, name, help);
}

static int verb_help(int argc, char **argv)
{
	if (argc > 1 && strcmp(argv[1], "keys") == 0) {
		ui_each_command(print_key, NULL);
		return 0;
	}
	puts("vigie " VERSION
	     ": a lookout over the operating suite\n\nusage: vigie [VERB] [ARGUMENTS]\n");
	for (int i = 0; i < VERBS; i++)
		printf("  %-9s %s\n", verbs[i].name, verbs[i].help);
	puts("\nvigie VERB --help tells more. A secondary display: not a certified nurse-call\n"
	     "system, not a medical device.");
	return 0;
}

/* Nothing of ours is for other users' eyes, and no core dump holds names. */
static void be_discreet(void)
{
	struct rlimit none = {0, 0};
	umask(077);
	setrlimit(RLIMIT_CORE, &none);
	signal(SIGPIPE, SIG_IGN);
}

int main(int argc, char **argv)
{
	be_discreet();
	terminal_locale();
	if (argc > 1 && (strcmp(argv[1], "--version") == 0 || strcmp(argv[1], "-V") == 0)) {
		puts("vigie " VERSION);
		return 0;
	}
	for (int i = 0; argc > 1 && i < VERBS; i++)
		if (strcmp(argv[1], verbs[i].name) == 0)
			return verbs[i].run(argc - 1, argv + 1);
	return verb_console(argc, argv);
}
