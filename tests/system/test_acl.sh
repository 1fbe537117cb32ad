#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The broker as etc/mosquitto.conf and etc/vigie.acl set it up, with client
# certificates: who may say what. A refusal is what the broker answers (MQTT 5,
# reason 135, "Not authorized") and, for what matters most, that nothing arrives.
set -u
bad=0
broker=
fail() {
	echo "acl: $1" >&2
	bad=1
}
folder=$(mktemp -d) || exit 1
trap '[ -z "$broker" ] || kill "$broker"; rm -rf "$folder"' EXIT
F1=AC23000000F1 F2=AC23000000F2
sh tests/system/make_certs.sh "$folder" or-desk-1 pacu-desk-1 watch-1 monitoring $F1 $F2 || exit 1
# A station's name on a certificate of an authority that is not the suite's.
(cd "$folder" && openssl x509 -req -in or-desk-1.csr -CA other.pem -CAkey other.key \
	-CAcreateserial -days 2 -out forged.pem 2>/dev/null && cp or-desk-1.key forged.key)
sed -e "s|/etc/mosquitto/tls|$folder|; s|/etc/mosquitto/vigie.acl|$PWD/etc/vigie.acl|" \
	-e "s|/var/lib/mosquitto/|$folder/|; s|log_dest syslog|log_dest file $folder/log|" \
	etc/mosquitto.conf >"$folder/conf.in"
[ "$(id -u)" != 0 ] || echo "user root" >>"$folder/conf.in"
PATH=$PATH:/usr/sbin
port=$((20000 + $$ % 20000))
as() { # who, program, arguments...
	who=$1 program=$2
	shift 2
	timeout 20 "$program" -h 127.0.0.1 -p $port -V 5 --cafile "$folder/ca.pem" \
		--cert "$folder/$who.pem" --key "$folder/$who.key" "$@"
}
ready=
for try in 1 2 3 4 5; do
	port=$((port + try))
	sed "s|^listener 8883|listener $port 127.0.0.1|" "$folder/conf.in" >"$folder/conf"
	mosquitto -c "$folder/conf" >/dev/null 2>&1 &
	broker=$!
	for _ in 1 2 3 4 5 6 7 8 9 10; do
		sleep 0.2
		as or-desk-1 mosquitto_pub -q 1 -t vigie/or-desk-1/heartbeat -m x 2>/dev/null &&
			ready=yes && break 2
		kill -0 $broker 2>/dev/null || break
	done
	kill $broker 2>/dev/null
	broker=
done
[ -n "$ready" ] || { echo "acl: the broker does not start" >&2; cat "$folder/log"; exit 1; }
writes() { # who, topic, yes|no
	answer=$(as "$1" mosquitto_pub -q 1 -t "$2" -m forged 2>&1)
	case "$3 $answer" in
	"yes ") ;;
	"no "*"Not authorized"*) ;;
	*) fail "$1 on $2: expected $3, the broker says: ${answer:-accepted}" ;;
	esac
}
ack=share/alarm/0123456789abcdef/ack

# A gateway: its own status, nothing of others', no command, nothing of vigie's.
writes $F1 /gw/$F1/status yes
writes $F1 gw/$F1/status yes
writes $F1 gw/$F1/response yes
writes $F1 /gw/$F2/status no
writes $F1 gw/$F2/status no
writes $F1 /gw/$F1/action no
writes $F1 /gw/$F2/action no
writes $F1 vigie/$F1/heartbeat no
writes $F1 vigie/$F1/$ack no
writes $F1 vigie/or-desk-1/$ack no
writes $F1 vigie/or-desk-1/heartbeat no
# A station: its own name, not another's, and no word to a device.
writes or-desk-1 vigie/or-desk-1/$ack yes
writes or-desk-1 vigie/or-desk-1/heartbeat yes
writes or-desk-1 vigie/pacu-desk-1/$ack no
writes or-desk-1 vigie/pacu-desk-1/heartbeat no
writes or-desk-1 vigie/watch-1/notify/siren no
writes or-desk-1 vigie/or-desk-1 yes # "#" covers its parent
writes or-desk-1 vigie/or-desk-11/$ack no
writes or-desk-1 /gw/$F1/status no
writes or-desk-1 gw/$F1/status no
writes or-desk-1 /gw/$F1/action no
writes or-desk-1 anything/else no
writes watch-1 vigie/watch-1/notify/siren yes
writes monitoring vigie/monitoring/$ack no
writes monitoring gw/$F1/status no

# What is heard: a station all that is shared and all statuses, its own other topics and
# nobody else's; a gateway its own actions. Retained messages tell without waiting.
hears() { # who, pattern, expected lines
	got=$(as "$1" mosquitto_sub -q 1 -t "$2" -F '%t' --retained-only -W 1 2>/dev/null | sort | tr '\n' ' ')
	[ "$got" = "$3" ] || fail "$1 hears on $2: ${got:-nothing}, expected: ${3:-nothing}"
}
for station in or-desk-1 pacu-desk-1; do
	as $station mosquitto_pub -q 1 -r -t vigie/$station/$ack -m 1
	as $station mosquitto_pub -q 1 -r -t vigie/$station/notify/own -m 1
done
as $F1 mosquitto_pub -q 1 -r -t gw/$F1/status -m 1
as $F1 mosquitto_pub -q 1 -r -t gw/$F2/status -m 1 >/dev/null 2>&1
hears or-desk-1 'vigie/+/share/#' "vigie/or-desk-1/$ack vigie/pacu-desk-1/$ack "
hears or-desk-1 'vigie/#' "vigie/or-desk-1/notify/own vigie/or-desk-1/$ack vigie/pacu-desk-1/$ack "
hears or-desk-1 'gw/+/status' "gw/$F1/status "
hears $F1 'vigie/+/share/#' ""
hears $F1 '#' ""
hears $F2 'gw/+/status' ""

# No way in without a certificate of the suite's own authority, nor in plain text, and
# the name of the session is that of the certificate.
refused() { # what, arguments of mosquitto_pub...
	what=$1
	shift
	timeout 5 mosquitto_pub -h 127.0.0.1 -p $port -q 1 -t vigie/or-desk-1/heartbeat -m x "$@" \
		>/dev/null 2>&1 && fail "$what came in"
}
refused "plain text"
refused "a client without a certificate" --cafile "$folder/ca.pem"
refused "a name of another authority" --cafile "$folder/ca.pem" --cert "$folder/forged.pem" \
	--key "$folder/forged.key"
as $F1 mosquitto_pub -i or-desk-1 -u or-desk-1 -q 1 -t gw/$F1/status -m x
grep -q "as $F1 " "$folder/log" || fail "the session's name is not the certificate's"
grep -q "as or-desk-1 .*u'$F1'" "$folder/log" && fail "a gateway took a station's session"
[ "$bad" = 0 ] && echo "acl: good"
exit "$bad"
