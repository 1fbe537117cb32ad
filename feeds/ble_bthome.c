/* SPDX-License-Identifier: Apache-2.0 */
#include "feeds/ble.h"
void ble_bthome(struct row *row, const uint8_t *p, size_t len)
{
	(void)p;
	row_frame(row, "svc:fcd2");
	row_refuse(row, REFUSED_UNKNOWN_FRAME, "%s len %zu", row->frame, len);
}
