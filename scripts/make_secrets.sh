#!/bin/sh
# Makes what compose.yaml needs and nobody else may read, once, under secrets/: passwords and a certificate for NATS, and the key the
# ledger signs with. The authority that signs the certificate signs this one, and its key is thrown away. Needs openssl.
# Usage: scripts/make_secrets.sh ORIGIN       for example aid.example.gov.cn/ledger/2026
# MINGZHANG names the program that makes the key; without it `mingzhang` from PATH does, or the image.
set -eu
[ $# = 1 ] || { echo "usage: $0 ORIGIN, for example aid.example.gov.cn/ledger/2026" >&2; exit 2; }
cd "$(dirname "$0")/.."
[ ! -e secrets ] || { echo "secrets/ is there already; nothing was made" >&2; exit 1; }
umask 077
mkdir secrets secrets.new
trap 'rm -rf secrets.new; rmdir secrets 2>/dev/null || true' EXIT

# The letter in front keeps NATS from reading one as a number.
password() { printf 'p%s' "$(od -An -tx1 -N24 /dev/urandom | tr -d ' \n')"; }
for user in system provision ledger office auditor; do
  secret=$(password)
  echo "NATS_PASSWORD_$(echo "$user" | tr a-z A-Z)=$secret" >>secrets.new/nats.env
  [ "$user" = system ] || echo "tls://$user:$secret@nats:4222" >"secrets.new/nats_$user"
done
certificate() {
  new="openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes"
  names='basicConstraints=CA:FALSE\nextendedKeyUsage=serverAuth\nsubjectAltName=DNS:nats,DNS:localhost,IP:127.0.0.1\n'
  printf "$names" >"$1/names" &&
    $new -x509 -days 3650 -subj "/CN=mingzhang nats authority" -keyout "$1/authority" -out "$1/nats_ca" &&
    $new -subj "/CN=nats" -keyout "$1/nats_key" -out "$1/asked" &&
    openssl x509 -req -days 3650 -in "$1/asked" -CA "$1/nats_ca" -CAkey "$1/authority" -set_serial 1 -extfile "$1/names" -out "$1/nats_cert" &&
    rm "$1/names" "$1/authority" "$1/asked"
}
said=$(certificate secrets.new 2>&1) || { echo "$said" >&2; echo "no certificate could be made: is openssl installed?" >&2; exit 1; }
if program=${MINGZHANG:-$(command -v mingzhang)}; then
  "$program" keygen --origin "$1" --out secrets.new/ledger_key
else
  docker build --tag mingzhang --file services/Dockerfile . >&2
  docker run --rm --user "$(id -u)" --volume "$PWD/secrets.new:/made" mingzhang keygen --origin "$1" --out /made/ledger_key
fi
# The directory keeps others out; inside the containers another user reads them.
chmod 644 secrets.new/*
mv secrets.new/* secrets/
echo "made secrets/; publish secrets/ledger_key.pub, and keep a copy of secrets/ledger_key where the ledger is not"
