#!/bin/sh
# Install Debian's Chromium for the tests of the diary's page, where that can be done without asking anybody.
for program in chromium chromium-browser google-chrome google-chrome-stable; do
  if command -v "$program" >/dev/null; then exit 0; fi
done
skipped="The tests of the diary's page in a browser are skipped: no Chromium is here, and"
if ! command -v apt-get >/dev/null; then
  echo "$skipped it is installed by hand on this system."
  exit 0
fi
if [ "$(id -u)" = 0 ]; then
  as_root=""
elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
  as_root="sudo -n"
else
  echo "$skipped only an administrator can install it (apt-get install chromium)."
  exit 0
fi
echo "Installing Chromium for the tests of the diary's page ..."
# The lists of packages may be old, or not there at all.
if ! { $as_root apt-get install -y -qq --no-install-recommends chromium || { $as_root apt-get update -qq && $as_root apt-get install -y -qq --no-install-recommends chromium; }; } >/dev/null 2>&1; then
  echo "$skipped it could not be installed."
fi
exit 0
