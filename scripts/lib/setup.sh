# shellcheck shell=bash
# Gets a machine ready: finds out what is missing, says so, asks, then does it, and only it.
# shellcheck source=scripts/lib/say.sh
source scripts/lib/say.sh
# shellcheck source=scripts/lib/packages.sh
source scripts/lib/packages.sh
# shellcheck source=scripts/lib/node.sh
source scripts/lib/node.sh
# shellcheck source=scripts/lib/engine.sh
source scripts/lib/engine.sh
# shellcheck source=scripts/lib/base-image.sh
source scripts/lib/base-image.sh
# shellcheck source=scripts/lib/group.sh
source scripts/lib/group.sh

# Filled by `look`: packages to install, and the sentences that say what will be done and why.
_packages=()
_steps=()
_start_engine=
_for_tests=

# for_tests: what only the tests and benchmarks need is to be there as well.
for_tests() { _for_tests=yes; }

look() {
  local state
  state=$(engine_state)
  if [[ $state == down ]]; then
    if ! has_command dockerd; then
      _packages+=(docker.io iptables)
      _steps+=('install docker.io and iptables: no Docker engine answers, and none is installed')
    fi
    _start_engine=yes
    _steps+=('start the Docker engine')
  fi
  if ! has_command ssh; then
    _packages+=(openssh-client)
    _steps+=("install openssh-client: 'provision ssh' needs it")
  fi
  if [[ -n $_for_tests ]] && ! has_command sshd; then
    _packages+=(openssh-server)
    _steps+=('install openssh-server, without starting it: tests and benchmarks run one of their own on a loopback port')
  fi
  if [[ $state != ok ]] && group_missing; then
    _steps+=("add $(id -un) to the group docker: to use the engine; note that this is as good as being root")
  fi
  if base_image_unsure; then
    _steps+=("get the base image $base_image: pulled, else made by mmdebstrap, which is then installed")
  fi
}

# setup ARGUMENT…: those of the script, which is started again where this user has just been given the engine.
setup() {
  need_node
  use_docker_context
  look
  if ((${#_steps[@]} > 0)); then
    say 'What this machine lacks; I am going to'
    printf '  • %s\n' "${_steps[@]}" >&2
    ((${#_packages[@]} == 0)) || need_installer "${_packages[@]}"
    confirm || die 'not agreed, nothing was done' 'install these yourself, then run this again'
  fi
  ((${#_packages[@]} == 0)) || install_packages "${_packages[@]}"
  [[ -z $_start_engine ]] || start_engine
  join_group "$@"
  ! base_image_unsure || get_base_image
  ! packages_missing || fetch_packages
  ! build_missing || build
}
