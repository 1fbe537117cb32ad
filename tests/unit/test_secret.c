/* SPDX-License-Identifier: Apache-2.0 */
/* Which files may hold a secret: plain ones of ours or root's that nobody else may
 * open, and systemd's credentials, whose folder nobody else may enter. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "feeds/secret.h"
#include "src/settings.h"

static char folder[] = "/tmp/vigie-secret-XXXXXX";

static const char *put(const char *name, mode_t mode)
{
	static char path[200];
	snprintf(path, sizeof path, "%s/%s", folder, name);
	FILE *file = fopen(path, "w");
	assert_non_null(file);
	fputs("swordfish\n", file);
	fclose(file);
	assert_int_equal(chmod(path, mode), 0);
	return path;
}

static bool reads(const char *path)
{
	char out[SECRET_SIZE];
	struct error err = {""};
	int rc = secret_line("setting", path, out, &err);
	assert_true(rc < 0 || strcmp(out, "swordfish") == 0);
	/* What it complains of never says what is in it. */
	assert_null(strstr(err.text, "swordfish"));
	return rc > 0;
}

static int make_folder(void **state)
{
	(void)state;
	return mkdtemp(folder) != NULL ? 0 : -1;
}

static int remove_folder(void **state)
{
	char command[64];
	(void)state;
	snprintf(command, sizeof command, "rm -r %s", folder);
	return system(command);
}

static void modes(void **state)
{
	static const struct {
		mode_t mode;
		bool good;
	} cases[] = {{0600, true}, {0400, true}, {0640, false}, {0440, false}, {0604, false},
		{0620, false}, {0644, false}, {0602, false}};
	(void)state;
	unsetenv("CREDENTIALS_DIRECTORY");
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		assert_int_equal(reads(put("file", cases[i].mode)), cases[i].good);
}

static void credentials(void **state)
{
	char sub[200], other[200];
	(void)state;
	setenv("CREDENTIALS_DIRECTORY", folder, 1);
	assert_true(reads(put("credential", 0440)));
	assert_true(reads(put("credential", 0400)));
	/* Others may never read it, nor the group write it. */
	assert_false(reads(put("credential", 0444)));
	assert_false(reads(put("credential", 0460)));
	/* Only in that folder itself. */
	snprintf(sub, sizeof sub, "%s/sub", folder);
	assert_int_equal(mkdir(sub, 0700), 0);
	assert_false(reads(put("sub/credential", 0440)));
	snprintf(other, sizeof other, "%s/sub/../credential", folder);
	put("credential", 0440);
	assert_false(reads(other));
	snprintf(other, sizeof other, "%s-else", folder);
	setenv("CREDENTIALS_DIRECTORY", other, 1);
	assert_false(reads(put("credential", 0440)));
	unsetenv("CREDENTIALS_DIRECTORY");
}

static void by_name(void **state)
{
	struct settings s;
	struct error err = {""};
	char path[200];
	(void)state;
	settings_init(&s);
	unsetenv("CREDENTIALS_DIRECTORY");
	assert_true(settings_set(&s, "mqtt.key", "credential:station.key", &err) < 0);
	assert_non_null(strstr(err.text, "systemd"));
	setenv("CREDENTIALS_DIRECTORY", folder, 1);
	assert_int_equal(settings_set(&s, "mqtt.key", "credential:station.key", &err), 0);
	snprintf(path, sizeof path, "%s/station.key", folder);
	assert_string_equal(s.mqtt_key, path);
	assert_true(settings_set(&s, "mqtt.key", "credential:", &err) < 0);
	assert_true(settings_set(&s, "mqtt.key", "credential:../station.key", &err) < 0);
	assert_string_equal(s.mqtt_key, path);
	assert_int_equal(settings_set(&s, "mqtt.key", "/etc/vigie/tls/station.key", &err), 0);
	assert_string_equal(s.mqtt_key, "/etc/vigie/tls/station.key");
	unsetenv("CREDENTIALS_DIRECTORY");
	settings_fini(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(modes),
		cmocka_unit_test(credentials),
		cmocka_unit_test(by_name),
	};
	return cmocka_run_group_tests_name("secret", tests, make_folder, remove_folder);
}
