#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# How long operations take, foretold: DURATIONS is a table of operated cases
# (columns in vigie(1), durations). Five folds, and online on ten shuffles; the
# booking of the same cases is the reference.
set -u
B=${B:-build}
[ -n "${DURATIONS:-}" ] || { echo "bench: durations not run: DURATIONS=path of a table"; exit 0; }
figure() { # object key text
	printf '%s' "$3" | sed -n "s/.*\"$1\":{[^}]*\"$2\":\\(-\\{0,1\\}[0-9.]*\\).*/\\1/p"
}
line() { # name key unit text
	awk -v n="$1" -v u="$3" -v a="$(figure model "$2" "$4")" -v b="$(figure booking "$2" "$4")" \
		'BEGIN {if (b == "") printf "bench: %s %s %s\n", n, a, u
			else printf "bench: %s %s %s vs booking %s %.3f\n", n, a, u, b, a / b}'
}
report() { # prefix, options...
	prefix=$1
	shift
	text=$("$B/vigie" durations evaluate "$DURATIONS" --json "$@") || exit 1
	line "${prefix}_mae" mae_min min "$text"
	line "${prefix}_crps" crps_min min "$text"
	line "${prefix}_within20" within20 share "$text"
	line "${prefix}_coverage80" coverage80 share "$text"
}
report durations --folds 5
report durations_online --online
