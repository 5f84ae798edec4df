# shellcheck shell=bash
# The Debian base image that all Dockerfiles start from. `provision` makes it when it bakes a box, but for that it needs
# mmdebstrap where no registry answers.

base_image=debian:bookworm-slim

# base_image_unsure: it is not here, and could not be made if pulling failed.
base_image_unsure() {
  ! has_command mmdebstrap && ! node scripts/lib/engine.mjs has "$base_image" 2> /dev/null
}

get_base_image() {
  if node scripts/lib/engine.mjs pull "${base_image%:*}" "${base_image#*:}" 60; then
    return 0
  fi
  say "• $base_image cannot be pulled: installing mmdebstrap"
  # Ubuntu does not have the keys of Debian; without root, mmdebstrap needs a user namespace with many ids.
  local packages=(mmdebstrap debian-archive-keyring)
  [[ $(id -u) == 0 ]] || packages+=(uidmap)
  need_installer "${packages[@]}"
  install_packages "${packages[@]}"
}
