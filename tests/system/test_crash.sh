#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A dozen kills of console, watch and broker; `make crash` is the thousand.
exec "${B:-build}/tests/rig/crash" 12 1 6
