#!/bin/sh
# Wheel and sdist into dist/; then the wheel, with what requirements.lock pins, in an empty environment: a stranger's way.
set -eu
cd "$(dirname "$0")/.."
venv=.venv
rm -rf dist
"$venv/bin/python" -m hatchling build >/dev/null
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
"$venv/bin/python" -m venv "$place/venv"
"$venv/bin/python" -m uv pip install --quiet --python "$place/venv/bin/python" --require-hashes --no-deps -r requirements.lock
"$venv/bin/python" -m uv pip install --quiet --python "$place/venv/bin/python" --no-deps dist/*.whl
(cd "$place" && PYTHONPATH='' "$place/venv/bin/nof1" demo demo >/dev/null)
test -s "$place/demo/results/summary.pdf"
ls dist
