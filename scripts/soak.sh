#!/usr/bin/env bash
# Sets the machine up as test.sh does, then uses the tool for a long time and looks for what piles up.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source scripts/lib/setup.sh

usage() {
  cat <<'END'
usage: scripts/soak.sh [--rounds N] [--seed N] [--yes] [--help]

Sets up what is missing as scripts/test.sh does, then makes one node and refreshes it again and again, after random edits,
restarts of the node and runs that are interrupted or killed; then a watch lives through as many edits. Fails when containers,
volumes, images, temporary files, disk of the node, memory or file descriptors of the watch grow beyond bounds, and prints
them all. Everything that it makes is removed. 200 rounds take about ten minutes.

  --rounds N    refreshes, and edits of the watch (200)
  --seed N      where edits and their order come from (1): the same seed gives the same rounds
  --yes         do not ask before setting up
  --help        this text
END
}

given=("$@")
rounds=200 seed=1
while (($# > 0)); do
  option=$1 value=${2-}
  shift
  case $option in
    --help | -h) usage && exit ;;
    --yes | -y) assume_yes && continue ;;
    --rounds | --seed)
      [[ $value =~ ^[1-9][0-9]{0,5}$ ]] || die "$option needs a whole number, not '$value'" 'scripts/soak.sh --help'
      ;;
    *) die "unknown option '$option'" 'scripts/soak.sh --help' ;;
  esac
  shift
  case $option in
    --rounds) rounds=$value ;;
    --seed) seed=$value ;;
  esac
done
export PROVISION_SOAK_ROUNDS=$rounds PROVISION_FAULTS_SEED=$seed

for_tests
setup ${given[@]+"${given[@]}"}
exec node_modules/.bin/vitest run --project faults --reporter=default test/faults/soak < /dev/null
