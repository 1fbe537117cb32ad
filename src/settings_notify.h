/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_SRC_SETTINGS_NOTIFY_H
#define VIGIE_SRC_SETTINGS_NOTIFY_H

/* The targets of vigie.conf's group `notify`: one group each, called as the target. */

#include <libconfig.h>

#include "src/settings.h"

/* Adds the target this group describes. A negative errno, and err by file and line,
 * when it is none. */
int settings_notify_target(struct notify_settings *notify, const char *path,
	const config_setting_t *group, struct error *err);
/* There is a target of this name. */
bool settings_notify_has(const struct notify_settings *notify, const char *name);
void settings_notify_fini(struct notify_settings *notify);

#endif
