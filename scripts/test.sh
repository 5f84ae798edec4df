#!/usr/bin/env bash
# Sets the machine up as quickstart.sh does, then runs every check and test. The last line is `N passed, N failed`.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source scripts/lib/setup.sh
source scripts/lib/checks.sh

usage() {
  cat <<'END'
usage: scripts/test.sh [--yes] [--help]

Sets up what is missing as scripts/quickstart.sh does, then runs all checks (format, types, lint, …), the unit tests and the
end-to-end tests. Exit status 1 when anything failed. The last line is `N passed, N failed`: every check counts as one test.

  --yes    do not ask; nor is anybody asked in CI or without a terminal
  --help   this text
END
}

for argument in "$@"; do
  case $argument in
    --help | -h) usage && exit ;;
    --yes | -y) assume_yes ;;
    *) die "unknown option '$argument'" 'scripts/test.sh --help' ;;
  esac
done

# A machine that cannot be set up is a failure too, and the last line says so.
trap 'echo "0 passed, 1 failed"' EXIT
for_tests
setup "$@"
run_checks
