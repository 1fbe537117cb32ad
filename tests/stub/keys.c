/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/stub/keys.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static char folder[64];

const char *keys_folder(void)
{
	snprintf(folder, sizeof folder, "/tmp/vigie-keys-XXXXXX");
	return mkdtemp(folder);
}

bool keys_run(const char *format, ...)
{
	char line[2048];
	int n = snprintf(line, sizeof line, "cd %s && umask 077 && exec >>log 2>&1 && ", folder);
	va_list args;
	va_start(args, format);
	n += vsnprintf(line + n, sizeof line - (size_t)n, format, args);
	va_end(args);
	return n < (int)sizeof line && system(line) == 0;
}

const char *keys_path(const char *name)
{
	static char paths[8][160];
	static int next;
	char *path = paths[next++ % 8];
	snprintf(path, sizeof paths[0], "%s/%s", folder, name);
	return path;
}

const char *keys_write(const char *name, int mode, const char *text)
{
	const char *path = keys_path(name);
	FILE *file = fopen(path, "w");
	if (file == NULL)
		return NULL;
	fputs(text, file);
	fclose(file);
	return chmod(path, (mode_t)mode) == 0 ? path : NULL;
}

void keys_forget(void)
{
	char line[96];
	snprintf(line, sizeof line, "rm -rf %s", folder);
	if (folder[0] != '\0' && system(line) != 0)
		fprintf(stderr, "cannot remove %s\n", folder);
}

bool keys_ca(const char *name)
{
	return keys_run("openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes "
			"-days 3 -subj '/CN=%s' -keyout %s.key -out %s.pem",
		name, name, name);
}

static void format_day(int days, char out[24])
{
	time_t t = time(NULL) + (time_t)days * 86400;
	struct tm tm;
	gmtime_r(&t, &tm);
	strftime(out, 24, "%Y%m%d%H%M%SZ", &tm);
}

bool keys_certificate(const char *name, const char *ca, const char *san, int days_from, int days_to)
{
	char from[24], to[24];
	format_day(days_from, from);
	format_day(days_to, to);
	/* openssl x509 of version 3.0 cannot date a certificate in the past; ca can. */
	return keys_run("openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes "
			"-subj '/CN=%s' -keyout %s.key -out %s.csr",
		       name, name, name)
	       && keys_run("rm -rf db && mkdir db && : >db/index && openssl rand -hex 8 >db/serial "
			   "&& printf '[ca]\\ndefault_ca=x\\n[x]\\ndatabase=db/index\\n"
			   "serial=db/serial\\nnew_certs_dir=db\\ndefault_md=sha256\\npolicy=p\\n"
			   "[p]\\ncommonName=supplied\\n[e]\\nsubjectAltName=%s\\n"
			   "basicConstraints=CA:FALSE\\n' >db/conf && openssl ca -batch -notext "
			   "-config db/conf -extensions e -cert %s.pem -keyfile %s.key "
			   "-startdate %s -enddate %s -in %s.csr -out %s.pem",
		       san, ca, ca, from, to, name, name);
}
