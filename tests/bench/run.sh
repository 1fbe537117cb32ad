#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# One line a figure; ONLY=NAME runs one program (decode, frames, ingest, press, idle, stall,
# restore, durations, truth). DURATIONS=path is a table of operated cases.
set -u
B=${B:-build}
export B
for name in decode frames ingest press idle stall restore; do
	[ -z "${ONLY:-}" ] || [ "$ONLY" = "$name" ] || continue
	[ -x "$B/tests/bench/bench_$name" ] && "$B/tests/bench/bench_$name"
done
for name in durations truth; do
	[ -z "${ONLY:-}" ] || [ "$ONLY" = "$name" ] || continue
	sh "tests/bench/$name.sh"
done
