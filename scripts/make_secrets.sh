#!/bin/sh
# Makes what compose.yaml needs and nobody else may read, once, under secrets/: passwords for NATS and the key the ledger signs with.
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
  [ "$user" = system ] || echo "nats://$user:$secret@nats:4222" >"secrets.new/nats_$user"
done
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
