/* SPDX-License-Identifier: Apache-2.0 */
#include "src/mqtt_options.h"

void mqtt_options_of(const struct settings *c, const char *client_id, struct mqtt_options *out)
{
	static const char *const usual[] = {"/gw/+/status", "gw/+/status"};
	*out = (struct mqtt_options){
		.address_count = c->mqtt_address_count,
		.topic_count = c->mqtt_topic_count,
		.qos = c->mqtt_qos,
		.client_id = client_id,
		.user = c->mqtt_user,
		.password_file = c->mqtt_password_file,
		.ca_file = c->mqtt_ca,
		.cert_file = c->mqtt_cert,
		.key_file = c->mqtt_key,
		.insecure = c->insecure,
	};
	for (int i = 0; i < c->mqtt_address_count; i++)
		out->addresses[i] = c->mqtt_addresses[i];
	for (int i = 0; i < c->mqtt_topic_count; i++)
		out->topics[i] = c->mqtt_topics[i];
	if (out->topic_count == 0) {
		out->topics[out->topic_count++] = usual[0];
		out->topics[out->topic_count++] = usual[1];
	}
}
