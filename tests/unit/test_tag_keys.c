/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "src/tag_keys.h"

/* The file of keys: what vigie-feeds(7) says of it. */

static char path[64];

static struct tag_keys *load(const char *text, int mode, struct error *err)
{
	FILE *f = fopen(path, "w");
	assert_non_null(f);
	assert_true(fputs(text, f) >= 0);
	assert_int_equal(fclose(f), 0);
	assert_int_equal(chmod(path, (mode_t)mode), 0);
	err->text[0] = '\0';
	return tag_keys_load(path, err);
}

static void test_good(void **state)
{
	static const uint8_t example[16] = {0x23, 0x1d, 0x39, 0xc1, 0xd7, 0xcc, 0x1a, 0xb1, 0xae,
		0xe2, 0x24, 0xcd, 0x09, 0x6d, 0xb9, 0x32};
	struct error err;
	(void)state;
	struct tag_keys *keys = load("# the ward's sensors\n"
				     "\n"
				     "54:48:e6:8f:80:a5 231d39c1d7cc1ab1aee224cd096db932\r\n"
				     "\tC300007B573C  00112233445566778899AABBCCDDEEFF # bell",
		0600, &err);
	assert_non_null(keys);
	assert_memory_equal(tag_keys_find(keys, "5448E68F80A5"), example, 16);
	assert_int_equal(tag_keys_find(keys, "C300007B573C")[15], 0xFF);
	assert_null(tag_keys_find(keys, "C300007B573D"));
	assert_null(tag_keys_find(keys, ""));
	assert_null(tag_keys_find(NULL, "C300007B573C"));
	tag_keys_free(keys);
	keys = load("", 0400, &err);
	assert_non_null(keys);
	assert_null(tag_keys_find(keys, "C300007B573C"));
	tag_keys_free(keys);
	tag_keys_free(NULL);
}

#define KEY "00112233445566778899AABBCCDDEEFF"

static void test_bad(void **state)
{
	static const struct {
		const char *text, *told;
	} files[] = {
		{"C300007B573C\n", "line 1 is not MAC KEY"},
		{"\n# x\nC300007B573C " KEY " more\n", "line 3 is not MAC KEY"},
		{"C300007B57 " KEY "\n", "line 1 has no MAC"},
		{"C300007B573C " KEY "00\n", "line 1 has no key of 32 hex digits"},
		{"C300007B573C 0011\n", "line 1 has no key of 32 hex digits"},
		{"C300007B573C X0112233445566778899AABBCCDDEEFF\n",
			"line 1 has no key of 32 hex digits"},
		{"C300007B573C " KEY "\nc3:00:00:7b:57:3c " KEY "\n",
			"line 2 gives a tag a second key"},
		{"C300007B573C " KEY KEY KEY KEY "\n", "line 1 is too long"},
	};
	struct error err;
	(void)state;
	for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
		assert_null(load(files[i].text, 0600, &err));
		assert_non_null(strstr(err.text, files[i].told));
		/* what is told goes to a terminal: not the key */
		assert_null(strstr(err.text, "00112233"));
	}
}

static void test_open_to_others(void **state)
{
	struct error err;
	(void)state;
	assert_null(load("C300007B573C " KEY "\n", 0640, &err));
	assert_non_null(strstr(err.text, "chmod 600"));
	assert_null(load("C300007B573C " KEY "\n", 0604, &err));
	assert_non_null(strstr(err.text, "chmod 600"));
	unlink(path);
	assert_null(tag_keys_load(path, &err));
	assert_non_null(strstr(err.text, "No such file"));
	assert_null(tag_keys_load("/tmp", &err));
}

static int make_path(void **state)
{
	(void)state;
	snprintf(path, sizeof path, "/tmp/test_tag_keys.XXXXXX");
	int fd = mkstemp(path);
	return fd < 0 ? -1 : close(fd);
}

static int remove_path(void **state)
{
	(void)state;
	unlink(path);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),
		cmocka_unit_test(test_bad),
		cmocka_unit_test(test_open_to_others),
	};
	return cmocka_run_group_tests(tests, make_path, remove_path);
}
