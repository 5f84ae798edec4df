# shellcheck shell=bash
# Every check of package.json and all kinds of tests, all of them even when some fail; then the count.

run_checks() {
  local results code=0
  results=$(mktemp -d)
  # shellcheck disable=SC2064
  trap "rm -rf '$results'" EXIT
  all_checks "$results"
  vitest "$results/tests.json"
  node scripts/lib/count.mjs sum "$results/checks" "$results/tests.json" --kinds e2e fault unit || code=$?
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

# vitest FILE: leaves its report there; a missing one counts as a failure, so the status is not needed. Tests of all kinds are one
# run: where some wait for their nodes, others use the cores.
vitest() {
  say '• vitest'
  node_modules/.bin/vitest run --reporter=default --reporter=json --outputFile.json="$1" < /dev/null >&2 || :
}
