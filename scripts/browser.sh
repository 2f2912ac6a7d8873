#!/bin/sh
# See that there is a browser for the tests of the diary's page. Only root gets one installed, on Debian; others are told what to type.
for program in chromium chromium-browser google-chrome google-chrome-stable; do
  if command -v "$program" >/dev/null; then exit 0; fi
done
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  echo "Installing Debian's Chromium for the tests of the diary's page, since this is root: apt-get install chromium"
  install() { apt-get install -y -qq --no-install-recommends chromium; }
  # The lists of packages may be old, or not there at all.
  { install || { apt-get update -qq && install; }; } >/dev/null 2>&1 && exit 0
  echo "It could not be installed."
fi
echo "The tests of the diary's page in a browser are skipped: none is here. Type as root:" \
  "apt-get install chromium (Debian), dnf install chromium (Fedora)"
exit 0
