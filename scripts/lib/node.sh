# shellcheck shell=bash
# Node, the npm packages and the build.

need_node() {
  local help='install Node.js 20.19 or newer: https://nodejs.org/en/download, or with nvm: nvm install 22'
  has_command node || die 'Node.js is not installed' "$help"
  has_command npm || die 'npm is not installed' "$help"
  local version major minor
  version=$(node --version)
  IFS=. read -r major minor _ <<< "${version#v}"
  ((major > 20 || (major == 20 && minor >= 19))) || die "Node.js is $version, too old" "$help"
}

packages_missing() {
  [[ ! -f node_modules/.package-lock.json || package-lock.json -nt node_modules/.package-lock.json ]]
}

# `npm ci` would build as well (`prepare`); the build is a step of its own here.
fetch_packages() {
  say '• npm ci: node_modules is missing, or older than package-lock.json'
  npm ci --include=dev --no-audit --no-fund --no-update-notifier --loglevel=error --ignore-scripts >&2 ||
    die 'npm ci failed' 'the reason is above; mend it, then run this again'
}

_built=dist/.built

build_missing() {
  [[ ! -f dist/cli/bin.js || ! -f $_built ]] ||
    [[ -n $(find src scripts/bundle.mjs package.json tsconfig.json tsconfig.build.json -newer "$_built" -print -quit) ]]
}

build() {
  local started
  say '• npm run build: dist is missing, or older than src'
  started=$(mktemp)
  npm run --silent build >&2 || die 'the build failed' 'the reason is above; mend it, then run this again'
  # An edit made while the build ran is newer than the mark.
  touch -r "$started" "$_built"
  rm -f "$started"
}
