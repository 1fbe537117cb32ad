/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_TESTS_WARD_H
#define VIGIE_TESTS_WARD_H

/*
 * Call buttons that are pressed all the time. A press is a burst of adverts, as
 * a B10 sends it, heard by two gateways; its shortest length is what reelyActive
 * recommends for a trigger (5 s, an advert each 500 ms), a real one on an MG3 was
 * dense for more than a minute. The same button rests for longer than the 30 s
 * after which it rings again. Where suite time runs fast a burst takes as much of
 * it; the rest is by the wall, for a cut takes no less when time runs fast.
 */

#include "tests/rig/rig.h"

enum {
	WARD_ACTIVE = 32,
	WARD_ADVERT_MS = 500,
	WARD_SHORTEST_MS = 5000,
	WARD_MORE_MS = 15000,
	WARD_REST_MS = 45000,
	WARD_NOISE_MS = 250, /* every other gateway's message, of tags at rest */
};

struct burst {
	int tag, gateways[2];
	int64_t from_ms, until_ms; /* suite */
	int64_t next_ms, end_ms;   /* monotonic: next advert, last one */
	int sent, taken;
	bool counts[RIG_STATIONS];
};

struct ward {
	char tags[RIG_TAGS][16], gateways[RIG_TAGS][16];
	int tag_count, gateway_count;
	int64_t rested_ms[RIG_TAGS]; /* monotonic: may ring again */
	struct burst *bursts;
	int count, active[WARD_ACTIVE], active_count;
	int64_t next_ms, noise_ms;
	int every_ms; /* a new burst so often, about */
	bool closed;  /* no new bursts */
	struct publisher link;
	/* What a packet's number stands for, and who was up long enough as it went. */
	struct {
		int burst;
		bool up[RIG_STATIONS];
	} on_way[65536];
	int64_t sent_ms; /* monotonic: last advert of a burst */
};

/* Names of one kind in the site file: what stands in quotes after `word` on the
 * lines that hold `mark`. */
PTY_HELPER int ward_names(char list[][16], const char *word, const char *mark)
{
	char line[1000];
	int count = 0;
	FILE *in = fopen("etc/demo/site.cfg", "r");
	while (in != NULL && fgets(line, sizeof line, in) != NULL && count < RIG_TAGS) {
		const char *at = strstr(line, word);
		if (at == NULL || strstr(line, mark) == NULL)
			continue;
		at = strchr(at, '"');
		if (at != NULL && strcspn(at + 1, "\"") == 12)
			snprintf(list[count++], 16, "%.12s", at + 1);
	}
	if (in != NULL)
		fclose(in);
	return count;
}

PTY_HELPER struct ward *ward_create(int every_ms)
{
	struct ward *w = calloc(1, sizeof *w);
	if (w == NULL || (w->bursts = calloc(RIG_BURSTS, sizeof *w->bursts)) == NULL)
		abort();
	w->tag_count = ward_names(w->tags, "mac", "model = \"B10\"");
	w->gateway_count = ward_names(w->gateways, "mac", "\"AC233F");
	w->every_ms = every_ms;
	w->link.fd = -1;
	return w;
}

PTY_HELPER void ward_free(struct ward *w)
{
	publisher_close(&w->link);
	free(w->bursts);
	free(w);
}

PTY_HELPER int ward_scaled(int ms)
{
	return (int)(ms / rig_clock.speed) + 1;
}

/* A gateway's message as an MG3 sends it: its own row, then what it heard. */
PTY_HELPER uint16_t ward_send(struct ward *w, int gateway, const char *tag, const char *raw)
{
	int64_t now_ms = rig_suite_ms();
	char topic[64], text[600];
	snprintf(topic, sizeof topic, "/gw/%s/status", w->gateways[gateway]);
	snprintf(text, sizeof text,
		"[{\"type\":\"Gateway\",\"mac\":\"%s\",\"nums\":1,\"timestamp\":%lld},"
		"{\"timestamp\":%lld,\"mac\":\"%s\",\"rssi\":-61,\"rawData\":\"%s\"}]",
		w->gateways[gateway], (long long)now_ms, (long long)now_ms, tag, raw);
	uint16_t number = publisher_send(&w->link, topic, text);
	w->on_way[number].burst = -1;
	return number;
}

PTY_HELPER void ward_begin(struct ward *w, uint64_t *chance, int64_t now_ms)
{
	if (w->closed || now_ms < w->next_ms || w->active_count == WARD_ACTIVE
		|| w->count == RIG_BURSTS)
		return;
	int tag = rig_draw(chance, w->tag_count);
	if (w->rested_ms[tag] > now_ms)
		return; /* the next turn draws another */
	struct burst *b = &w->bursts[w->count];
	int length_ms = WARD_SHORTEST_MS + rig_draw(chance, WARD_MORE_MS);
	*b = (struct burst){.tag = tag, .from_ms = rig_suite_ms(), .next_ms = now_ms};
	b->until_ms = b->from_ms + length_ms;
	b->end_ms = now_ms + ward_scaled(length_ms);
	b->gateways[0] = rig_draw(chance, w->gateway_count);
	b->gateways[1] = rig_draw(chance, w->gateway_count);
	w->rested_ms[tag] = b->end_ms + WARD_REST_MS;
	w->active[w->active_count++] = w->count++;
	w->next_ms = now_ms + w->every_ms / 2 + rig_draw(chance, w->every_ms);
}

/* A B10's iBeacon under the pressed button, and one at rest (reference vectors
 * of a B10 on an MG3). */
static const char ward_pressed[] = "0201061AFF4C000215FDA50693A4E24FB1AFCFC6EB0764782500000000C5";
static const char ward_at_rest[] = "0201060303E1FF1216E1FFA103140059FF7EFF393C577B0000C3";

PTY_HELPER void ward_advertise(struct ward *w, int n, const bool up[RIG_STATIONS])
{
	struct burst *b = &w->bursts[n];
	b->next_ms += ward_scaled(WARD_ADVERT_MS);
	if (w->link.fd < 0)
		return; /* a gateway without its broker: this advert is nobody's */
	for (int g = 0; g < 2; g++) {
		uint16_t number = ward_send(w, b->gateways[g], w->tags[b->tag], ward_pressed);
		if (number == 0)
			return;
		b->sent++;
		w->on_way[number].burst = n;
		memcpy(w->on_way[number].up, up, sizeof w->on_way[number].up);
		w->sent_ms = pty_now();
	}
}

PTY_HELPER void ward_taken(void *context, uint16_t number)
{
	struct ward *w = context;
	int n = w->on_way[number].burst;
	if (n < 0)
		return;
	w->on_way[number].burst = -1;
	w->bursts[n].taken++;
	for (int s = 0; s < RIG_STATIONS; s++)
		w->bursts[n].counts[s] |= w->on_way[number].up[s];
}

/* One turn. `up` tells for which stations an advert counts that goes out now. */
PTY_HELPER void ward_turn(struct ward *w, int port, uint64_t *chance, const bool up[RIG_STATIONS])
{
	int64_t now_ms = pty_now();
	if (w->link.fd < 0 && port > 0) {
		for (int i = 0; i < 65536; i++)
			w->on_way[i].burst = -1; /* not taken, as far as we know */
		publisher_open(&w->link, port, "rig-gateways");
	}
	ward_begin(w, chance, now_ms);
	for (int i = 0; i < w->active_count; i++) {
		struct burst *b = &w->bursts[w->active[i]];
		if (now_ms >= b->next_ms)
			ward_advertise(w, w->active[i], up);
		if (now_ms > b->end_ms)
			w->active[i--] = w->active[--w->active_count];
	}
	if (w->link.fd >= 0 && now_ms >= w->noise_ms) {
		w->noise_ms = now_ms + WARD_NOISE_MS;
		ward_send(w, rig_draw(chance, w->gateway_count),
			w->tags[rig_draw(chance, w->tag_count)], ward_at_rest);
	}
	publisher_hear(&w->link, ward_taken, w);
}

/* What the judge should look for at one station; only bursts that count. */
PTY_HELPER void ward_seen(const struct ward *w, int station, struct seen_burst *out)
{
	for (int i = 0; i < w->count; i++) {
		const struct burst *b = &w->bursts[i];
		snprintf(out[i].tag, sizeof out[i].tag, "%s", w->tags[b->tag]);
		out[i].from_ms = b->from_ms - 100;
		out[i].to_ms = b->until_ms + (int64_t)(WARD_REST_MS * rig_clock.speed);
		out[i].counts = b->counts[station];
	}
}

#endif
