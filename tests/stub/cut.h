/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_TESTS_CUT_H
#define VIGIE_TESTS_CUT_H

/*
 * A cable that can be cut: forwards TCP from a port of its own on 127.0.0.1 to
 * another, in a thread of the test. Cut, nothing passes and nobody is told (what
 * was sent waits, as in a network that has lost a switch); mended, connections
 * of before the cut are closed, as after a long one.
 */

#include <stdbool.h>

struct cut;

struct cut *cut_start(int to_port);
int cut_port(const struct cut *cut);
void cut_set(struct cut *cut, bool cut_now);
void cut_stop(struct cut *cut);

#endif
