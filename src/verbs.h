/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_SRC_VERBS_H
#define VIGIE_SRC_VERBS_H

/* Each verb is one file src/verb_NAME.c; argv[0] is the verb's own name.
 * Return value is the exit code: 0, 1 something was found wrong, 2 usage,
 * 3 environment. */

enum { EXIT_FOUND = 1, EXIT_USAGE = 2, EXIT_ENVIRONMENT = 3 };

int verb_console(int argc, char **argv);
int verb_demo(int argc, char **argv);
int verb_watch(int argc, char **argv);
int verb_show(int argc, char **argv);
int verb_bench(int argc, char **argv);
int verb_forecast(int argc, char **argv);
int verb_repair(int argc, char **argv);
int verb_durations(int argc, char **argv);
int verb_decode(int argc, char **argv);
int verb_devices(int argc, char **argv);
int verb_teach(int argc, char **argv);
int verb_fhir(int argc, char **argv);
int verb_verify(int argc, char **argv);
int verb_audit(int argc, char **argv);
int verb_replay(int argc, char **argv);
int verb_mark(int argc, char **argv);
int verb_check(int argc, char **argv);
int verb_locate(int argc, char **argv);

#endif
