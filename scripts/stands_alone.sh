#!/usr/bin/env bash
# Clone the last commit to an empty folder and collect the tests there: no neighbours, no data of others, no cache of this machine.
# Fails where a test needs anything beside the clone before it can even be counted. Set up first: `make setup-dev`.
set -euo pipefail
cd "$(dirname "$0")/.."
python="$PWD/.venv/bin/python"
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
mkdir "$place/home"
# A clone may belong to somebody else than who runs this; git then wants to be told that it is meant.
printf '[safe]\n\tdirectory = *\n' >"$place/home/.gitconfig"
unset NOF1_DATA XDG_CACHE_HOME XDG_CONFIG_HOME
export HOME="$place/home" PYTHONPATH="$place/nof1/src"
git clone --quiet --no-hardlinks "$PWD" "$place/nof1"
cd "$place/nof1"
case $("$python" -c 'import nof1; print(nof1.__file__)') in
  "$place"/*) ;;
  *) echo "The tests would be those of the clone, the code another's." >&2; exit 1 ;;
esac
"$python" -m pytest --collect-only -n 0 -p no:cacheprovider >"$place/collected" || { tail -n 60 "$place/collected"; exit 1; }
echo "A clone without neighbours: $(tail -n 1 "$place/collected")"
