#!/bin/sh
# Find a Python that is new enough, make the virtual environment, install the packages of a lock file and nof1 itself.
# What another lock file put there before stays. PYTHON chooses the Python.
set -eu
venv=$1
lock=$2
log=$(mktemp)
trap 'rm -f "$log" "$log.uv"' EXIT

# pyenv hides a Python that is not chosen for this folder, so its own folder is looked into, too.
pyenv=${PYENV_ROOT:-${HOME:-}/.pyenv}/versions
if [ -n "${PYTHON:-}" ]; then
  set -- "$PYTHON" "$pyenv"/*/bin/"$PYTHON"
else
  set -- python3.14 python3.13 python3.12 python3 "$pyenv"/3.*/bin/python3
fi
python=
for candidate in "$@"; do
  if "$candidate" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 12))' >/dev/null 2>&1; then
    python=$candidate
    break
  fi
done
if [ -z "$python" ]; then
  found=$("${PYTHON:-python3}" --version 2>&1 || echo "no ${PYTHON:-Python 3} at all")
  echo "nof1 needs Python 3.12 or newer (with venv). Found: $found." >&2
  echo "Install one, for example from https://www.python.org/downloads/, then run this again." >&2
  exit 1
fi

# An environment that an older Python left behind, or another one than was asked for, is made anew.
asked=$([ -z "${PYTHON:-}" ] || "$python" -c 'import sys; print(sys.version)')
if ! "$venv/bin/python" -c 'import sys; sys.exit(sys.version_info < (3, 12) or sys.argv[1] not in ("", sys.version))' "$asked" >/dev/null 2>&1; then
  rm -rf "$venv"
  "$python" -m venv "$venv"
fi

echo "Setting up with $("$venv/bin/python" --version); the first time takes a few minutes ..."
# The lock names uv: it installs the same files by the same hashes several times as fast. Where it cannot, pip does. Both compile
# the packages: a person's first command, and every one where nothing may be written later, would wait for that instead.
quickly() {
  awk '/^[^ #]/ { found = /^uv==/ } found' "$lock" >"$log.uv" &&
    "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-input --retries 2 --require-hashes --no-deps \
      -r "$log.uv" >"$log" 2>&1 &&
    "$venv/bin/python" -m uv pip install --quiet --compile-bytecode --python "$venv/bin/python" --require-hashes --no-deps -r "$lock" \
      >"$log" 2>&1
}
install() {
  if ! "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-input --retries 2 "$@" >"$log" 2>&1; then
    if grep -qiE 'connection|temporary failure|name resolution|timed out|unreachable|no matching distribution|proxy' "$log"; then
      echo "The packages could not be downloaded. The first set-up needs the network: connect, then run this again." >&2
    else
      echo "The packages could not be installed:" >&2
    fi
    tail -n 5 "$log" >&2
    exit 1
  fi
}
quickly || install --require-hashes --no-deps -r "$lock"
install --no-deps --no-build-isolation --editable .
echo "Ready. The commands are in $venv/bin; 'make' lists what can be done."
