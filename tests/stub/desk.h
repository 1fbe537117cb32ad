/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_TESTS_DESK_H
#define VIGIE_TESTS_DESK_H

/*
 * A whole station without a screen, as a program of its own (one MQTT client a
 * process), told what to do line by line. The test's main calls desk_main first.
 *
 *   press TAG       a button, heard by its own radio
 *   case ID         a case of the programme
 *   ack KEY         as an operator does: covers what this station knows
 *   left ID MIN     minutes left
 *   fill N          milestones, twenty a case: N facts
 *   state           what should be the same everywhere, one line
 *   stage KEY       how far the newest act on it has come: "2 or-desk-2"
 *   stations        linked, waiting, here, missing, sent, republished, refused
 *   acked KEY       CLOCK_MONOTONIC in microseconds when it was, here; 0 not yet
 */

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct desk {
	pid_t pid;
	int fd;
	char id[16], journal[128];
	int ports[4], port_count;
};

/* -1: these are not its arguments. */
int desk_main(int argc, char **argv);
/* With its id, journal and ports set. */
void desk_start(struct desk *desk);
/* The answer, without its line feed; "" when it has died. */
const char *desk_ask(struct desk *desk, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
void desk_kill(struct desk *desk); /* -9 */
void desk_end(struct desk *desk);

#endif
