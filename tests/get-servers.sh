#!/bin/sh
# Make sure that there are nginx and OpenLDAP for the tests in tests/places, which start their own.
set -eu
PATH="$PATH:/usr/sbin"
missing=
command -v nginx >/dev/null || missing="$missing nginx-light"
command -v slapd >/dev/null || missing="$missing slapd"
[ -n "$missing" ] || exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  echo "Installing$missing …"
  # Their own services need not start.
  (apt-get update -qq && DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 apt-get install -y -qq --no-install-recommends $missing) >/dev/null
else
  echo "The tests need nginx and slapd. On Debian and Ubuntu: apt install$missing"
  exit 1
fi
