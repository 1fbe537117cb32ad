/* SPDX-License-Identifier: Apache-2.0 */
#include "src/ledger_stages.h"

#include <math.h>

#include "twin/stat.h"

static double quantile(const struct stage_law *law, double p)
{
	return stat_lognormal_quantile(law->mu, law->sigma, p);
}

/* Against what the law of the whole case leaves. */
static double part_spread(const struct stage_slot *s)
{
	return sqrt(duration_noise_of(&s->noise, 0, 0));
}

void ledger_put_stages(FILE *out, const struct stage_model *stages)
{
	fprintf(out, "\nstages, in minutes: median (80 %% of them)\n");
	for (int i = 0; i < stages->slot_count; i++) {
		const struct stage_slot *s = &stages->slots[i];
		struct stage_law site, now;
		if (!s->heard)
			continue;
		if (s->part) {
			fprintf(out,
				"  %s: what the others leave of the case, spread x %.2f, %.0f "
				"learnt\n",
				s->stage, part_spread(s), s->seen);
			continue;
		}
		stage_slot_laws(s, &site, &now);
		fprintf(out,
			"  %s%s%s: site %.1f (%.1f-%.1f), now %.1f (%.1f-%.1f), %.0f learnt, last "
			"%+.2f\n",
			s->stage, s->setting != SETTING_UNKNOWN ? ", " : "",
			s->setting != SETTING_UNKNOWN ? setting_name(s->setting) : "", exp(site.mu),
			quantile(&site, 0.1), quantile(&site, 0.9), exp(now.mu),
			quantile(&now, 0.1), quantile(&now, 0.9), s->seen, s->change);
	}
}

static void add(cJSON *to, const char *key, double value)
{
	cJSON_AddNumberToObject(to, key, round(value * 100) / 100);
}

static void add_law(cJSON *to, const char *key, const struct stage_law *law)
{
	cJSON *o = cJSON_AddObjectToObject(to, key);
	add(o, "p10", quantile(law, 0.1));
	add(o, "p50", quantile(law, 0.5));
	add(o, "p90", quantile(law, 0.9));
}

cJSON *ledger_stages_json(const struct stage_model *stages)
{
	cJSON *list = cJSON_CreateArray();
	for (int i = 0; i < stages->slot_count; i++) {
		const struct stage_slot *s = &stages->slots[i];
		struct stage_law site, now;
		if (!s->heard)
			continue;
		cJSON *o = cJSON_CreateObject();
		stage_slot_laws(s, &site, &now);
		cJSON_AddStringToObject(o, "stage", s->stage);
		if (s->setting != SETTING_UNKNOWN)
			cJSON_AddStringToObject(o, "setting", setting_name(s->setting));
		if (s->part) {
			add(o, "spread", part_spread(s));
		} else {
			add_law(o, "site_min", &site);
			add_law(o, "now_min", &now);
			add(o, "last_change_min", s->change);
		}
		add(o, "learnt", s->seen);
		cJSON_AddItemToArray(list, o);
	}
	return list;
}
