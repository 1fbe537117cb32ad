/* SPDX-License-Identifier: Apache-2.0 */
#include "feeds/fhir_poll_private.h"

#include <curl/curl.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "feeds/fhir_link.h"
#include "twin/text.h"

/* What came back: pages, faults (fhir_retry.c says what they ask for), the
 * capabilities, and what is gone. */

enum { RESTARTS_MAX = 3 };

static const double FORBIDDEN_WAIT_S = 30, QUERY_S_MAX = 300;
static const size_t QUERY_BYTES_MAX = (size_t)64 << 20;

/* -- faults ------------------------------------------------------------------- */

/* What cannot be had now: on to the next question. */
static void give_up(struct fhir_poll *p)
{
	if (p->asking == ASK_METADATA) {
		/* No word from a server that is up: the default, until it speaks. */
		if (p->done != NULL && p->health.last_ms == 0 && p->clock_ms == 0)
			fhir_round_end(p);
		else
			fhir_round_types(p);
	} else if (p->asking == ASK_LOST) {
		fhir_round_next_lost(p);
	} else if (p->done != NULL && p->health.last_ms == 0) {
		/* Asked once and never answered: no use in asking for the other types. */
		fhir_round_end(p);
	} else {
		fhir_round_next_type(p);
	}
}

static void begin_again(struct fhir_poll *p)
{
	if (p->asking == ASK_SEARCH)
		fhir_round_same_query(p);
}

/* The same again after a while, a few times; then the others get their turn. */
static void retry(struct fhir_poll *p, double least_s)
{
	double seconds = fhir_backoff_next(&p->backoff, least_s);
	if (++p->restarts > RESTARTS_MAX) {
		give_up(p);
		return;
	}
	begin_again(p);
	fhir_round_ask(p, seconds);
}

/* Without _lastUpdated there is still the day. */
static bool falls_back(struct fhir_poll *p, int status)
{
	struct progress *progress = &p->progress[p->type];
	if ((status != 400 && status != 422) || p->asking != ASK_SEARCH || p->forced >= 0
		|| progress->strategy == STRATEGY_DAY)
		return false;
	progress->strategy = STRATEGY_DAY;
	p->capability.offers[p->type] &= ~(unsigned)OFFER_LAST_UPDATED;
	fhir_poll_name(p);
	fhir_round_same_query(p);
	return true;
}

static void skip_type(struct fhir_poll *p, const char *problem, const char *detail)
{
	/* Said once; a feed that has all the rest is not down for it. Servers
	 * that say nothing of themselves often have no roles and no orders; what
	 * went before may be nobody's business here. */
	struct progress *progress = &p->progress[p->type];
	bool optional =
		fhir_is_theirs((enum fhir_type)p->type)
		|| (!p->capability.understood && (p->type == FHIR_ROLE || p->type == FHIR_REQUEST));
	bool expected = optional || progress->absent;
	progress->absent = true;
	if (!expected)
		fhir_poll_fault(p, problem, detail);
	fhir_round_next_type(p);
}

/* A person must act: nothing before the next sweep. Without the programme
 * there is no use in the rest. */
static void stop(struct fhir_poll *p, const char *problem, const char *detail)
{
	if (p->type != FHIR_APPOINTMENT) {
		skip_type(p, problem, detail);
		return;
	}
	fhir_poll_fault(p, problem, detail);
	p->stopped = true;
	p->progress[p->type].absent = true;
	fhir_poll_state(p, FEED_DOWN);
	fhir_round_end(p);
}

static void restart(struct fhir_poll *p, const char *problem, const char *detail)
{
	/* The paging session expired: start over, it is no fault yet. */
	p->health.reconnects++;
	if (++p->restarts <= RESTARTS_MAX) {
		fhir_round_same_query(p);
		return;
	}
	fhir_poll_fault(p, problem, detail);
	fhir_round_next_type(p);
}

/* HAPI may put a next link on the last page that leads nowhere (#1300): when all
 * that was promised is there, it was the last. */
static bool was_all(const struct fhir_poll *p)
{
	return p->asking == ASK_SEARCH && p->page > 0 && p->total >= 0 && p->matches >= p->total;
}

static void search_fault(struct fhir_poll *p, enum fhir_verdict verdict, int status,
	const char *problem, const char *detail, double least_s)
{
	if (was_all(p)) {
		fhir_round_next_query(p);
	} else if (verdict == FHIR_RESTART) {
		restart(p, problem, detail);
	} else if (verdict == FHIR_STOP) {
		stop(p, problem, detail);
	} else if (verdict == FHIR_SKIP) {
		if (falls_back(p, status))
			fhir_poll_say(p, problem, detail);
		else
			skip_type(p, problem, detail);
	} else {
		fhir_poll_fault(p, problem, detail);
		retry(p, status == 401 ? FORBIDDEN_WAIT_S : least_s);
	}
}

static enum fhir_verdict judge(const struct fhir_poll *p, const struct http_answer *a,
	struct fhir_page *page, char problem[64], const char **detail)
{
	fhir_outcome_read(a->body, a->len, page);
	snprintf(problem, 64, a->status != 0 ? "HTTP %d" : "no answer", a->status);
	*detail = page->outcome[0] != '\0' ? page->outcome : a->error;
	return fhir_verdict(a->status, p->page > 0, page->outcome_code, page->outcome_detail);
}

/* -- pages -------------------------------------------------------------------- */

static void follow(struct fhir_poll *p, const char *link)
{
	char next[URL_SIZE];
	if (*link == '\0') {
		/* HAPI with full-text indexing forgets the link (#4027). */
		if (p->matches < p->total)
			fhir_poll_say(p, "fewer entries than promised, and no next link", "");
		fhir_round_next_query(p);
		return;
	}
	const char *why = fhir_link_resolve(p->base, p->url, link, next, sizeof next);
	if (why == NULL && !fhir_round_visit(p, next))
		why = "next links go in a circle";
	else if (why == NULL && ++p->page >= p->options.max_pages)
		why = "too many pages";
	else if (why == NULL && p->bytes > QUERY_BYTES_MAX)
		why = "too many bytes";
	else if (why == NULL && ev_now(p->loop) - p->began > QUERY_S_MAX)
		why = "pages without end";
	if (why != NULL) {
		fhir_poll_fault(p, why, link);
		fhir_round_next_type(p);
		return;
	}
	text_copy(p->url, sizeof p->url, next);
	fhir_round_ask(p, 0);
}

static int64_t server_time(const struct http_answer *a, const struct fhir_page *page)
{
	if (page->updated_ms != 0)
		return page->updated_ms;
	time_t date = *a->date != '\0' ? curl_getdate(a->date, NULL) : (time_t)-1;
	return date > 0 ? (int64_t)date * 1000 : 0;
}

/* A server that does not know a parameter may leave it out without a word; its
 * self link shows. Nobody may then be missed for not being in the answer. */
static void check_filter(struct fhir_poll *p, const struct fhir_page *page)
{
	static const char *const names[] = {"date", "_lastUpdated", "patient"};
	struct progress *progress = &p->progress[p->type];
	if (p->page != 0 || strchr(page->self, '?') == NULL || strchr(p->url, '?') == NULL)
		return;
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		if (fhir_link_took(page->self, names[i]) || !fhir_link_took(p->url, names[i]))
			continue;
		p->unfiltered = true;
		if (!progress->lenient)
			fhir_poll_say(p, "the server ignored a search parameter", names[i]);
		progress->lenient = true;
	}
}

/* Told once, not at each page: Epic's 4119 ("may not contain the entire record")
 * is on normal answers. 4101 only says that there is nothing. */
static void tell_warning(struct fhir_poll *p, const struct fhir_page *page)
{
	struct progress *progress = &p->progress[p->type];
	if (page->outcome[0] == '\0' || page->outcome_error
		|| strcmp(page->outcome_detail, "4101") == 0
		|| strcmp(progress->warned, page->outcome) == 0)
		return;
	text_copy(progress->warned, sizeof progress->warned, page->outcome);
	p->sink.not_understood(p->sink.context, fhir_type_name((enum fhir_type)p->type),
		"OperationOutcome", page->outcome);
}

static void take_page(struct fhir_poll *p, const struct http_answer *a, struct fhir_page *page)
{
	p->health.messages++;
	p->health.rows += (uint64_t)page->entries;
	p->health.last_ms = p->now_ms(p->clock_context);
	int64_t theirs = p->page == 0 ? server_time(a, page) : 0;
	if (theirs != 0)
		p->clock_ms = theirs;
	/* Of several questions the first one's answer is the oldest. */
	if (p->page == 0 && p->lot == 0)
		p->server_ms = theirs;
	p->matches += page->matches;
	p->total = page->total;
	check_filter(p, page);
	tell_warning(p, page);
	if (page->outcome_error) {
		p->outcome_bad = true;
		fhir_poll_fault(p, "server says", page->outcome);
	}
}

static void read_page(struct fhir_poll *p, const struct http_answer *a)
{
	struct fhir_page page;
	struct error err = {""};
	p->bytes += a->len;
	p->health.bytes += a->len;
	if (fhir_known_read(p->map, a->body, a->len, p->now_ms(p->clock_context), &page, &err)
		< 0) {
		search_fault(p, FHIR_RETRY, 200, a->len == 0 ? "empty answer" : err.text, "", 0);
		return;
	}
	enum fhir_verdict verdict =
		fhir_verdict(200, p->page > 0, page.outcome_code, page.outcome_detail);
	if (page.outcome_error && page.entries == 0 && *page.next == '\0' && verdict != FHIR_TAKE) {
		search_fault(p, verdict, 200, "server says", page.outcome, a->retry_after_s);
		return;
	}
	take_page(p, a, &page);
	if (page.next_cut) {
		fhir_poll_fault(p, "next link is too long", "");
		fhir_round_next_type(p);
		return;
	}
	/* A copy: the page's pointers live in the map. */
	char next[URL_SIZE];
	text_copy(next, sizeof next, page.next);
	follow(p, next);
}

static void search_answer(struct fhir_poll *p, const struct http_answer *a)
{
	struct fhir_page page;
	const char *detail;
	char problem[64];
	if (a->status == 200) {
		read_page(p, a);
	} else if (a->status == 304) {
		p->health.last_ms = p->now_ms(p->clock_context);
		fhir_round_next_query(p);
	} else {
		enum fhir_verdict verdict = judge(p, a, &page, problem, &detail);
		search_fault(p, verdict, a->status, problem, detail, a->retry_after_s);
	}
}

/* -- metadata ------------------------------------------------------------------- */

/* Absent or forbidden is no fault: the default stands. */
static void metadata_answer(struct fhir_poll *p, const struct http_answer *a)
{
	struct error err = {""};
	struct fhir_page page;
	const char *detail;
	char problem[64];
	p->page = 0;
	if (a->status == 200) {
		p->health.bytes += a->len;
		if (fhir_capability_read(&p->capability, p->base, a->body, a->len, &err) < 0
			&& a->len > 0 && strchr("<", a->body[0]) != NULL)
			fhir_poll_say(p, err.text, "");
	} else {
		enum fhir_verdict verdict = judge(p, a, &page, problem, &detail);
		if (verdict == FHIR_RETRY) {
			fhir_poll_fault(p, problem, detail);
			p->clock_ms = a->status != 0 ? server_time(a, &page) : p->clock_ms;
			retry(p, a->retry_after_s);
			return;
		}
	}
	p->restarts = 0;
	p->capability_wanted = false;
	fhir_poll_choose(p);
	fhir_round_types(p);
}

/* -- what the day no longer brings ------------------------------------------------ */

/* Only the resource itself can say that it is gone: a search may have missed
 * it (eventual consistency), or may not show it any more (another day). */
static void lost_answer(struct fhir_poll *p, const struct http_answer *a)
{
	struct fhir_page page;
	struct error err = {""};
	const char *detail;
	char problem[64], why[LABEL_SIZE];
	int64_t now = p->now_ms(p->clock_context);
	const char *id = p->lost[p->lost_count];
	if (a->status == 200 && fhir_known_read(p->map, a->body, a->len, now, &page, &err) == 0) {
		p->health.messages++;
		fhir_round_next_lost(p);
		return;
	}
	if (a->status == 404 || a->status == 410) {
		snprintf(
			why, sizeof why, "gone from the hospital's programme (HTTP %d)", a->status);
		fhir_known_gone(p->map, "Appointment", id, 0, now, why);
		fhir_round_next_lost(p);
		return;
	}
	if (judge(p, a, &page, problem, &detail) == FHIR_RETRY || a->status == 200) {
		fhir_poll_fault(p, a->status == 200 ? err.text : problem, detail);
		retry(p, a->retry_after_s);
		return;
	}
	fhir_poll_say(p, problem, detail); /* not ours to read: nothing is known of it */
	fhir_round_next_lost(p);
}

/* -- the loop --------------------------------------------------------------------- */

void fhir_answer(void *context, const struct http_answer *a)
{
	struct fhir_poll *p = context;
	if (p->asking == ASK_METADATA)
		metadata_answer(p, a);
	else if (p->asking == ASK_LOST)
		lost_answer(p, a);
	else
		search_answer(p, a);
}

void fhir_answer_none(struct fhir_poll *p, const char *why)
{
	fhir_poll_fault(p, why, "");
	retry(p, FORBIDDEN_WAIT_S);
}
