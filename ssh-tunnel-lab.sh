#!/usr/bin/env bash
# Opens PNM Lab of another machine at a port of this one, through ssh. docs/tunnel.md explains it.
# Needs bash (3.2 or later), ssh and curl. No -e: a supervisor must outlive the failure of a step.
set -uo pipefail

self_dir=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd) || exit 1
# shellcheck source=scripts/lib/env.sh
. "$self_dir/scripts/lib/env.sh"
# shellcheck source=scripts/lib/tunnel-state.sh
. "$self_dir/scripts/lib/tunnel-state.sh"
# shellcheck source=scripts/lib/tunnel-ssh.sh
. "$self_dir/scripts/lib/tunnel-ssh.sh"
# shellcheck source=scripts/lib/tunnel-probe.sh
. "$self_dir/scripts/lib/tunnel-probe.sh"
# shellcheck source=scripts/lib/tunnel-supervise.sh
. "$self_dir/scripts/lib/tunnel-supervise.sh"

usage() {
  cat <<'TEXT'
Usage: ./ssh-tunnel-lab.sh COMMAND [OPTIONS]

  start      connect in the background and stay connected; prints where PNM Lab is
  stop       end the tunnel
  restart    stop, then start with the settings of now
  status     ask PNM Lab through the tunnel; exit code 0 only when it answers
             --porcelain: STATUS, found, expected and fix, separated by tabs; --json: the same and more
  logs       what happened; -f goes on showing, -n N shows the last N lines (200)
  run        like start, but in the foreground until Ctrl-C

Options, instead of the settings in .env
  --host user@host     PNMLAB_TUNNEL_HOST      --port N         PNMLAB_HTTP_PORT (of the backend there)
  --ssh-port N         PNMLAB_TUNNEL_SSH_PORT  --local-port N   PNMLAB_TUNNEL_LOCAL_PORT
  --jump a,user@b:22   PNMLAB_TUNNEL_JUMP      --key FILE       PNMLAB_TUNNEL_KEY
  --ssh-config FILE    instead of ~/.ssh/config

Exit codes: 0 it works, 1 it does not, 64 the command line or a setting is wrong.
TEXT
}

die_usage() {
  printf 'ssh-tunnel-lab: %s\n' "$1" >&2
  exit 64
}

# say_failure: FAIL_* for a person.
say_failure() { printf 'FAIL  %s\n      fix: %s\n' "$FAIL_FOUND" "$FAIL_FIX" >&2; }

say_verdict() {
  printf '%s  %s\n' "$VERDICT" "$VERDICT_FOUND"
  [ "$VERDICT" = PASS ] || printf '      expected: %s\n      fix: %s\n' "$VERDICT_EXPECTED" "$VERDICT_FIX"
}

# one_line TEXT: TEXT without tabs and line ends.
one_line() {
  local breaks=$'\t\r\n'
  printf '%s' "${1//[$breaks]/ }"
}

# json_text TEXT: TEXT as a JSON string.
json_text() {
  local text
  text=$(one_line "$1" | tr -d '\000-\037')
  text=${text//\\/\\\\}
  text=${text//\"/\\\"}
  printf '"%s"' "$text"
}

need_port() {
  case $2 in
    '' | *[!0-9]* | ??????*) ;;
    *) [ "$((10#$2))" -lt 1 ] || [ "$((10#$2))" -gt 65535 ] || return 0 ;;
  esac
  die_usage "$1 is \"$2\": expected a port number from 1 to 65535"
}

# need_hosts NAME TEXT: what ssh gets as a host must not be able to be anything else.
need_hosts() {
  local plain='^[][A-Za-z0-9_.:@%,/-]*$'
  if [[ ! $2 =~ $plain ]] || [[ $2 =~ (^|,|@)- ]] || [[ $2 =~ (^,|,,|,$) ]]; then
    die_usage "$1 is \"$(one_line "$2")\": expected $3"
  fi
}

# settle: sets TUNNEL_* from the command line and the settings.
settle() {
  local http_host
  config_load "$self_dir" || exit 64
  TUNNEL_HOST=${given_host-$(config_get PNMLAB_TUNNEL_HOST)}
  TUNNEL_SSH_PORT=${given_ssh_port-$(config_get PNMLAB_TUNNEL_SSH_PORT)}
  TUNNEL_JUMP=${given_jump-$(config_get PNMLAB_TUNNEL_JUMP)}
  TUNNEL_KEY=${given_key-$(config_get PNMLAB_TUNNEL_KEY)}
  TUNNEL_SSH_CONFIG=${given_ssh_config-}
  TUNNEL_HTTP_PORT=${given_port-$(config_get PNMLAB_HTTP_PORT)}
  # The derived default follows --port, as it follows the setting.
  if [ -z "${given_local_port+set}" ] && [ -n "${given_port+set}" ] && [ "$(config_layer PNMLAB_TUNNEL_LOCAL_PORT)" = default ]; then
    given_local_port=$given_port
  fi
  TUNNEL_LOCAL_PORT=${given_local_port-$(config_get PNMLAB_TUNNEL_LOCAL_PORT)}
  need_hosts PNMLAB_TUNNEL_HOST "$TUNNEL_HOST" 'host or user@host'
  case $TUNNEL_HOST in *,*) die_usage "PNMLAB_TUNNEL_HOST is \"$TUNNEL_HOST\": expected one host; hosts on the way are PNMLAB_TUNNEL_JUMP" ;; esac
  need_hosts PNMLAB_TUNNEL_JUMP "$TUNNEL_JUMP" 'user@host:port, separated by commas'
  need_port PNMLAB_TUNNEL_SSH_PORT "$TUNNEL_SSH_PORT"
  need_port PNMLAB_HTTP_PORT "$TUNNEL_HTTP_PORT"
  need_port PNMLAB_TUNNEL_LOCAL_PORT "$TUNNEL_LOCAL_PORT"
  case $TUNNEL_KEY in
    *[\"$'\n']*) die_usage 'PNMLAB_TUNNEL_KEY has a quote or a line end in it: expected a path' ;;
    '' | /*) ;;
    \~/*) TUNNEL_KEY=${HOME:-}/${TUNNEL_KEY#\~/} ;;
    *) TUNNEL_KEY=$self_dir/${TUNNEL_KEY#./} ;;
  esac
  case $TUNNEL_SSH_CONFIG in
    *[\"$'\n']*) die_usage '--ssh-config has a quote or a line end in it: expected a path' ;;
    '' | /*) ;;
    *) TUNNEL_SSH_CONFIG=$PWD/${TUNNEL_SSH_CONFIG#./} ;;
  esac
  http_host=$(config_get PNMLAB_HTTP_HOST)
  case $http_host in
    '' | 0.0.0.0 | :: | localhost) http_host=127.0.0.1 ;;
    *:*) http_host=[$http_host] ;;
  esac
  TUNNEL_REMOTE=$http_host:$TUNNEL_HTTP_PORT
  [ -n "${XDG_STATE_HOME:-}${HOME:-}" ] || die_usage 'neither HOME nor XDG_STATE_HOME is set: nowhere to keep state and log'
  tunnel_open_state "$TUNNEL_LOCAL_PORT"
}

# need_what_connecting_needs: ends with the reason where a connection cannot even be tried.
need_what_connecting_needs() {
  if [ -z "$TUNNEL_HOST" ]; then
    tunnel_fail_no_host
  elif ! command -v ssh >/dev/null 2>&1; then
    tunnel_fail no-ssh 'ssh is not installed on this machine' 'Install the OpenSSH client (Debian: apt-get install openssh-client)'
  elif [ -n "$TUNNEL_KEY" ] && [ ! -r "$TUNNEL_KEY" ]; then
    tunnel_fail key-file "the key file $TUNNEL_KEY does not exist or cannot be read" 'Correct PNMLAB_TUNNEL_KEY in .env'
  elif [ -n "$TUNNEL_SSH_CONFIG" ] && [ ! -r "$TUNNEL_SSH_CONFIG" ]; then
    tunnel_fail ssh-config "the file $TUNNEL_SSH_CONFIG does not exist or cannot be read" 'Correct --ssh-config'
  elif ! tunnel_make_dir 2>/dev/null; then
    tunnel_fail no-state "the folder $TUNNEL_DIR cannot be made or written" 'Make room, or set XDG_STATE_HOME to a folder of yours'
  else
    return 0
  fi
  say_failure
  exit 1
}

need_curl() {
  command -v curl >/dev/null 2>&1 && return
  tunnel_fail no-curl 'curl is not installed on this machine' 'Install curl (Debian: apt-get install curl)'
  say_failure
  exit 1
}

command_start() {
  local child='' deadline pid owner
  need_curl
  need_what_connecting_needs
  if pid=$(tunnel_supervisor); then
    printf 'A tunnel on local port %s is already running (supervisor %s).\n' "$TUNNEL_LOCAL_PORT" "$pid"
  else
    # A process group of its own and no terminal: neither Ctrl-C here nor closing the window ends it.
    set -m
    (
      trap '' HUP
      exec "$BASH" "$self_dir/ssh-tunnel-lab.sh" supervise --host "$TUNNEL_HOST" --ssh-port "$TUNNEL_SSH_PORT" \
        --jump "$TUNNEL_JUMP" --key "$TUNNEL_KEY" --ssh-config "$TUNNEL_SSH_CONFIG" \
        --port "$TUNNEL_HTTP_PORT" --local-port "$TUNNEL_LOCAL_PORT"
    ) </dev/null >/dev/null 2>>"$TUNNEL_LOG" &
    child=$!
    set +m
  fi
  deadline=$((SECONDS + 20 + 12 * $(($(commas "$TUNNEL_JUMP") + 1))))
  while [ "$SECONDS" -lt "$deadline" ]; do
    tunnel_read_state
    # Of two that start at once, one supervises; the other waits for what that one finds.
    owner=$(tunnel_supervisor) || owner=$child
    if [ "$STATE_supervisor" = "$owner" ]; then
      case $STATE_state in connected | waiting | failed) break ;; esac
    fi
    kill -0 "$child" 2>/dev/null || [ "$owner" != "$child" ] || break
    sleep 0.2
  done
  if [ -z "$child" ]; then
    command_status
    return
  fi
  tunnel_read_state
  case $STATE_state in
    failed)
      tunnel_fail "$STATE_code" "$STATE_found" "$STATE_fix"
      say_failure
      return 1
      ;;
    waiting)
      tunnel_fail "$STATE_code" "$STATE_found" "$STATE_fix"
      say_failure
      printf '      It goes on trying in the background; ./ssh-tunnel-lab.sh stop ends that.\n' >&2
      return 1
      ;;
  esac
  command_status
}

# What `start` leaves in the background; not for people.
command_supervise() {
  cd / || return 1
  trap '' HUP
  tunnel_supervise
}

# commas TEXT: how many hosts TEXT names.
commas() {
  local text=$1,
  [ -n "$1" ] || text=''
  text=${text//[!,]/}
  printf '%s' "${#text}"
}

command_run() {
  local code pid
  need_curl
  need_what_connecting_needs
  if pid=$(tunnel_supervisor); then
    tunnel_fail already-running "a tunnel on local port $TUNNEL_LOCAL_PORT is already running (supervisor $pid)" './ssh-tunnel-lab.sh stop'
    say_failure
    return 1
  fi
  # shellcheck disable=SC2034 # Read by tunnel_log.
  TUNNEL_FOREGROUND=yes
  tunnel_supervise
  code=$?
  [ "$code" -le 1 ] || code=1
  return "$code"
}

command_stop() {
  local pid had='' tries=0
  if pid=$(tunnel_supervisor); then
    had=yes
    kill -TERM "$pid" 2>/dev/null
    while [ "$tries" -lt 100 ] && tunnel_supervisor >/dev/null; do
      sleep 0.1
      tries=$((tries + 1))
    done
    if tunnel_supervisor >/dev/null; then
      kill -KILL "$pid" 2>/dev/null
      kill -KILL -- "-$pid" 2>/dev/null
    fi
  fi
  ! tunnel_end_leftover || had=yes
  if [ -z "$had" ]; then
    printf 'No tunnel is running on local port %s%s.\n' "$TUNNEL_LOCAL_PORT" "$(tunnel_others)"
    return
  fi
  rm -f "$TUNNEL_DIR/lock" "$TUNNEL_DIR/ssh.pipe"
  STATE_state=stopped STATE_ssh_pid='' STATE_ssh_identity=''
  tunnel_write_state
  printf 'The tunnel on local port %s is stopped.\n' "$TUNNEL_LOCAL_PORT"
}

command_status() {
  need_curl
  tunnel_verdict "$self_dir"
  case ${status_form:-} in
    porcelain)
      printf '%s\t%s\t%s\t%s\n' "$VERDICT" "$(one_line "$VERDICT_FOUND")" "$(one_line "$VERDICT_EXPECTED")" "$(one_line "$VERDICT_FIX")"
      ;;
    json)
      printf '{"status":%s,"code":%s,"found":%s,"expected":%s,"fix":%s,' \
        "$(json_text "$VERDICT")" "$(json_text "$VERDICT_CODE")" "$(json_text "$VERDICT_FOUND")" \
        "$(json_text "$VERDICT_EXPECTED")" "$(json_text "$VERDICT_FIX")"
      printf '"localPort":%s,"remote":%s,"host":%s,"jump":%s,"state":%s,"since":%s,"answers":%s,"commit":%s,"log":%s}\n' \
        "$((10#$TUNNEL_LOCAL_PORT))" "$(json_text "$TUNNEL_REMOTE")" "$(json_text "$TUNNEL_HOST")" \
        "$(json_text "$TUNNEL_JUMP")" "$(json_text "${STATE_state:-none}")" "$(json_text "$STATE_since")" \
        "$(json_text "$PROBE")" "$(json_text "$PROBE_COMMIT")" "$(json_text "$TUNNEL_LOG")"
      ;;
    *) say_verdict ;;
  esac
  [ "$VERDICT" != FAIL ]
}

command_logs() {
  if [ ! -r "$TUNNEL_LOG" ]; then
    printf 'No tunnel on local port %s has run yet: there is no %s%s\n' "$TUNNEL_LOCAL_PORT" "$TUNNEL_LOG" "$(tunnel_others)" >&2
    return 1
  fi
  if [ -n "$follow" ]; then
    exec tail -n "$lines" -F "$TUNNEL_LOG"
  fi
  { [ ! -r "$TUNNEL_LOG.1" ] || cat "$TUNNEL_LOG.1"; cat "$TUNNEL_LOG"; } | tail -n "$lines"
}

LC_ALL=C
export LC_ALL
action=''
follow=''
lines=200
while [ $# -gt 0 ]; do
  option=$1
  shift
  case $option in
    --*=*)
      set -- "${option#*=}" "$@"
      option=${option%%=*}
      ;;
  esac
  case $option in
    --host | --ssh-port | --jump | --key | --port | --local-port | --ssh-config | -n)
      [ $# -gt 0 ] || die_usage "$option needs a value"
      case $option in
        --host) given_host=$1 ;;
        --ssh-port) given_ssh_port=$1 ;;
        --jump) given_jump=$1 ;;
        --key) given_key=$1 ;;
        --port) given_port=$1 ;;
        --local-port) given_local_port=$1 ;;
        --ssh-config) given_ssh_config=$1 ;;
        -n) lines=$1 ;;
      esac
      shift
      ;;
    --porcelain) status_form=porcelain ;;
    --json) status_form=json ;;
    -f) follow=yes ;;
    -h | --help | help)
      usage
      exit 0
      ;;
    -*) die_usage "there is no option $option; see --help" ;;
    *)
      [ -z "$action" ] || die_usage "one command at a time: $action or $option?"
      action=$option
      ;;
  esac
done
case $lines in '' | *[!0-9]*) die_usage "-n is \"$lines\": expected a number of lines" ;; esac

case $action in
  start | stop | status | logs | run | supervise)
    settle
    "command_$action"
    ;;
  restart)
    settle
    command_stop && command_start
    ;;
  '')
    usage >&2
    exit 64
    ;;
  *) die_usage "there is no command \"$action\"; there are start, stop, restart, status, logs and run" ;;
esac
