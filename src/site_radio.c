/* SPDX-License-Identifier: Apache-2.0 */
#include "src/site_radio.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "src/site_read.h"

/*
 * The radio section of a site file, written and read:
 *
 *   radio = {
 *     certainty = 0.5;
 *     gateways = ("AC233FC00001", "AC233FC00002");
 *     cells = (
 *       { room = "or-1"; rows = 61; hears = [1, -54, 5, 97,  2, -73, 6, 40]; }
 *     );
 *   };
 *
 * hears: for each gateway, by its number in `gateways`, mean and deviation in dB
 * and the share of adverts heard in percent. One that is not named heard
 * (nearly) nothing there.
 */

enum { HEARS = 4, CELLS_MAX = 4096 };
/* Of a gateway that a cell does not name. */
static const struct radio_level unheard = {-95, 8, 0.02F};

static bool wrong(struct site_reading *r, const config_setting_t *s, const char *what)
{
	site_finding(r, site_line_of(s), FINDING_ERROR, "radio: %s", what);
	return false;
}

/* Which gateway of the site each number means; -1 for one that is gone. */
static int read_gateways(struct site_reading *r, const config_setting_t *list, int *numbers)
{
	int count = list != NULL ? config_setting_length(list) : 0;
	if (list == NULL || !(config_setting_is_list(list) || config_setting_is_array(list))
		|| count < 1 || count > r->site->gateway_count)
		return -1;
	for (int i = 0; i < count; i++) {
		char mac[TAG_SIZE];
		const config_setting_t *item = config_setting_get_elem(list, (unsigned)i);
		if (!site_value_mac(r, item, mac))
			return -1;
		numbers[i] = site_gateway(r->site, mac);
		for (int k = 0; k < i && numbers[i] >= 0; k++)
			if (numbers[k] == numbers[i])
				return -1;
		if (numbers[i] < 0)
			site_finding(r, site_line_of(item), FINDING_WARNING,
				"radio: gateway %s is not in the site", mac);
	}
	return count;
}

/* gateway, mean, deviation, percent: in the ranges a radio has. */
static bool good_level(const double v[HEARS], int count)
{
	bool number = v[0] == floor(v[0]) && v[0] >= 1 && v[0] <= count;
	bool level = v[1] >= -120 && v[1] <= -1 && v[2] >= 1 && v[2] <= 40;
	return number && level && v[3] >= 1 && v[3] <= 99;
}

static bool read_hears(
	const config_setting_t *list, const int *numbers, int count, struct radio_level *levels)
{
	int length = list != NULL ? config_setting_length(list) : 0;
	for (int i = 0; i < count; i++)
		if (numbers[i] >= 0)
			levels[numbers[i]] = unheard;
	for (int i = 0; i + HEARS <= length; i += HEARS) {
		double v[HEARS] = {0};
		for (int k = 0; k < HEARS; k++)
			if (!site_number(config_setting_get_elem(list, (unsigned)(i + k)), &v[k]))
				return false;
		if (!good_level(v, count))
			return false;
		int gateway = numbers[(int)v[0] - 1];
		if (gateway >= 0)
			levels[gateway] =
				(struct radio_level){(float)v[1], (float)v[2], (float)(v[3] / 100)};
	}
	return length % HEARS == 0;
}

static bool read_cell(
	struct site_reading *r, const config_setting_t *s, const int *numbers, int count)
{
	struct survey *survey = &r->site->survey;
	struct radio_cell *cell = &survey->cells[survey->cell_count];
	struct radio_level *levels =
		survey->levels + (size_t)survey->cell_count * (size_t)r->site->gateway_count;
	const config_setting_t *room =
		config_setting_is_group(s) ? config_setting_get_member(s, "room") : NULL;
	const config_setting_t *rows = room != NULL ? config_setting_get_member(s, "rows") : NULL;
	if (rows == NULL || config_setting_type(rows) != CONFIG_TYPE_INT
		|| config_setting_get_int(rows) < 1)
		return wrong(r, s, "a cell needs room, rows (at least 1) and hears");
	cell->rows = config_setting_get_int(rows);
	if (!site_value_room(r, room, &cell->room))
		return false;
	if (!read_hears(config_setting_get_member(s, "hears"), numbers, count, levels))
		return wrong(r, s,
			"hears: expected number of a gateway, mean dBm, deviation dB, percent "
			"heard "
			"(1 to 99), and so on");
	survey->cell_count++;
	return true;
}

static void read_cells(
	struct site_reading *r, const config_setting_t *group, const int *numbers, int count)
{
	const config_setting_t *list = config_setting_get_member(group, "cells");
	size_t cells = list != NULL ? (size_t)config_setting_length(list) : 0;
	struct survey *survey = &r->site->survey;
	if (list == NULL || !config_setting_is_list(list) || cells > CELLS_MAX) {
		wrong(r, group, "cells: expected a list of groups");
		return;
	}
	survey->cells = calloc(cells + 1, sizeof *survey->cells);
	survey->levels = calloc(cells * (size_t)r->site->gateway_count + 1, sizeof *survey->levels);
	for (size_t i = 0; survey->cells != NULL && survey->levels != NULL && i < cells; i++)
		if (!read_cell(r, config_setting_get_elem(list, (unsigned)i), numbers, count))
			return;
}

void site_radio_read(struct site_reading *r)
{
	const config_setting_t *group = config_lookup(&r->config, "radio"), *certainty;
	/* After an error rooms and gateways may not be what they say. */
	if (group == NULL || r->errors > 0)
		return;
	int *numbers = calloc((size_t)r->site->gateway_count + 1, sizeof *numbers);
	int count = numbers != NULL && config_setting_is_group(group) ? read_gateways(
			    r, config_setting_get_member(group, "gateways"), numbers)
								      : -1;
	certainty = count > 0 ? config_setting_get_member(group, "certainty") : NULL;
	r->site->survey.certainty = 1;
	if (count < 0)
		wrong(r, group, "gateways: expected a list of different gateways of the site");
	else if (certainty != NULL
		 && (!site_number(certainty, &r->site->survey.certainty)
			 || r->site->survey.certainty < 0.05 || r->site->survey.certainty > 1))
		wrong(r, certainty, "certainty: expected 0.05 to 1");
	else
		read_cells(r, group, numbers, count);
	free(numbers);
}

static void print_cell(FILE *out, const struct site *site, const int *numbers, int cell)
{
	const struct survey *survey = &site->survey;
	const struct radio_level *levels =
		survey->levels + (size_t)cell * (size_t)site->gateway_count;
	const char *between = "";
	fprintf(out, "    { room = \"%s\"; rows = %d; hears = [",
		site->rooms[survey->cells[cell].room].id, survey->cells[cell].rows);
	for (int g = 0; g < site->gateway_count; g++) {
		long percent = lround((double)levels[g].heard * 100);
		/* As little as nothing at all is heard of by chance. */
		if (levels[g].deviation_db <= 0 || percent <= 5)
			continue;
		fprintf(out, "%s%d,%ld,%ld,%ld", between, numbers[g],
			lround((double)levels[g].mean_dbm), lround((double)levels[g].deviation_db),
			percent > 99 ? 99 : percent);
		between = ", ";
	}
	fprintf(out, "]; }%s\n", cell + 1 < survey->cell_count ? "," : "");
}

int site_radio_print(FILE *out, const struct site *site)
{
	const struct survey *survey = &site->survey;
	int *numbers = calloc((size_t)site->gateway_count + 1, sizeof *numbers), count = 0;
	const char *between = "";
	if (numbers == NULL || survey->cell_count == 0) {
		free(numbers);
		return -1;
	}
	fprintf(out,
		"# How each gateway hears tags in each part of a room (vigie locate).\n"
		"radio = {\n  certainty = %.2f;\n  gateways = (",
		survey->certainty > 0 ? survey->certainty : 1);
	for (int g = 0; g < site->gateway_count; g++) {
		if (survey->levels[g].deviation_db <= 0)
			continue;
		numbers[g] = ++count;
		fprintf(out, "%s%s\"%s\"", between,
			count % 5 == 1 ? "\n    "
			: count > 1    ? " "
				       : "",
			site->gateways[g].mac);
		between = ",";
	}
	fputs("\n  );\n  cells = (\n", out);
	for (int i = 0; i < survey->cell_count; i++)
		print_cell(out, site, numbers, i);
	fputs("  );\n};\n", out);
	free(numbers);
	return ferror(out) ? -1 : 0;
}
