# A Docker engine for the container tests: the one that answers, or one of our own that ends with the run.
# Sourced by .ci/run, which sets $work (a private folder), $image, $toxiproxy_image, $binary, as_root and pause.
# shellcheck shell=bash disable=SC2034,SC2154

engine_pid_file=$work/docker.pid
engine_log=$work/dockerd.log
engine_kind=none
engine_reason=''
engine_bridge_was_there=no

engine_answers() { timeout 10 docker info >/dev/null 2>&1; }

# Sets engine_kind to `found`, `service` (the package started it) or `own`; otherwise fails with engine_reason set.
engine_start() {
  local storage networking
  if engine_answers; then
    engine_kind=found
    return
  fi
  if ! command -v dockerd >/dev/null; then
    engine_reason='there is no dockerd, and it could not be installed'
    return 1
  fi
  if [ ! -e /sys/class/net/docker0 ]; then engine_bridge_was_there=no; else engine_bridge_was_there=yes; fi
  export DOCKER_HOST=unix://$work/docker.sock
  # From the best to what still works in a container or without netfilter; ports are published by docker-proxy then.
  for storage in '' '--storage-driver=vfs'; do
    for networking in '' '--iptables=false --ip6tables=false'; do
      # shellcheck disable=SC2086 # several words, none of which holds a space
      if engine_try $storage $networking; then
        engine_kind=own
        # The engine's name server reaches containers by rules of netfilter.
        if [ -n "$networking" ]; then export TIDB_TEST_NAMELESS_NETWORKS=yes; fi
        return
      fi
      engine_stop_own
    done
  done
  unset DOCKER_HOST
  return 1
}

# Starts dockerd with the given flags and tries a container on it, since some engines answer and cannot run anything.
engine_try() {
  echo "starting dockerd ${*:-with its defaults}"
  : >"$engine_log"
  as_root setsid dockerd --host "$DOCKER_HOST" --group "$(id -g)" --pidfile "$engine_pid_file" \
    --data-root "$work/docker" --exec-root "$work/exec" "$@" >>"$engine_log" 2>&1 </dev/null &
  local launcher=$! deadline=$((SECONDS + 60))
  until engine_answers; do
    if ! kill -0 "$launcher" 2>/dev/null || ((SECONDS > deadline)); then
      engine_reason="dockerd does not come up: $(tail -n 3 "$engine_log" | tr '\n' ' ')"
      return 1
    fi
    pause 0.3
  done
  if ! engine_image || ! timeout 60 docker run --rm --publish 127.0.0.1::4000 "$image" -V >"$work/trial.log" 2>&1; then
    engine_reason="the Docker engine cannot run a container: $(tail -n 3 "$work/trial.log" | tr '\n' ' ')"
    return 1
  fi
}

engine_image() {
  timeout 120 embedded/image/build.sh "$binary" "$image" >"$work/trial.log" 2>&1
}

engine_stop() {
  case $engine_kind in
    found) timeout 60 docker image rm --force "$image" "$toxiproxy_image" >/dev/null 2>&1 || true ;;
    service)
      timeout 60 docker image rm --force "$image" "$toxiproxy_image" >/dev/null 2>&1 || true
      as_root systemctl stop docker.socket docker containerd >/dev/null 2>&1 || true
      ;;
    own) engine_stop_own ;;
  esac
  engine_kind=none
}

engine_stop_own() {
  local pid containers deadline
  pid=$(as_root cat "$engine_pid_file" 2>/dev/null || true)
  if [ -n "$pid" ]; then
    containers=$(timeout 20 docker ps --all --quiet 2>/dev/null || true)
    # shellcheck disable=SC2086 # one word for each container
    [ -z "$containers" ] || timeout 60 docker rm --force --volumes $containers >/dev/null 2>&1 || true
    as_root kill "$pid" 2>/dev/null || true
    deadline=$((SECONDS + 30))
    while as_root kill -0 "$pid" 2>/dev/null; do
      if ((SECONDS > deadline)); then as_root kill -9 "$pid" 2>/dev/null || true; fi
      pause 0.3
    done
  fi
  if [ "$engine_bridge_was_there" = no ] && [ -e /sys/class/net/docker0 ] && command -v ip >/dev/null; then
    as_root ip link delete docker0 || true
  fi
  as_root rm -rf "$work/docker" "$work/exec" "$engine_pid_file"
}
