#!/bin/sh
# Make sure that there are promtool and prometheus for the tests of the metrics; the tests start them.
# Debian's package is unpacked into the folder named as argument, so that no daemon of it starts.
set -eu
folder=$1
if command -v promtool >/dev/null && command -v prometheus >/dev/null; then exit 0; fi
if [ -x "$folder/usr/bin/promtool" ]; then exit 0; fi
if command -v apt-get >/dev/null && command -v dpkg-deb >/dev/null; then
  echo "Fetching prometheus …"
  rm -rf "$folder.deb"
  mkdir -p "$folder.deb"
  if [ "$(id -u)" = 0 ]; then apt-get update -qq >/dev/null; fi
  (cd "$folder.deb" && apt-get download -qq -o APT::Sandbox::User="$(id -un)" prometheus >/dev/null)
  dpkg-deb -x "$folder.deb"/*.deb "$folder"
  rm -rf "$folder.deb"
else
  echo "The tests need promtool and prometheus on PATH: https://prometheus.io/download/"
  exit 1
fi
