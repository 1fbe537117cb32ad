#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# One line a figure; ONLY=NAME runs one program (decode, frames, ingest, press, idle, stall,
# restore, truth).
set -u
B=${B:-build}
export B
for name in decode frames ingest press idle stall restore; do
	[ -z "${ONLY:-}" ] || [ "$ONLY" = "$name" ] || continue
	[ -x "$B/tests/bench/bench_$name" ] && "$B/tests/bench/bench_$name"
done
[ -z "${ONLY:-}" ] || [ "$ONLY" = truth ] || exit 0
sh tests/bench/truth.sh
