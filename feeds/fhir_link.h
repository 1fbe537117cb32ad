/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_FEEDS_FHIR_LINK_H
#define VIGIE_FEEDS_FHIR_LINK_H

#include <stdbool.h>
#include <stddef.h>

/*
 * The `next` link of a page, as servers and the proxies before them write it:
 * relative (Canvas), without a scheme (Zus), with a doubled port (HAPI behind a
 * proxy), with the host or scheme of the machine behind the proxy (Azure,
 * Blaze). Whatever it says, what comes out is below `base`, on base's own
 * origin: a token goes nowhere else. `page` is the URL the link was found at.
 * NULL when out is filled, else why not (static text).
 */
const char *fhir_link_resolve(
	const char *base, const char *page, const char *link, char *out, size_t size);

/* True when the self link of a page shows that the server took `name`, a search
 * parameter we sent, or does not show what it took. */
bool fhir_link_took(const char *self, const char *name);

#endif
