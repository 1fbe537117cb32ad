/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_SRC_PROGRAMME_H
#define VIGIE_SRC_PROGRAMME_H

/*
 * A day from a file: a FHIR R4 Bundle folded into a twin, as it was known at
 * one instant. What happened later is left out, so that an old day can be
 * forecast from its middle.
 */

#include "feeds/error.h"
#include "twin/twin.h"

struct programme {
	struct twin *twin; /* advanced to at_ms */
	struct site *site; /* the one given, or made of the rooms that are named */
	bool made;         /* made: staff, beds and hours are not known */
	int64_t at_ms;
	int not_understood; /* told on stderr when asked for */
	int later;          /* facts left out */
	struct fact *facts; /* those folded, the site's apart */
	size_t fact_count;
};

struct programme_options {
	struct site *site; /* NULL: made; owned by the programme from here on */
	int64_t at_ms;     /* 0: the last thing told, else an hour before the first case */
	bool tell;         /* what is not understood, on stderr */
};

/* 0, or a negative errno with err. Release with programme_free in any case. */
int programme_load(struct programme *p, const char *path, const struct programme_options *options,
	struct error *err);
void programme_free(struct programme *p);

#endif
