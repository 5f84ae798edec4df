#!/bin/sh
# Puts the addresses of the services into the configuration and becomes nginx.
set -eu

refuse() {
  echo "nginx: the environment variable $1 must be a URL like http://host:7000, and is '$2'" >&2
  exit 2
}

cp /etc/hash-collision/nginx.conf /run/nginx.conf
for name in USER_SERVICE_URL AUTH_SERVICE_URL QA_SERVICE_URL; do
  url=$(printenv "$name" || true)
  address=${url#http://}
  [ "$address" != "$url" ] || refuse "$name" "$url"
  address=${address%/}
  # Only what an address may be made of gets into the configuration.
  case "$address" in
    '' | *[!A-Za-z0-9.:_-]*) refuse "$name" "$url" ;;
  esac
  sed -i "s|@$name@|$address|" /run/nginx.conf
done
exec nginx -c /run/nginx.conf -g 'daemon off;'
