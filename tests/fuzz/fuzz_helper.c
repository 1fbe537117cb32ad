/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A frame between the console and its helper, as either side reads it: whatever the
 * other one became, a request is for a command that was configured, and an answer
 * belongs to a question that was asked.
 */
#include "src/helper.c"
#include "src/helper_process.c"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int answers;

static void on_done(void *context, enum helper_answer answer, const char *text)
{
	if (context != &answers || (unsigned)answer >= HELPER_ANSWERS || strlen(text) > 255)
		abort();
	answers++;
}

static void helper_side(const struct helper_packet *packet)
{
	static const char *const print[] = {"/bin/true", NULL};
	static const struct helper_options options = {
		.user = "nobody", .commands = {[HELPER_PRINT] = print}};
	static struct process p;
	p.options = &options;
	memcpy(&p.packet, packet, sizeof p.packet);
	if (!known(&p))
		return;
	if (p.packet.head.kind != HELPER_ASK_PASSWORD && p.packet.head.which != HELPER_PRINT)
		abort();
	if (p.packet.head.len > HELPER_TEXT || p.packet.text[p.packet.head.len] != '\0')
		abort();
}

static void our_side(const struct helper_packet *packet)
{
	static struct helper h;
	bool asked = false;
	memcpy(&h.packet, packet, sizeof h.packet);
	for (uint32_t i = 0; i < HELPER_WAITING; i++) {
		h.requests[i] = (struct request){i % 3 == 0 ? 0 : i + 1, on_done, &answers, 0};
		asked = asked || (h.requests[i].id != 0 && h.requests[i].id == packet->head.id);
	}
	answers = 0;
	on_answer(&h);
	if (answers > (asked ? 1 : 0))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct helper_packet packet;
	memset(&packet, 0, sizeof packet);
	if (size > sizeof packet - 1)
		size = sizeof packet - 1; /* as recv is told */
	memcpy(&packet, data, size);
	if (helper_packet_good(&packet, (ssize_t)size)) {
		helper_side(&packet);
		our_side(&packet);
	}
	return 0;
}
