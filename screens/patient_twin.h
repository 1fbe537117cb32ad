/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_SCREENS_PATIENT_TWIN_H
#define VIGIE_SCREENS_PATIENT_TWIN_H

/* What the house makes of a patient: parts of the patient page. */

#include "screens/page.h"
#include "screens/view.h"

/* Before the room: readiness item by item with source and age, the fasting clock
 * and who could come instead; which roles are in the room. */
void patient_ready(const struct view *view, const struct surgery *s, struct page *page);
/* The stages still to come. */
void patient_ahead(const struct view *view, const struct surgery *s, struct page *page);
/* How long, or how long it was and what was learnt; a person's word. */
void patient_expected(const struct view *view, const struct surgery *s, struct page *page);
/* What raises and lowers it and by how much, what is not known, and LACE. */
void patient_reasons(const struct view *view, const struct surgery *s, struct page *page);

#endif
