/* SPDX-License-Identifier: Apache-2.0 */
/*
 * kill -9 at random points: of a console, of a second station, of the broker, while
 * buttons are pressed and an operator works. Afterwards the journals are held
 * against what was seen from outside. Usage: crash [KILLS [SEED [CELLS]]]
 *
 * Cells are suites of their own, side by side, each a process. Half of the kills
 * come at any time, half within 60 ms of something that matters: an advert of a
 * press, the confirmation of an act.
 *
 *   lost action  the console showed it as stored, and the journal has no such row
 *   lost press   a burst of which an advert was taken by the broker while broker and
 *                station had been up for 10 s, and the station's journal has no
 *                press of it with its alarm raised
 *   broken chain `vigie verify` says so, looked at after each kill of a station
 *
 * The judge is judged, too: a copy of a journal from which one act and one
 * press were taken must be found out.
 */
#include "tests/rig/operator.h"
#include "tests/rig/ward.h"

#include <sqlite3.h>

enum {
	VICTIMS = RIG_STATIONS + 1,
	BROKER = RIG_STATIONS,
	FIRST_MS = 3000,  /* life before the first kill */
	ANY_MS = 16000,   /* between kills at any time, at most */
	AIM_MS = 60,      /* after something that matters */
	DOWN_MS = 2000,   /* until it is started again, at most */
	AFTER_MS = 16000, /* for what is on its way, at the end */
	CELLS_MAX = 16,
};

static const char *const victim_names[VICTIMS] = {"console", "second station", "broker"};

/* What a cell tells; added up by the parent. */
struct tally {
	int cell; /* -1: a kill, for the progress line */
	int kills[VICTIMS];
	int acts, acts_lost, refused, unseen;
	int bursts, adverts, counted[RIG_STATIONS], lost[RIG_STATIONS];
	int verified, broken, died;
	int control_act, control_press, control_chain; /* 1: found out */
	int trouble;
	long facts;
};

struct cell {
	int id, quota, done, out;
	uint64_t chance;
	char folder[RIG_PATH - 60], log[RIG_PATH];
	struct rig_broker broker;
	struct rig_station stations[RIG_STATIONS];
	int64_t restart_ms[VICTIMS]; /* monotonic; 0: it is up */
	struct ward *ward;
	struct operator operator;
	int victim;
	bool aimed;
	int64_t kill_ms, armed_ms; /* monotonic */
	struct tally tally;
};

/* --- killing and starting again --- */

static void plan_kill(struct cell *c, int least_ms)
{
	static const int shares[10] = {0, 0, 0, 0, 1, 1, 1, BROKER, BROKER, BROKER};
	int64_t now = pty_now();
	c->victim = shares[rig_draw(&c->chance, 10)];
	c->aimed = rig_draw(&c->chance, 2) == 0;
	c->armed_ms = now + least_ms;
	c->kill_ms = now + least_ms + rig_draw(&c->chance, ANY_MS);
}

/* An aimed kill comes just after the next advert or act. */
static void take_aim(struct cell *c)
{
	int64_t event = c->operator.keyed_ms> c->ward->sent_ms && c->victim == 0
		? c->operator.keyed_ms : c->ward->sent_ms;
	if (!c->aimed || event < c->armed_ms)
		return;
	c->aimed = false;
	c->kill_ms = event + rig_draw(&c->chance, AIM_MS);
}

static bool start(struct cell *c, int who)
{
	if (who == BROKER)
		return rig_broker_start(&c->broker);
	return rig_station_start(&c->stations[who], c->broker.port, c->log, NULL);
}

static void verify_chain(struct cell *c, int station)
{
	c->tally.verified++;
	if (rig_verify(c->stations[station].journal, c->log) == 0)
		return;
	c->tally.broken++;
	fprintf(stderr, "crash: cell %d: chain of %s\n", c->id, c->stations[station].journal);
}

static void kill_now(struct cell *c)
{
	int who = c->victim;
	if (who == BROKER) {
		kill(c->broker.pid, SIGKILL);
		waitpid(c->broker.pid, NULL, 0);
		c->broker.pid = 0;
	} else {
		rig_station_end(&c->stations[who], SIGKILL);
		c->operator.state = who == 0 ? OPERATOR_IDLE : c->operator.state;
		verify_chain(c, who);
	}
	c->restart_ms[who] = pty_now() + 1 + rig_draw(&c->chance, DOWN_MS);
	c->tally.kills[who]++;
	c->done++;
	struct tally one = {.cell = -1};
	one.kills[who] = 1;
	if (write(c->out, &one, sizeof one) != sizeof one)
		_exit(3);
}

static void kills_turn(struct cell *c)
{
	int64_t now = pty_now();
	for (int who = 0; who < VICTIMS; who++)
		if (c->restart_ms[who] != 0 && now >= c->restart_ms[who]) {
			c->restart_ms[who] = 0;
			c->tally.trouble += !start(c, who);
		}
	if (c->done == c->quota)
		return;
	take_aim(c);
	if (now < c->kill_ms)
		return;
	if (c->restart_ms[c->victim] == 0)
		kill_now(c);
	plan_kill(c, 200);
}

/* --- one turn of a cell --- */

static void stations_turn(struct cell *c)
{
	for (int s = 0; s < RIG_STATIONS; s++) {
		struct rig_station *station = &c->stations[s];
		if (rig_station_read(station))
			continue;
		c->tally.died++;
		if (c->tally.died <= 3)
			fprintf(stderr, "crash: cell %d: %s ended by itself\n", c->id,
				station->name);
		rig_station_end(station, SIGKILL);
		c->restart_ms[s] = pty_now() + DOWN_MS;
	}
}

static void turn(struct cell *c)
{
	int64_t now = pty_now();
	bool up[RIG_STATIONS], broker = c->broker.pid > 0;
	stations_turn(c);
	for (int s = 0; s < RIG_STATIONS; s++)
		up[s] = broker && now - c->broker.since_ms >= RIG_UP_MS && c->stations[s].up
			&& now - c->stations[s].since_ms >= RIG_UP_MS;
	ward_turn(c->ward, broker ? c->broker.port : 0, &c->chance, up);
	if (c->stations[0].up)
		operator_turn(&c->operator, & c->stations[0].pty, &c->chance);
	kills_turn(c);
	poll(NULL, 0, 5);
}

static void turn_for(struct cell *c, int64_t ms)
{
	for (int64_t end = pty_now() + ms; pty_now() < end;)
		turn(c);
}

/* --- the judge, and its control --- */

static void tell_act(const struct seen_act *act)
{
	fprintf(stderr, "crash: lost: %s at %lld..%lld\n", act->what, (long long)act->from_ms,
		(long long)act->to_ms);
}

static void tell_burst(const struct seen_burst *burst)
{
	fprintf(stderr, "crash: lost: press of %s at %lld..%lld\n", burst->tag,
		(long long)burst->from_ms, (long long)burst->to_ms);
}

static bool judge_station(struct cell *c, int station)
{
	struct ledger ledger;
	struct tally *t = &c->tally;
	struct seen_burst *bursts = calloc((size_t)c->ward->count + 1, sizeof *bursts);
	char why[200];
	verify_chain(c, station);
	if (bursts == NULL || !ledger_read(&ledger, c->stations[station].journal, why)) {
		fprintf(stderr, "crash: %s\n", why);
		free(bursts);
		return false;
	}
	ward_seen(c->ward, station, bursts);
	for (int i = 0; i < c->ward->count; i++)
		t->counted[station] += bursts[i].counts;
	t->lost[station] += (int)judge_bursts(&ledger, bursts, (size_t)c->ward->count, tell_burst);
	if (station == 0)
		t->acts_lost += (int)judge_acts(
			&ledger, c->operator.acts, (size_t)c->operator.count, tell_act);
	t->facts += ledger.facts;
	ledger_free(&ledger);
	free(bursts);
	return true;
}

/* A copy from which one act seen and the presses of one burst that counts are cut. */
static bool cut_copy(struct cell *c, const char *copy, const struct seen_burst *burst)
{
	char sql[1200];
	const struct seen_act *act = &c->operator.acts[c->operator.count - 1];
	sqlite3 *db = NULL;
	bool good = sqlite3_open(c->stations[0].journal, &db) == SQLITE_OK;
	snprintf(sql, sizeof sql, "VACUUM INTO '%s'", copy);
	good = good && sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK;
	sqlite3_close(db);
	snprintf(sql, sizeof sql,
		"DROP TRIGGER fact_delete;"
		"DELETE FROM fact WHERE kind = 'alarm' AND at_ms BETWEEN %lld AND %lld;"
		"DELETE FROM fact WHERE kind = 'press' AND at_ms BETWEEN %lld AND %lld"
		" AND payload LIKE '%%%s%%'",
		(long long)act->from_ms, (long long)act->to_ms, (long long)burst->from_ms,
		(long long)burst->to_ms, burst->tag);
	good = good && sqlite3_open(copy, &db) == SQLITE_OK
	       && sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK;
	sqlite3_close(db);
	return good;
}

static void control(struct cell *c)
{
	char copy[RIG_PATH], why[200];
	struct ledger ledger;
	struct seen_burst *bursts = calloc((size_t)c->ward->count + 1, sizeof *bursts);
	int last = c->ward->count - 1;
	if (bursts == NULL)
		return;
	ward_seen(c->ward, 0, bursts);
	while (last >= 0 && !bursts[last].counts)
		last--;
	snprintf(copy, sizeof copy, "%s/cut.db", c->folder);
	if (last >= 0 && c->operator.count> 0 && cut_copy(c, copy, &bursts[last])
		&& ledger_read(&ledger, copy, why)) {
		c->tally.control_act =
			judge_acts(&ledger, c->operator.acts, (size_t)c->operator.count, NULL)
			== (size_t)c->tally.acts_lost + 1;
		c->tally.control_press = judge_bursts(&ledger, bursts, (size_t)c->ward->count, NULL)
					 > (size_t)c->tally.lost[0];
		c->tally.control_chain = rig_verify(copy, c->log) != 0;
		ledger_free(&ledger);
	}
	free(bursts);
}

/* --- a cell's life --- */

static void open_cell(struct cell *c, const char *folder, bool watch)
{
	snprintf(c->folder, sizeof c->folder, "%s/cell-%d", folder, c->id);
	mkdir(c->folder, 0700);
	snprintf(c->log, sizeof c->log, "%s/log", c->folder);
	snprintf(c->broker.folder, sizeof c->broker.folder, "%s", c->folder);
	c->broker.port = child_free_port();
	for (int s = 0; s < RIG_STATIONS; s++) {
		struct rig_station *station = &c->stations[s];
		snprintf(station->name, sizeof station->name, "%c", 'a' + s);
		snprintf(station->journal, sizeof station->journal, "%s/%c.db", c->folder, 'a' + s);
		station->headless = s > 0 && watch;
	}
	c->ward = ward_create(2500);
	operator_begin(&c->operator, 1500);
	for (int who = VICTIMS - 1; who >= 0; who--)
		c->tally.trouble += !start(c, who);
}

static int close_cell(struct cell *c)
{
	struct tally *t = &c->tally;
	for (int who = 0; who < VICTIMS; who++)
		if (c->restart_ms[who] != 0)
			c->restart_ms[who] = 1;
	c->ward->closed = true;
	while (c->ward->active_count > 0)
		turn(c);
	turn_for(c, AFTER_MS);
	for (int s = 0; s < RIG_STATIONS; s++) {
		int status = rig_station_end(&c->stations[s], SIGTERM);
		t->trouble += status < 0 || !WIFEXITED(status);
		t->trouble += !judge_station(c, s);
	}
	control(c);
	child_end(c->broker.pid);
	t->cell = c->id;
	t->acts = c->operator.count;
	t->refused = c->operator.refused;
	t->unseen = c->operator.unseen;
	t->bursts = c->ward->count;
	for (int i = 0; i < c->ward->count; i++)
		t->adverts += c->ward->bursts[i].taken;
	ward_free(c->ward);
	return write(c->out, t, sizeof *t) == sizeof *t ? 0 : 3;
}

static int run_cell(struct cell *c, const char *folder, bool watch)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	open_cell(c, folder, watch);
	plan_kill(c, FIRST_MS);
	while (c->done < c->quota)
		turn(c);
	return close_cell(c);
}

/* --- all of them --- */

static void add(struct tally *sum, const struct tally *t)
{
	for (int v = 0; v < VICTIMS; v++)
		sum->kills[v] += t->kills[v];
	for (int s = 0; s < RIG_STATIONS; s++) {
		sum->counted[s] += t->counted[s];
		sum->lost[s] += t->lost[s];
	}
	sum->acts += t->acts;
	sum->acts_lost += t->acts_lost;
	sum->refused += t->refused;
	sum->unseen += t->unseen;
	sum->bursts += t->bursts;
	sum->adverts += t->adverts;
	sum->verified += t->verified;
	sum->broken += t->broken;
	sum->died += t->died;
	sum->trouble += t->trouble;
	sum->facts += t->facts;
	sum->control_act += t->control_act;
	sum->control_press += t->control_press;
	sum->control_chain += t->control_chain;
}

/* Reads until every cell has told its tally or ended; how many told. */
static int listen_to_cells(int fd, int kills, struct tally *sum)
{
	struct tally t;
	int64_t began = pty_now(), said = began;
	int told = 0, killed = 0;
	while (read(fd, &t, sizeof t) == sizeof t) {
		if (t.cell >= 0) {
			add(sum, &t);
			told++;
			continue;
		}
		killed++;
		if (pty_now() - said < 10000 && killed != kills)
			continue;
		said = pty_now();
		double minutes = (double)(said - began) / 60000.0;
		printf("crash: %d of %d kills, %.1f min, %.0f a minute\n", killed, kills, minutes,
			killed / minutes);
		fflush(stdout);
	}
	return told;
}

static int report(const struct tally *t, int cells, int told, int64_t began, bool watch)
{
	int presses = 0, lost = 0;
	for (int s = 0; s < RIG_STATIONS; s++) {
		presses += t->counted[s];
		lost += t->lost[s];
	}
	printf("crash: kills");
	for (int v = 0; v < VICTIMS; v++)
		printf("%s %d %s%s", v > 0 ? "," : "", t->kills[v], victim_names[v],
			v == 1 && watch ? " (watch)" : "");
	printf(" in %.1f min\n", (double)(pty_now() - began) / 60000.0);
	printf("crash: %d bursts (%d adverts taken by the broker), %ld facts, %d chains checked\n",
		t->bursts, t->adverts, t->facts, t->verified);
	printf("crash: %-22s %8s %6s\n", "", "judged", "lost");
	printf("crash: %-22s %8d %6d\n", "acknowledged actions", t->acts, t->acts_lost);
	for (int s = 0; s < RIG_STATIONS; s++)
		printf("crash: presses, %-13s %8d %6d\n", victim_names[s], t->counted[s],
			t->lost[s]);
	printf("crash: %-22s %8d %6d\n", "hash chains", t->verified, t->broken);
	printf("crash: refused %d, never shown as done %d, ended by themselves %d, trouble %d\n",
		t->refused, t->unseen, t->died, t->trouble);
	printf("crash: control (one cut from a copy, found out in): act %d, press %d, chain %d of "
	       "%d cells\n",
		t->control_act, t->control_press, t->control_chain, cells);
	bool good = told == cells && t->acts_lost + lost + t->broken + t->died + t->trouble == 0;
	bool able = t->acts > 0 && presses > 0 && t->control_act > 0 && t->control_press > 0
		    && t->control_chain > 0;
	printf("crash: %d/%d/%d lost actions/presses/chains%s\n", t->acts_lost, lost, t->broken,
		!able  ? ": NOTHING WAS PROVED"
		: good ? ""
		       : ": BAD");
	return good && able ? 0 : 1;
}

int main(int argc, char **argv)
{
	static struct cell cell;
	char folder[] = "/tmp/vigie-crash.XXXXXX";
	int kills = argc > 1 ? atoi(argv[1]) : 1000, ends[2];
	uint64_t seed = argc > 2 ? strtoull(argv[2], NULL, 0) : (uint64_t)rig_wall_ms();
	int cells = argc > 3 ? atoi(argv[3]) : 8;
	int64_t began = pty_now();
	struct tally sum = {.cell = 0};
	if (cells > kills / 3)
		cells = kills / 3;
	if (cells < 1 || cells > CELLS_MAX || mkdtemp(folder) == NULL || pipe(ends) != 0)
		return 3;
	bool watch = rig_has_verb("watch", folder);
	printf("crash: %d kills, seed %llu, %d suites side by side, in %s\n", kills,
		(unsigned long long)seed, cells, folder);
	fflush(stdout);
	for (int i = 0; i < cells; i++)
		if (fork() == 0) {
			close(ends[0]);
			cell = (struct cell){.id = i, .out = ends[1], .chance = seed + (uint64_t)i};
			cell.quota = kills / cells + (i < kills % cells);
			_exit(run_cell(&cell, folder, watch));
		}
	close(ends[1]);
	int told = listen_to_cells(ends[0], kills, &sum);
	while (wait(NULL) > 0)
		;
	int code = report(&sum, cells, told, began, watch);
	if (code == 0)
		rig_remove(folder);
	else
		printf("crash: what was left is in %s; run again: crash %d %llu %d\n", folder,
			kills, (unsigned long long)seed, cells);
	return code;
}
