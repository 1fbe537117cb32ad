/* SPDX-License-Identifier: Apache-2.0 */
/* vigie audit: who did what, from a journal. */

#include "src/verbs.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

#include "feeds/fhir.h"
#include "src/audit.h"
#include "src/journal_path.h"

static const char usage[] =
	"usage: vigie audit [--from TIME] [--to TIME] [--fhir] [JOURNAL]\n"
	"\n"
	"Prints who did what, one line an act, by tabs: time, who, role, terminal, network\n"
	"peer, station, what, on what, patient (a pseudonym), before -> after, reason, number\n"
	"in the journal. TIME is RFC 3339.\n"
	"\n"
	"  --fhir   a FHIR R4 Bundle of AuditEvents instead\n";

struct print {
	bool fhir;
	uint64_t count;
};

static void on_act(void *context, const struct audit_act *act)
{
	struct print *p = context;
	char *event = p->fhir ? audit_event(act) : NULL;
	if (!p->fhir)
		audit_put(stdout, act);
	else if (event != NULL)
		printf("%s{\"resource\":%s}", p->count > 0 ? ",\n" : ",\"entry\":[\n", event);
	p->count++;
	free(event);
}

int verb_audit(int argc, char **argv)
{
	static const struct option options[] = {{"from", required_argument, NULL, 'f'},
		{"to", required_argument, NULL, 't'}, {"fhir", no_argument, NULL, 'r'},
		{"help", no_argument, NULL, 'h'}, {NULL, 0, NULL, 0}};
	char path[4096];
	struct error err = {""};
	struct print print = {0};
	int64_t from_ms = 0, to_ms = 0;
	int option;
	optind = 1;
	while ((option = getopt_long(argc, argv, "h", options, NULL)) != -1) {
		int64_t *time = option == 'f' ? &from_ms : &to_ms;
		if (option == 'h') {
			fputs(usage, stdout);
			return 0;
		}
		if (option == 'r')
			print.fhir = true;
		else if (option == '?' || (*time = fhir_time(optarg)) == 0) {
			fputs(usage, stderr);
			return EXIT_USAGE;
		}
	}
	if (argc - optind > 1) {
		fputs(usage, stderr);
		return EXIT_USAGE;
	}
	int code = argc > optind ? snprintf(path, sizeof path, "%s", argv[optind]) < 0
				 : journal_path_default(path, sizeof path, &err);
	if (code == 0 && print.fhir)
		fputs("{\"resourceType\":\"Bundle\",\"type\":\"collection\"", stdout);
	if (code == 0)
		code = audit_read(path, from_ms, to_ms, on_act, &print, &err);
	if (code == 0 && print.fhir)
		fputs(print.count > 0 ? "]}\n" : "}\n", stdout);
	if (code == 0)
		return 0;
	fprintf(stderr, "vigie audit: %s\n", err.text);
	return EXIT_ENVIRONMENT;
}
