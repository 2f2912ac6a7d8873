#!/bin/sh
# Check the types of the diary's page with TypeScript's checker, as pinned in types/package-lock.json.
cd "$(dirname "$0")/types" || exit 1
if ! command -v node >/dev/null || ! command -v npm >/dev/null; then
  echo "The types of the diary's page were not checked: that needs node and npm, which are not here."
  exit 0
fi
if [ ! -x node_modules/.bin/tsc ] || [ package-lock.json -nt node_modules/.package-lock.json ]; then
  npm ci --silent --no-audit --no-fund || {
    echo "The types of the diary's page were not checked: the checker could not be installed."
    exit 0
  }
fi
npm run --silent check && echo "The types of the diary's page fit."
