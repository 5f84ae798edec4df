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
_docker_client=
# Programs that only tests or benchmarks need, and the packages they come in.
_also=()

# for_tests: they call docker, and their hosts have an sshd, sudo, and login shells and tools of all kinds.
for_tests() { _also=(docker:docker-cli sshd:openssh-server sudo:sudo busybox:busybox fish:fish tcsh:tcsh zsh:zsh mksh:mksh ksh:ksh); }

# for_benchmarks: they call docker, and their hosts have an sshd.
for_benchmarks() { _also=(docker:docker-cli sshd:openssh-server); }

look() {
  local state
  state=$(engine_state)
  if [[ $state == down ]]; then
    need_named_engine
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
  look_for_others
  if [[ $state != ok ]] && group_missing; then
    _steps+=("add $(id -un) to the group docker: to use the engine; note that this is as good as being root")
  fi
  if base_image_unsure; then
    _steps+=("get the base image $base_image: pulled, else made by mmdebstrap, which is then installed")
  fi
}

look_for_others() {
  local one others=()
  for one in ${_also[@]+"${_also[@]}"}; do
    if has_command "${one%:*}"; then
      continue
    elif [[ $one == docker:* ]]; then
      # Elsewhere than with apt it is for people to get; what does not need it can go on.
      has_command apt-get || continue
      _docker_client=yes
      _steps+=('install docker-cli, where the client is a package of its own: tests and benchmarks call docker')
    elif [[ $one == sshd:* ]]; then
      _packages+=(openssh-server)
      _steps+=('install openssh-server, without starting it: hosts to try things on run one of their own on a loopback port')
    else
      others+=("${one#*:}")
    fi
  done
  if ((${#others[@]} > 0)); then
    _packages+=("${others[@]}")
    _steps+=("install ${others[*]}: tests log in to hosts that have them")
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
    [[ -z $_docker_client ]] || need_installer docker-cli
    confirm || die 'not agreed, nothing was done' 'install these yourself, then run this again'
  fi
  ((${#_packages[@]} == 0)) || install_packages "${_packages[@]}"
  [[ -z $_docker_client ]] || get_docker_client
  [[ -z $_start_engine ]] || start_engine
  join_group "$@"
  ! base_image_unsure || get_base_image
  ! packages_missing || fetch_packages
  ! build_missing || build
}
