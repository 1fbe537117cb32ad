/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_TESTS_SUITE_SCREENS_H
#define VIGIE_TESTS_SUITE_SCREENS_H

/* The console without a terminal: keys in, pictures out, over suite_world.h.
 * To be included after cmocka.h. */

#include <stdio.h>
#include <time.h>

#include "screens/ui.h"
#include "tests/unit/suite_world.h"

static struct world *world;

static int setup(void **state)
{
	(void)state;
	world = world_create();
	tzset();
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	world_destroy(world);
	return 0;
}

static struct command press(struct ui *ui, const char *keys)
{
	struct command command = {.kind = COMMAND_NONE};

	for (; *keys; keys++) {
		uint32_t key = (uint32_t)(unsigned char)*keys;

		key = key == '\n' ? VKEY_ENTER : key == '\t' ? VKEY_TAB : key;
		key = key == '\x1b' ? VKEY_ESCAPE : key;
		ui_key(ui, &world->view, key, &command);
	}
	return command;
}

static char *picture(struct ui *ui, int rows, int columns, bool ascii, char **roles)
{
	struct canvas canvas;
	char *out;

	canvas_init(&canvas);
	canvas.ascii = ascii;
	assert_true(canvas_resize(&canvas, rows, columns));
	ui_draw(ui, &world->view, &canvas);
	out = canvas_dump(&canvas, roles);
	canvas_fini(&canvas);
	return out;
}

static __attribute__((unused)) bool shows(struct ui *ui, int rows, int columns, const char *needle)
{
	char *text = picture(ui, rows, columns, false, NULL);
	bool found = strstr(text, needle) != NULL;

	free(text);
	return found;
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

#endif
