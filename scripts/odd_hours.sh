#!/bin/sh
# Run the tests that look at the clock at the moments when dates go wrong: all, slow ones too, at each of them, the journeys in a
# browser at the first, or at each with JOURNEYS=all. Left out are long roads on which no date is asked for;
# `pytest -m "clock and road"` with the same two variables runs them. What stands behind the command goes to pytest.
set -eu
cd "$(dirname "$0")/.."
moments="
2026-04-06T15:30:00+02:00 Europe/Berlin the afternoon after the last night of a period
2026-12-31T23:59:00+01:00 Europe/Berlin a minute before the year is over
2028-02-29T07:00:00+01:00 Europe/Berlin the day that most years lack
2027-03-28T03:00:05+02:00 Europe/Berlin an hour was left out five seconds ago
2026-10-25T02:30:00+01:00 Europe/Berlin the same half past two for the second time
2026-07-01T08:00:00+12:00 Pacific/Auckland it is still yesterday in UTC
2026-06-30T20:00:00-10:00 Pacific/Honolulu it is tomorrow in UTC
"
failed=""
marks="clock and not road"
while read -r moment zone why; do
  [ -n "$moment" ] || continue
  echo "$moment in $zone: $why"
  export NOF1_TEST_NOW="$moment" NOF1_TEST_ZONE="$zone"
  if ! .venv/bin/python -m pytest -m "$marks" "$@" </dev/null; then
    failed="$failed
NOF1_TEST_NOW=$moment NOF1_TEST_ZONE=$zone"
  fi
  [ "${JOURNEYS:-}" = all ] || marks="clock and not road and not journey"
done <<END
$moments
END
if [ -n "$failed" ]; then
  echo "At these moments a test fails; pytest runs at one of them when it is given so:$failed" >&2
  exit 1
fi
