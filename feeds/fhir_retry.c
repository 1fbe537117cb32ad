/* SPDX-License-Identifier: Apache-2.0 */
#include "feeds/fhir_retry.h"

#include <stddef.h>
#include <string.h>

static const double BACKOFF_FIRST_S = 0.5, BACKOFF_MAX_S = 30, WAIT_MAX_S = 300;

/* Tokens are renewed below us: a 401 that comes up here has had its new token,
 * and is waited out. 403 wants a person. Anything not listed: 5xx and 2xx
 * without a body to read are retried, 3xx and 4xx are not. */
static const struct {
	int status;
	enum fhir_verdict first, next; /* on a first page, on a further one */
} statuses[] = {
	{0, FHIR_RETRY, FHIR_RETRY},
	{200, FHIR_TAKE, FHIR_TAKE},
	{304, FHIR_TAKE, FHIR_TAKE},
	{400, FHIR_SKIP, FHIR_SKIP},
	{401, FHIR_RETRY, FHIR_RETRY},
	{403, FHIR_STOP, FHIR_STOP},
	{404, FHIR_SKIP, FHIR_RESTART},
	{408, FHIR_RETRY, FHIR_RETRY},
	{410, FHIR_SKIP, FHIR_RESTART},
	{422, FHIR_SKIP, FHIR_SKIP},
	{425, FHIR_RETRY, FHIR_RETRY},
	{429, FHIR_RETRY, FHIR_RETRY},
	{501, FHIR_SKIP, FHIR_SKIP},
};

/* The children of `transient` in R4's issue-type code system, and `throttled`
 * as guides spell it. `required` at a 500 is Oracle's way of saying that one
 * record is incomplete: the data are at fault, not the moment. */
static const struct {
	const char *code;
	int status; /* 0 any */
	enum fhir_verdict verdict;
} codes[] = {
	{"required", 500, FHIR_SKIP},
	{"transient", 0, FHIR_RETRY},
	{"lock-error", 0, FHIR_RETRY},
	{"no-store", 0, FHIR_RETRY},
	{"exception", 0, FHIR_RETRY},
	{"timeout", 0, FHIR_RETRY},
	{"incomplete", 0, FHIR_RETRY},
	{"throttled", 0, FHIR_RETRY},
};

/* Epic says these with any status. */
static const struct {
	const char *detail;
	enum fhir_verdict verdict;
} details[] = {
	{"4113", FHIR_RESTART}, /* session id expired */
	{"4127", FHIR_SKIP},    /* more than 100 results: the question is too wide */
	{"4135", FHIR_STOP},    /* try again tomorrow */
};

static enum fhir_verdict by_status(int status, bool next_page)
{
	for (size_t i = 0; i < sizeof statuses / sizeof *statuses; i++)
		if (statuses[i].status == status)
			return next_page ? statuses[i].next : statuses[i].first;
	return status >= 300 && status < 500 ? FHIR_SKIP : FHIR_RETRY;
}

enum fhir_verdict fhir_verdict(int status, bool next_page, const char *code, const char *detail)
{
	enum fhir_verdict verdict = by_status(status, next_page);
	for (size_t i = 0; i < sizeof details / sizeof *details; i++)
		if (strcmp(details[i].detail, detail) == 0)
			return details[i].verdict;
	/* Who may not, or asks for what is not there, is told so by the status. */
	if (verdict == FHIR_STOP || verdict == FHIR_RESTART || status == 404 || status == 410)
		return verdict;
	for (size_t i = 0; i < sizeof codes / sizeof *codes; i++)
		if (strcmp(codes[i].code, code) == 0
			&& (codes[i].status == 0 || codes[i].status == status))
			return codes[i].verdict;
	return verdict;
}

/* Half to the whole of it: stations must not come back in step. */
static double jittered(struct fhir_backoff *b, double seconds)
{
	b->seed = b->seed * 6364136223846793005u + 1442695040888963407u;
	return seconds * (0.5 + (double)(b->seed >> 40) / (double)(1u << 25));
}

double fhir_backoff_next(struct fhir_backoff *b, double least_s)
{
	double seconds = BACKOFF_FIRST_S;
	for (int i = 0; i < b->tries && seconds < BACKOFF_MAX_S; i++)
		seconds *= 2;
	b->tries++;
	seconds = jittered(b, seconds < BACKOFF_MAX_S ? seconds : BACKOFF_MAX_S);
	if (seconds < least_s)
		seconds = least_s + jittered(b, 0.2);
	return seconds < WAIT_MAX_S ? seconds : WAIT_MAX_S;
}
