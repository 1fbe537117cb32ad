/* SPDX-License-Identifier: Apache-2.0 */
#include "src/hospital/laws.h"

#include <errno.h>
#include <libconfig.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

static const char *const specialties[SPECIALTY_COUNT] = {
	"orthopaedics", "visceral", "gynaecology", "urology", "eyes", "ent", "vascular", "hand"};
static const char *const families[] = {"lognormal", "gamma", "weibull", "mixture", "shifted"};
static const char *const crews[CREW_COUNT] = {"porter", "anaesthetist", "cleaning"};

/* ---- drawing: each has a median of 1 ---- */

/* Marsaglia and Tsang, ACM TOMS 26 (2000) 363, for a shape of 1 or more. The
 * logarithm's variance is trigamma(k), nearly 1/k + 1/(2k^2). Its median:
 * k (1 - 1/(9k))^3, Wilson and Hilferty 1931. */
static double gamma_draw(double log_sd, struct rng *r)
{
	double k = 1 / (log_sd * log_sd) + 0.5, d = k - 1.0 / 3, c = 1 / sqrt(9 * d);
	for (;;) {
		double x = rng_normal(r), v = 1 + c * x, u = 1 - rng_uniform(r);
		v = v * v * v;
		if (v > 0 && log(u) < 0.5 * x * x + d - d * v + d * log(v))
			return d * v / (k * pow(1 - 1 / (9 * k), 3));
	}
}

/* The logarithm's deviation is pi / (k sqrt 6). */
static double weibull_draw(double log_sd, struct rng *r)
{
	double k = 3.141592653589793 / (log_sd * sqrt(6));
	return pow(-log(1 - rng_uniform(r)) / log(2), 1 / k);
}

double law_draw(const struct law *law, double median, struct rng *r)
{
	double m = law->median > 0 ? law->median : median, keep = 0;
	switch (law->family) {
	case FAMILY_GAMMA:
		return m * gamma_draw(law->log_sd, r);
	case FAMILY_WEIBULL:
		return m * weibull_draw(law->log_sd, r);
	case FAMILY_MIXTURE:
		m *= rng_uniform(r) < law->share ? law->factor : 1;
		break;
	case FAMILY_SHIFTED:
		keep = law->share;
		break;
	case FAMILY_LOGNORMAL:
		break;
	}
	return m * (keep + (1 - keep) * rng_lognormal(r, 1, law->log_sd));
}

/* ---- reading ---- */

struct reader {
	const char *path;
	struct error *err;
	int rc;
};

static void wrong(struct reader *r, const config_setting_t *at, const char *what)
{
	if (r->rc == 0)
		r->rc = error_set(r->err, -EINVAL, "%s:%d: %s", r->path,
			config_setting_source_line(at), what);
}

static double number(
	struct reader *r, config_setting_t *at, const char *key, double low, double high)
{
	config_setting_t *s = config_setting_get_member(at, key);
	char why[96];
	double x = s != NULL ? config_setting_get_float(s) : NAN;
	if (s != NULL && config_setting_type(s) == CONFIG_TYPE_INT)
		x = config_setting_get_int(s);
	if (x >= low && x <= high)
		return x;
	snprintf(why, sizeof(why), "%s: a number from %g to %g is needed", key, low, high);
	wrong(r, s != NULL ? s : at, why);
	return low;
}

static int word(struct reader *r, config_setting_t *at, const char *key, const char *const *words,
	int count)
{
	const char *text = NULL;
	char why[96];
	config_setting_lookup_string(at, key, &text);
	for (int i = 0; i < count && text != NULL; i++)
		if (strcmp(words[i], text) == 0)
			return i;
	snprintf(why, sizeof(why), "%s: one of %s, %s ... is needed", key, words[0], words[1]);
	wrong(r, at, why);
	return 0;
}

static struct law read_law(struct reader *r, config_setting_t *at)
{
	struct law law = {.family = (enum family)word(
				  r, at, "family", families, sizeof(families) / sizeof(*families)),
		.log_sd = number(r, at, "log_sd", 0.01, 1.2)};
	if (config_setting_get_member(at, "median") != NULL)
		law.median = number(r, at, "median", 0.1, 1000);
	if (law.family == FAMILY_MIXTURE || law.family == FAMILY_SHIFTED)
		law.share = number(r, at, "share", 0, 0.9);
	if (law.family == FAMILY_MIXTURE)
		law.factor = number(r, at, "factor", 0.1, 10);
	return law;
}

static struct law read_named(struct reader *r, config_setting_t *root, const char *key)
{
	config_setting_t *at = config_setting_get_member(root, key);
	char why[64];
	if (at != NULL && config_setting_is_group(at))
		return read_law(r, at);
	snprintf(why, sizeof(why), "%s = { family, log_sd ... } is needed", key);
	wrong(r, at != NULL ? at : root, why);
	return (struct law){0};
}

static void read_surgery(struct reader *r, config_setting_t *root, struct laws *laws)
{
	config_setting_t *list = config_setting_get_member(root, "surgery");
	int count =
		list != NULL && config_setting_is_aggregate(list) ? config_setting_length(list) : 0;
	bool seen[SPECIALTY_COUNT] = {false};
	for (int i = 0; i < count; i++) {
		config_setting_t *at = config_setting_get_elem(list, (unsigned)i);
		int s = word(r, at, "specialty", specialties, SPECIALTY_COUNT);
		laws->surgery[s] = read_law(r, at);
		laws->booked[s] = number(r, at, "booked", 0.2, 3);
		seen[s] = true;
	}
	for (int s = 0; s < SPECIALTY_COUNT; s++)
		if (!seen[s])
			wrong(r, list != NULL ? list : root, "surgery: a specialty is missing");
}

static void read_roles(struct reader *r, config_setting_t *root, struct laws *laws)
{
	config_setting_t *group = config_setting_get_member(root, "roles");
	for (int i = 0; i < CREW_COUNT && group != NULL; i++) {
		const char *text = "";
		config_setting_lookup_string(group, crews[i], &text);
		if (strlen(text) >= ID_SIZE)
			wrong(r, group, "roles: too long a name");
		snprintf(laws->role[i], ID_SIZE, "%s", text);
	}
}

int laws_load(struct laws *laws, const char *path, struct error *err)
{
	struct reader r = {.path = path, .err = err};
	config_t file;
	memset(laws, 0, sizeof(*laws));
	config_init(&file);
	if (config_read_file(&file, path) != CONFIG_TRUE) {
		r.rc = config_error_type(&file) == CONFIG_ERR_FILE_IO
			       ? error_set(err, -ENOENT, "%s: cannot be read", path)
			       : error_set(err, -EINVAL, "%s:%d: %s", path,
				       config_error_line(&file), config_error_text(&file));
		config_destroy(&file);
		return r.rc;
	}
	config_setting_t *root = config_root_setting(&file);
	read_surgery(&r, root, laws);
	laws->anaesthesia = read_named(&r, root, "anaesthesia");
	laws->emergence = read_named(&r, root, "emergence");
	laws->cleaning = read_named(&r, root, "cleaning");
	laws->recovery = read_named(&r, root, "recovery");
	laws->booking_log_sd = number(&r, root, "booking_log_sd", 0, 1);
	laws->surgeon_log_sd = number(&r, root, "surgeon_log_sd", 0, 1);
	laws->fill[0] = number(&r, root, "fill_least", 0, 2);
	laws->fill[1] = number(&r, root, "fill_most", laws->fill[0], 2);
	laws->last_call_min = number(&r, root, "last_call", -600, 600);
	read_roles(&r, root, laws);
	config_destroy(&file);
	return r.rc;
}
