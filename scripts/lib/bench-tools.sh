# shellcheck shell=bash
# The tools that the benchmarks compare with. What cannot be installed is no error: the reason is kept, and shown in its row.

_bench_tools=$PWD/.provision/bench-tools

# install_bench_tools: those of the distribution by its packages, pyinfra from the Python registry into a folder of its own.
install_bench_tools() {
  mkdir -p "$_bench_tools"
  rm -f "$_bench_tools"/*.missing
  bench_package ansible ansible-core
  bench_package mitogen ansible-mitogen
  bench_package rsync rsync
  bench_package scp openssh-client
  bench_package vagrant vagrant
  bench_pyinfra
}

# bench_package TOOL PACKAGE
bench_package() {
  if dpkg-query --show --showformat='${db:Status-Status}' "$2" 2> /dev/null | grep -qx installed; then
    return 0
  fi
  bench_attempt "$1" install_bench_package "$2"
}

# A subshell, in which not to be able to install something ends no more than it.
install_bench_package() (
  need_installer "$1"
  install_packages "$1"
)

bench_pyinfra() {
  [[ -x $_bench_tools/pyinfra/bin/pyinfra ]] && "$_bench_tools/pyinfra/bin/pyinfra" --version > /dev/null 2>&1 && return 0
  if ! /usr/bin/python3 -c 'import ensurepip' 2> /dev/null; then
    bench_attempt pyinfra install_bench_package python3-venv || return 0
  fi
  say '• pip install pyinfra, into .provision/bench-tools'
  bench_attempt pyinfra install_pyinfra
}

install_pyinfra() {
  local pip=$_bench_tools/pyinfra/bin/pip
  rm -rf "$_bench_tools/pyinfra"
  if /usr/bin/python3 -m venv "$_bench_tools/pyinfra" && "$pip" install --quiet --retries 1 --timeout 30 pyinfra; then
    return 0
  fi
  rm -rf "$_bench_tools/pyinfra"
  return 1
}

# bench_attempt TOOL COMMAND…: keeps the last line of what it says when it fails.
bench_attempt() {
  local tool=$1 log
  shift
  log=$(mktemp)
  if "$@" > "$log" 2>&1 < /dev/null; then
    rm -f "$log"
    return 0
  fi
  grep -v '^help: ' "$log" | tail -n 1 > "$_bench_tools/$tool.missing"
  say "  $tool cannot be installed, its rows will say so: $(cat "$_bench_tools/$tool.missing")"
  rm -f "$log"
  return 1
}
