/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_SRC_ORDER_CHANGE_H
#define VIGIE_SRC_ORDER_CHANGE_H

/* What a step means: for an Appointment, for a command topic, for people. */

#include "feeds/fhir_write.h"
#include "twin/orders.h"

/* Why a step may not be done any more, whichever way it goes: its premise is gone.
 * False: it may. rooms: one that is closed counts; not while a step before it may yet
 * open it. */
bool order_is_void(
	const struct twin *twin, const struct fact_order *order, bool rooms, char why[LABEL_SIZE]);
/* The change of an Appointment; `expected` is what was approved upon. False with why:
 * it is none, or order_is_void. */
bool order_change(const struct twin *twin, const struct fact_order *order, struct fhir_change *out,
	char why[LABEL_SIZE]);
/* The same to look whether it was done: whatever the twin shows by now. */
bool order_change_sent(
	const struct twin *twin, const struct fact_order *order, struct fhir_change *out);
/* The twin, which is told by the hospital, shows it. */
bool order_is_seen(const struct twin *twin, const struct fact_order *order);
/* What is booked, as the text of a what-if: "place:case=...", "cancel:case=...". */
void order_booking_text(
	const char *case_id, const struct fhir_booking *booking, char out[IDEA_TEXT]);

/* ROOT/STATION/order/PLAN/STEP, of taking back /undo after it. False: an id that no
 * topic may hold. */
enum { ORDER_TOPIC_SIZE = 320 };
bool order_topic(char out[ORDER_TOPIC_SIZE], const char *root, const char *station,
	const struct fact_order *order);
/* All of a station's: "ROOT/STATION/order/#". */
bool order_topics(char out[ORDER_TOPIC_SIZE], const char *root, const char *station);
/* The envelope, as vigie-cluster(7) tells it; malloc'd. */
char *order_envelope(const struct twin *twin, const struct order_step *step,
	const struct fact_order *order, const char *station);

/* For people, in local time: "put case c-12 into OR 5 at 14:10". */
void order_words(const struct twin *twin, const char *text, char *out, size_t size);

#endif
