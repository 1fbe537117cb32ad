#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Pictures of the demo in doc/shots; WARM_S seconds of life before the first.
set -eu
B=${B:-build}
FOLDER=${FOLDER:-doc/shots}
mkdir -p "$FOLDER"
"$B/tests/shots/shots" "$B/vigie" "$FOLDER" "${WARM_S:-45}"
for file in "$FOLDER"/*.svg; do
	size=$(wc -c <"$file")
	if [ "$size" -ge 100000 ]; then
		echo "shots: $file has $size bytes" >&2
		exit 1
	fi
done
ls -l "$FOLDER"
