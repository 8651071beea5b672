#!/bin/sh
# Make sure that there is a Chromium for the browser tests: the system's, or Playwright's own.
set -eu
for name in chromium-headless-shell chromium chromium-browser google-chrome; do
  if command -v "$name" >/dev/null; then exit 0; fi
done
install() { DEBIAN_FRONTEND=noninteractive apt-get install -y -qq "$1"; }
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  echo "Installing Chromium …"
  (apt-get update -qq && { install chromium-headless-shell || install chromium; }) >/dev/null
else
  "$1" -m playwright install chromium
fi
