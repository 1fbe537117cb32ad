/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_TESTS_HOLD_H
#define VIGIE_TESTS_HOLD_H

#include "tests/pty/pty.h"

/* Reads for the whole time, whatever comes. */
PTY_HELPER void pty_run(struct pty *pty, int ms)
{
	for (int64_t end = pty_now() + ms; pty_now() < end;)
		if (!pty_pump(pty, (int)(end - pty_now())))
			return;
}

PTY_HELPER void pty_end(struct pty *pty)
{
	kill(pty->pid, SIGTERM);
	pty_wait_end(pty, 3000);
	pty_free(pty);
}

#endif
