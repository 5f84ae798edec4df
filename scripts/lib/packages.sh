# shellcheck shell=bash
# Packages of the distribution, installed as root.

as_root() {
  if [[ $(id -u) == 0 ]]; then
    "$@"
  else
    sudo "$@"
  fi
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

# install_packages PACKAGE…: never removes another package to make room.
install_packages() {
  local lock=(-o DPkg::Lock::Timeout=120)
  say "• apt-get install $*"
  # A repository that does not answer is no obstacle as long as the packages are found in the others.
  quietly as_root apt-get update "${lock[@]}" || say 'apt-get update failed; going on with the lists there are'
  [[ " $* " != *' openssh-server '* ]] || keep_sshd_down mask
  quietly as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends --no-remove \
    "${lock[@]}" "$@" || die "apt-get install $* failed" 'the reason is above; mend it, then run this again'
  [[ " $* " != *' openssh-server '* ]] || keep_sshd_down unmask
}

# keep_sshd_down mask|unmask: the package would start a server that nobody asked for, now and at every boot.
keep_sshd_down() {
  [[ -d /run/systemd/system ]] || return 0
  as_root systemctl --quiet "$1" ssh.service ssh.socket
  [[ $1 == mask ]] || as_root systemctl --quiet disable ssh.service ssh.socket
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
