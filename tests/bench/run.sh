#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# One line a figure; ONLY=NAME runs one program (decode, frames, ingest, press, flood, share, turns, idle, stall,
# restore, locate, simulate, learning, forecast, hazard, slots, repair, repair_days, radar, durations, truth; repair runs both). BLE=path is a folder of labelled
# signal strengths, DURATIONS=path a table of operated cases, DAYS=n how many are forecast, CIMBA=path
# a program that runs W3 on Cimba (simulate.sh).
set -u
B=${B:-build}
export B
for name in decode frames ingest press flood share turns idle stall restore locate simulate learning forecast hazard slots repair repair_days radar; do
	[ -z "${ONLY:-}" ] || [ "$ONLY" = "$name" ] || [ "$ONLY" = "${name%_days}" ] || continue
	[ -x "$B/tests/bench/bench_$name" ] && "$B/tests/bench/bench_$name"
done
for name in simulate locate durations truth; do
	[ -z "${ONLY:-}" ] || [ "$ONLY" = "$name" ] || continue
	sh "tests/bench/$name.sh"
done
