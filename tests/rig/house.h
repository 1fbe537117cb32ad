/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_TESTS_HOUSE_H
#define VIGIE_TESTS_HOUSE_H

/*
 * The small suite as a whole: broker, stations, buttons and operator in one folder,
 * driven turn by turn, and judged at its end:
 *
 *   lost action  the console showed it as stored, and the journal has no such row
 *   lost press   a burst of which an advert was taken by the broker while broker and
 *                station had been up for 10 s, and the station's journal has no
 *                alarm of it
 *   broken chain `vigie verify` says so
 */

#include "tests/rig/operator.h"
#include "tests/rig/ward.h"

/* What is counted, of one suite or of many. */
struct tally {
	int acts, acts_lost, refused, unseen;
	int shared, shared_lost; /* acts, in the other station's journal */
	int bursts, adverts, counted[RIG_STATIONS], lost[RIG_STATIONS];
	int verified, broken, died, trouble;
	long facts;
};

struct house {
	const char *name; /* what messages begin with */
	uint64_t chance;
	char folder[RIG_PATH - 60], log[RIG_PATH];
	struct rig_broker broker;
	struct rig_station stations[RIG_STATIONS];
	struct ward *ward;
	struct operator operator;
	struct tally tally;
	int64_t turned_ms, stalled_ms; /* monotonic: last turn; last one that came late */
	const char *const *options;    /* of every station, NULL-ended; or NULL */
};

/* What should not happen to the rig itself. */
PTY_HELPER void house_trouble(struct house *h, bool bad, const char *what)
{
	if (!bad)
		return;
	h->tally.trouble++;
	fprintf(stderr, "%s: %s: %s\n", h->name, h->folder, what);
}

/* The folder is made; nothing is started yet. */
PTY_HELPER void house_open(struct house *h, const char *folder, bool watch)
{
	snprintf(h->folder, sizeof h->folder, "%s", folder);
	mkdir(h->folder, 0700);
	snprintf(h->log, sizeof h->log, "%s/log", h->folder);
	snprintf(h->broker.folder, sizeof h->broker.folder, "%s", h->folder);
	h->broker.port = child_free_port();
	for (int s = 0; s < RIG_STATIONS; s++) {
		struct rig_station *station = &h->stations[s];
		snprintf(station->name, sizeof station->name, "%c", 'a' + s);
		snprintf(station->journal, sizeof station->journal, "%s/%c.db", h->folder, 'a' + s);
		station->headless = s > 0 && watch;
	}
	h->ward = ward_create(2500);
	operator_begin(&h->operator, 1500);
}

PTY_HELPER bool house_start(struct house *h, int station)
{
	bool good = rig_station_start(&h->stations[station], h->broker.port, h->log, h->options);
	house_trouble(h, !good, "a station does not start");
	return good;
}

PTY_HELPER void house_verify(struct house *h, int station)
{
	h->tally.verified++;
	if (rig_verify(h->stations[station].journal, h->log) == 0)
		return;
	h->tally.broken++;
	fprintf(stderr, "%s: the chain of %s is broken\n", h->name, h->stations[station].journal);
}

/* The station that ended by itself since the last turn, -1 none. */
PTY_HELPER int house_read(struct house *h)
{
	for (int s = 0; s < RIG_STATIONS; s++) {
		struct rig_station *station = &h->stations[s];
		if (rig_station_read(station))
			continue;
		h->tally.died++;
		if (h->tally.died <= 3)
			fprintf(stderr, "%s: %s/%s ended by itself\n", h->name, h->folder,
				station->name);
		rig_station_end(station, SIGKILL);
		poll(NULL, 0, 500); /* as a service manager would */
		return s;
	}
	return -1;
}

PTY_HELPER void house_work(struct house *h)
{
	int64_t now = pty_now();
	bool up[RIG_STATIONS], broker = h->broker.pid > 0;
	/* A machine that stands still is no fault of who runs on it: nobody was up. */
	if (h->turned_ms != 0 && now - h->turned_ms > RIG_STALL_MS)
		h->stalled_ms = now;
	h->turned_ms = now;
	broker = broker && now - h->stalled_ms >= RIG_UP_MS;
	for (int s = 0; s < RIG_STATIONS; s++)
		up[s] = broker && now - h->broker.since_ms >= RIG_UP_MS && h->stations[s].up
			&& now - h->stations[s].since_ms >= RIG_UP_MS;
	ward_turn(h->ward, h->broker.pid > 0 ? h->broker.port : 0, &h->chance, up);
	if (h->stations[0].up)
		operator_turn(&h->operator, & h->stations[0].pty, &h->chance);
}

/* A station ends; an operator whose console it was begins anew. */
PTY_HELPER int house_end(struct house *h, int station, int signal)
{
	if (station == 0)
		h->operator.state = OPERATOR_IDLE;
	return rig_station_end(&h->stations[station], signal);
}

/* As an operator or a service manager ends it. */
PTY_HELPER void house_close(struct house *h, int station)
{
	int status = house_end(h, station, SIGTERM);
	char what[80];
	snprintf(what, sizeof what, "station %c, told to end: %s %d", 'a' + station,
		status == -1        ? "did not in 15 s"
		: WIFEXITED(status) ? "code"
				    : "signal",
		status == -1        ? 0
		: WIFEXITED(status) ? WEXITSTATUS(status)
				    : WTERMSIG(status));
	house_trouble(h, status == -1 || !WIFEXITED(status), what);
}

/* --- the judge --- */

PTY_HELPER void house_tell_act(const struct seen_act *act)
{
	fprintf(stderr, "lost: %s at %lld..%lld\n", act->what, (long long)act->from_ms,
		(long long)act->to_ms);
}

PTY_HELPER void house_tell_burst(const struct seen_burst *burst)
{
	fprintf(stderr, "lost: press of %s at %lld..%lld\n", burst->tag, (long long)burst->from_ms,
		(long long)burst->to_ms);
}

/* What a journal lacks of what was seen; false when it cannot be read. */
PTY_HELPER bool house_lacks(struct house *h, int station, const char *journal, bool aloud,
	size_t *acts, size_t *presses)
{
	struct ledger ledger;
	struct seen_burst *bursts = calloc((size_t)h->ward->count + 1, sizeof *bursts);
	char why[200];
	if (bursts == NULL || !ledger_read(&ledger, journal, why)) {
		fprintf(stderr, "%s: %s\n", h->name, why);
		free(bursts);
		return false;
	}
	ward_seen(h->ward, station, bursts);
	*presses = judge_bursts(
		&ledger, bursts, (size_t)h->ward->count, aloud ? house_tell_burst : NULL);
	*acts = station != 0 ? 0
			     : judge_acts(&ledger, h->operator.acts, (size_t)h->operator.count,
				     aloud ? house_tell_act : NULL);
	h->tally.facts += aloud ? ledger.facts : 0;
	ledger_free(&ledger);
	free(bursts);
	return true;
}

PTY_HELPER void house_tell_shared(const struct row *act)
{
	fprintf(stderr, "not shared: %s of %s at %lld\n", act->what, act->key,
		(long long)act->at_ms);
}

/* Of the acts at the first station, what the second one never heard of. */
PTY_HELPER void house_judge_shared(struct house *h)
{
	struct ledger mine, other = {NULL, 0, 0, 0};
	char why[200];
	bool good = ledger_read(&mine, h->stations[0].journal, why);
	if (good) {
		size_t count = (size_t)h->operator.count;
		h->tally.shared = (int)(count - judge_acts(&mine, h->operator.acts, count, NULL));
		good = ledger_read(&other, h->stations[1].journal, why);
	}
	if (good)
		h->tally.shared_lost = (int)judge_shared(&mine, &other, house_tell_shared);
	house_trouble(h, !good, why);
	ledger_free(&mine);
	ledger_free(&other);
}

PTY_HELPER void house_judge(struct house *h)
{
	struct tally *t = &h->tally;
	for (int s = 0; s < RIG_STATIONS; s++) {
		size_t acts = 0, presses = 0;
		house_verify(h, s);
		house_trouble(h, !house_lacks(h, s, h->stations[s].journal, true, &acts, &presses),
			"not judged");
		t->acts_lost += (int)acts;
		t->lost[s] += (int)presses;
		for (int i = 0; i < h->ward->count; i++)
			t->counted[s] += h->ward->bursts[i].counts[s];
	}
	house_judge_shared(h);
	t->acts = h->operator.count;
	t->refused = h->operator.refused;
	t->unseen = h->operator.unseen;
	t->bursts = h->ward->count;
	for (int i = 0; i < h->ward->count; i++)
		t->adverts += h->ward->bursts[i].taken;
}

/* The table of losses; true when nothing was lost and something could have been. */
PTY_HELPER bool house_report(const struct tally *t, const char *name)
{
	int presses = 0, lost = 0;
	printf("%s: %d bursts (%d adverts taken by the broker), %ld facts\n", name, t->bursts,
		t->adverts, t->facts);
	printf("%s: %-22s %8s %6s\n", name, "", "judged", "lost");
	printf("%s: %-22s %8d %6d\n", name, "acknowledged actions", t->acts, t->acts_lost);
	printf("%s: %-22s %8d %6d\n", name, "  at the other station", t->shared, t->shared_lost);
	for (int s = 0; s < RIG_STATIONS; s++) {
		printf("%s: presses, station %-5c %8d %6d\n", name, 'a' + s, t->counted[s],
			t->lost[s]);
		presses += t->counted[s];
		lost += t->lost[s];
	}
	printf("%s: %-22s %8d %6d\n", name, "hash chains", t->verified, t->broken);
	printf("%s: refused %d, never shown as done %d, ended by themselves %d, trouble %d\n", name,
		t->refused, t->unseen, t->died, t->trouble);
	printf("%s: %d/%d/%d lost actions/presses/chains\n", name, t->acts_lost + t->shared_lost,
		lost, t->broken);
	if (t->acts == 0 || presses == 0 || t->verified == 0)
		printf("%s: NOTHING WAS PROVED\n", name);
	return t->acts > 0 && presses > 0 && t->verified > 0
	       && t->acts_lost + t->shared_lost + lost + t->broken + t->died + t->trouble == 0;
}

#endif
