/* SPDX-License-Identifier: Apache-2.0 */
/* bench_hold SECONDS PROGRAM [ARGUMENT...]: runs a program on a terminal nobody
 * looks at, leaves it with `q` after a while. No figure of its own. */
#include "tests/bench/bench.h"
#include "tests/bench/hold.h"

int main(int argc, char **argv)
{
	static const char *const env[] = {"TERM=xterm-256color", "LANG=C.UTF-8", NULL};
	struct pty pty;
	if (argc < 3)
		return 0; /* called by the runner without arguments */
	if (!pty_spawn(&pty, 24, 80, (const char *const *)(uintptr_t)(argv + 2), env))
		return 3;
	pty_run(&pty, (int)(strtod(argv[1], NULL) * 1000));
	pty_send(&pty, "q");
	pty_run(&pty, 3000);
	pty_end(&pty);
	return 0;
}
