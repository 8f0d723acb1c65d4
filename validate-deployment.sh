#!/usr/bin/env bash
# Checks a deployment from .env to the CMTS: PASS, WARN or FAIL, what was found and expected, and the fix.
#
#   ./validate-deployment.sh [options] [lab|site|agent]
#
#   --mode MODE           docker, process or remote; found out where it is not given. remote is a machine
#                         without a backend that reaches one, through the tunnel for example.
#   --quick               leave out what takes seconds: files sent over TFTP, questions to each CMTS
#   --json                one JSON document instead of lines
#   --fix-hints           end with the fixes alone, one a line
#   --expect-commit HEX   commit that must run; that of this checkout by default
#
# The exit code is the number of failures (100 where there are more). A failure that follows from
# another one is shown as a warning, so that the failures are the causes.
# shellcheck disable=SC2317,SC2034 # Groups of checks are called by name; the libraries read these variables.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
# shellcheck source=scripts/lib/env.sh
. scripts/lib/env.sh
# shellcheck source=scripts/lib/run.sh
. scripts/lib/run.sh
# shellcheck source=scripts/lib/report.sh
. scripts/lib/report.sh
# shellcheck source=scripts/lib/compose.sh
. scripts/lib/compose.sh
# shellcheck source=scripts/lib/state.sh
. scripts/lib/state.sh
# shellcheck source=scripts/lib/check-env.sh
. scripts/lib/check-env.sh
# shellcheck source=scripts/lib/check-docker.sh
. scripts/lib/check-docker.sh
# shellcheck source=scripts/lib/check-process.sh
. scripts/lib/check-process.sh
# shellcheck source=scripts/lib/check-backend.sh
. scripts/lib/check-backend.sh

# How long the whole may take, in seconds; what is not done then is said to be late.
DEADLINE_S=9

# How long it may take to find out what kind of installation this is, in seconds.
MODE_DEADLINE_S=3

QUICK=
FORMAT=text
HINTS=
MODE=
ROLE=
EXPECTED_COMMIT=
while [ $# -gt 0 ]; do
  case $1 in
    --json) FORMAT=json ;;
    --quick) QUICK=yes ;;
    --fix-hints) HINTS=yes ;;
    --mode | --expect-commit)
      [ $# -gt 1 ] || { printf '%s: %s needs a value\n' "${0##*/}" "$1" >&2 && exit 101; }
      if [ "$1" = --mode ]; then MODE=$2; else EXPECTED_COMMIT=$2; fi
      shift
      ;;
    --mode=*) MODE=${1#*=} ;;
    --expect-commit=*) EXPECTED_COMMIT=${1#*=} ;;
    lab | site | agent) ROLE=$1 ;;
    -h | --help) usage_of "$0" && exit 0 ;;
    *) printf '%s: unknown argument "%s"; --help tells the known ones\n' "${0##*/}" "$1" >&2 && exit 101 ;;
  esac
  shift
done
case $MODE in
  '' | docker | process | remote) ;;
  *) printf '%s: unknown mode "%s"; known are docker, process, remote\n' "${0##*/}" "$MODE" >&2 && exit 101 ;;
esac

config_load "$PWD" || exit 101
[ -n "$ROLE" ] || ROLE=$(state_value current role)
ROLE=${ROLE:-lab}
STARTED_AT=$(utc_now %Y-%m-%dT%H:%M:%SZ)
CHECK_DIR=$(mktemp -d "${TMPDIR:-/tmp}/pnmlab-validate.XXXXXX")
JOBS=()
clean_up() {
  local pid
  for pid in ${JOBS[@]+"${JOBS[@]}"}; do kill -- "-$pid" 2>/dev/null || true; done
  rm -rf "$CHECK_DIR"
}
trap clean_up EXIT
trap 'exit 102' INT TERM HUP

# start NAME FUNCTION...: runs a group of checks beside the others, in a process group of its own, so that what it
# waits for ends with it.
NAMES=()
start() {
  NAMES[${#NAMES[@]}]=$1
  shift
  set -m
  "$@" </dev/null >"$CHECK_DIR/group.$((${#NAMES[@]} - 1))" 2>"$CHECK_DIR/error.$((${#NAMES[@]} - 1))" &
  JOBS[${#JOBS[@]}]=$!
  set +m
}

# An engine that hangs must not hang this script; that there is one says enough.
if [ -z "$MODE" ]; then
  start mode find_mode
  while kill -0 "${JOBS[0]}" 2>/dev/null && [ "$SECONDS" -lt "$MODE_DEADLINE_S" ]; do sleep 0.05; done
  MODE=$(cat "$CHECK_DIR/group.0")
  MODE=${MODE:-docker}
  kill -- "-${JOBS[0]}" 2>/dev/null || true
  wait "${JOBS[0]}" 2>/dev/null || true
  NAMES=()
  JOBS=()
fi

# Where the backend is, and the words for what to do with it.
find_backend() {
  local host=$CFG_PNMLAB_HTTP_HOST
  case $host in
    0.0.0.0 | localhost | ::) host=127.0.0.1 ;;
  esac
  BACKEND_URL=http://$host:$CFG_PNMLAB_HTTP_PORT
  BACKEND_START_HINT="scripts/compose $ROLE up -d"
  BACKEND_RESTART_HINT="scripts/compose $ROLE up -d"
  BACKEND_UPDATE_HINT="scripts/deploy $ROLE"
  case $MODE in
    process)
      BACKEND_START_HINT="npm start"
      BACKEND_RESTART_HINT="stop the lab (Ctrl-C), then npm start"
      BACKEND_UPDATE_HINT="stop the lab (Ctrl-C), then npm start"
      ;;
    remote)
      [ -z "$CFG_PNMLAB_TUNNEL_HOST" ] || BACKEND_URL=http://127.0.0.1:$CFG_PNMLAB_TUNNEL_LOCAL_PORT
      BACKEND_START_HINT="./ssh-tunnel-lab.sh status here, scripts/doctor on the backend's machine"
      BACKEND_RESTART_HINT="correct .env here or there; restart the backend where its .env changed"
      BACKEND_UPDATE_HINT="deploy this commit on the backend's machine, or check out the backend's commit here"
      ;;
  esac
  if [ "$ROLE" = agent ]; then
    BACKEND_URL=http${CFG_PNMLAB_BACKEND_URL#ws}
    # Whoever signs in to a proxy by the URL does not want to read the password in a report.
    case $BACKEND_URL in *@*) BACKEND_URL=${BACKEND_URL%%://*}://${BACKEND_URL##*@} ;; esac
    BACKEND_START_HINT="correct PNMLAB_BACKEND_URL, or start the backend there"
    BACKEND_RESTART_HINT="correct .env here or on the backend's machine"
    BACKEND_UPDATE_HINT="deploy one commit on both machines"
  fi
}
find_backend

[ -n "$EXPECTED_COMMIT" ] || EXPECTED_COMMIT=$(git rev-parse --short=10 HEAD 2>/dev/null) || EXPECTED_COMMIT=$(state_value current commit)
DIRTY_ALLOWED=$(state_value current allow_dirty)

tools_check() {
  local tools="awk curl date grep mktemp ps sed"
  [ -z "$CFG_PNMLAB_TUNNEL_HOST" ] || tools="$tools ssh"
  [ "$MODE" != docker ] || tools="$tools docker"
  # shellcheck disable=SC2086 # One argument a tool.
  check_tools $tools
}

env_check() {
  local needed="PNMLAB_AGENT_TOKEN PNMLAB_SESSION_KEY PNMLAB_CHECK_TOKEN"
  check_env_file
  [ "$ROLE" != agent ] || needed=PNMLAB_AGENT_TOKEN
  [ "$MODE" != remote ] || needed=PNMLAB_CHECK_TOKEN
  # shellcheck disable=SC2086 # One argument a name.
  check_env_secrets $needed
}

compose_check() {
  check_compose_version
  check_compose_file "$ROLE"
}

services_check() {
  local service
  if ! docker_inspect "$CHECK_DIR" 2>"$CHECK_DIR/inspect.error"; then
    result FAIL services "the containers cannot be inspected: $(tail -n 1 "$CHECK_DIR/inspect.error")" "what docker inspect tells of them" "docker ps -a shows what the engine has"
    return 0
  fi
  for service in $(services_of "$ROLE"); do
    check_service "$ROLE" "$service"
    check_image "$ROLE" "$service" "$EXPECTED_COMMIT" "$DIRTY_ALLOWED"
  done
  [ "$ROLE" = agent ] || check_docker_mounts "$ROLE"
  check_docker_ports "$ROLE"
}

process_check() {
  check_processes
  check_process_ports
  check_process_folders
}

start tools tools_check
start env env_check
case $MODE in
  docker)
    start compose.file compose_check
    start engine check_engine
    start services services_check
    ;;
  process) start processes process_check ;;
esac
start tunnel check_tunnel
start backend check_answers
start doctor doctor_ask "$QUICK"

# The groups write into files; what is late is ended and said to be late.
LATE=
while :; do
  running=
  for at in "${!JOBS[@]}"; do
    if kill -0 "${JOBS[$at]}" 2>/dev/null; then running="$running ${NAMES[$at]}"; fi
  done
  [ -n "$running" ] || break
  if [ "$SECONDS" -ge "$DEADLINE_S" ]; then
    LATE=$running
    break
  fi
  sleep 0.1
done

collect() {
  local at service code
  for at in "${!JOBS[@]}"; do
    cat "$CHECK_DIR/group.$at"
    case " $LATE " in
      *" ${NAMES[$at]} "*)
        kill -- "-${JOBS[$at]}" 2>/dev/null || true
        result FAIL "${NAMES[$at]}" "not finished after $DEADLINE_S s" "an answer in time" "run this again; where it stays, the engine or the network hangs"
        continue
        ;;
    esac
    code=0
    wait "${JOBS[$at]}" 2>/dev/null || code=$?
    [ "$code" = 0 ] || result FAIL "${NAMES[$at]}" "the check itself ended with code $code: $(tail -n 1 "$CHECK_DIR/error.$at")" "a result" "report this as a defect of validate-deployment.sh"
  done
  if [ "$MODE" = docker ]; then
    for service in $(services_of "$ROLE"); do check_service_settings "$ROLE" "$service"; done
  fi
  check_doctor "$EXPECTED_COMMIT" "$DIRTY_ALLOWED"
}
collect >"$CHECK_DIR/collected"
report_settle <"$CHECK_DIR/collected" >"$CHECK_DIR/results"

count() { grep -c "^$1$REPORT_SEPARATOR" "$CHECK_DIR/results" || true; }
PASSED=$(count PASS)
WARNED=$(count WARN)
FAILED=$(count FAIL)
if [ "$FORMAT" = json ]; then
  printf '{\n  "status": "%s", "mode": "%s", "role": "%s", "backendUrl": %s, "expectedCommit": %s,\n' \
    "$([ "$FAILED" = 0 ] && printf pass || printf fail)" "$MODE" "$ROLE" "$(json_text "$BACKEND_URL")" "$(json_text "$EXPECTED_COMMIT")"
  printf '  "startedAt": "%s", "durationSeconds": %s, "passed": %s, "warned": %s, "failed": %s,\n  "checks": [\n' \
    "$STARTED_AT" "$SECONDS" "$PASSED" "$WARNED" "$FAILED"
  report_json "$CHECK_DIR/results"
  printf '  ]\n}\n'
else
  report_text "$CHECK_DIR/results"
  printf '\n%s passed, %s warnings, %s failed, %s s (%s, %s, %s)\n' "$PASSED" "$WARNED" "$FAILED" "$SECONDS" "$MODE" "$ROLE" "$BACKEND_URL"
  if [ -n "$HINTS" ]; then
    awk -F "$REPORT_SEPARATOR" '($1 == "FAIL" || $1 == "WARN") && $5 != "" { print $1 "  " $2 ": " $5 }' "$CHECK_DIR/results" | LC_ALL=C sort -s -k1,1
  fi
fi
[ "$FAILED" -le 100 ] || FAILED=100
exit "$FAILED"
