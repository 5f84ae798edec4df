#!/usr/bin/env bash
# Sets the machine up as quickstart.sh does, then measures what users wait for against plain floors.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source scripts/lib/setup.sh

usage() {
  cat <<'END'
usage: scripts/bench.sh [--runs N] [--only NAME …] [--json] [--yes] [--help]

Sets up what is missing as scripts/quickstart.sh does, then measures the tool and, in turns with it, the plainest way to
get the same (`docker run`, `tar | ssh`, a bare script): what counts is how many times that floor the tool takes. Works on
a copy of the reference playbook, with names of its own, and removes all of it, also when it is interrupted. Asserts
nothing. A run of everything writes test/bench/results/latest.json and latest.svg.

  --runs N      repetitions of each workload (5)
  --only NAME   only this workload, can be given again; nothing is written then
  --json        the results as JSON on stdout, in place of the table
  --yes         do not ask before setting up
  --help        this text
END
}

arguments=()
for argument in "$@"; do
  case $argument in
    --help | -h) usage && exit ;;
    --yes | -y) assume_yes ;;
    *) arguments+=("$argument") ;;
  esac
done

setup "$@"
exec node_modules/.bin/jiti test/bench/main.ts "${arguments[@]}"
