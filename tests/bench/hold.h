/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_TESTS_HOLD_H
#define VIGIE_TESTS_HOLD_H

#include "tests/bench/bench.h"
#include "tests/pty/pty.h"

/* Reads for the whole time, whatever comes. */
PTY_HELPER void pty_run(struct pty *pty, int ms)
{
	for (int64_t end = pty_now() + ms; pty_now() < end;)
		if (!pty_pump(pty, (int)(end - pty_now())))
			return;
}

/* Milliseconds from now to the end of the first picture: no byte for 40 ms after
 * the first ones. */
PTY_HELPER double pty_painted(struct pty *pty)
{
	double began = bench_now(), last = began;
	size_t len = 0;
	while (bench_now() - began < 3) {
		pty_run(pty, 2);
		if (pty->len != len) {
			len = pty->len;
			last = bench_now();
		} else if (len > 500 && bench_now() - last > 0.04) {
			break;
		}
	}
	return (last - began) * 1000;
}

PTY_HELPER void pty_end(struct pty *pty)
{
	kill(pty->pid, SIGTERM);
	pty_wait_end(pty, 3000);
	pty_free(pty);
}

#endif
