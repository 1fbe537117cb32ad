/* SPDX-License-Identifier: Apache-2.0 */
#include "src/site_read.h"

#include <string.h>

/* mobility = { walks = 0.8; chair = 1.0; bed = 1.3; alone = true; } of a step. */

static bool refuse(struct site_reading *r, const config_setting_t *s, const char *text)
{
	site_finding(r, (int)config_setting_source_line(s), FINDING_ERROR, "%s", text);
	return false;
}

static bool one(struct site_reading *r, const config_setting_t *s, struct step_mobility *m)
{
	const char *name = config_setting_name(s);
	if (strcmp(name, "alone") == 0) {
		m->alone = config_setting_get_bool(s) != 0;
		return config_setting_type(s) == CONFIG_TYPE_BOOL
		       || refuse(r, s, "mobility: alone is true or false");
	}
	int how = mobility_parse(name);
	if (how <= MOBILITY_UNKNOWN)
		return refuse(r, s, "mobility: walks, chair, bed, alone");
	double *factor = &m->factor[how];
	return (site_number(s, factor) && *factor >= 0.1 && *factor <= 10)
	       || refuse(r, s, "mobility: a factor from 0.1 to 10");
}

bool site_value_mobility(struct site_reading *r, const config_setting_t *s, void *field)
{
	struct step_mobility *m = field;
	if (!config_setting_is_group(s))
		return refuse(r, s, "mobility: a group { walks = ...; chair = ...; bed = ...; }");
	m->alone = true;
	for (int i = 0; i < MOBILITY_COUNT; i++)
		m->factor[i] = 1;
	for (int i = 0; i < config_setting_length(s); i++)
		if (!one(r, config_setting_get_elem(s, (unsigned)i), m))
			return false;
	m->told = true;
	return true;
}
