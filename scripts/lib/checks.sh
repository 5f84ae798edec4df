# shellcheck shell=bash
# Every check of package.json and all kinds of tests, all of them even when some fail; then the count.

run_checks() {
  local results name code=0
  results=$(mktemp -d)
  : > "$results/checks"
  # shellcheck disable=SC2064
  trap "rm -rf '$results'" EXIT
  while read -r name; do
    check "$name" >> "$results/checks"
  done < <(node scripts/lib/count.mjs checks)
  vitest unit "$results"
  vitest e2e "$results"
  vitest faults "$results"
  node scripts/lib/count.mjs sum "$results/checks" "$results/unit.json" "$results/e2e.json" "$results/faults.json" || code=$?
  return "$code"
}

# check NAME: runs the npm script, prints `passed NAME` or `failed NAME`.
check() {
  say "• npm run $1"
  if npm run --silent "$1" < /dev/null >&2; then
    echo "passed $1"
  else
    say "failed: npm run $1"
    echo "failed $1"
  fi
}

# vitest PROJECT DIRECTORY: leaves DIRECTORY/PROJECT.json; a missing file counts as a failure, so the status is not needed.
vitest() {
  say "• vitest, project $1"
  node_modules/.bin/vitest run --project "$1" --reporter=default --reporter=json --outputFile.json="$2/$1.json" \
    < /dev/null >&2 || :
}
