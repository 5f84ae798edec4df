#!/usr/bin/env bash
# From a fresh clone to a running system: sets the machine up, then runs `provision quickstart`.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source scripts/lib/setup.sh

usage() {
  cat <<'END'
usage: scripts/quickstart.sh [--yes] [--help] [argument of `provision quickstart` …]

Installs what is missing (Docker engine, mmdebstrap, ssh client; Debian and Ubuntu), fetches the npm packages, builds,
and runs `provision quickstart`. Says what and why first. Run again, it does only what is left to do.

  --yes    do not ask; nor is anybody asked in CI or without a terminal
  --help   this text
END
}

for argument in "$@"; do
  case $argument in
    --help | -h) usage && exit ;;
    --yes | -y) assume_yes ;;
  esac
done

setup "$@"
exec node dist/cli/bin.js quickstart "$@"
