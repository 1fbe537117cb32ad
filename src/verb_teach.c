/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <ev.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "feeds/teach.h"
#include "src/mqtt_options.h"
#include "src/options.h"
#include "src/payload_lines.h"
#include "src/site_file.h"
#include "src/verbs.h"
#include "twin/text.h"

/*
 * vigie teach: what does this tag say only while it is pressed? From recorded
 * payloads, or from the gateways as they speak. What is learned goes to
 * standard output, ready for the site file; all talk goes to standard error.
 */

static const char usage[] =
	"usage: vigie teach --tag MAC [--model MODEL] [--id ID] [--seconds N] [--watch N]\n"
	"                   [--config FILE] [--mqtt URL] [--topic TOPIC] [--site FILE]\n"
	"       vigie teach --tag MAC [--model MODEL] [--id ID]\n"
	"                   --rest FILE --press FILE [--background FILE]\n"
	"\n"
	"Records the tag at rest, then while it is pressed, and proposes the signature\n"
	"that differs, for the site file. Files: payloads as for vigie decode.\n";

struct job {
	char tag[TAG_SIZE];
	const char *model, *id;
	const char *files[TEACH_PHASE_COUNT];
	double seconds, watch_s;
	struct teach *teach;
	struct teach_ear ear;
	struct decode_context dc;
};

/* ---- arguments ---- */

static int bad(const char *text, const char *what)
{
	fprintf(stderr, "vigie teach: %s %s\n", text, what);
	return -1;
}

static int take_seconds(const char *text, double low, double *out)
{
	char *end;
	*out = strtod(text, &end);
	bool good = end != text && *end == '\0' && *out >= low && *out <= 3600;
	return good ? 2 : bad("not a number of seconds up to 3600:", text);
}

static int extra(void *context, int argc, char **argv, int at)
{
	struct job *job = context;
	const struct {
		const char *option;
		const char **value;
	} texts[] = {{"--model", &job->model}, {"--id", &job->id},
		{"--rest", &job->files[TEACH_REST]}, {"--press", &job->files[TEACH_PRESS]},
		{"--background", &job->files[TEACH_BACKGROUND]}};
	const char *value = at + 1 < argc ? argv[at + 1] : NULL;
	if (value == NULL)
		return 0;
	if (strcmp(argv[at], "--tag") == 0)
		return text_mac(job->tag, value) ? 2 : bad("not a MAC:", value);
	if (strcmp(argv[at], "--seconds") == 0)
		return take_seconds(value, 1, &job->seconds);
	if (strcmp(argv[at], "--watch") == 0)
		return take_seconds(value, 0, &job->watch_s);
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		if (strcmp(argv[at], texts[i].option) != 0)
			continue;
		*texts[i].value = value;
		bool is_id = i < 2;
		return !is_id || text_is_id(value) ? 2 : bad("not an id:", value);
	}
	return 0;
}

/* ---- the recordings ---- */

static void enter_phase(struct job *job, enum teach_phase phase)
{
	teach_flush(&job->ear);
	job->ear.phase = phase;
}

static int hear_file(struct job *job, const char *path)
{
	FILE *in = strcmp(path, "-") == 0 ? stdin : fopen(path, "r");
	char *line = malloc(PAYLOAD_LINE_SIZE);
	size_t len;
	int code = 0;
	while (in != NULL && line != NULL && payload_line_read(in, line, &len))
		payload_line_decode(&job->dc, NULL, line, len);
	if (in == NULL || line == NULL || ferror(in)) {
		fprintf(stderr, "vigie teach: %s: %s\n", path, strerror(errno));
		code = EXIT_ENVIRONMENT;
	}
	if (in != NULL && in != stdin)
		fclose(in);
	free(line);
	return code;
}

static int hear_files(struct job *job)
{
	int code = 0;
	for (int phase = 0; code == 0 && phase < TEACH_PHASE_COUNT; phase++) {
		enter_phase(job, (enum teach_phase)phase);
		if (job->files[phase] != NULL)
			code = hear_file(job, job->files[phase]);
	}
	teach_flush(&job->ear);
	return code;
}

/* ---- live ---- */

struct live {
	struct job *job;
	struct mqtt *mqtt;
	bool recording;
	double left_s;
	ev_timer second;
};

static void on_message(
	void *context, const char *topic, const void *bytes, size_t len, bool retained)
{
	struct live *l = context;
	if (l->recording && !retained)
		payload_decode(&l->job->dc, topic, bytes, len);
}

static void on_second(struct ev_loop *loop, ev_timer *timer, int events)
{
	struct live *l = timer->data;
	(void)events;
	l->left_s -= timer->repeat;
	if (l->recording && isatty(STDERR_FILENO)) {
		struct teach_result r;
		teach_result(l->job->teach, &r);
		fprintf(stderr, "\r  %3.0f s left, %u adverts of this tag, %u of others  ",
			l->left_s, r.adverts[l->job->ear.phase], r.others);
	}
	if (l->left_s <= 0)
		ev_break(loop, EVBREAK_ALL);
}

static void listen_for(struct ev_loop *loop, struct live *l, double seconds)
{
	l->left_s = seconds;
	ev_timer_init(&l->second, on_second, seconds < 1 ? seconds : 1, seconds < 1 ? seconds : 1);
	l->second.data = l;
	ev_timer_start(loop, &l->second);
	ev_run(loop, 0);
	ev_timer_stop(loop, &l->second);
	if (l->recording && isatty(STDERR_FILENO))
		fputc('\n', stderr);
}

static bool connected(struct ev_loop *loop, struct live *l)
{
	struct feed_health h;
	for (int i = 0; i < 150; i++) {
		memset(&h, 0, sizeof h);
		mqtt_health(l->mqtt, &h);
		if (h.state == FEED_UP)
			return true;
		listen_for(loop, l, 0.1);
	}
	fprintf(stderr, "vigie teach: %s: %s\n", h.name,
		h.error[0] != '\0' ? h.error : "the broker does not answer");
	return false;
}

static void record(struct ev_loop *loop, struct live *l)
{
	static const char *const say[TEACH_PHASE_COUNT] = {
		"AT REST: leave the tag alone",
		"NOW PRESS, and press again now and then,",
		"Leave it alone again: counting false alarms",
	};
	const double seconds[] = {l->job->seconds, l->job->seconds, l->job->watch_s};
	l->recording = true;
	for (int phase = 0; phase < TEACH_PHASE_COUNT; phase++) {
		if (seconds[phase] <= 0)
			continue;
		/* A burst outlasts its press by a minute: let it end. */
		if (phase == TEACH_BACKGROUND && seconds[phase] > 120) {
			l->recording = false;
			listen_for(loop, l, 90);
			l->recording = true;
		}
		enter_phase(l->job, (enum teach_phase)phase);
		fprintf(stderr, "%s for %.0f s.\n", say[phase], seconds[phase]);
		listen_for(loop, l, seconds[phase]);
	}
	teach_flush(&l->job->ear);
}

static int hear_live(struct job *job, const struct settings *settings)
{
	struct ev_loop *loop = ev_loop_new(EVFLAG_AUTO); /* libev ends the program when it cannot */
	struct live l = {.job = job};
	struct mqtt_options o;
	struct error err = {""};
	char id[48];
	int code = EXIT_ENVIRONMENT;
	/* Beside a console that runs: another name, no session, nothing queued. */
	snprintf(id, sizeof id, "vigie-teach-%ld", (long)getpid());
	mqtt_options_of(settings, id, &o);
	o.visitor = true;
	if (o.address_count == 0) {
		fputs("vigie teach: no broker: set mqtt.addresses, or --mqtt URL\n", stderr);
		ev_loop_destroy(loop);
		return EXIT_USAGE;
	}
	l.mqtt = mqtt_create(loop, &o, NULL, NULL, on_message, &l, &err);
	if (l.mqtt == NULL) {
		fprintf(stderr, "vigie teach: %s\n", err.text);
		ev_loop_destroy(loop);
		return code;
	}
	mqtt_start(l.mqtt);
	if (connected(loop, &l)) {
		record(loop, &l);
		code = 0;
	}
	mqtt_destroy(l.mqtt);
	ev_loop_destroy(loop);
	return code;
}

/* ---- what was learned ---- */

static const char *model_of(const struct job *job, const struct site *site)
{
	int tag = site != NULL ? site_tag(site, job->tag) : -1;
	if (job->model != NULL)
		return job->model;
	return tag >= 0 ? site->tags[tag].model : "";
}

static void print_candidate(
	const struct job *job, const struct teach_candidate *c, int number, const char *model)
{
	char line[TEACH_LINE_SIZE], id[ID_SIZE];
	const char *name = job->id != NULL ? job->id : model[0] != '\0' ? model : job->tag;
	snprintf(id, sizeof id, "%.48s%s%.0d", name, job->id != NULL ? "" : "-press",
		number > 1 ? number : 0);
	teach_line(c, id, model, line);
	printf("# %d: %s, in %u adverts while pressing, none at rest\n", number,
		c->how == TEACH_APPEARED ? "a frame that is not there at rest"
					 : "bytes that differ from the rest",
		c->heard);
	printf("#    false alarms: %u by this tag afterwards, %u by %d other tags\n%s\n", c->own,
		c->others, c->other_tags, line);
}

static int print_result(const struct job *job, const char *model)
{
	struct teach_result r;
	teach_result(job->teach, &r);
	fprintf(stderr,
		"heard of %s: %u adverts at rest, %u while pressing, %u afterwards; %u of other "
		"tags\n",
		job->tag, r.adverts[TEACH_REST], r.adverts[TEACH_PRESS],
		r.adverts[TEACH_BACKGROUND], r.others);
	if (r.forgotten > 0)
		fprintf(stderr, "%u adverts did not fit and were not compared\n", r.forgotten);
	if (r.rejected > 0)
		fprintf(stderr, "%d candidates rejected: they match the rest as well\n",
			r.rejected);
	if (r.adverts[TEACH_REST] == 0 && r.verdict == TEACH_LEARNED)
		fputs("nothing was heard at rest: silent until pressed, or out of reach?\n",
			stderr);
	for (int i = 0; i < r.count; i++)
		print_candidate(job, &r.candidates[i], i + 1, model);
	if (r.verdict == TEACH_HEARD_NOTHING)
		fputs("HEARD NOTHING while pressing: out of reach, or a gateway's filter (RSSI, "
		      "MAC, \"upload unknown\") hides it\n",
			stderr);
	else if (r.verdict == TEACH_LEARNED_NOTHING)
		fputs("LEARNED NOTHING: it was heard, and said what it says at rest. Was a slot "
		      "configured to speak when pressed?\n",
			stderr);
	return r.verdict == TEACH_LEARNED ? 0 : EXIT_FOUND;
}

static int run(struct job *job, const struct settings *settings)
{
	struct error err = {""};
	struct site *site = settings->site != NULL ? site_load(settings->site, NULL, &err) : NULL;
	bool files = job->files[TEACH_REST] != NULL || job->files[TEACH_PRESS] != NULL;
	if (settings->site != NULL && site == NULL)
		fprintf(stderr, "vigie teach: %s\n", err.text);
	job->teach = teach_create(job->tag);
	if (job->teach == NULL)
		return EXIT_ENVIRONMENT;
	job->ear.teach = job->teach;
	teach_listen(&job->ear, &job->dc);
	int code = files ? hear_files(job) : hear_live(job, settings);
	if (code == 0)
		code = print_result(job, model_of(job, site));
	if (fflush(stdout) != 0)
		code = EXIT_ENVIRONMENT;
	teach_destroy(job->teach);
	site_free(site);
	return code;
}

int verb_teach(int argc, char **argv)
{
	struct job job = {.seconds = 20};
	struct settings settings;
	settings_init(&settings);
	int at = options_parse(&settings, argc, argv, usage, extra, &job);
	bool half = (job.files[TEACH_REST] == NULL) != (job.files[TEACH_PRESS] == NULL);
	int code = at < 0 ? -at : 0;
	if (at > 0 && (at < argc || job.tag[0] == '\0' || half)) {
		fputs(usage, stderr);
		code = EXIT_USAGE;
	} else if (at > 0) {
		code = run(&job, &settings);
	}
	settings_fini(&settings);
	return code;
}
