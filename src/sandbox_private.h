/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_SRC_SANDBOX_PRIVATE_H
#define VIGIE_SRC_SANDBOX_PRIVATE_H

/* Shared by sandbox.c (Landlock, and entering), sandbox_filter.c (seccomp) and
 * sandbox_plan.c (what the settings need). */

#include "src/sandbox.h"

/* 0, -ENOSYS where the kernel has no seccomp, or another negative errno. */
int sandbox_filter(const struct sandbox_plan *plan);

#endif
