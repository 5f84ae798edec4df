#!/usr/bin/env bash
# Sets the machine up as test.sh does, then injects every fault that the fault tests know, for real.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source scripts/lib/setup.sh

usage() {
  cat <<'END'
usage: scripts/faults.sh [--seed N] [--points N] [--point N] [--only NAME …] [--yes] [--help]

Sets up what is missing as scripts/test.sh does, then runs the fault tests in full: CI runs a small sample of them. Runs are
killed, disks filled, connections cut, nodes switched off, by the hundred; it takes about half an hour. Everything happens on
this machine, in nodes and servers that the tests make and remove. At its end it lists what was tried. Exit status 1 when
anything failed; a point that failed says how to try it again, alone.

  --seed N      where random points come from (1): the same seed gives the same faults at the same points
  --points N    so many points of each test that has random ones, instead of all
  --point N     only this point of them, to see a failure again
  --only NAME   only test/faults/NAME*.fault.test.ts, can be given again
  --yes         do not ask before setting up
  --help        this text
END
}

# need_number OPTION VALUE
need_number() {
  [[ $2 =~ ^[0-9]{1,9}$ ]] || die "$1 needs a whole number, not '$2'" 'scripts/faults.sh --help'
}

given=("$@")
files=()
while (($# > 0)); do
  option=$1 value=${2-}
  shift
  case $option in
    --help | -h) usage && exit ;;
    --yes | -y) assume_yes && continue ;;
    --seed | --points | --point) need_number "$option" "$value" ;;
    --only)
      compgen -G "test/faults/$value*.fault.test.ts" > /dev/null || die "there is no fault test '$value'" 'ls test/faults'
      ;;
    *) die "unknown option '$option'" 'scripts/faults.sh --help' ;;
  esac
  shift
  case $option in
    --seed) PROVISION_FAULTS_SEED=$value ;;
    --points) PROVISION_FAULTS_POINTS=$value ;;
    --point) PROVISION_FAULTS_POINT=$value ;;
    --only) files+=("test/faults/$value") ;;
  esac
done
export PROVISION_FAULTS=all PROVISION_FAULTS_SEED=${PROVISION_FAULTS_SEED-1}
export PROVISION_FAULTS_POINTS=${PROVISION_FAULTS_POINTS-} PROVISION_FAULTS_POINT=${PROVISION_FAULTS_POINT-}

for_tests
setup ${given[@]+"${given[@]}"}
log=$(mktemp)
trap 'rm -f "$log"' EXIT
code=0
node_modules/.bin/vitest run --project faults --reporter=default ${files[@]+"${files[@]}"} < /dev/null 2>&1 | tee "$log" || code=$?
echo
echo "what was tried, with seed $PROVISION_FAULTS_SEED:"
sed -n 's/^.*tally: /  /p' "$log"
exit "$code"
