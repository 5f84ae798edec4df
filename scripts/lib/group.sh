# shellcheck shell=bash
# Access to the engine's socket, which belongs to root and the group docker.

# group_missing: this user needs the group docker and does not have it, in the user database at least.
group_missing() {
  [[ $(id -u) != 0 && -z ${DOCKER_HOST-} ]] && ! id -nG "$(id -un)" | tr ' ' '\n' | grep -qx docker
}

# join_group ARGUMENT…: a new group counts from the next login on; until then, start the script again inside the group.
join_group() {
  [[ $(engine_state) == denied ]] || return 0
  if group_missing; then
    as_root usermod -aG docker "$(id -un)"
  fi
  local help='log out and in again, then run this again'
  [[ -z ${PROVISION_IN_GROUP-} ]] || die "$(id -un) may not use the Docker engine" "$help"
  has_command sg || die "$(id -un) is in the group docker only from the next login on" "$help"
  PROVISION_IN_GROUP=yes exec sg docker -c "$(quote "$PWD/scripts/${0##*/}" "$@")"
}

# quote WORD…: for /bin/sh, which does not know all that `printf %q` writes.
quote() {
  local word
  for word in "$@"; do
    printf "'%s' " "${word//\'/\'\\\'\'}"
  done
}
