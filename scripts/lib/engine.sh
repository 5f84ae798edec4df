# shellcheck shell=bash
# The Docker engine: does one answer, and how to start it.

_engine_log=/var/log/provision-dockerd.log
# That DOCKER_HOST is from the client's context, not from who called.
_from_context=

# engine_state: ok, denied or down. A `docker` in PATH says nothing: it may be a client without an engine.
engine_state() {
  node scripts/lib/engine.mjs ping
}

# use_docker_context: where the client is set to another engine than the usual one (Docker Desktop, rootless), go there too.
use_docker_context() {
  [[ -z ${DOCKER_HOST-} ]] && has_command docker || return 0
  local host
  host=$(docker context inspect --format '{{.Endpoints.docker.Host}}' 2> /dev/null) || return 0
  case $host in
    '' | unix:///var/run/docker.sock) ;;
    unix://*)
      export DOCKER_HOST=$host
      _from_context=yes
      ;;
  esac
}

# need_named_engine: to install or start one here is no help where another one is named, and that one will be used.
need_named_engine() {
  local help
  case ${DOCKER_HOST-} in
    # Where one of this machine listens once it is started.
    '' | unix:// | unix:///var/run/docker.sock | unix:///run/docker.sock) return 0 ;;
    unix://*) help='start it' ;;
    tcp://*) help='start it, or mend DOCKER_HOST, DOCKER_TLS_VERIFY or DOCKER_CERT_PATH' ;;
    *) help='set DOCKER_HOST to unix:///path/of/docker.sock or tcp://host:port' ;;
  esac
  if [[ -n $_from_context ]]; then
    help="start it, or 'docker context use default' for the engine of this machine, then run this again"
  else
    help+=', or unset DOCKER_HOST for the engine of this machine, then run this again'
  fi
  die "no Docker engine answers at $DOCKER_HOST: $(node scripts/lib/engine.mjs reason)" "$help"
}

# has_init: an init that starts services runs here.
has_init() {
  [[ -d /run/systemd/system ]]
}

dockerd_runs() {
  grep -qsx dockerd /proc/[0-9]*/comm
}

# start_engine: by the init that runs here, else by hand; the engine outlives this script.
start_engine() {
  say '• starting the Docker engine'
  if dockerd_runs; then
    :
  elif has_init; then
    as_root systemctl enable --now docker >&2 || engine_failed
  elif has_command service && as_root service docker start > /dev/null 2>&1 && wait_for_engine 10; then
    return
  elif ! dockerd_runs; then
    start_engine_by_hand
  fi
  wait_for_engine 60 || engine_failed
}

start_engine_by_hand() {
  # A pid file that a dead engine left behind would stop the new one.
  # shellcheck disable=SC2016
  as_root env "PATH=$PATH:/usr/sbin:/sbin" sh -c '
    rm -f /var/run/docker.pid
    setsid dockerd > "$1" 2>&1 < /dev/null &' sh "$_engine_log"
}

# wait_for_engine SECONDS: also true when it answers that we may not use it.
wait_for_engine() {
  local deadline=$((SECONDS + $1))
  while [[ $(engine_state) == down ]]; do
    ((SECONDS < deadline)) || return 1
    sleep 0.3
  done
}

engine_failed() {
  say 'the end of its log:'
  if has_init; then
    as_root journalctl --no-pager -u docker -n 20 >&2 || :
  else
    tail -n 20 "$_engine_log" /var/log/docker.log 2> /dev/null >&2 || :
  fi
  die 'the Docker engine does not start' 'mend what the log says, or start it yourself, then run this again'
}
