/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_SRC_CONSOLE_H
#define VIGIE_SRC_CONSOLE_H

#include "src/settings.h"

/* Opens a station and a terminal and runs until the user leaves, a signal
 * ends it or the terminal is gone. Returns an exit code. */
int console_run(const struct settings *settings);

#endif
