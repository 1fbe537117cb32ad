/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_HOSPITAL_FHIR_SERVER_H
#define VIGIE_HOSPITAL_FHIR_SERVER_H

/* The FHIR R4 server, on the loopback, in threads of its own. Paths may begin
 * with /fhir or not. POST /_fault?kind=K&count=N spoils the next N answers:
 * 429, 503, 410 (next pages only), truncate, html, slow; "none" ends it. */

#include "feeds/error.h"
#include "src/hospital/day.h"

struct fhir_server;

/* port 0: any. now_ms is called from the server's threads. */
struct fhir_server *fhir_server_start(const struct day *day, uint16_t port,
	int64_t (*now_ms)(void *), void *context, struct error *err);
uint16_t fhir_server_port(const struct fhir_server *server);
void fhir_server_stop(struct fhir_server *server);

#endif
