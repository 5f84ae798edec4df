#!/usr/bin/env bash
# What npm runs as `prepare`: after the packages are installed, and once more at the first `npx provision` in a clone, which
# takes 9 s less where nothing is built twice.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
source scripts/lib/setup.sh

if build_missing; then build; fi
