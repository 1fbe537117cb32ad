#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# make_certs.sh FOLDER [NAME...]: a throw-away CA with a broker certificate for loopback,
# one for another host, a client certificate (and one for each NAME), and a second CA
# nobody trusts.
set -eu
cd "$1"
shift
key() { openssl ecparam -name prime256v1 -genkey -noout -out "$1" 2>/dev/null; }
ca() {
	key "$1.key"
	openssl req -x509 -new -key "$1.key" -days 2 -subj "/CN=$1" -out "$1.pem" 2>/dev/null
}
leaf() { # name, subject alternative names, ca
	key "$1.key"
	openssl req -new -key "$1.key" -subj "/CN=$1" -out "$1.csr" 2>/dev/null
	printf 'subjectAltName=%s\n' "$2" >"$1.ext"
	openssl x509 -req -in "$1.csr" -CA "$3.pem" -CAkey "$3.key" -CAcreateserial -days 2 \
		-extfile "$1.ext" -out "$1.pem" 2>/dev/null
}
ca ca
ca other
leaf broker IP:127.0.0.1,DNS:localhost ca
leaf elsewhere DNS:broker.hospital.example ca
leaf client DNS:station-1 ca
for name; do
	leaf "$name" "DNS:$name" ca
done
