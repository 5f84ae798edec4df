#!/bin/sh
# build.sh NAME: makes build/NAME.jar out of common/ and NAME/. Runs in the image hash-collision/jdk, which has `fatjar`.
set -eu
[ $# -eq 1 ] || { echo "usage: $0 user|auth|qa" >&2; exit 2; }
cd "$(dirname "$0")"
[ -f "$1/Main.java" ] || { echo "$0: there is no service '$1': $1/Main.java does not exist" >&2; exit 2; }
exec fatjar "build/$1.jar" "$1.Main" common "$1"
