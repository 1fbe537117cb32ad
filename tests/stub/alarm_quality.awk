# SPDX-License-Identifier: Apache-2.0
# The figures of `vigie show alarm-quality` once more, by other means: each window
# is counted from scratch. Rows, by tabs: "F" or "D"; number of the fact, or of the
# one that caused it; time in ms; payload. Prints "key value" lines.
#   awk -v from=MS -v to=MS -f tests/stub/alarm_quality.awk rows.tsv
# What another alarm explains within five seconds has not rung, until it speaks for itself.
# No shelf: what is shelved is not in the rows that this is tried on.
function text(name,   a) {
	if (!match($4, "\"" name "\":\"[^\"]*\"")) return ""
	a = substr($4, RSTART, RLENGTH)
	sub("^\"" name "\":\"", "", a); sub("\"$", "", a)
	return a
}
function num(name,   a) {
	if (!match($4, "\"" name "\":[0-9]+")) return 0
	a = substr($4, RSTART, RLENGTH)
	sub(/^.*:/, "", a)
	return a + 0
}
function most(window,   i, j, n, best) {
	for (i = 1; i <= rang; i++) {
		n = 0
		for (j = 1; j <= rang; j++) n += t[j] <= t[i] && t[j] > t[i] - window
		if (n > best) best = n
	}
	return best + 0
}
function sort(a, n,   i, j, x) {
	for (i = 2; i <= n; i++) {
		x = a[i]
		for (j = i - 1; j > 0 && a[j] > x; j--) a[j + 1] = a[j]
		a[j + 1] = x
	}
}
function quantile(a, n, p,   h, k) {
	h = (n - 1) * p; k = int(h)
	return k + 1 < n ? a[k + 1] + (h - k) * (a[k + 2] - a[k + 1]) : a[n]
}
function floods(   i, j, m, x, n, on, since, sum) {
	for (i = 1; i <= rang; i++) { x[++m] = t[i]; x[++m] = t[i] + 600000 }
	sort(x, m)
	for (i = 1; i <= m; i++) {
		n = 0
		for (j = 1; j <= rang; j++) n += t[j] <= x[i] && x[i] < t[j] + 600000
		if (!on && n > 10) { on = 1; since = x[i]; floods_n++ }
		else if (on && n < 5) { on = 0; sum += (x[i] < to ? x[i] : to) - since }
	}
	return to > from ? sum / (to - from) : 0
}
function delays(name, want,   i, n, a) {
	for (i = 1; i <= all; i++)
		if (in_span[i] && acked[i] && (want == "" || prio[i] == want)) a[++n] = (acked[i] - began[i]) / 1000
	print name "_acked", n + 0
	if (!n) return
	sort(a, n)
	printf "%s_median %.6f\n%s_p90 %.6f\n", name, quantile(a, n, 0.5), name, quantile(a, n, 0.9)
}
BEGIN { FS = "\t"; rank["LOW"] = 1; rank["MEDIUM"] = 2; rank["HIGH"] = 3 }
$1 == "F" && text("fact") == "alarm" && text("act") == "acknowledge" { ack[$2] = 1 }
$1 == "D" {
	k = text("alarm"); f = text("from"); s = text("to"); o = last[k]
	if (s == "F" || f == "F") {
		if (o && f == "B" && !acked[o] && $3 - began[o] < 5000) quiet[o] = 1
		if (!o || f == s || s != "B" || !quiet[o]) next
	}
	if (s == "B" && (f == "F" || num("raised_ms") != raised[o])) {
		if (o && !ended[o]) ended[o] = $3
		if (quiet[o]) count[k]--
		if (o && f == "C" && $2 == 0) out[o] = 1
		o = last[k] = ++all
		key[o] = k; began[o] = $3; raised[o] = num("raised_ms"); prio[o] = text("priority")
		if (num("level") > 0) esc[o] = 1
		prev[o] = count[k]; count[k]++; nth[k, count[k]] = o; order[o] = count[k]
		next
	}
	if (!o) next
	if (num("level") > 0) esc[o] = 1
	unseen = f == "B" || f == "D" || f == "LU"
	if (!acked[o] && unseen && rank[text("priority")] > rank[prio[o]]) prio[o] = text("priority")
	if (!acked[o] && unseen && (s == "A" || s == "C" || s == "LA") && $2 in ack) acked[o] = $3
	if ((f == "B" || f == "C") && s != "B" && s != "C" && !ended[o]) ended[o] = $3
}
END {
	for (i = 1; i <= all; i++) {
		in_span[i] = began[i] >= from && began[i] <= to && !quiet[i]
		if (in_span[i]) {
			t[++rang] = began[i]; by[prio[i]]++; per[key[i]]++
			escalated += esc[i]; ack_n += acked[i] > 0; timed += out[i]
			if (ended[i] && ended[i] - began[i] <= 60000 && !(acked[i] && acked[i] <= ended[i])) fleeting++
			a = nth[key[i], order[i] - 2]
			if (order[i] > 2 && ended[i] && ended[i] - began[a] <= 60000) chat[key[i]] = 1
		}
		b = began[i] + 86400000; e = ended[i] ? ended[i] : 9e15
		if (b <= to && e > b && e > from) stale++
	}
	for (k in chat) chattering++
	for (k in per) p[++np] = -per[k]
	sort(p, np)
	for (i = 1; i <= np && i <= 10; i++) top -= p[i]
	minutes = (to - from) / 60000
	print "rang", rang + 0
	printf "per_10_min %.6f\n", rang / (minutes / 10)
	print "most_1_min", most(60000)
	print "most_10_min", most(600000)
	print "most_60_min", most(3600000)
	share = floods()
	print "floods", floods_n + 0
	printf "flood_percent %.6f\n", 100 * share
	printf "low_percent %.6f\nmedium_percent %.6f\nhigh_percent %.6f\n", 100 * by["LOW"] / rang, 100 * by["MEDIUM"] / rang, 100 * by["HIGH"] / rang
	print "chattering", chattering + 0
	print "fleeting", fleeting + 0
	print "stale", stale + 0
	printf "top_10_percent %.6f\n", 100 * top / rang
	printf "escalated_percent %.6f\n", 100 * escalated / rang
	if (ack_n) printf "timed_out_percent %.6f\n", 100 * timed / ack_n
	delays("HIGH", "HIGH"); delays("MEDIUM", "MEDIUM"); delays("LOW", "LOW")
}
