#!/usr/bin/env bash
# Sets the machine up as quickstart.sh does, then measures what users wait for beside plain floors and other tools.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source scripts/lib/setup.sh
# shellcheck source=scripts/lib/bench-tools.sh
source scripts/lib/bench-tools.sh

usage() {
  cat <<'END'
usage: scripts/bench.sh [--runs N] [--only NAME …] [--without NAME …] [--json] [--yes] [--help]

Sets up what is missing as scripts/quickstart.sh does, and an sshd, installs the tools to compare with (ansible-core,
ansible-mitogen, rsync, openssh-client and vagrant by apt; pyinfra from the Python registry, into .provision), then measures
the tool and, in turns with it, those tools and the plainest way to get the same (`docker run`, `tar | ssh`, a bare script).
What counts is how they compare. A tool that cannot be installed is left out, and its row says why. Works on copies, with
nodes and names of its own, and removes all of it, also when it is interrupted. Asserts nothing. A run of everything takes
three quarters of an hour and writes test/bench/results/latest.json and latest.svg.

  --runs N        repetitions of each workload (3); what takes long has fewer
  --only NAME     only this workload, can be given again; nothing is written then
  --without NAME  not beside this one (ansible, pyinfra, floor, …), can be given again; nothing is written then
  --json          the results as JSON on stdout, in place of the table
  --yes           do not ask before setting up
  --help          this text
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

# Tells what is wrong with the options, and ends with 2 then.
check_options() { node_modules/.bin/jiti test/bench/check-options.ts ${arguments[@]+"${arguments[@]}"}; }

need_node
# Before anything is set up, where the packages that read them are there; older ones may end with another code.
[[ ! -x node_modules/.bin/jiti ]] || check_options || (($? != 2)) || exit 2
for_benchmarks
setup "$@"
check_options
install_bench_tools || :
exec node_modules/.bin/jiti test/bench/main.ts "${arguments[@]}"
