/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_TESTS_CALL_H
#define VIGIE_TESTS_CALL_H

/* Call buttons of the demo site, pressed through a gateway, and figures in ms. */

#include "src/site_file.h"
#include "tests/bench/bench.h"
#include "tests/bench/hold.h"
#include "tests/rig/publisher.h"

/* The nth button of model B10 the site lists; NULL: no more. */
PTY_HELPER const struct tag *call_button(const struct site *site, int n)
{
	for (int i = 0; i < site->tag_count; i++)
		if (strcmp(site->tags[i].model, "B10") == 0 && n-- == 0)
			return &site->tags[i];
	return NULL;
}

PTY_HELPER void call_taken(void *context, uint16_t number)
{
	(void)context;
	(void)number;
}

PTY_HELPER void call_press(struct publisher *link, const struct site *site, const struct tag *tag)
{
	char text[300], topic[64];
	snprintf(text, sizeof text,
		"[{\"timestamp\":1758600000000,\"mac\":\"%s\",\"rssi\":-61,\"rawData\":"
		"\"0201061AFF4C000215FDA50693A4E24FB1AFCFC6EB0764782500000000C5\"}]",
		tag->mac);
	snprintf(topic, sizeof topic, "/gw/%s/status", site->gateways[0].mac);
	publisher_send(link, topic, text);
	publisher_hear(link, call_taken, NULL);
}

/* `rows` rows of one A1 03 frame each, of tags from `first` on; the battery's byte of
 * each by `battery`. */
PTY_HELPER void call_noise(struct publisher *link, const struct site *site, int gateway, int first,
	int rows, const char *(*battery)(const struct site *site, int n))
{
	static char text[65536];
	char topic[64];
	size_t n = (size_t)snprintf(text, sizeof text, "[");
	for (int i = 0; i < rows; i++)
		n += (size_t)snprintf(text + n, sizeof text - n,
			"%s{\"timestamp\":1758600000000,\"mac\":\"%s\",\"rssi\":-%d,\"rawData\":"
			"\"0201060303E1FF1216E1FFA103%s0059FF7EFF393C577B0000C3\"}",
			i > 0 ? "," : "", site->tags[(first + i) % site->tag_count].mac,
			60 + i % 30, battery(site, first + i));
	snprintf(text + n, sizeof text - n, "]");
	snprintf(topic, sizeof topic, "/gw/%s/status",
		site->gateways[gateway % site->gateway_count].mac);
	publisher_send(link, topic, text);
	publisher_hear(link, call_taken, NULL);
}

PTY_HELPER void call_pause_until(double when)
{
	double left = when - bench_now();
	if (left > 0)
		usleep((useconds_t)(left * 1e6));
}

/* Pumps until the terminal shows the text; in ms, 5,000 when it never did. */
PTY_HELPER double call_until_shown(struct pty *pty, const char *text, double began)
{
	while (bench_now() - began < 5) {
		if (pty_shows(pty, text))
			return (bench_now() - began) * 1000;
		pty_pump(pty, 1);
	}
	fprintf(stderr, "bench: \"%s\" was never shown\n", text);
	return 5000;
}

PTY_HELPER int call_by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

/* NAME_p50, NAME_p99, NAME_max; sorts. */
PTY_HELPER void call_tell(const char *name, double ms[], int n)
{
	char figure[60];
	if (n == 0)
		return;
	qsort(ms, (size_t)n, sizeof *ms, call_by_value);
	const struct {
		const char *end;
		double value;
	} list[] = {{"p50", ms[n / 2]}, {"p99", ms[n * 99 / 100]}, {"max", ms[n - 1]}};
	for (size_t i = 0; i < sizeof list / sizeof *list; i++) {
		snprintf(figure, sizeof figure, "%s_%s", name, list[i].end);
		bench_say(figure, list[i].value, "ms");
	}
}

#endif
