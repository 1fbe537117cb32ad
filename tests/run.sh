#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Runs the suites named (all when none): unit, fuzz, layers, system. Programs mostly
# wait, so JOBS of them (twice as many as there are processors) run side by side; what one
# says is shown when it ends. Goes on after a failure, sums up at the end, exits 1 if
# anything failed. SKIP names programs to leave out.
set -u
B=${B:-build}
export B LC_ALL=C.UTF-8

# One program: its name, then the command. Two never speak at once.
if [ "${1:-}" = --one ]; then
	name=$2
	shift 2
	timeout 300 "$@" >"$RUN/$name" 2>&1
	status=$?
	[ $status -eq 0 ] || echo "$name" >>"$RUN/failed"
	flock "$RUN/lock" sh -c 'printf "== %s\n" "$1"; cat "$2"; [ "$3" -eq 0 ] ||
		printf "%s ended with %s\n" "$1" "$3"' one "$name" "$RUN/$name" $status
	exit 0
fi

programs() { # suite
	case $1 in
	layers) echo "layers sh tests/layers.sh" ;;
	unit) for t in "$B"/tests/unit/test_*; do
		case "$t ${SKIP:-} " in *.o\ * | *.d\ * | *" ${t##*/} "*) continue ;; esac
		echo "${t##*/} $t"
	done ;;
	fuzz) for t in "$B"/fuzz-replay/fuzz_*; do
		echo "${t##*/} $t tests/fuzz/corpus/${t##*/fuzz_}"
	done ;;
	system) for t in tests/system/test_*.sh; do
		[ -e "$t" ] && echo "${t##*/} sh $t"
	done ;;
	esac
}

RUN=$(mktemp -d)
export RUN
trap 'rm -rf "$RUN"' EXIT
for suite in ${*:-layers unit system}; do
	programs "$suite"
done >"$RUN/list"
xargs -P "${JOBS:-$((2 * $(nproc)))}" -L 1 sh "$0" --one <"$RUN/list"
if [ -s "$RUN/failed" ]; then
	echo "FAILED: $(tr '\n' ' ' <"$RUN/failed")"
	exit 1
fi
echo "all $(wc -l <"$RUN/list") programs passed"
