/* SPDX-License-Identifier: Apache-2.0 */
#include "src/sandbox.h"

#include <errno.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "src/journal_path.h"
#include "src/settings.h"

/* What every console reads: libraries loaded late (name services), time zones,
 * terminals, languages, authorities, who is who and where names are looked up. Of
 * /etc nothing but this: no shadow, no keys of others. */
static const char *const always[] = {"/usr", "/lib", "/lib64", "/etc/ld.so.cache", "/etc/localtime",
	"/etc/timezone", "/etc/terminfo", "/etc/ssl/certs", "/etc/ssl/openssl.cnf", "/etc/gnutls",
	"/etc/crypto-policies", "/etc/pki", "/etc/ca-certificates", "/etc/hosts", "/etc/host.conf",
	"/etc/resolv.conf", "/etc/nsswitch.conf", "/etc/gai.conf", "/etc/services",
	"/etc/protocols", "/etc/passwd", "/etc/group", "/etc/machine-id", "/run/systemd/resolve",
	"/run/systemd/userdb", "/run/nscd", "/run/nslcd", "/var/lib/sss", "/dev/urandom",
	"/dev/zero", "/proc/self", "/proc/sys/vm/overcommit_memory", "/proc/sys/net",
	"/proc/meminfo", "/proc/cpuinfo", "/proc/stat", "/sys/devices/system/cpu",
	"/sys/kernel/mm/transparent_hugepage"};

/* The folder, not the file: a renewed certificate is another file of that name. */
static bool folder_of(struct sandbox_plan *plan, const char *path, enum sandbox_right right)
{
	char copy[4096];
	if (path == NULL)
		return true;
	snprintf(copy, sizeof copy, "%s", path);
	return sandbox_plan_add(plan, dirname(copy), right);
}

static bool add_secrets(struct sandbox_plan *plan, const struct settings *s)
{
	const char *files[] = {s->site, s->keys_file, s->mqtt_password_file, s->mqtt_ca,
		s->mqtt_cert, s->mqtt_key, s->http_token_file, s->http_cert, s->http_key};
	bool good = sandbox_plan_add(plan, getenv("CREDENTIALS_DIRECTORY"), SANDBOX_READ);
	for (size_t i = 0; i < sizeof files / sizeof *files; i++)
		good = good && folder_of(plan, files[i], SANDBOX_READ);
	for (int n = 0; n < FHIR_SERVERS; n++) {
		const struct fhir_settings *f = &s->fhir[n];
		const char *more[] = {
			f->ca, f->cert, f->key, f->bearer_file, f->secret_file, f->sign_key};
		for (size_t i = 0; i < sizeof more / sizeof *more; i++)
			good = good && folder_of(plan, more[i], SANDBOX_READ);
	}
	for (int i = 0; i < s->notify.count; i++) {
		const struct notify_target *t = &s->notify.targets[i];
		good = good && folder_of(plan, t->bearer_file, SANDBOX_READ)
		       && folder_of(plan, t->ca_file, SANDBOX_READ)
		       && folder_of(plan, t->cert_file, SANDBOX_READ)
		       && folder_of(plan, t->key_file, SANDBOX_READ);
	}
	return good;
}

/* TERMINFO, TERMINFO_DIRS, ~/.terminfo and the terminal itself. */
static bool add_terminal(struct sandbox_plan *plan)
{
	const char *home = getenv("HOME"), *dirs = getenv("TERMINFO_DIRS");
	char path[4096], tty[256] = "";
	if (ttyname_r(STDIN_FILENO, tty, sizeof tty) != 0)
		tty[0] = '\0';
	bool good = sandbox_plan_add(plan, getenv("TERMINFO"), SANDBOX_READ)
		    && sandbox_plan_add(plan, tty, SANDBOX_WRITE)
		    && sandbox_plan_add(plan, "/dev/tty", SANDBOX_WRITE)
		    && sandbox_plan_add(plan, "/dev/null", SANDBOX_WRITE);
	snprintf(path, sizeof path, "%s/.terminfo", home != NULL ? home : "");
	good = good && sandbox_plan_add(plan, path, SANDBOX_READ);
	while (dirs != NULL && *dirs != '\0' && good) {
		size_t n = strcspn(dirs, ":");
		snprintf(path, sizeof path, "%.*s", (int)(n < 4000 ? n : 4000), dirs);
		good = sandbox_plan_add(plan, path, SANDBOX_READ);
		dirs += n + (dirs[n] == ':');
	}
	return good;
}

static int port_of(const char *listen)
{
	const char *colon = listen != NULL ? strrchr(listen, ':') : NULL;
	int port = colon != NULL ? atoi(colon + 1) : 0;
	return listen == NULL ? 0 : port > 0 ? port : -1;
}

int sandbox_plan_of(const struct settings *s, struct sandbox_plan *plan, struct error *err)
{
	char *journal = settings_journal_path(s, err);
	const char *notify = getenv("NOTIFY_SOCKET"); /* of systemd: it may be an abstract one */
	char parent[4096];
	if (journal == NULL)
		return -ENOENT;
	*plan = (struct sandbox_plan){.listen_port = port_of(s->http_listen),
		.ends_children = s->demo,
		.abstract_sockets = notify != NULL && notify[0] == '@'};
	bool good = folder_of(plan, journal, SANDBOX_WRITE)
		    && sandbox_plan_add(plan, s->door_path, SANDBOX_WRITE) && add_secrets(plan, s)
		    && add_terminal(plan);
	for (size_t i = 0; i < sizeof always / sizeof *always; i++)
		good = good && sandbox_plan_add(plan, always[i], SANDBOX_READ);
	if (s->scratch != NULL) { /* a demonstration takes its folder away at the end */
		snprintf(parent, sizeof parent, "%s", s->scratch);
		good = good && sandbox_plan_add(plan, s->scratch, SANDBOX_WRITE)
		       && sandbox_plan_add(plan, dirname(parent), SANDBOX_EMPTY);
	}
	/* SQLite may need a file for sorting: beside the journal, not in /tmp. */
	snprintf(parent, sizeof parent, "%s", journal);
	setenv("SQLITE_TMPDIR", dirname(parent), 1);
	free(journal);
	return good ? 0 : error_set(err, -E2BIG, "sandbox: too many folders");
}
