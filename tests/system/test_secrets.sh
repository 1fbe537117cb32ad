#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A station that is given secrets of every kind keeps them to itself: they are in no
# journal, no log, no argument and no environment, whether they are taken or refused.
set -u
B=${B:-build}
bad=0
broker=''
server=''
watch=''
fail() {
	echo "secrets: $1" >&2
	bad=1
}
folder=$(mktemp -d) || exit 1
leave() {
	for process in $broker $server $watch; do kill "$process" 2>/dev/null; done
	rm -rf "$folder"
}
trap leave EXIT
PATH=$PATH:/usr/sbin
port=$((20000 + $$ % 20000))
mkdir "$folder/keys" "$folder/journal" "$folder/seen"
umask 077
echo mqtt-swordfish-1 >"$folder/keys/mqtt.password"
echo fhir-swordfish-2 >"$folder/keys/fhir.token"
echo oauth-swordfish-3 >"$folder/keys/fhir.secret"
echo http-swordfish-4 >"$folder/keys/http.token"
echo 'C300007B573C 00112233445566778899aabb5f0e5d05' >"$folder/keys/tags"
mosquitto_passwd -b -c "$folder/users" station mqtt-swordfish-1 || exit 1
chmod 644 "$folder/users"
printf 'listener %s 127.0.0.1\nallow_anonymous false\npassword_file %s/users\nlog_dest none\n' \
	$port "$folder" >"$folder/broker.conf"
[ "$(id -u)" != 0 ] || echo "user root" >>"$folder/broker.conf"
mosquitto -c "$folder/broker.conf" >/dev/null 2>&1 &
broker=$!
# A server that refuses everybody and tells what it was sent.
perl -MIO::Socket::INET -e '
	my ($port, $seen) = @ARGV;
	my $door = IO::Socket::INET->new(LocalAddr => "127.0.0.1", LocalPort => $port,
		Listen => 16, ReuseAddr => 1) or die;
	while (my $peer = $door->accept) {
		my $heard = "";
		$heard .= $_ while defined($_ = <$peer>) && /\S/;
		read $peer, my $body, $1 if $heard =~ /^Content-Length: (\d+)/mi;
		$heard .= "\n" . ($body // "");
		open my $out, ">>", $seen or die;
		print $out "$heard\n";
		close $out;
		printf $peer "HTTP/1.1 401 No\r\nConnection: close\r\nContent-Length: %d\r\n\r\n%s",
			length $heard, $heard; # it says back what it got
		close $peer;
	}' $((port + 1)) "$folder/seen/requests" &
server=$!
cat >"$folder/vigie.conf" <<EOF
site = "etc/demo/site.cfg";
journal = "$folder/journal/j.db";
station = "watch-1";
keys_file = "$folder/keys/tags";
mqtt = { addresses = ["mqtt://127.0.0.1:$port"]; user = "station";
	password_file = "$folder/keys/mqtt.password"; };
fhir = { base = "http://127.0.0.1:$((port + 1))/fhir"; every_s = 0.5;
	bearer_file = "$folder/keys/fhir.token"; };
fhir2 = { base = "http://127.0.0.1:$((port + 1))/two"; every_s = 0.5; client_id = "vigie";
	token_url = "http://127.0.0.1:$((port + 1))/token";
	secret_file = "$folder/keys/fhir.secret"; };
http = { listen = "127.0.0.1:$((port + 2))"; token_file = "$folder/keys/http.token"; };
EOF
sleep 0.5
"$B/vigie" watch --config "$folder/vigie.conf" >"$folder/seen/log" 2>&1 &
watch=$!
sleep 4
tr '\0' '\n' <"/proc/$watch/cmdline" >"$folder/seen/arguments"
tr '\0' '\n' <"/proc/$watch/environ" >"$folder/seen/environment" 2>/dev/null
read -r helpers <"/proc/$watch/task/$watch/children" || helpers=''
for helper in $helpers; do
	tr '\0' '\n' <"/proc/$helper/environ" >>"$folder/seen/environment" 2>/dev/null
done
kill $watch
wait $watch
watch=''
# They were used: the broker let it in, the server got the token, the secret and no key.
grep -q "127.0.0.1:$port: up" "$folder/seen/log" ||
	fail "the broker did not let it in: $(cat "$folder/seen/log")"
grep -q fhir-swordfish-2 "$folder/seen/requests" || fail "the bearer token was not sent"
grep -qE 'oauth-swordfish-3|dmlnaWU6' "$folder/seen/requests" || fail "the client secret was not sent"
mv "$folder/seen/requests" "$folder/keys/"
# And are nowhere else. (base64 of "vigie:oauth…", as HTTP Basic has it, is one, too.)
for secret in swordfish dmlnaWU6b2F1dGg 00112233445566778899aabb5f0e5d05 ABEiM0RVZneImaq7Xw5dBQ; do
	found=$(grep -rlaiF "$secret" "$folder/journal" "$folder/seen")
	[ -z "$found" ] || fail "$secret is in $found"
done
[ -s "$folder/journal/j.db" ] || fail "there is no journal to look into"
[ -s "$folder/seen/log" ] || fail "there is no log to look into"
[ "$bad" = 0 ] && echo "secrets: good"
exit "$bad"
