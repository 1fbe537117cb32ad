#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# One line a figure; ONLY=NAME runs one program (decode, frames, ingest, press, idle, stall,
# restore, locate, simulate, forecast, hazard, durations, truth). BLE=path is a folder of labelled signal
# strengths, DURATIONS=path a table of operated cases, DAYS=n how many are forecast.
set -u
B=${B:-build}
export B
for name in decode frames ingest press idle stall restore locate simulate forecast hazard; do
	[ -z "${ONLY:-}" ] || [ "$ONLY" = "$name" ] || continue
	[ -x "$B/tests/bench/bench_$name" ] && "$B/tests/bench/bench_$name"
done
for name in locate durations truth; do
	[ -z "${ONLY:-}" ] || [ "$ONLY" = "$name" ] || continue
	sh "tests/bench/$name.sh"
done
