# shellcheck shell=bash
# Packages of the distribution, installed as root.

# as_root COMMAND…: sudo drops variables, and apt-get behind a proxy needs those about it. Given by name: values can hold a
# password, and anybody can read the command lines of processes.
as_root() {
  local name kept=
  if [[ $(id -u) == 0 ]]; then
    "$@"
    return
  fi
  for name in {http,https,ftp,all,no}_proxy {HTTP,HTTPS,FTP,ALL,NO}_PROXY; do
    [[ -z ${!name-} ]] || kept+=,$name
  done
  sudo ${kept:+"--preserve-env=${kept#,}"} "$@"
}

# has_command NAME: also where a user's PATH does not look.
has_command() {
  PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin type -P "$1" > /dev/null
}

# need_installer PACKAGE…: dies when nothing here can install them.
need_installer() {
  has_command apt-get || die "cannot install $* here: this is not Debian or Ubuntu" \
    'install it yourself (Docker Desktop, on a Mac) and start it, then run this again'
  [[ $(id -u) == 0 ]] || has_command sudo || die "installing $* needs root" 'run this as root, or install sudo'
}

# Options for every call of apt-get: another one may be at work.
_apt_lock=(-o DPkg::Lock::Timeout=120)
_lists_updated=

# update_lists: once is enough. A repository that does not answer is no obstacle as long as the packages are found in the
# others.
update_lists() {
  [[ -z $_lists_updated ]] || return 0
  quietly as_root apt-get update "${_apt_lock[@]}" || say 'apt-get update failed; going on with the lists there are'
  _lists_updated=yes
}

# install_packages PACKAGE…: never removes another package to make room.
install_packages() {
  local around=()
  say "• apt-get install $*"
  update_lists
  [[ " $* " != *' openssh-server '* ]] || around=(with_sshd_masked)
  ${around[@]+"${around[@]}"} quietly as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y \
    --no-install-recommends --no-remove "${_apt_lock[@]}" "$@" ||
    die "apt-get install $* failed" 'the reason is above; mend it, then run this again'
}

# with_sshd_masked COMMAND…: the package would start a server that nobody asked for, now and at every boot. The machine may
# have sshd in use later, so the mask goes whatever happens; a signal has its effect only after that.
with_sshd_masked() {
  local code=0 caught=
  if ! has_init; then
    "$@"
    return
  fi
  trap 'caught=INT' INT
  trap 'caught=TERM' TERM
  trap 'caught=HUP' HUP
  as_root systemctl --quiet mask ssh.service ssh.socket || code=$?
  [[ $code != 0 || -n $caught ]] || "$@" || code=$?
  # What undoes it is not to be stopped: systemctl would get a Ctrl-C too.
  trap '' INT TERM HUP
  unmask_sshd "$code" || code=1
  trap - INT TERM HUP
  # In a subshell, $$ would be another process.
  [[ -z $caught ]] || kill -s "$caught" "$BASHPID"
  return "$code"
}

# unmask_sshd CODE: that of the installation; when it failed, there may be nothing to disable.
unmask_sshd() {
  if ! as_root systemctl --quiet unmask ssh.service ssh.socket; then
    say 'ssh.service and ssh.socket are still masked: sudo systemctl unmask ssh.service ssh.socket'
    return 1
  elif [[ $1 == 0 ]]; then
    as_root systemctl --quiet disable ssh.service ssh.socket
  else
    as_root systemctl --quiet disable ssh.service ssh.socket 2> /dev/null || :
  fi
}

# get_docker_client: Debian 13 has it in a package of its own, which docker.io only recommends; before, docker.io brought it.
get_docker_client() {
  ! has_command docker || return 0
  update_lists
  if apt-cache show docker-cli > /dev/null 2>&1; then
    install_packages docker-cli
  else
    say 'apt knows no docker-cli here; what calls docker will fail until a client is installed'
  fi
}

# quietly COMMAND…: shows the end of the output only when the command fails.
quietly() {
  local log code=0
  log=$(mktemp)
  "$@" > "$log" 2>&1 < /dev/null || code=$?
  [[ $code == 0 ]] || tail -n 20 "$log" >&2
  rm -f "$log"
  return "$code"
}
