/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The canvas: clipping by fuzz, wide characters cut, combining marks,
 * transliteration, dump. Expected widths: Unicode 14 EastAsianWidth.txt and
 * general categories; expected ASCII: NFD base letters and the sign table.
 */

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <limits.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#include "screens/canvas.h"
#include "screens/canvas_text.h"

static struct canvas canvas;

static int set_up(void **state)
{
	(void)state;
	canvas_init(&canvas);
	return canvas_resize(&canvas, 6, 20) ? 0 : -1;
}

static int tear_down(void **state)
{
	(void)state;
	canvas_fini(&canvas);
	return 0;
}

static struct area all(void)
{
	return canvas_area(&canvas);
}

/* The first row of the picture, as text. */
static void assert_row(int row, const char *expected)
{
	char *text = canvas_dump(&canvas, NULL);
	assert_non_null(text);
	const char *line = text;
	for (int i = 0; i < row; i++)
		line = strchr(line, '\n') + 1;
	char *end = strchr(line, '\n');
	*end = '\0';
	assert_string_equal(line, expected);
	free(text);
}

/* Each wide cell has its right half beside it, each right half its wide cell,
 * both in one role; nothing is a control character. */
static void assert_sound(const struct canvas *c)
{
	for (int row = 0; row < c->rows; row++)
		for (int column = 0; column < c->columns; column++) {
			const struct cell *cell = &c->cells[row * c->columns + column];
			assert_true(cell->role < ROLE_COUNT);
			assert_true(cell->point == 0 || cell->point >= 0x20);
			assert_true(cell->width == 1 || cell->width == 2);
			if (cell->width == 2) {
				assert_true(column + 1 < c->columns && cell[1].point == 0);
				assert_int_equal(cell[1].role, cell->role);
			}
			if (cell->point == 0)
				assert_true(column > 0 && cell[-1].width == 2);
			if (c->ascii)
				assert_true(cell->point >= 0x20 && cell->point < 0x7f
					    && cell->mark[0] == 0);
		}
}

static void test_text(void **state)
{
	(void)state;
	assert_int_equal(canvas_text(&canvas, all(), 0, 2, 18, ROLE_NORMAL, "OR 3"), 4);
	assert_row(0, "  OR 3");
	assert_int_equal(
		canvas_printf(&canvas, all(), 1, 0, 20, ROLE_STRONG, "%d min %s", 42, "left"), 11);
	assert_row(1, "42 min left");
	assert_int_equal(canvas_text(&canvas, all(), 2, 0, 20, ROLE_NORMAL, ""), 0);
	assert_int_equal(canvas_text(&canvas, all(), 6, 0, 20, ROLE_NORMAL, "below"), 0);
	assert_int_equal(canvas_text(&canvas, all(), -1, 0, 20, ROLE_NORMAL, "above"), 0);
	assert_int_equal(canvas_text(&canvas, all(), 3, 0, -5, ROLE_NORMAL, "no width"), 0);
}

static void test_cut(void **state)
{
	(void)state;
	assert_int_equal(canvas_text(&canvas, all(), 0, 0, 6, ROLE_NORMAL, "abcdef"), 6);
	assert_row(0, "abcdef");
	assert_int_equal(canvas_text(&canvas, all(), 1, 0, 6, ROLE_NORMAL, "abcdefg"), 6);
	assert_row(1, "abcde…");
	assert_int_equal(canvas_text(&canvas, all(), 2, 16, 100, ROLE_NORMAL, "abcdefg"), 4);
	assert_row(2, "                abc…");
	assert_int_equal(canvas_text(&canvas, all(), 3, -2, 6, ROLE_NORMAL, "abcdef"), 6);
	assert_row(3, "cdef");
	assert_int_equal(canvas_text(&canvas, all(), 4, 0, 1, ROLE_NORMAL, "abc"), 1);
	assert_row(4, "…");
	canvas.ascii = true;
	assert_int_equal(canvas_text(&canvas, all(), 5, 0, 6, ROLE_NORMAL, "abcdefg"), 6);
	assert_row(5, "abcde~");
}

static void test_clip(void **state)
{
	(void)state;
	struct area clip = {1, 5, 2, 4};
	for (int row = 0; row < 6; row++)
		canvas_text(&canvas, clip, row, 0, 20, ROLE_NORMAL, "0123456789");
	assert_row(0, "");
	assert_row(1, "     567…");
	assert_row(2, "     567…");
	assert_row(3, "");
	canvas_put(&canvas, clip, 1, 4, ROLE_NORMAL, 'x');
	canvas_put(&canvas, clip, 1, 9, ROLE_NORMAL, 'x');
	canvas_put(&canvas, clip, 1, 5, ROLE_NORMAL, 'x');
	assert_row(1, "     x67…");
}

static void test_wide(void **state)
{
	(void)state;
	assert_int_equal(canvas_width("楽a楽"), 5);
	assert_int_equal(canvas_text(&canvas, all(), 0, 0, 20, ROLE_NORMAL, "楽a楽"), 5);
	assert_row(0, "楽a楽");
	/* One cell is left for the second 楽: it is dropped, not halved. */
	assert_int_equal(canvas_text(&canvas, all(), 1, 0, 4, ROLE_NORMAL, "楽a楽"), 4);
	assert_row(1, "楽a…");
	assert_int_equal(canvas_text(&canvas, all(), 2, 0, 3, ROLE_NORMAL, "楽楽"), 3);
	assert_row(2, "楽…");
	assert_int_equal(canvas_text(&canvas, all(), 3, 0, 2, ROLE_NORMAL, "楽楽"), 1);
	assert_row(3, "…");
	canvas_put(&canvas, all(), 4, 19, ROLE_NORMAL, 0x697d);
	assert_row(4, "");
	assert_sound(&canvas);
}

/* Writing over one half blanks the other. */
static void test_wide_overwritten(void **state)
{
	(void)state;
	canvas_text(&canvas, all(), 0, 0, 20, ROLE_NORMAL, "楽楽");
	canvas_put(&canvas, all(), 0, 1, ROLE_NORMAL, 'x');
	assert_row(0, " x楽");
	canvas_put(&canvas, all(), 0, 2, ROLE_NORMAL, 'y');
	assert_row(0, " xy");
	canvas_text(&canvas, all(), 1, 0, 20, ROLE_NORMAL, "a楽楽b");
	canvas_text(&canvas, all(), 1, 2, 2, ROLE_NORMAL, "語");
	assert_row(1, "a 語 b");
	assert_sound(&canvas);
}

static void test_marks(void **state)
{
	(void)state;
	assert_int_equal(canvas_width("e\u0301\u0323"), 1);
	canvas_text(&canvas, all(), 0, 0, 20, ROLE_NORMAL, "e\u0301\u0323\u0300x");
	/* Two marks at most on one base. */
	assert_row(0, "e\u0301\u0323x");
	canvas_text(&canvas, all(), 1, 0, 20, ROLE_NORMAL, "\u0301a");
	assert_row(1, "a");
	/* The mark of the last character that fits comes along; the cut one's not. */
	canvas_text(&canvas, all(), 2, 0, 2, ROLE_NORMAL, "ae\u0301");
	assert_row(2, "ae\u0301");
	canvas_text(&canvas, all(), 3, 0, 2, ROLE_NORMAL, "ae\u0301z");
	assert_row(3, "a…");
	canvas_text(&canvas, all(), 4, -1, 5, ROLE_NORMAL, "e\u0301x");
	assert_row(4, "x");
	assert_sound(&canvas);
}

/* The neutraliser comes first; this is the second line of defence. */
static void test_hostile(void **state)
{
	(void)state;
	canvas_text(&canvas, all(), 0, 0, 20, ROLE_NORMAL, "a\x1b[31mb\r\bc\x7f");
	assert_row(0, "a[31mbc");
	canvas_text(&canvas, all(), 1, 0, 20, ROLE_NORMAL, "a\tb\nc");
	assert_row(1, "a b c");
	canvas_text(&canvas, all(), 2, 0, 20, ROLE_NORMAL,
		"a\u202e\u200b\xc2\x9b\ufeff"
		"b");
	assert_row(2, "ab");
	canvas_text(&canvas, all(), 3, 0, 20, ROLE_NORMAL, "a\xff\xc0z");
	assert_row(3, "a\ufffd\ufffdz");
	canvas_put(&canvas, all(), 4, 0, ROLE_NORMAL, 0x1b);
	assert_row(4, "");
	assert_sound(&canvas);
}

static void test_ascii(void **state)
{
	(void)state;
	canvas.ascii = true;
	canvas_text(&canvas, all(), 0, 0, 20, ROLE_NORMAL, "Réveil Œdème 8 °C µ");
	assert_row(0, "Reveil Odeme 8 oC u");
	canvas_text(&canvas, all(), 1, 0, 20, ROLE_NORMAL, "▁▂▃▄▅▆▇█ ▲▼▶◀ ●○ ✓✗");
	assert_row(1, "_.-=+*%# ^v>< *o +x");
	canvas_text(&canvas, all(), 2, 0, 20, ROLE_NORMAL, "≥2 – “a” ⣿⠁ →…");
	assert_row(2, ">2 - \"a\" #: >~");
	/* Columns stay where they are: two signs for a wide character. */
	assert_int_equal(canvas_text(&canvas, all(), 3, 0, 20, ROLE_NORMAL, "a楽e\u0301b"), 5);
	assert_row(3, "a??eb");
	canvas_box(&canvas, (struct area){4, 0, 2, 20}, ROLE_DIM, "Salle é");
	assert_row(4, "+- Salle e --------+");
	assert_row(5, "+------------------+");
	assert_sound(&canvas);
}

/* Every sign of the box, block, shape and braille ranges has a stand-in other
 * than '?', except shapes nobody draws with. */
static void test_ascii_ranges(void **state)
{
	(void)state;
	for (uint32_t point = 0x2500; point <= 0x259f; point++)
		assert_int_not_equal(point_ascii(point), '?');
	for (uint32_t point = 0x2800; point <= 0x28ff; point++)
		assert_int_not_equal(point_ascii(point), '?');
	for (uint32_t point = 0; point < 0x20000; point++) {
		char ascii = point_ascii(point);
		assert_true(point < 0x80 || (ascii >= 0x20 && ascii < 0x7f));
	}
}

static void test_box(void **state)
{
	(void)state;
	canvas_box(&canvas, (struct area){0, 0, 3, 12}, ROLE_DIM, "PACU");
	assert_row(0, "┌─ PACU ───┐");
	assert_row(1, "│          │");
	assert_row(2, "└──────────┘");
	canvas_erase(&canvas);
	/* Too small for a frame, or partly outside: nothing or a part, no harm. */
	canvas_box(&canvas, (struct area){0, 0, 1, 12}, ROLE_DIM, "x");
	canvas_box(&canvas, (struct area){0, 0, 3, 1}, ROLE_DIM, "x");
	assert_row(0, "");
	canvas_box(&canvas, (struct area){4, 15, 10, 10}, ROLE_DIM, NULL);
	assert_row(4, "               ┌────");
	assert_row(5, "               │");
	canvas_hline(&canvas, all(), 0, -3, 6, ROLE_DIM);
	assert_row(0, "───");
	assert_sound(&canvas);
}

static void test_roles(void **state)
{
	(void)state;
	char *roles = NULL;
	canvas_text(&canvas, all(), 0, 0, 20, ROLE_HIGH, "ab楽c");
	canvas_role(&canvas, (struct area){0, 1, 1, 2}, ROLE_SELECTED);
	char *text = canvas_dump(&canvas, &roles);
	assert_string_equal(text, "ab楽c\n\n\n\n\n\n");
	/* The wide one sticks out of the area, so both halves keep their role. */
	assert_string_equal(roles, "HsHHH\n\n\n\n\n\n");
	free(text);
	free(roles);
	canvas_role(&canvas, (struct area){0, 0, 1, 20}, ROLE_SELECTED);
	text = canvas_dump(&canvas, &roles);
	assert_string_equal(roles, "ssssssssssssssssssss\n\n\n\n\n\n");
	free(text);
	free(roles);
	assert_sound(&canvas);
}

static void test_resize(void **state)
{
	(void)state;
	canvas_text(&canvas, all(), 0, 0, 20, ROLE_HIGH, "old");
	canvas.cursor_row = 3;
	assert_true(canvas_resize(&canvas, 2, 5));
	char *roles = NULL, *text = canvas_dump(&canvas, &roles);
	assert_string_equal(text, "\n\n");
	assert_string_equal(roles, "\n\n");
	assert_int_equal(canvas.cursor_row, -1);
	free(text);
	free(roles);
	assert_true(canvas_resize(&canvas, 0, 0));
	text = canvas_dump(&canvas, NULL);
	assert_string_equal(text, "");
	free(text);
	canvas_text(&canvas, all(), 0, 0, 20, ROLE_NORMAL, "nothing");
	assert_true(canvas_resize(&canvas, -4, 7));
	assert_int_equal(canvas.rows, 0);
	assert_false(canvas_resize(&canvas, INT_MAX, INT_MAX));
	assert_int_equal(canvas.columns, 7);
	assert_true(canvas_resize(&canvas, 60, 200));
	canvas_fill(&canvas, all(), ROLE_DIM, 0x2592);
	assert_int_equal(canvas.cells[60 * 200 - 1].point, 0x2592);
}

/* xorshift32: the same pictures on each machine. */
static uint32_t seed = 2463534242u;

static int draw_number(int low, int high)
{
	seed ^= seed << 13;
	seed ^= seed >> 17;
	seed ^= seed << 5;
	return low + (int)(seed % (uint32_t)(high - low + 1));
}

static int wild(void)
{
	static const int odd[] = {INT_MIN, INT_MIN + 1, -1, 0, 1, INT_MAX - 1, INT_MAX};
	return draw_number(0, 9) == 0 ? odd[draw_number(0, 6)] : draw_number(-30, 60);
}

static void fuzz_step(struct canvas *c)
{
	static const char *const texts[] = {"", "a", "plain text of some length", "楽楽楽楽楽楽",
		"e\u0301\u0301\u0301", "\u0301", "a楽b楽c", "\xff\xfe", "\x1b[2J", "…│┌─",
		"\U0001f468"};
	struct area area = {wild(), wild(), wild(), wild()};
	enum role role = (enum role)draw_number(0, ROLE_COUNT - 1);
	const char *text = texts[draw_number(0, 10)];
	int row = wild(), column = wild(), width = wild();
	switch (draw_number(0, 6)) {
	case 0:
	case 1:
		canvas_text(c, area, row, column, width, role, text);
		break;
	case 2:
		canvas_put(c, area, row, column, role, (uint32_t)draw_number(0, 0x20000));
		break;
	case 3:
		canvas_fill(c, area, role, (uint32_t)draw_number(0, 0x3000));
		break;
	case 4:
		canvas_role(c, area, role);
		break;
	case 5:
		canvas_hline(c, area, row, column, width, role);
		break;
	default:
		canvas_box(c, area, role, text);
	}
}

/* Cells that lie before and behind the picture catch what is written outside;
 * the sanitizers catch the rest. */
static void test_fuzz(void **state)
{
	(void)state;
	enum { GUARD = 64, MOST = 40 * 60 };
	struct cell *store = calloc(MOST + 2 * GUARD, sizeof *store);
	assert_non_null(store);
	for (int round = 0; round < 400; round++) {
		struct canvas c = {.rows = draw_number(0, 40),
			.columns = draw_number(0, 60),
			.ascii = draw_number(0, 1) == 1,
			.cells = store + GUARD,
			.capacity = MOST};
		memset(store, 0xa5, (MOST + 2 * GUARD) * sizeof *store);
		canvas_erase(&c);
		for (int step = 0; step < 60; step++)
			fuzz_step(&c);
		assert_sound(&c);
		const unsigned char *low = (const unsigned char *)store;
		const unsigned char *high =
			(const unsigned char *)(store + GUARD + c.rows * c.columns);
		for (size_t i = 0; i < GUARD * sizeof *store; i++)
			assert_true(low[i] == 0xa5 && high[i] == 0xa5);
	}
	free(store);
}

/* What is drawn through a clip stays in it. */
static void test_fuzz_clip(void **state)
{
	(void)state;
	struct cell before[6 * 20];
	for (int round = 0; round < 3000; round++) {
		struct area clip = {draw_number(-2, 6), draw_number(-3, 20), draw_number(-1, 6),
			draw_number(-1, 20)};
		canvas_fill(&canvas, all(), ROLE_NORMAL, '.');
		memcpy(before, canvas.cells, sizeof before);
		canvas_text(&canvas, clip, draw_number(-1, 6), draw_number(-5, 22),
			draw_number(0, 30), ROLE_HIGH, "a楽b楽c楽de\u0301f");
		for (int i = 0; i < 6 * 20; i++) {
			int row = i / 20, column = i % 20;
			bool in = row >= clip.row && row < clip.row + clip.rows
				  && column >= clip.column && column < clip.column + clip.columns;
			assert_true(
				in || memcmp(&before[i], &canvas.cells[i], sizeof before[i]) == 0);
		}
		assert_sound(&canvas);
	}
}

/* Ours against the C library's, for all assigned letters and signs of the
 * common scripts: where they disagree the terminal would shift. */
static void test_width_agrees(void **state)
{
	(void)state;
	if (setlocale(LC_CTYPE, "C.UTF-8") == NULL)
		skip();
	int differ = 0, seen = 0;
	for (uint32_t point = 0x20; point < 0x30000; point++) {
		int theirs = wcwidth((wchar_t)point);
		if (theirs < 0 || (point >= 0xd800 && point < 0xf900))
			continue;
		seen++;
		differ += point_width(point) != theirs;
	}
	setlocale(LC_CTYPE, "C");
	assert_true(seen > 100000);
	/* Formatting characters, and letters younger than one of the tables. */
	assert_in_range(differ, 0, 400);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_text, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_cut, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_clip, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_wide, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_wide_overwritten, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_marks, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_hostile, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_ascii, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_ascii_ranges, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_box, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_roles, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_resize, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_fuzz, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_fuzz_clip, set_up, tear_down),
		cmocka_unit_test(test_width_agrees),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
