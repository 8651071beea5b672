#!/bin/sh
# Make sure that there is a PostgreSQL for the tests of the ledger; they start a server of their own.
set -eu
if command -v initdb >/dev/null || ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1; then exit 0; fi
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  echo "Installing postgresql …"
  (apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq postgresql) >/dev/null
else
  echo "The tests need PostgreSQL. On Debian and Ubuntu: apt install postgresql"
  exit 1
fi
