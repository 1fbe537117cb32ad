/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_FEEDS_FHIR_POLL_H
#define VIGIE_FEEDS_FHIR_POLL_H

/*
 * Delta polling of a FHIR R4 server (fhir.md 2.1): watermark from the server's
 * clock, overlap, opaque same-origin paging with caps and loop detection, a
 * full day-window sweep every few minutes, back-off with jitter.
 */

#include <ev.h>

#include "feeds/fhir.h"
#include "feeds/http.h"
#include "twin/health.h"

struct fhir_poll_options {
	const char *base;     /* "http://127.0.0.1:8080/fhir" */
	const char *strategy; /* "auto" (NULL) | "delta" | "day" | "history" */
	const char *profile;  /* "auto" (NULL) or a name of the profile table */
	double every_s;       /* wall seconds between polls; 0: 5 */
	double overlap_s;     /* 0: 150 (server time) */
	double sweep_every_s; /* 0: 300 */
	int page_count;       /* _count, 0: 200 */
	int max_pages;        /* 0: 50 */
	struct fhir_options map;
	struct http_options http;
};

struct fhir_poll;

/* now_ms: suite time. NULL and err when the base is refused. */
struct fhir_poll *fhir_poll_create(struct ev_loop *loop, const struct fhir_poll_options *options,
	struct fhir_sink sink, int64_t (*now_ms)(void *), void *clock_context, struct error *err);
void fhir_poll_start(struct fhir_poll *poll);
void fhir_poll_health(const struct fhir_poll *poll, struct feed_health *health);
/* For `vigie fhir URL`: sweeps once and calls done. */
void fhir_poll_once(struct fhir_poll *poll, void (*done)(void *, bool complete), void *context);
/* The mapper it reads into, for pages that come by another door. */
struct fhir_map *fhir_poll_map(struct fhir_poll *poll);
void fhir_poll_destroy(struct fhir_poll *poll);

#endif
