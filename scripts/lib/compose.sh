# shellcheck shell=bash disable=SC2034 # COMPOSE_* are outputs.
# Which Compose and which engine this machine has, and whether they may work together.
#
# Compose v1 (docker-compose 1.x, no longer maintained) recreates a container from a field of the image
# that engines from version 23 on no longer send (KeyError: 'ContainerConfig'). It stops half way: the
# old container is renamed, the new one missing. So that pair is refused before anything is touched.

# First engine whose images lack the field that Compose v1 reads.
COMPOSE_V1_BROKEN_FROM=23

# compose_find
#
# Sets COMPOSE_CMD (words of the command), COMPOSE_VERSION, ENGINE_VERSION, and the verdict:
# COMPOSE_STATUS (PASS, WARN or FAIL), COMPOSE_FOUND, COMPOSE_EXPECTED, COMPOSE_FIX. Fails with a FAIL.
# Where `docker compose` is v1 and refused, a `docker-compose` that is v2 is taken. What was found is exported
# in COMPOSE_KNOWN, so that scripts which this one starts need not look again.
compose_find() {
  local version known=${COMPOSE_KNOWN:-}
  if [ -n "$known" ]; then
    COMPOSE_VERSION=${known%%|*} known=${known#*|}
    ENGINE_VERSION=${known%%|*} known=${known#*|}
    IFS=' ' read -r -a COMPOSE_CMD <<<"$known"
    compose_judge "$COMPOSE_VERSION" "$ENGINE_VERSION"
    return
  fi
  COMPOSE_CMD=()
  COMPOSE_VERSION=
  ENGINE_VERSION=
  COMPOSE_STATUS=FAIL
  COMPOSE_EXPECTED="Docker with Compose v2"
  if ! command -v docker >/dev/null 2>&1; then
    COMPOSE_FOUND="no docker command"
    COMPOSE_FIX="install Docker Engine and its Compose plugin: https://docs.docker.com/engine/install/"
    return 1
  fi
  ENGINE_VERSION=$(docker version --format '{{.Server.Version}}' 2>/dev/null </dev/null) || ENGINE_VERSION=
  if version=$(compose_version docker compose); then
    COMPOSE_CMD=(docker compose)
    COMPOSE_VERSION=$version
  fi
  if [ -z "$COMPOSE_VERSION" ] || ! compose_judge "$COMPOSE_VERSION" "$ENGINE_VERSION"; then
    if version=$(compose_version docker-compose); then
      if [ -z "$COMPOSE_VERSION" ] || [ "${version%%.*}" != 1 ]; then
        COMPOSE_CMD=(docker-compose)
        COMPOSE_VERSION=$version
      fi
    fi
  fi
  if [ -z "$COMPOSE_VERSION" ]; then
    COMPOSE_FOUND="Docker without Compose"
    COMPOSE_FIX="install the Compose plugin (Debian and Ubuntu: docker-compose-plugin, or docker-compose-v2)"
    return 1
  fi
  export COMPOSE_KNOWN="$COMPOSE_VERSION|$ENGINE_VERSION|${COMPOSE_CMD[*]}"
  compose_judge "$COMPOSE_VERSION" "$ENGINE_VERSION"
}

# compose_version COMMAND...: prints the version of that Compose, without a leading v.
compose_version() {
  command -v "$1" >/dev/null 2>&1 || return 1
  local version
  version=$("$@" version --short 2>/dev/null </dev/null) || return 1
  version=${version#v}
  case $version in
    [0-9]*) printf '%s\n' "$version" ;;
    *) return 1 ;;
  esac
}

# compose_judge COMPOSE_VERSION ENGINE_VERSION: the rule itself. An engine that does not answer is a
# finding of its own, so here it makes v1 a warning only.
compose_judge() {
  local engine_major=${2%%.*}
  COMPOSE_EXPECTED="Compose v2"
  COMPOSE_FOUND="Compose $1, engine ${2:-unknown (it does not answer)}"
  COMPOSE_FIX=
  COMPOSE_STATUS=PASS
  [ "${1%%.*}" = 1 ] || return 0
  COMPOSE_FIX="install Compose v2 (package docker-compose-plugin); docs/operations.md, section \"Compose v1\", tells how the data stays"
  case $engine_major in
    '' | *[!0-9]*) engine_major=0 ;;
  esac
  if [ "$engine_major" -ge "$COMPOSE_V1_BROKEN_FROM" ]; then
    COMPOSE_STATUS=FAIL
    COMPOSE_FOUND="$COMPOSE_FOUND: v1 breaks containers of engines from version $COMPOSE_V1_BROKEN_FROM on (KeyError: 'ContainerConfig')"
    return 1
  fi
  COMPOSE_STATUS=WARN
  COMPOSE_FOUND="$COMPOSE_FOUND: v1 works with engines before version $COMPOSE_V1_BROKEN_FROM only"
}

# compose_require: compose_find, and one line with the fix where the pair is refused or no engine answers.
compose_require() {
  if compose_find; then
    [ -z "$ENGINE_VERSION" ] || return 0
    engine_refusal
    COMPOSE_FOUND=$ENGINE_FOUND
    COMPOSE_FIX=$ENGINE_FIX
  fi
  printf '%s: %s. Fix: %s\n' "${0##*/}" "$COMPOSE_FOUND" "$COMPOSE_FIX" >&2
  return 1
}

# engine_refusal: why the engine does not answer, in ENGINE_FOUND and ENGINE_FIX.
engine_refusal() {
  local words
  words=$(docker version 2>&1 >/dev/null </dev/null) || true
  words=${words%%$'\n'*}
  ENGINE_FOUND="the Docker engine does not answer: ${words:-no reason given}"
  case $words in
    *'ermission denied'*) ENGINE_FIX="add your user to the group docker (sudo usermod -aG docker USER, then sign in again), or use sudo" ;;
    *) ENGINE_FIX="start it (sudo systemctl start docker), or correct DOCKER_HOST" ;;
  esac
}
