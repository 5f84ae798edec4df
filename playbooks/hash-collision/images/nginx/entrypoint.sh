#!/bin/sh
# Puts the addresses of the services into the configuration and becomes nginx.
set -eu

cp /etc/hash-collision/nginx.conf /run/nginx.conf
for name in USER_UPSTREAM AUTH_UPSTREAM QA_UPSTREAM; do
  address=$(printenv "$name" || true)
  # Only what an address may be made of gets into the configuration.
  case "$address" in
    '' | *[!A-Za-z0-9.:_-]*)
      echo "nginx: the environment variable $name must be an address like 192.168.60.3:7000, and is '$address'" >&2
      exit 2 ;;
  esac
  sed -i "s|@$name@|$address|" /run/nginx.conf
done
exec nginx -c /run/nginx.conf -g 'daemon off;'
