#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# How well rooms are found: on public signal strengths with known positions
# (BLE=FOLDER with calibration_df.csv of marckolak/ble-rss-fingerprints-calib2021;
# rooms by its coordinates), 4 folds of 60 s blocks, and on a walk of the emulator
# with another seed than the demo site learned from, before and after learning.
set -u
B=${B:-build}
dir=$(mktemp -d /tmp/vigie-locate.XXXXXX)
trap 'rm -rf "$dir"' EXIT
table() { # name, arguments of evaluate...
	name=$1
	shift
	"$B/vigie" locate evaluate "$@" >"$dir/$name" || return
	awk -v n="$name" '/^model/ {a=$2; c=$3; p=$4; e=$NF}
		/^strongest/ {s=$(NF-7)}
		NR == 1 {for (i = 1; i <= NF; i++) if ($i == "true") t=$(i-1)}
		END {printf "bench: locate_%s %s accuracy vs strongest_5s_mean %s %.3f\n", n, a, s, a / s
		printf "bench: locate_%s_changes %s changes vs true %s %.3f\n", n, c, t, c / t
		printf "bench: locate_%s_calibration %s error\n", n, e
		printf "bench: locate_%s_latency %s s\n", n, p}' "$dir/$name"
	sed 's/^/#   /' "$dir/$name"
}
if [ -n "${BLE:-}" ] && [ -r "$BLE/calibration_df.csv" ]; then
	awk -F, -v OFS=, 'NR == 1 {for (i = 1; i <= NF; i++) at[$i] = i
			print "ts,rssi_1,rssi_2,rssi_3,rssi_4,rssi_5,rssi_6,room"; next}
		{x = $at["x"]; y = $at["y"]
		if (y > 2.1) room = x < 2.64 ? "bed" : x <= 6.32 ? "living" : "annex"
		else room = x > 3.96 ? "bath" : "corridor"
		print $at["ts"], $at["rssi_1"], $at["rssi_2"], $at["rssi_3"], $at["rssi_4"],
			$at["rssi_5"], $at["rssi_6"], room}' "$BLE/calibration_df.csv" >"$dir/flat.csv"
	table flat "$dir/flat.csv"
	table flat_doors "$dir/flat.csv" --adjacency bed-corridor,living-corridor,living-annex,corridor-bath
else
	echo "# locate: BLE=FOLDER judges public data too"
fi
"$B/vigie-hospital" --site etc/demo/site.cfg --walk "$dir/walk.csv" --seed "${SEED:-2}" || exit
awk '/^# How each gateway hears/ {exit} {print}' etc/demo/site.cfg >"$dir/geometry.cfg"
table demo_geometry "$dir/walk.csv" --site "$dir/geometry.cfg"
table demo_surveyed "$dir/walk.csv" --site etc/demo/site.cfg
