/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_SCREENS_PATIENT_TWIN_H
#define VIGIE_SCREENS_PATIENT_TWIN_H

/* What the house makes of a patient: parts of the patient page. */

#include "screens/page.h"
#include "screens/view.h"

/* How long, or how long it was and what was learnt; a person's word; fasting. */
void patient_expected(const struct view *view, const struct surgery *s, struct page *page);
/* What raises and lowers it and by how much, what is not known, and LACE. */
void patient_reasons(const struct view *view, const struct surgery *s, struct page *page);

#endif
