/* SPDX-License-Identifier: Apache-2.0 */
#include "src/hospital/options.h"
#include "src/hospital/stamp.h"

#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

static const struct option table[] = {
	{"site", required_argument, NULL, 's'},
	{"mqtt", required_argument, NULL, 'm'},
	{"http", required_argument, NULL, 'p'},
	{"clock", required_argument, NULL, 'c'},
	{"start", required_argument, NULL, 'S'},
	{"speed", required_argument, NULL, 'x'},
	{"seed", required_argument, NULL, 'e'},
	{"truth", required_argument, NULL, 't'},
	{"script", required_argument, NULL, 'f'},
	{"ready-fd", required_argument, NULL, 'r'},
	{"walk", required_argument, NULL, 'W'},
	{"walk-seconds", required_argument, NULL, 'o'},
	{"milestones", required_argument, NULL, 'i'},
	{"until", required_argument, NULL, 'u'},
	{"offline", no_argument, NULL, 'O'},
	{"days", required_argument, NULL, 'd'},
	{"laws", required_argument, NULL, 'l'},
	{"out", required_argument, NULL, 'D'},
	{"units", required_argument, NULL, 'U'},
	{"stale", required_argument, NULL, 'T'},
	{"no-radio", no_argument, NULL, 'n'},
	{"with-parent", no_argument, NULL, 'w'},
	{"help", no_argument, NULL, 'h'},
	{NULL, 0, NULL, 0},
};

void options_help(FILE *out)
{
	fputs("usage: vigie-hospital --site FILE [options]\n"
	      "An emulated operating suite: radio over MQTT, programme over FHIR R4.\n"
	      "  --site FILE           the site (vigie-site(5)); needed\n"
	      "  --mqtt HOST:PORT      publish what gateways hear\n"
	      "  --http PORT           serve FHIR on 127.0.0.1 (0: any free port)\n"
	      "  --clock O:A:S         suite clock: origin ms, monotonic anchor ms, speed\n"
	      "  --start TIME          suite time at start, RFC 3339 (default: now)\n"
	      "  --speed N             suite seconds a second (default 1)\n"
	      "  --seed N              the day to play (default 1)\n"
	      "  --milestones MODE     prompt, late or none (default prompt)\n"
	      "  --script FILE         events instead of the usual ones\n"
	      "  --truth FILE          what is really so, a JSON line a minute\n"
	      "  --until TIME          end at this suite time\n"
	      "  --walk CSV            write a surveyor's walk with true rooms, and end\n"
	      "  --walk-seconds N      in each room of it, more in large ones (default 60)\n"
	      "  --offline             play days as fast as it can, without a network, and end:\n"
	      "    --days N --out FOLDER   a journal and the truth of each (default 1 day)\n"
	      "    --laws FILE             how long things take (default etc/demo/laws.cfg)\n"
	      "    --units NAME=N,...      porter, anaesthetist, cleaning, pacu: not as the site "
	      "says\n"
	      "  --stale 409|412       the answer to an If-Match that is too old (default 409)\n"
	      "  --ready-fd N          write \"http PORT\" there when serving\n"
	      "  --no-radio            no tags, no gateways\n"
	      "  --with-parent         end when the parent ends\n"
	      "  --help                this text\n",
		out);
}

static bool whole(const char *text, long low, long high, long *out)
{
	char *end;
	errno = 0;
	*out = strtol(text, &end, 10);
	return errno == 0 && *text != '\0' && *end == '\0' && *out >= low && *out <= high;
}

static int read_milestones(struct options *o, const char *word)
{
	static const char *const words[] = {"prompt", "late", "none"};
	for (int i = 0; i < 3; i++)
		if (strcmp(words[i], word) == 0) {
			o->telling = (enum telling)i;
			return 0;
		}
	return -EINVAL;
}

static int read_speed(struct options *o, const char *text)
{
	char *end;
	o->speed = strtod(text, &end);
	return *end == '\0' && o->speed > 0 && o->speed <= 100000 ? 0 : -EINVAL;
}

static int read_number(struct options *o, int key, const char *text)
{
	long n = 0;
	if (key == 'e') {
		char *end;
		o->seed = strtoull(text, &end, 10);
		return *text != '\0' && *end == '\0' ? 0 : -EINVAL;
	}
	if (key == 'd') {
		int rc = whole(text, 1, 10000, &n) ? 0 : -EINVAL;
		o->days = (int)n;
		return rc;
	}
	if (!whole(text, key == 'o', key == 'p' ? 65535 : key == 'o' ? 3600 : 1000000, &n))
		return -EINVAL;
	if (key == 'p')
		o->http = (int)n;
	else if (key == 'o')
		o->walk_seconds = (int)n;
	else
		o->ready_fd = (int)n;
	return 0;
}

/* "porter=2,pacu=5" */
static int read_units(struct options *o, const char *text)
{
	char *const names[] = {(char[]){"porter"}, (char[]){"anaesthetist"}, (char[]){"cleaning"},
		(char[]){"pacu"}, NULL};
	int *const counts[] = {&o->units.crews[CREW_PORTER], &o->units.crews[CREW_ANAESTHETIST],
		&o->units.crews[CREW_CLEANING], &o->units.bays};
	char copy[128], *rest = copy, *value;
	if (strlen(text) >= sizeof(copy))
		return -EINVAL;
	strncpy(copy, text, sizeof(copy) - 1);
	copy[sizeof(copy) - 1] = '\0';
	while (*rest != '\0') {
		long n = 0;
		int which = getsubopt(&rest, names, &value);
		if (which < 0 || value == NULL || !whole(value, 1, DAY_BAYS, &n))
			return -EINVAL;
		*counts[which] = (int)n;
	}
	return 0;
}

static int take(struct options *o, int key, const char *text)
{
	const char **const texts[] = {&o->site, &o->mqtt, &o->truth, &o->script, &o->clock,
		&o->start, &o->until, &o->walk, &o->laws, &o->out};
	static const char keys[] = "smtfcSuWlD";
	const char *at = key != 0 ? strchr(keys, key) : NULL;
	if (at != NULL) {
		*texts[at - keys] = text;
		return 0;
	}
	o->no_radio |= key == 'n';
	o->with_parent |= key == 'w';
	o->offline |= key == 'O';
	o->help |= key == 'h';
	if (key == 'U')
		return read_units(o, text);
	if (key == 'T') {
		o->stale = strcmp(text, "412") == 0 ? 412 : 409;
		return o->stale == 412 || strcmp(text, "409") == 0 ? 0 : -EINVAL;
	}
	if (key == 'i')
		return read_milestones(o, text);
	if (key == 'x')
		return read_speed(o, text);
	return key == 'p' || key == 'e' || key == 'r' || key == 'o' || key == 'd'
		       ? read_number(o, key, text)
		       : 0;
}

int options_read(struct options *o, int argc, char **argv, struct error *err)
{
	*o = (struct options){.speed = 1,
		.seed = 1,
		.http = -1,
		.ready_fd = -1,
		.stale = 409,
		.walk_seconds = 60,
		.days = 1,
		.laws = "etc/demo/laws.cfg"};
	int key, index = 0;
	opterr = 0;
	optind = 1;
	while ((key = getopt_long(argc, argv, "", table, &index)) != -1) {
		if (key == '?')
			return error_set(err, -EINVAL, "unknown or incomplete option '%s'",
				argv[optind - 1]);
		if (take(o, key, optarg) != 0)
			return error_set(err, -EINVAL, "--%s: '%s' makes no sense",
				table[index].name, optarg);
	}
	if (optind < argc)
		return error_set(err, -EINVAL, "unexpected '%s'", argv[optind]);
	if (!o->help && o->site == NULL)
		return error_set(err, -EINVAL, "--site FILE is needed");
	if (!o->help && o->offline != (o->out != NULL))
		return error_set(err, -EINVAL, "--offline and --out FOLDER need each other");
	if (o->clock != NULL && o->start != NULL)
		return error_set(err, -EINVAL, "--clock and --start exclude each other");
	return 0;
}

int options_clock(const struct options *o, struct suite_clock *clock, struct error *err)
{
	*clock = suite_clock_real();
	clock->speed = o->speed;
	if (o->clock != NULL)
		return suite_clock_parse(clock, o->clock)
			       ? 0
			       : error_set(err, -EINVAL, "--clock: ORIGIN_MS:ANCHOR_MS:SPEED");
	if (o->start == NULL)
		return 0;
	clock->origin_ms = stamp_parse(o->start);
	return clock->origin_ms != 0
		       ? 0
		       : error_set(err, -EINVAL, "--start: '%s' is not a time", o->start);
}
