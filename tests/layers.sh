#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The layer rule (ARCHITECTURE.md): who may include whom, and what twin/ may
# call. Judged on includes and on what the objects really need (nm -u).
set -u
B=${B:-build}
bad=0
fail() {
	echo "layers: $1" >&2
	bad=1
}
may() { # folder, extended regex of allowed quoted includes
	found=$(grep -rnE '^#include "' "$1" | grep -vE "#include \"($2)" || true)
	[ -z "$found" ] || fail "$1 includes what it must not:
$found"
}
may twin 'twin/'
may feeds '(twin|feeds)/'
may screens '(twin|screens)/'
may src '(twin|feeds|screens|src)/'
found=$(grep -rnE '#include <' twin | grep -vE \
	'<(string|stdlib|stddef|stdint|stdbool|limits|math|float|uthash|lapacke|inttypes|stdalign|immintrin)\.h>' || true)
[ -z "$found" ] || fail "twin/ includes a system header it must not:
$found"
found=$(grep -rlE '#include <(n?curses|ncursesw/.*|term)\.h>' twin feeds screens src | grep -v '^screens/term\.c$' || true)
[ -z "$found" ] || fail "curses outside screens/term.c: $found"
allowed='^(_GLOBAL_OFFSET_TABLE_|__stack_chk_fail|__[a-z]+_chk|__assert_fail|sincos|__popcountdi2|__cpu_model|__udivti3|mem(cpy|set|move|cmp|chr)|str(len|cmp|ncmp|chr|rchr|str|ncpy|spn|cspn|pbrk|nlen|dup)|malloc|calloc|realloc|free|exit|abort|qsort|bsearch|strto(l|ll|ul|ull|d)|exp|log|log10|log1p|expm1|pow|sqrt|fabs|floor|ceil|round|trunc|fmod|hypot|llround|lround|erf|erfc|tanh|cbrt|fmin|fmax|rint|llrint|lrint|nearbyint|ldexp|frexp|cos|sin|atan2|tan|acos|asin|atan)$'
own=$(nm -g --defined-only "$B/twin.a" | awk 'NF==3 {print $3}' | sort -u)
found=$(nm -u "$B/twin.a" | awk '$1=="U" {print $2}' | sort -u | grep -vE "$allowed" | while read -r s; do
	echo "$own" | grep -qx "$s" || echo "$s"
done)
[ -z "$found" ] || fail "twin/ calls: $(echo "$found" | tr '\n' ' ')"
# No writable globals in the model.
found=$(nm "$B/twin.a" | awk '$2 ~ /^[bBC]$/ {print $3}')
[ -z "$found" ] || fail "twin/ has writable globals: $found"
# A what-if has no way out: who runs forks, and who stacks what-ifs, neither tells a
# fact nor knows a feed, a socket, a sender or another program.
ways='^(station_fact|station_commit|station_orders|twin_apply|journal_|inbox_|mqtt_|http_|fhir_|hl7_|door_|curl_|MQTT|MHD_|child_|sender_|order_tell_|notify_|socket|connect|send|recv|popen|system|exec|fork$)'
for object in forecaster foresee station_whatif repairer; do
	[ -f "src/$object.c" ] || continue
	[ -f "$B/src/$object.o" ] || fail "no $B/src/$object.o to judge"
	found=$(nm -u "$B/src/$object.o" | awk '$1=="U" {print $2}' | grep -E "$ways" | tr '\n' ' ')
	[ -z "$found" ] || fail "src/$object.c can reach beyond a fork: $found"
done
# Verbs that fold or simulate cannot send: of all that they call, and what that calls,
# none speaks HTTP or MQTT, and none is the sender of orders or a writer. (Sockets are
# judged while the verbs run: tests/unit/test_order_reach.c.) That
# `vigie watch` can shows that the walk finds what there is.
reach() { # verb, extended regex of symbols: what it comes to that is none of ours, or theirs
	nm -A -g "$B"/src/*.o "$B"/screens/*.o "$B"/feeds/*.o "$B"/twin/*.o |
		awk -v first="$B/src/verb_$1.o" '
		{ split($1, at, ":"); type = $(NF - 1); name = $NF
		  if (type == "U") needs[at[1]] = needs[at[1]] " " name
		  else home[name] = at[1] }
		END { queue[1] = first; seen[first] = 1; n = 1
		  for (i = 1; i <= n; i++) { m = split(needs[queue[i]], call, " ")
		    for (k = 1; k <= m; k++) { print call[k]; of = home[call[k]]
		      if (of != "" && !(of in seen)) { seen[of] = 1; queue[++n] = of } } } }' |
		sort -u | grep -E "$2" | tr '\n' ' '
}
out='^(curl_easy_perform|curl_multi_.*|MQTTAsync_.*|sender_.*|fhir_write_.*|order_tell_.*|notify_send|mqtt_.*|http_(get|post|send).*)$'
for verb in show replay forecast repair; do
	[ -f "src/verb_$verb.c" ] || continue
	found=$(reach "$verb" "$out")
	[ -z "$found" ] || fail "vigie $verb can reach the network: $found"
done
case $(reach watch "$out") in
*sender_look*) ;;
*) fail "the walk from a verb does not find the sender where it is" ;;
esac
[ "$bad" = 0 ] && echo "layers: good"
exit "$bad"
