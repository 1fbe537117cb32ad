/* SPDX-License-Identifier: Apache-2.0 */
/*
 * kill -9 at random points: of a console, of a second station, of the broker, while
 * buttons are pressed and an operator works (tests/rig/house.h tells what counts as
 * lost). Usage: crash [KILLS [SEED [CELLS]]]
 *
 * Cells are suites of their own, side by side, each a process. Half of the kills
 * come at any time, half within 60 ms of something that matters: an advert of a
 * press, the confirmation of an act. Chains are verified after each kill.
 *
 * The judge is judged, too: a copy of a journal from which one act and one
 * press were taken must be found out.
 */
#include "tests/rig/house.h"

#include <sqlite3.h>
#include <stdatomic.h>
#include <sys/mman.h>

enum {
	VICTIMS = RIG_STATIONS + 1,
	BROKER = RIG_STATIONS,
	FIRST_MS = 3000,  /* life before the first kill */
	ANY_MS = 16000,   /* between kills at any time, at most */
	AIM_MS = 60,      /* after something that matters */
	DOWN_MS = 2000,   /* until it is started again, at most */
	AFTER_MS = 10000, /* for what is on its way, at the end */
	CELLS_MAX = 16,
};

static const char *const victim_names[VICTIMS] = {"console", "second station", "broker"};

/* What a cell tells; added up by the parent. */
struct told {
	bool last; /* else a kill, for the progress line */
	int kills[VICTIMS];
	int found_act, found_press, found_chain; /* the control: 1 found out */
	struct tally tally;
};

struct cell {
	int id, out;
	atomic_int *left; /* kills still to come, of all cells */
	bool over;
	struct house house;
	int64_t restart_ms[VICTIMS]; /* monotonic; 0: it is up */
	int victim;
	bool aimed;
	int64_t kill_ms, armed_ms; /* monotonic */
	struct told told;
};

/* --- killing and starting again --- */

static void plan_kill(struct cell *c, int least_ms)
{
	static const int shares[10] = {0, 0, 0, 0, 1, 1, 1, BROKER, BROKER, BROKER};
	int64_t now = pty_now();
	c->victim = shares[rig_draw(&c->house.chance, 10)];
	c->aimed = rig_draw(&c->house.chance, 2) == 0;
	c->armed_ms = now + least_ms;
	c->kill_ms = now + least_ms + rig_draw(&c->house.chance, ANY_MS);
}

/* An aimed kill comes just after the next advert or act. */
static void take_aim(struct cell *c)
{
	int64_t advert = c->house.ward->sent_ms, act = c->house.operator.keyed_ms;
	int64_t event = act > advert && c->victim == 0 ? act : advert;
	if (!c->aimed || event < c->armed_ms)
		return;
	c->aimed = false;
	c->kill_ms = event + rig_draw(&c->house.chance, AIM_MS);
}

static void start(struct cell *c, int who)
{
	c->restart_ms[who] = 0;
	if (who == BROKER)
		house_trouble(&c->house, !rig_broker_start(&c->house.broker), "no broker");
	else
		house_start(&c->house, who);
}

static void kill_now(struct cell *c)
{
	int who = c->victim;
	if (who == BROKER) {
		kill(c->house.broker.pid, SIGKILL);
		waitpid(c->house.broker.pid, NULL, 0);
		c->house.broker.pid = 0;
	} else {
		house_end(&c->house, who, SIGKILL);
		house_verify(&c->house, who);
	}
	c->restart_ms[who] = pty_now() + 1 + rig_draw(&c->house.chance, DOWN_MS);
	c->told.kills[who]++;
	struct told one = {.last = false};
	if (write(c->out, &one, sizeof one) != sizeof one)
		_exit(3);
}

static void kills_turn(struct cell *c)
{
	int64_t now = pty_now();
	for (int who = 0; who < VICTIMS; who++)
		if (c->restart_ms[who] != 0 && now >= c->restart_ms[who])
			start(c, who);
	c->over = c->over || atomic_load(c->left) <= 0;
	if (c->over)
		return;
	take_aim(c);
	if (now < c->kill_ms)
		return;
	if (c->restart_ms[c->victim] == 0 && atomic_fetch_sub(c->left, 1) > 0)
		kill_now(c);
	plan_kill(c, 200);
}

static void turn(struct cell *c)
{
	int dead = house_read(&c->house);
	if (dead >= 0)
		c->restart_ms[dead] = pty_now() + DOWN_MS;
	house_work(&c->house);
	kills_turn(c);
	poll(NULL, 0, 5);
}

/* --- the control --- */

/* A copy from which one act seen and the presses of one burst that counts are cut. */
static bool cut_copy(struct cell *c, const char *copy, const struct seen_burst *burst)
{
	char sql[1200];
	const struct seen_act *act = &c->house.operator.acts[c->house.operator.count - 1];
	sqlite3 *db = NULL;
	bool good = sqlite3_open(c->house.stations[0].journal, &db) == SQLITE_OK;
	snprintf(sql, sizeof sql, "VACUUM INTO '%s'", copy);
	good = good && sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK;
	sqlite3_close(db);
	snprintf(sql, sizeof sql,
		"DROP TRIGGER fact_delete; DROP TRIGGER derived_delete;"
		"DELETE FROM fact WHERE kind = 'alarm' AND at_ms BETWEEN %lld AND %lld;"
		"DELETE FROM fact WHERE kind = 'press' AND at_ms BETWEEN %lld AND %lld"
		" AND payload LIKE '%%%s%%';"
		"DELETE FROM derived WHERE at_ms BETWEEN %lld AND %lld AND payload LIKE '%%%s%%'",
		(long long)act->from_ms, (long long)act->to_ms, (long long)burst->from_ms,
		(long long)burst->to_ms, burst->tag, (long long)burst->from_ms,
		(long long)burst->to_ms, burst->tag);
	good = good && sqlite3_open(copy, &db) == SQLITE_OK
	       && sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK;
	sqlite3_close(db);
	return good;
}

static void control(struct cell *c)
{
	struct house *h = &c->house;
	char copy[RIG_PATH];
	struct seen_burst *bursts = calloc((size_t)h->ward->count + 1, sizeof *bursts);
	int last = h->ward->count - 1;
	size_t acts = 0, presses = 0;
	if (bursts == NULL)
		return;
	ward_seen(h->ward, 0, bursts);
	while (last >= 0 && !bursts[last].counts)
		last--;
	snprintf(copy, sizeof copy, "%s/cut.db", h->folder);
	if (last >= 0 && h->operator.count> 0 && cut_copy(c, copy, &bursts[last])
		&& house_lacks(h, 0, copy, false, &acts, &presses)) {
		c->told.found_act = (int)acts == h->tally.acts_lost + 1;
		c->told.found_press = (int)presses > h->tally.lost[0];
		c->told.found_chain = rig_verify(copy, h->log) != 0;
	}
	free(bursts);
}

/* --- a cell's life --- */

static int run_cell(struct cell *c, const char *folder, bool watch)
{
	char mine[RIG_PATH - 60];
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	snprintf(mine, sizeof mine, "%.200s/cell-%d", folder, c->id);
	house_open(&c->house, mine, watch);
	for (int who = VICTIMS - 1; who >= 0; who--)
		start(c, who);
	plan_kill(c, FIRST_MS);
	while (!c->over)
		turn(c);
	for (int who = 0; who < VICTIMS; who++)
		if (c->restart_ms[who] != 0)
			c->restart_ms[who] = 1;
	c->house.ward->closed = true;
	for (int64_t end = pty_now() + AFTER_MS;
		pty_now() < end || c->house.ward->active_count > 0;)
		turn(c);
	for (int s = 0; s < RIG_STATIONS; s++)
		house_close(&c->house, s);
	house_judge(&c->house);
	control(c);
	child_end(c->house.broker.pid);
	ward_free(c->house.ward);
	c->told.last = true;
	c->told.tally = c->house.tally;
	return write(c->out, &c->told, sizeof c->told) == sizeof c->told ? 0 : 3;
}

/* --- all of them --- */

static void add(struct told *sum, const struct told *t)
{
	struct tally *to = &sum->tally;
	const struct tally *from = &t->tally;
	for (int v = 0; v < VICTIMS; v++)
		sum->kills[v] += t->kills[v];
	for (int s = 0; s < RIG_STATIONS; s++) {
		to->counted[s] += from->counted[s];
		to->lost[s] += from->lost[s];
	}
	to->acts += from->acts;
	to->acts_lost += from->acts_lost;
	to->shared += from->shared;
	to->shared_lost += from->shared_lost;
	to->refused += from->refused;
	to->unseen += from->unseen;
	to->bursts += from->bursts;
	to->adverts += from->adverts;
	to->verified += from->verified;
	to->broken += from->broken;
	to->died += from->died;
	to->trouble += from->trouble;
	to->facts += from->facts;
	sum->found_act += t->found_act;
	sum->found_press += t->found_press;
	sum->found_chain += t->found_chain;
}

/* Reads until every cell has told its end or died; how many told. */
static int listen_to_cells(int fd, int kills, struct told *sum)
{
	struct told t;
	int64_t began = pty_now(), said = began;
	int ended = 0, killed = 0;
	while (read(fd, &t, sizeof t) == sizeof t) {
		if (t.last) {
			add(sum, &t);
			ended++;
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
	return ended;
}

static bool report(const struct told *t, int cells, int64_t began, bool watch)
{
	printf("crash: kills:");
	for (int v = 0; v < VICTIMS; v++)
		printf("%s %d %s%s", v > 0 ? "," : "", t->kills[v], victim_names[v],
			v == 1 && watch ? " (watch)" : "");
	printf(" in %.1f min\n", (double)(pty_now() - began) / 60000.0);
	printf("crash: control: cut from a copy and found out: act %d, press %d, chain %d of %d\n",
		t->found_act, t->found_press, t->found_chain, cells);
	bool good = house_report(&t->tally, "crash");
	return good && t->found_act > 0 && t->found_press > 0 && t->found_chain > 0;
}

int main(int argc, char **argv)
{
	static struct cell cell;
	char folder[] = "/tmp/vigie-crash.XXXXXX";
	int kills = argc > 1 ? atoi(argv[1]) : 1000, ends[2];
	uint64_t seed = argc > 2 ? strtoull(argv[2], NULL, 0) : (uint64_t)rig_wall_ms();
	int cells = argc > 3 ? atoi(argv[3]) : 10;
	int64_t began = pty_now();
	struct told sum = {.last = true};
	if (cells > kills / 3)
		cells = kills / 3;
	if (cells < 1 || cells > CELLS_MAX || mkdtemp(folder) == NULL || pipe(ends) != 0)
		return 3;
	atomic_int *left =
		mmap(NULL, sizeof *left, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (left == MAP_FAILED)
		return 3;
	atomic_init(left, kills);
	bool watch = rig_has_verb("watch", folder);
	printf("crash: %d kills, seed %llu, %d suites side by side, in %s\n", kills,
		(unsigned long long)seed, cells, folder);
	fflush(stdout);
	for (int i = 0; i < cells; i++)
		if (fork() == 0) {
			close(ends[0]);
			cell = (struct cell){.id = i, .out = ends[1], .left = left};
			cell.house.name = "crash";
			cell.house.chance = seed + (uint64_t)i;
			_exit(run_cell(&cell, folder, watch));
		}
	close(ends[1]);
	int ended = listen_to_cells(ends[0], kills, &sum);
	while (wait(NULL) > 0)
		;
	if (report(&sum, cells, began, watch) && ended == cells) {
		rig_remove(folder);
		return 0;
	}
	printf("crash: %d of %d suites told their end; what is left is in %s\n"
	       "crash: the same again: crash %d %llu %d\n",
		ended, cells, folder, kills, (unsigned long long)seed, cells);
	return 1;
}
