/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Two consoles on one broker: from the key that confirms an acknowledgement at one to
 * the picture of the other that shows it. A call is pressed each time, so that the
 * strip of both counts it; the acknowledgement is seen when the other's count is back.
 */
#include "tests/bench/call.h"

enum { ACTS = 58, WARM_MS = 6000, GIVE_UP_MS = 5000, PAUSE_MS = 300 };

struct pair {
	const struct site *site;
	struct publisher link;
	struct pty a, b;
	double ms[ACTS];
	int acts, never;
};

static void read_both(struct pair *p)
{
	pty_pump(&p->a, 1);
	pty_pump(&p->b, 1);
}

static void run_both(struct pair *p, int ms)
{
	for (int64_t end = pty_now() + ms; pty_now() < end;)
		read_both(p);
}

/* Reads both until `pty` shows the text; false: it never did. */
static bool await(struct pair *p, struct pty *pty, const char *text)
{
	for (int64_t end = pty_now() + GIVE_UP_MS; pty_now() < end; read_both(p))
		if (pty_shows(pty, text))
			return true;
	return false;
}

static void open_console(struct pty *pty, const char *name, const char *folder, int port)
{
	static const char *const env[] = {"TERM=xterm-256color", "LANG=C.UTF-8", NULL};
	char mqtt[64], vigie[128], journal[128];
	const char *b = getenv("B");
	snprintf(mqtt, sizeof mqtt, "mqtt://127.0.0.1:%d", port);
	snprintf(vigie, sizeof vigie, "%s/vigie", b != NULL ? b : "build");
	snprintf(journal, sizeof journal, "%s/%s.db", folder, name);
	const char *argv[] = {vigie, "--site", "etc/demo/site.cfg", "--mqtt", mqtt, "--journal",
		journal, "--station", name, "--calm", "--screen", "alarms", NULL};
	if (!pty_spawn(pty, 24, 100, argv, env))
		exit(3);
}

/* One call rings alone at both, and is acknowledged at the first. */
static void one(struct pair *p, const struct tag *tag)
{
	char rings[24], quiet[24];
	snprintf(rings, sizeof rings, "*** 1/%d", p->acts + 1);
	snprintf(quiet, sizeof quiet, "*** 0/%d", p->acts + 1);
	call_press(&p->link, p->site, tag);
	if (!await(p, &p->a, rings) || !await(p, &p->b, rings)) {
		fprintf(stderr, "bench: \"%s\" was never shown\n", rings);
		p->never++;
		return;
	}
	pty_send(&p->a, "ga");
	if (!await(p, &p->a, "Enter yes")) {
		p->never++;
		return;
	}
	double began = bench_now();
	pty_send(&p->a, "\r");
	p->never += !await(p, &p->b, quiet);
	p->ms[p->acts++] = (bench_now() - began) * 1000;
}

int main(void)
{
	static struct pair p;
	char folder[64];
	struct error err = {""};
	struct site *site = site_load("etc/demo/site.cfg", NULL, &err);
	int port;
	if (site == NULL)
		return 3;
	p.site = site;
	bench_folder(folder);
	pid_t broker = bench_broker(folder, &port);
	open_console(&p.a, "a", folder, port);
	open_console(&p.b, "b", folder, port);
	if (!publisher_open(&p.link, port, "bench-call"))
		return 3;
	run_both(&p, WARM_MS);
	for (const struct tag *tag;
		(tag = call_button(site, p.acts)) != NULL && p.acts < ACTS && p.never < 3;) {
		one(&p, tag);
		run_both(&p, PAUSE_MS);
	}
	bench_say("shared_acts", p.acts, "acts");
	bench_say("shared_acts_never_shown", p.never, "acts");
	call_tell("shared_act", p.ms, p.acts);
	pty_end(&p.a);
	pty_end(&p.b);
	child_end(broker);
	bench_remove(folder);
	site_free(site);
	return 0;
}
