#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Agreement of the twin with the emulator's truth, by simulated minute, in three
# conditions at once: prompt FHIR; FHIR with 10 % of the milestones missing and
# the rest 2 to 10 minutes late; radio only. Begins at FROM, takes twice MINUTES of
# wall time, at SPEED.
set -u
B=${B:-build}
speed=${SPEED:-20}
minutes=${MINUTES:-5}
from=${FROM:-09:00}
dir=$(mktemp -d /tmp/vigie-truth.XXXXXX)
trap 'rm -rf "$dir"' EXIT
run() { # name, demo options...
	name=$1
	shift
	"$B/tests/bench/bench_hold" $((minutes * 60)) "$B/vigie" demo --speed "$speed" --at "$from" \
		--seed 7 --truth "$dir/$name.truth" --journal "$dir/$name.db" "$@"
}
run prompt &
first=$!
run late --milestones late &
second=$!
wait $first $second
run radio --milestones none
for name in prompt late radio; do
	"$B/vigie" mark "$dir/$name.db" "$dir/$name.truth" >"$dir/$name.mark"
	awk -v n="$name" '/^rooms/ {r=$2} /^patients/ {p=$2}
		END {printf "bench: truth_%s %s %% rooms %s %% patients\n", n, r, p}' "$dir/$name.mark"
	sed 's/^/#   /' "$dir/$name.mark"
done
