/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_SRC_HELPER_PRIVATE_H
#define VIGIE_SRC_HELPER_PRIVATE_H

/* What helper.c (our side) and helper_process.c (the other) say to each other:
 * one packet of a SOCK_SEQPACKET pair a message, a head and its text. */

#include <stdint.h>

#include "src/helper.h"

enum {
	HELPER_MAGIC = 0x76696769,
	HELPER_ASK_PASSWORD = 1,
	HELPER_ASK_COMMAND,
	HELPER_ASK_ACCOUNT,
	HELPER_ANSWER
};

struct helper_head {
	uint32_t magic, kind;
	uint32_t id;    /* of the request */
	uint32_t which; /* a command, or an answer */
	uint32_t limit_ms;
	uint32_t env_len; /* of the text's beginning: "NAME=VALUE", each with its NUL */
	uint32_t len;     /* of the text that follows, with it */
};

struct helper_packet {
	struct helper_head head;
	char text[HELPER_TEXT + 1]; /* NUL-terminated by who receives it */
};

/* The length of what is to be sent. */
size_t helper_packet_len(const struct helper_packet *packet);
/* True when `n` received bytes are one whole packet; ends its text with NUL. */
bool helper_packet_good(struct helper_packet *packet, ssize_t n);

/* The answer about a file; the descriptor goes beside it. */
struct helper_file {
	int32_t error; /* 0 or a negative errno */
};

/* Never returns. `asks` and `files` are its ends of the two pairs. */
_Noreturn void helper_process(
	const struct helper_options *options, int asks, int files, pid_t parent);
/* helper_work.c: one request, in a process of its own; the answer, and why. */
enum helper_answer helper_ask_pam(
	const struct helper_options *options, const char *password, char *why, size_t size);
enum helper_answer helper_ask_account(const struct helper_options *options);
struct helper_task {
	const char *const *argv;
	const char *env, *text; /* as in the packet */
	size_t env_len, len;
	int limit_ms;
	bool takes_output; /* `why` is what it says, not what it complains of */
};
enum helper_answer helper_do_command(const struct helper_task *task, char *why, size_t size);

#endif
