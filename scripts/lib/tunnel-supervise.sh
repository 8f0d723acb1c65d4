# shellcheck shell=bash
# Keeps one ssh connected. Reads ssh's words from a pipe as they come, so one process decides, logs and
# writes the state. Works with bash 3.2.

TUNNEL_LONGEST_DELAY=30
# Trying a refused key every few seconds gets an address blocked.
TUNNEL_HUMAN_DELAY=60
TUNNEL_STEADY_AFTER=10

# tunnel_supervise: connects until it is told to stop. Ends with 1 when the first attempt fails for a
# reason that only a person can remove, and with 75 when another supervisor lives.
tunnel_supervise() {
  local attempt=0 delay=1 connected_at was_connected='' wait_for
  tunnel_lock || return 75
  TUNNEL_STOPPING=''
  trap 'TUNNEL_STOPPING=yes' TERM INT
  if [ -n "${TUNNEL_FOREGROUND:-}" ]; then trap 'TUNNEL_STOPPING=yes' HUP; else trap '' HUP; fi
  # Only the owner of the lock may judge what an earlier supervisor left.
  tunnel_end_leftover
  rm -f "$TUNNEL_DIR/state" "$TUNNEL_DIR/channel"
  STATE_supervisor=$$ STATE_chain=$TUNNEL_HOST STATE_remote=$TUNNEL_REMOTE
  [ -z "$TUNNEL_JUMP" ] || STATE_chain=$TUNNEL_JUMP,$TUNNEL_HOST
  tunnel_log "supervisor $$ started for $STATE_remote of $STATE_chain at local port $TUNNEL_LOCAL_PORT"
  tunnel_write_ssh_config "$TUNNEL_DIR/ssh_config"
  tunnel_chain "$TUNNEL_DIR/ssh_config"

  while [ -z "$TUNNEL_STOPPING" ]; do
    attempt=$((attempt + 1))
    TUNNEL_CONNECTED_AT=''
    tunnel_attempt "$attempt"
    [ -z "$TUNNEL_STOPPING" ] || break
    connected_at=$TUNNEL_CONNECTED_AT
    if [ -n "$connected_at" ]; then
      was_connected=yes
      attempt=0
      [ $((SECONDS - connected_at)) -lt "$TUNNEL_STEADY_AFTER" ] || delay=1
    fi
    if [ -z "$was_connected" ] && tunnel_needs_human "$FAIL_CODE"; then
      tunnel_log "$FAIL_FOUND. $FAIL_FIX."
      tunnel_set_state failed
      tunnel_unlock
      return 1
    fi
    wait_for=$delay
    ! tunnel_needs_human "$FAIL_CODE" || wait_for=$TUNNEL_HUMAN_DELAY
    STATE_retry=$((wait_for + 1))
    tunnel_set_state waiting
    tunnel_log "$FAIL_FOUND. $FAIL_FIX. Trying again within $STATE_retry s"
    tunnel_pause "$wait_for.$((RANDOM % 10))"
    delay=$((delay * 2))
    [ "$delay" -le "$TUNNEL_LONGEST_DELAY" ] || delay=$TUNNEL_LONGEST_DELAY
  done
  tunnel_log "supervisor $$ stopped"
  tunnel_fail '' '' ''
  tunnel_set_state stopped
  tunnel_unlock
}

# tunnel_set_state NAME: writes the state with the time, the last failure and ssh's process.
tunnel_set_state() {
  STATE_state=$1
  STATE_since=$(tunnel_now)
  STATE_code=${FAIL_CODE:-} STATE_found=${FAIL_FOUND:-} STATE_fix=${FAIL_FIX:-}
  tunnel_write_state || true
}

# tunnel_pause SECONDS: sleeps, but not longer than until a signal.
tunnel_pause() {
  local sleeper
  sleep "$1" &
  sleeper=$!
  wait "$sleeper"
  kill "$sleeper" 2>/dev/null
  wait "$sleeper" 2>/dev/null
}

# tunnel_attempt NUMBER: one life of ssh, from its start to its end. Sets TUNNEL_CONNECTED_AT if the
# forwarding stood, and FAIL_* for the end.
tunnel_attempt() {
  local line pipe=$TUNNEL_DIR/ssh.pipe tick is_open='' text
  STATE_attempt=$1 STATE_ssh_pid='' STATE_ssh_identity=''
  FORWARD_KIND='' SSH_TEXT='' SSH_HOPS=0 SSH_LAST_KEY='' SSH_REPEATED=0
  tunnel_fail '' '' ''
  tunnel_set_state connecting
  if tunnel_is_listening "$TUNNEL_LOCAL_PORT"; then
    tunnel_fail_port_in_use
    return
  fi
  rm -f "$pipe"
  if ! (umask 077 && mkfifo "$pipe") 2>/dev/null; then
    tunnel_fail no-state "no pipe can be made in $TUNNEL_DIR" 'Make room on that disk'
    return
  fi
  tunnel_ssh_arguments "$TUNNEL_DIR/ssh_config"
  # A process group of its own holds ssh and the ssh processes of jump hosts, so that all end together.
  set -m
  ssh "${SSH_ARGUMENTS[@]}" </dev/null >/dev/null 2>"$pipe" &
  TUNNEL_SSH_PID=$!
  set +m
  exec 3<"$pipe"
  STATE_ssh_pid=$TUNNEL_SSH_PID
  STATE_ssh_identity=$(tunnel_identity "$TUNNEL_SSH_PID")
  tunnel_set_state connecting

  while [ -z "$TUNNEL_STOPPING" ]; do
    tick=$SECONDS
    if IFS= read -r -t 1 -u 3 line; then
      tunnel_ssh_said "$line"
      if [ -n "$is_open" ] && [ "${#SSH_TEXT}" -gt 4000 ]; then SSH_TEXT=${SSH_TEXT: -2000}; fi
      continue
    fi
    kill -0 "$TUNNEL_SSH_PID" 2>/dev/null || break
    # The end of the pipe also fails at once; an ssh that closed it must not make this loop spin.
    [ "$tick" != "$SECONDS" ] || sleep 0.2
    if [ -z "$is_open" ]; then
      tunnel_check_open && is_open=yes
      [ "$FAIL_CODE" != forwarding-prohibited ] || break
    fi
  done
  tunnel_end_ssh
  while IFS= read -r -t 1 -u 3 line; do tunnel_ssh_said "$line"; done
  exec 3<&-
  rm -f "$pipe"
  tunnel_flush_repeated
  text=$SSH_TEXT
  [ -n "$FAIL_CODE" ] || tunnel_classify "$text" "$SSH_HOPS"
  STATE_ssh_pid='' STATE_ssh_identity=''
}

# tunnel_check_open: whether the forwarding stands; then writes the state `connected` and what answers.
tunnel_check_open() {
  local line
  tunnel_probe "$TUNNEL_LOCAL_PORT"
  [ "$PROBE" != none ] || return 1
  kill -0 "$TUNNEL_SSH_PID" 2>/dev/null || return 1
  TUNNEL_CONNECTED_AT=$SECONDS
  if [ "$PROBE" = closed ]; then
    while [ -z "$FORWARD_KIND" ] && IFS= read -r -t 1 -u 3 line; do tunnel_ssh_said "$line"; done
    if [ "$FORWARD_KIND" = prohibited ]; then
      # Only a new connection learns of a changed rule, so this one ends.
      TUNNEL_CONNECTED_AT=''
      tunnel_fail_forward prohibited
      return 1
    fi
  fi
  SSH_TEXT=''
  tunnel_set_state connected
  case $PROBE in
    pnmlab) tunnel_log "connected: PNM Lab $PROBE_VERSION, build $PROBE_COMMIT, status $PROBE_STATUS" ;;
    closed) tunnel_log "connected, but connections to $TUNNEL_REMOTE are closed at once" ;;
    silent) tunnel_log "connected, but $TUNNEL_REMOTE does not answer" ;;
    *) tunnel_log "connected, but what answers at $TUNNEL_REMOTE is not PNM Lab" ;;
  esac
}

# tunnel_ssh_said LINE: logs a line of ssh, once where it repeats, and keeps what it tells.
tunnel_ssh_said() {
  local line=${1%$'\r'} key=$1
  case $line in
    'Authenticated to '*) SSH_HOPS=$((SSH_HOPS + 1)) ;;
    channel\ *': open failed: '*)
      key=${line#channel *:}
      FORWARD_KIND=unreachable
      case $line in
        *'administratively prohibited'*) FORWARD_KIND=prohibited ;;
        *'onnection refused'*) FORWARD_KIND=refused ;;
        *'not known'* | *'resolution'*) FORWARD_KIND=unresolved ;;
      esac
      printf '%s %s\n' "$(date +%s)" "$FORWARD_KIND" 2>/dev/null >"$TUNNEL_DIR/channel"
      ;;
  esac
  SSH_TEXT=$SSH_TEXT$line$'\n'
  if [ "$key" = "$SSH_LAST_KEY" ]; then
    SSH_REPEATED=$((SSH_REPEATED + 1))
    return
  fi
  tunnel_flush_repeated
  SSH_LAST_KEY=$key
  tunnel_log "ssh: $line"
}

# tunnel_flush_repeated: logs how often the last line of ssh came again.
tunnel_flush_repeated() {
  [ "$SSH_REPEATED" -eq 0 ] || tunnel_log "ssh: the same $SSH_REPEATED more times"
  SSH_REPEATED=0
}

# tunnel_end_ssh: ends this attempt's ssh with its jump hosts, and waits for it.
tunnel_end_ssh() {
  tunnel_end_group "$TUNNEL_SSH_PID"
  wait "$TUNNEL_SSH_PID" 2>/dev/null
}

# tunnel_end_leftover: ends an ssh whose supervisor died; fails where there is none.
tunnel_end_leftover() {
  tunnel_read_state
  tunnel_is_process "$STATE_ssh_pid" "$STATE_ssh_identity" || return 1
  tunnel_log "ending ssh $STATE_ssh_pid, which lost its supervisor"
  tunnel_end_group "$STATE_ssh_pid"
}

# tunnel_end_group PID: ends the process group that PID leads, after 2 s by force.
tunnel_end_group() {
  local tries=0
  kill -TERM -- "-$1" 2>/dev/null || return 0
  while [ "$tries" -lt 20 ] && kill -0 -- "-$1" 2>/dev/null; do
    sleep 0.1
    tries=$((tries + 1))
  done
  kill -KILL -- "-$1" 2>/dev/null
  return 0
}
