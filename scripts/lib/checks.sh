# shellcheck shell=bash
# Every check of package.json and all kinds of tests, all of them even when some fail; then the count.

run_checks() {
  local results code=0
  results=$(mktemp -d)
  # shellcheck disable=SC2064
  trap "rm -rf '$results'" EXIT
  all_checks "$results"
  vitest unit "$results"
  vitest e2e "$results"
  vitest faults "$results"
  node scripts/lib/count.mjs sum "$results/checks" "$results/unit.json" "$results/e2e.json" "$results/faults.json" || code=$?
  return "$code"
}

# all_checks DIRECTORY: leaves a line for each in DIRECTORY/checks. None writes what another one reads, so two are at work at any time.
all_checks() {
  local name
  : > "$1/checks"
  while read -r name; do
    [[ $(jobs -rp | wc -l) -lt 2 ]] || wait -n || :
    check "$name" "$1" &
  done < <(node scripts/lib/count.mjs checks)
  wait
}

# check NAME DIRECTORY: runs the npm script, tells all that it said when it is over, adds `passed NAME` or `failed NAME` to DIRECTORY/checks.
check() {
  local verdict=failed
  say "• npm run $1"
  if npm run --silent "$1" < /dev/null &> "$2/$1.log"; then verdict=passed; fi
  say "$verdict: npm run $1"$'\n'"$(< "$2/$1.log")"
  echo "$verdict $1" >> "$2/checks"
}

# vitest PROJECT DIRECTORY: leaves DIRECTORY/PROJECT.json; a missing file counts as a failure, so the status is not needed.
vitest() {
  say "• vitest, project $1"
  node_modules/.bin/vitest run --project "$1" --reporter=default --reporter=json --outputFile.json="$2/$1.json" \
    < /dev/null >&2 || :
}
