/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_SRC_QUEUE_LINE_H
#define VIGIE_SRC_QUEUE_LINE_H

/*
 * A service line of text books on the house's own event list and random
 * streams: Poisson arrivals of one or two classes, servers, then perhaps beds.
 * Its exact values are known, so it proves the two, and it is what other
 * engines are timed on. No part of the product forecasts with it.
 */

#include <stdbool.h>
#include <stdint.h>

enum { LINE_CLASSES = 2, LINE_SERVERS = 64 };

struct line_law {
	enum { LINE_EXPONENTIAL, LINE_FIXED, LINE_LOGNORMAL, LINE_ERLANG4 } kind;
	double mean, deviation; /* the deviation of LOGNORMAL only */
};

struct line {
	double rate[LINE_CLASSES]; /* arrivals per unit of time; class 0 goes first */
	int servers;
	struct line_law service;
	int beds; /* 0: one stage */
	struct line_law stay;
	bool blocking; /* who is done keeps the server until a bed is free */
	bool heap;     /* use the heap whatever the size */
	bool loss;     /* who finds no server free goes away */
	/* Nobody arrives: a server that is free takes the next one at once. `rate` only
	 * says that there is a class 0. */
	bool saturated;
	bool shares; /* fills in the shares of time below */
};

struct line_result {
	long customers;
	double wait[LINE_CLASSES];     /* mean wait for a server, by class */
	double wait_all, whole;        /* mean wait; mean time from arrival to leaving */
	double queue;                  /* time average of how many wait for a server */
	double blocked, blocked_share; /* mean time blocked, share of customers */
	double waited, waited_over_1;  /* share that waited at all, more than one unit */
	double lost;                   /* share that went away */
	double finished_at;
	/* From the first counted customer to the last one taken: shares of time with so
	 * many servers, beds taken, servers blocked; and customers served in a unit. */
	double taken[LINE_SERVERS], abed[LINE_SERVERS], held[LINE_SERVERS];
	double throughput;
};

/* n customers; the first `warm` of them are not counted. False: out of memory,
 * or more servers or beds than LINE_SERVERS. */
bool line_run(
	const struct line *line, long n, long warm, uint32_t seed, struct line_result *result);

#endif
