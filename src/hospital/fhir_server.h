/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_HOSPITAL_FHIR_SERVER_H
#define VIGIE_HOSPITAL_FHIR_SERVER_H

/*
 * The FHIR R4 server, on the loopback, in threads of its own. Paths may begin with
 * /fhir or not. What is written to it (fhir_accept.h) changes the day.
 * POST /_fault?kind=K&count=N spoils the next N answers (fhir_fault.h).
 */

#include "feeds/error.h"
#include "src/hospital/day.h"

struct fhir_server;

/* port 0: any. now_ms is called from the server's threads. */
struct fhir_server *fhir_server_start(struct day *day, uint16_t port, int64_t (*now_ms)(void *),
	void *context, struct error *err);
/* The day belongs to the server's threads too: whoever reads it holds the lock. */
void fhir_server_lock(struct fhir_server *server);
void fhir_server_unlock(struct fhir_server *server);
/* What an If-Match of an older version is answered with: 409 (as at first) or 412. */
void fhir_server_stale(struct fhir_server *server, int status);
uint16_t fhir_server_port(const struct fhir_server *server);
void fhir_server_stop(struct fhir_server *server);

#endif
