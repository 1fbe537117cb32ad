/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_FEEDS_HL7_H
#define VIGIE_FEEDS_HL7_H

/*
 * HL7 v2 SIU and ADT messages → facts, without I/O. Each message is turned into
 * the FHIR resources that HL7's own map names for it (v2-to-FHIR STU1) and read
 * by the same mapper as a FHIR server's, so that both doors mean the same; the
 * facts carry the message as their origin ("SIU S12/<control id>").
 *
 * What a message hangs on is remembered, bounded: cases, visits, control ids,
 * and the newest MSH-7 (then MSH-13) of each case and visit, so that a message
 * sent twice says nothing and an older one does not turn time back.
 */

#include "feeds/fhir.h"

struct hl7_options {
	const struct site *site; /* places by id, FHIR id or name; NULL: ids pass through */
	/* The case a patient is having, when no SIU message told of one: a
	 * programme that came by FHIR. False: none. NULL: never asked. */
	bool (*case_of)(void *context, const char *patient, char id[ID_SIZE]);
	void *context;
};

struct hl7;

struct hl7 *hl7_create(const struct hl7_options *options, struct fhir_sink sink);
void hl7_destroy(struct hl7 *hl7);
/* From now on places are those of another site (borrowed). */
void hl7_site(struct hl7 *hl7, const struct site *site);

struct hl7_result {
	int messages;
	int refused;    /* not read at all: each was told to not_understood */
	int duplicates; /* control id and bytes seen before */
	int older;      /* sent before what is known already: not used */
	int puzzles;    /* told to not_understood, refusals too */
};

/* True when the bytes look like HL7 v2: MSH, FHS, BHS or an MLLP block. */
bool hl7_recognise(const char *bytes, size_t len);
/* A file being read, one message after the other; the bytes are borrowed. */
struct hl7_file {
	const char *at, *end;
	const char *message; /* begun, NULL */
	bool framed;         /* ... by MLLP */
	int batch;           /* messages since the last BHS */
};
/* 0, or -EBADMSG with err when it is no HL7 v2. Clears the result. */
int hl7_file_begin(struct hl7_file *file, const char *bytes, size_t len, struct hl7_result *result,
	struct error *err);
/* Reads on until one more message was read; false at the end of the file. */
bool hl7_file_step(
	struct hl7 *hl7, struct hl7_file *file, int64_t at_ms, struct hl7_result *result);
/* Reads all messages of a file at once: bare, framed by MLLP bytes, or in a batch
 * (FHS/BHS … BTS/FTS). One bad message loses no other. `at_ms` stamps the
 * facts (receipt, suite time). 0, or -EBADMSG with err when there is none. */
int hl7_read(struct hl7 *hl7, const char *bytes, size_t len, int64_t at_ms,
	struct hl7_result *result, struct error *err);

#endif
