# shellcheck shell=bash
# What answers at the local port, and the verdict on a tunnel. Works with bash 3.2.

# tunnel_probe PORT: asks 127.0.0.1:PORT for /api/health and sets PROBE to what answered:
# none (nobody listens), closed (accepted and hung up), silent, not-http, other (HTTP, but not
# PNM Lab) or pnmlab, then also PROBE_STATUS, PROBE_VERSION, PROBE_COMMIT and PROBE_DIRTY. PROBE_HTTP is the HTTP status.
tunnel_probe() {
  local text code
  PROBE=none PROBE_HTTP='' PROBE_STATUS='' PROBE_VERSION='' PROBE_COMMIT='' PROBE_DIRTY=''
  # -q and --noproxy: neither a .curlrc nor a proxy has a say. head: a foreign program may never end.
  text=$({
    curl -q -s -i --noproxy '*' --connect-timeout 2 --max-time 3 "http://127.0.0.1:$1/api/health"
    printf '\n%s' "$?"
  } 2>/dev/null | tr -d '\000\r' | { head -c 65536 && cat >/dev/null; })
  code=${text##*$'\n'}
  case $text in
    HTTP/*)
      PROBE=other
      PROBE_HTTP=${text#* }
      PROBE_HTTP=${PROBE_HTTP:0:3}
      if [[ $text =~ \"status\"[[:space:]]*:[[:space:]]*\"(ok|degraded|failed)\" ]]; then
        PROBE_STATUS=${BASH_REMATCH[1]}
        # What answers may be anybody's: its words go to a terminal and into commands to copy.
        if [[ $text =~ \"commit\"[[:space:]]*:[[:space:]]*\"([0-9A-Za-z._-]*)\" ]]; then
          PROBE=pnmlab
          PROBE_COMMIT=${BASH_REMATCH[1]}
          [[ ! $text =~ \"version\"[[:space:]]*:[[:space:]]*\"([0-9A-Za-z.+_-]*)\" ]] || PROBE_VERSION=${BASH_REMATCH[1]}
          [[ ! $text =~ \"dirty\"[[:space:]]*:[[:space:]]*(true|false) ]] || PROBE_DIRTY=${BASH_REMATCH[1]}
        fi
      fi
      ;;
    *)
      case $code in
        7) PROBE=none ;;
        28) PROBE=silent ;;
        52 | 56) PROBE=closed ;;
        *) PROBE=not-http ;;
      esac
      ;;
  esac
}

# tunnel_is_listening PORT: whether something accepts connections at 127.0.0.1:PORT.
tunnel_is_listening() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# tunnel_port_owner PORT: prints who listens, where this machine and this user's rights let it be known.
tunnel_port_owner() {
  local line name='' pid=''
  if command -v ss >/dev/null 2>&1; then
    line=$(ss -Hltnp "sport = :$1" 2>/dev/null)
    [[ ! $line =~ \(\(\"([^\"]*)\",pid=([0-9]+) ]] || name=${BASH_REMATCH[1]} pid=${BASH_REMATCH[2]}
  fi
  if [ -z "$pid" ] && command -v lsof >/dev/null 2>&1; then
    while IFS= read -r line; do
      case $line in
        p*) [ -n "$pid" ] || pid=${line#p} ;;
        c*) [ -n "$name" ] || name=${line#c} ;;
      esac
    done < <(lsof -nP -iTCP:"$1" -sTCP:LISTEN -Fpc 2>/dev/null)
  fi
  [ -z "$pid" ] || printf '%s (process %s)' "${name:-a program}" "$pid"
}

# tunnel_free_port PORT: prints the next port after PORT that nobody listens at.
tunnel_free_port() {
  local port=$(($1 + 1)) last=$(($1 + 50))
  while [ "$port" -lt "$last" ] && [ "$port" -le 65535 ]; do
    if ! tunnel_is_listening "$port"; then
      printf '%s' "$port"
      return
    fi
    port=$((port + 1))
  done
  printf '%s' "${2:-15050}"
}

# tunnel_fail_port_in_use: says as FAIL_* who has the local port.
tunnel_fail_port_in_use() {
  local owner what=''
  owner=$(tunnel_port_owner "$TUNNEL_LOCAL_PORT")
  tunnel_probe "$TUNNEL_LOCAL_PORT"
  [ "$PROBE" != pnmlab ] || what=", which answers as PNM Lab itself (build $PROBE_COMMIT)"
  tunnel_fail local-port-in-use \
    "local port $TUNNEL_LOCAL_PORT is taken by ${owner:-another program}$what" \
    "Stop it, or set PNMLAB_TUNNEL_LOCAL_PORT in .env to a free port such as $(tunnel_free_port "$TUNNEL_LOCAL_PORT")"
}

# tunnel_expected_commit ROOT: prints the commit of the checkout, or nothing where there is no git.
tunnel_expected_commit() { git -C "$1" rev-parse --short=10 HEAD 2>/dev/null; }

# tunnel_channel_error SINCE: prints why ssh's last forwarded connection failed, if that was at SINCE
# (seconds since 1970) or later: refused, prohibited, unresolved, unreachable. Waits for a supervisor's note.
tunnel_channel_error() {
  local tries=0 when='' kind=''
  while [ "$tries" -lt 8 ]; do
    if read -r when kind 2>/dev/null <"$TUNNEL_DIR/channel" && [ "${when:-0}" -ge "$1" ]; then
      printf '%s' "$kind"
      return
    fi
    sleep 0.2
    tries=$((tries + 1))
  done
}

# tunnel_verdict ROOT: judges the tunnel by what answers at its port. Sets VERDICT (PASS, WARN or FAIL),
# VERDICT_CODE, VERDICT_FOUND, VERDICT_EXPECTED and VERDICT_FIX, and reads STATE_* and PROBE_*.
tunnel_verdict() {
  local supervisor='' has_ssh='' chain expected started kind self=./ssh-tunnel-lab.sh
  expected=$(tunnel_expected_commit "$1")
  chain=$TUNNEL_HOST
  [ -z "$TUNNEL_JUMP" ] || chain=$TUNNEL_JUMP,$TUNNEL_HOST
  VERDICT_EXPECTED="127.0.0.1:$TUNNEL_LOCAL_PORT answers as PNM Lab${expected:+ of build $expected} through ${TUNNEL_HOST:-PNMLAB_TUNNEL_HOST}"
  tunnel_read_state
  supervisor=$(tunnel_supervisor)
  ! tunnel_is_process "$STATE_ssh_pid" "$STATE_ssh_identity" || has_ssh=yes
  started=$(date +%s)
  tunnel_probe "$TUNNEL_LOCAL_PORT"

  if [ -z "$supervisor$has_ssh" ]; then
    tunnel_verdict_without_tunnel
    return
  fi
  if [ -n "$supervisor" ] && [ "$STATE_state" != connected ]; then
    if [ "$STATE_state" = waiting ]; then
      verdict FAIL "$STATE_code" "not connected: $STATE_found (attempt $STATE_attempt, since $STATE_since, tries again within $STATE_retry s)" "$STATE_fix"
    else
      verdict FAIL connecting "connecting to ${STATE_chain:-$TUNNEL_HOST} (attempt ${STATE_attempt:-1}, since ${STATE_since:-now})" "Wait a moment, then ask again; $self logs tells more"
    fi
    return
  fi
  if [ "$STATE_chain" != "$chain" ] || [ "$STATE_remote" != "$TUNNEL_REMOTE" ]; then
    verdict FAIL elsewhere "the tunnel goes to $STATE_remote of $STATE_chain, but the settings say $TUNNEL_REMOTE of ${chain:-nobody}" "$self restart"
    return
  fi
  case $PROBE in
    pnmlab) tunnel_verdict_answered "$expected" "$supervisor" ;;
    none) verdict FAIL not-listening "ssh runs (process $STATE_ssh_pid), but local port $TUNNEL_LOCAL_PORT does not accept connections" "$self restart" ;;
    silent) verdict FAIL silent "the tunnel accepts connections, but within 3 s no answer comes from $TUNNEL_REMOTE of $TUNNEL_HOST" "If the network was just lost, wait 30 s; else look at the backend there" ;;
    closed)
      kind=$(tunnel_channel_error "$started")
      tunnel_fail_forward "$kind"
      verdict FAIL "$FAIL_CODE" "$FAIL_FOUND" "$FAIL_FIX"
      ;;
    *) verdict FAIL not-pnmlab "port $TUNNEL_REMOTE of $TUNNEL_HOST answers, but is not PNM Lab ($(tunnel_probe_text))" "Set PNMLAB_HTTP_PORT in .env to the port of the backend on $TUNNEL_HOST, then $self restart" ;;
  esac
}

# verdict STATUS CODE FOUND FIX
verdict() {
  VERDICT=$1
  VERDICT_CODE=$2
  VERDICT_FOUND=$3
  VERDICT_FIX=$4
}

# tunnel_probe_text: what else answered, in words.
tunnel_probe_text() {
  if [ "$PROBE" = other ]; then
    printf 'HTTP %s, and /api/health is not PNM Lab'"'"'s' "$PROBE_HTTP"
  else
    printf 'it does not speak HTTP'
  fi
}

# tunnel_fail_forward KIND: why connections through a standing tunnel are closed at once, as FAIL_*.
tunnel_fail_forward() {
  case $1 in
    prohibited)
      tunnel_fail forwarding-prohibited \
        "host $TUNNEL_HOST lets us in, but does not allow forwarding to $TUNNEL_REMOTE" \
        "Have AllowTcpForwarding, PermitOpen and the restrictions of your key there allow $TUNNEL_REMOTE"
      ;;
    unresolved | unreachable)
      tunnel_fail remote-unreachable \
        "the tunnel stands, but host $TUNNEL_HOST cannot reach $TUNNEL_REMOTE" \
        'Set PNMLAB_HTTP_HOST in .env to the address that the backend listens on there'
      ;;
    refused)
      tunnel_fail remote-not-listening \
        "the tunnel stands, but on host $TUNNEL_HOST nothing listens at $TUNNEL_REMOTE" \
        "Start the backend there, or set PNMLAB_HTTP_PORT in .env to its port and restart the tunnel"
      ;;
    *)
      tunnel_fail remote-closed \
        "the tunnel stands, but connections to $TUNNEL_REMOTE of host $TUNNEL_HOST are closed at once: nothing listens there, or forwarding is not allowed" \
        "Look whether the backend runs there and PNMLAB_HTTP_PORT is its port; ./ssh-tunnel-lab.sh restart finds out which"
      ;;
  esac
}

# The verdict where neither supervisor nor ssh of this tunnel lives.
tunnel_verdict_without_tunnel() {
  local others fix='./ssh-tunnel-lab.sh start'
  if [ -z "$TUNNEL_HOST" ]; then
    tunnel_fail_no_host
    verdict FAIL "$FAIL_CODE" "$FAIL_FOUND" "$FAIL_FIX"
  elif [ "$PROBE" != none ]; then
    tunnel_fail_port_in_use
    verdict FAIL "$FAIL_CODE" "no tunnel is running, and $FAIL_FOUND" "$FAIL_FIX"
  elif [ "$STATE_state" = failed ]; then
    verdict FAIL "$STATE_code" "no tunnel is running; the last start ended at $STATE_since: $STATE_found" "$STATE_fix, then $fix"
  else
    others=$(tunnel_others)
    [ -z "$STATE_state" ] || [ "$STATE_state" = stopped ] || others="$others; it ended without stop, last seen at $STATE_since"
    verdict FAIL not-running "no tunnel is running on local port $TUNNEL_LOCAL_PORT$others" "$fix"
  fi
}

# tunnel_fail_no_host: that nobody said where to connect, as FAIL_*.
tunnel_fail_no_host() {
  tunnel_fail no-host \
    'PNMLAB_TUNNEL_HOST is not set, so it is not known where to connect' \
    'Set PNMLAB_TUNNEL_HOST=user@host in .env, or give --host user@host'
}

# tunnel_others: names tunnels of this user on other local ports.
tunnel_others() {
  local mine=$TUNNEL_DIR other
  for other in "$TUNNEL_STATE_ROOT"/tunnel-*; do
    if [ "$other" != "$mine" ] && tunnel_supervisor "$other" >/dev/null; then
      printf ', but one is on port %s (--local-port %s)' "${other##*-}" "${other##*-}"
    fi
  done
}

# tunnel_verdict_answered EXPECTED_COMMIT SUPERVISOR: PNM Lab answers; is it the right one, and will it stay?
tunnel_verdict_answered() {
  local build=$PROBE_COMMIT
  [ "$PROBE_DIRTY" != true ] || build="$build with uncommitted changes"
  local found="127.0.0.1:$TUNNEL_LOCAL_PORT is PNM Lab $PROBE_VERSION, build $build, status $PROBE_STATUS, through $STATE_chain"
  if [ -z "$2" ]; then
    verdict WARN no-supervisor "$found; but nobody watches over ssh (process $STATE_ssh_pid), so it will not come back when it breaks" './ssh-tunnel-lab.sh restart'
  elif [ -n "$1" ] && [ "$PROBE_COMMIT" != "$1" ]; then
    verdict WARN other-build "$found, connected since $STATE_since; this checkout is $1" "Update this checkout or deploy it: git checkout $PROBE_COMMIT, or scripts/deploy on the server"
  elif [ "$PROBE_STATUS" = failed ]; then
    verdict WARN backend-failed "$found, connected since $STATE_since" './validate-deployment.sh tells what failed'
  else
    verdict PASS ok "$found, connected since $STATE_since" ''
  fi
}
