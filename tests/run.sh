#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Runs the suites named (all when none): unit, fuzz, layers, system. Goes on
# after a failure, sums up at the end, exits 1 if anything failed. SKIP names
# programs to leave out.
set -u
B=${B:-build}
export B LC_ALL=C.UTF-8
suites=${*:-layers unit system}
passed=0
failed=
one() { # name, command...
	name=$1
	shift
	printf '== %s\n' "$name"
	if "$@"; then
		passed=$((passed + 1))
	else
		failed="$failed $name"
	fi
}
for suite in $suites; do
	case $suite in
	layers) one layers sh tests/layers.sh ;;
	unit) for t in "$B"/tests/unit/test_*; do
		case "$t ${SKIP:-} " in *.o\ * | *.d\ * | *" ${t##*/} "*) continue ;; esac
		one "${t##*/}" timeout 300 "$t"
	done ;;
	fuzz) for t in "$B"/fuzz-replay/fuzz_*; do
		one "${t##*/}" timeout 300 "$t" "tests/fuzz/corpus/${t##*/fuzz_}"
	done ;;
	system) for t in tests/system/test_*.sh; do
		[ -e "$t" ] || continue
		one "${t##*/}" timeout 300 sh "$t"
	done ;;
	esac
done
if [ -n "$failed" ]; then
	echo "FAILED:$failed"
	exit 1
fi
echo "all $passed programs passed"
