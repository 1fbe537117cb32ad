#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# W3 beside the engines people use, in one run: SimPy when a Python here has it (PYTHON names
# another), Cimba when CIMBA is a program that runs W3 with it: called with a number of days, it
# prints one line of JSON with days_per_s, as w3_simpy.py does.
set -u
B=${B:-build}
field() { # key text
	printf '%s' "$2" | sed -n "s/.*\"$1\": *\"\{0,1\}\([^,\"}]*\).*/\1/p"
}
median() { sort -n | sed -n 2p; }
# Three rounds in turn, so that a busy machine is as busy for both: the medians.
beside() { # name command...
	name=$1
	shift
	ours='' theirs=''
	for _ in 1 2 3; do
		text=$("$@") || exit 1
		theirs="$theirs $(field days_per_s "$text")"
		ours="$ours $(field days_per_s "$("$B/vigie" bench w3 --n 20000)")"
	done
	# shellcheck disable=SC2086
	awk -v a="$(printf '%s\n' $ours | median)" -v b="$(printf '%s\n' $theirs | median)" \
		-v n="$name" 'BEGIN {
		if (b > 0) printf "bench: w3_days_per_s %d days/s vs %s %s %.1f\n", a, n, b, a / b}'
	echo "# $name: last out $(field last_out_min "$text") (816.6-817.5), overtime" \
		"$(field overtime_min "$text") (1005-1008), wait $(field wait_min "$text") (73.4)," \
		"blocked $(field blocked_min_per_day "$text") (149-151)"
}
with_simpy() { # the first Python that has SimPy 3 or 4: their Environment is the same
	for p in ${PYTHON:-python3 /usr/bin/python3 pypy3}; do
		"$p" -c 'import simpy; simpy.Environment' 2>/dev/null && echo "$p" && return
	done
}
python=$(with_simpy)
if [ -z "$python$([ -n "${CIMBA:-}" ] && echo "$CIMBA")" ]; then
	echo "bench: w3 beside SimPy not run: pip install simpy (or Debian's python3-simpy3)"
	exit 0
fi
if [ -n "$python" ]; then
	beside simpy "$python" tests/bench/w3_simpy.py 600
	echo "# $(field engine "$text"), $("$python" --version 2>&1); SimPy 4.1.2 on CPython 3.11 was" \
		"measured at 207-233 days/s on 2.45 GHz"
fi
if [ -n "${CIMBA:-}" ]; then
	beside cimba "$CIMBA" 10000
fi
