# shellcheck shell=bash
# What the scripts tell a person. All of it on stderr: stdout belongs to the command that is run in the end.

say() {
  printf '%s\n' "$*" >&2
}

# die MESSAGE HELP: what happened, then one thing to do next.
die() {
  say "error: $1"
  say "help: $2"
  exit 1
}

_assume_yes=

assume_yes() {
  _assume_yes=yes
}

# confirm: true when a person agrees, or when there is nobody to ask.
confirm() {
  if [[ -n $_assume_yes || -n ${CI-} || ! -t 0 || ! -t 2 ]]; then
    return 0
  fi
  local answer
  read -r -p 'Go ahead? [Y/n] ' answer
  [[ $answer =~ ^([yY].*)?$ ]]
}
