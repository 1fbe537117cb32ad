/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_SRC_MQTT_OPTIONS_H
#define VIGIE_SRC_MQTT_OPTIONS_H

#include "src/settings.h"

/* How to reach the broker, as the settings say it; borrows their strings. */
void mqtt_options_of(
	const struct settings *settings, const char *client_id, struct mqtt_options *out);

#endif
