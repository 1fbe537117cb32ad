/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_TESTS_QUIET_SINK_H
#define VIGIE_TESTS_QUIET_SINK_H

/* For tests that look at how a server is spoken to, not at what it says. */

#include <time.h>

#include "feeds/fhir.h"

static void on_fact(void *context, const struct fact *fact)
{
	(void)context;
	(void)fact;
}

static void on_name(void *context, const char *id, const char *name)
{
	(void)context;
	(void)id;
	(void)name;
}

static void on_not_understood(
	void *context, const char *resource, const char *path, const char *reason)
{
	(void)context;
	(void)resource;
	(void)path;
	(void)reason;
}

static const struct fhir_sink quiet_sink = {on_fact, on_name, on_not_understood, NULL};

static int64_t wall_ms(void *context)
{
	(void)context;
	return (int64_t)time(NULL) * 1000;
}

#endif
