# shellcheck shell=bash
# What the backend answers: its health, its build, its settings, its clock and its own checks. bash 3.2.

# curl_words CODE: why curl got no answer.
curl_words() {
  case $1 in
    6) printf '%s\n' "its name has no address" ;;
    7) printf '%s\n' "connection refused: nothing listens there" ;;
    28) printf '%s\n' "no answer in time" ;;
    35 | 51 | 58 | 60 | 77) printf '%s\n' "TLS fails (curl code $1)" ;;
    52 | 56) printf '%s\n' "the connection is closed without an answer" ;;
    *) printf '%s\n' "curl ends with code $1" ;;
  esac
}

# is_pnm_lab URL: does a PNM Lab backend answer there?
is_pnm_lab() {
  local text
  text=$(curl -sS --noproxy '*' --max-time 3 "$1/api/health" 2>/dev/null </dev/null) || return 1
  case $text in *'"commit"'*) ;; *) return 1 ;; esac
}

# check_answers: does BACKEND_URL answer as PNM Lab? Leaves its health in CHECK_DIR/health.
check_answers() {
  local code=0 status words
  status=$(curl -sS --noproxy '*' --max-time 4 -o "$CHECK_DIR/health" -w '%{http_code}' "$BACKEND_URL/api/health" 2>/dev/null </dev/null) || code=$?
  if [ "$code" != 0 ]; then
    result FAIL backend.answers "$BACKEND_URL: $(curl_words "$code")" "the backend answers there" "$BACKEND_START_HINT"
  elif ! grep -q '"commit"' "$CHECK_DIR/health" 2>/dev/null; then
    words=$(head -c 80 "$CHECK_DIR/health" 2>/dev/null | tr '\n' ' ') || words=''
    result FAIL backend.answers "$BACKEND_URL answers HTTP $status, and not as PNM Lab: ${words:-(empty)}" "PNM Lab at that port" \
      "find what holds the port (scripts/doctor names it), or correct PNMLAB_HTTP_PORT"
  else
    words=$(sed -n 's/^{"status":"\([a-z]*\)".*/\1/p' "$CHECK_DIR/health")
    result PASS backend.answers "$BACKEND_URL answers, health: ${words:-known}"
  fi
}

# doctor_ask QUICK: GET /api/doctor into CHECK_DIR/doctor, the HTTP status into CHECK_DIR/doctor.status.
# The token goes to curl by its standard input, so that no list of processes shows it.
doctor_ask() {
  local token=$CFG_PNMLAB_CHECK_TOKEN code=0
  : >"$CHECK_DIR/doctor.status"
  [ -n "$token" ] || return 0
  token=${token//\\/\\\\}
  printf 'header = "Authorization: Bearer %s"\n' "${token//\"/\\\"}" |
    curl -sS --noproxy '*' --max-time 9 -K - -o "$CHECK_DIR/doctor" -w '%{http_code}' \
      "$BACKEND_URL/api/doctor?format=tsv${1:+&quick=1}" >"$CHECK_DIR/doctor.status" 2>/dev/null || code=$?
  date +%s >"$CHECK_DIR/doctor.time"
  printf '%s' "$code" >"$CHECK_DIR/doctor.code"
}

# check_doctor COMMIT DIRTY_ALLOWED: everything that the backend told, as results.
check_doctor() {
  local status code
  status=$(cat "$CHECK_DIR/doctor.status" 2>/dev/null) || status=
  code=$(cat "$CHECK_DIR/doctor.code" 2>/dev/null) || code=
  if [ -z "$CFG_PNMLAB_CHECK_TOKEN" ]; then
    result WARN backend.checks "PNMLAB_CHECK_TOKEN is not set here, so the backend's own checks are not asked" "the token of the backend's .env" "scripts/setup makes one; on another machine copy the backend's"
    return 0
  fi
  case $status in
    200)
      if [ "$code" != 0 ]; then
        result FAIL backend.checks "the answer to GET /api/doctor broke off: $(curl_words "$code")" "every check of the backend" "look into the backend's log for why it ended; then run this again"
        return 0
      fi
      ;;
    000 | '')
      # Where nothing answers at all another check says so, and one that is late is told of as well.
      grep -q '"commit"' "$CHECK_DIR/health" 2>/dev/null || return 0
      [ -n "$code" ] || return 0
      if [ "$code" = 28 ]; then
        result FAIL backend.checks "the backend did not finish its checks in 9 s" "an answer within 8 s" "look into the backend's log for what hangs; then run this again"
      else
        result FAIL backend.checks "the backend answers, but not GET /api/doctor: $(curl_words "$code")" "every check of the backend" "look into the backend's log for why; then run this again"
      fi
      return 0
      ;;
    401 | 403)
      # scripts/setup gives every machine a token; that of an agent's machine is only there for these checks.
      if [ "$ROLE" = agent ]; then
        result WARN backend.checks "the backend refuses this machine's PNMLAB_CHECK_TOKEN (HTTP $status), so its own checks are not known here" "the token of the backend's .env" "copy the backend's PNMLAB_CHECK_TOKEN to this machine's .env, or look at the backend's machine"
        return 0
      fi
      result FAIL backend.checks "the backend refuses PNMLAB_CHECK_TOKEN (HTTP $status)" "one token here and in the backend" "restart the backend so that it reads .env, or copy its PNMLAB_CHECK_TOKEN to this machine"
      return 0
      ;;
    429)
      result FAIL backend.checks "too many questions in a short time (HTTP 429)" "an answer" "wait a minute, then run this again"
      return 0
      ;;
    404)
      result FAIL backend.checks "the backend knows no checks (HTTP 404): it is older than this script" "a backend of this checkout" "scripts/deploy brings up this checkout; without Docker, stop the lab and npm start"
      return 0
      ;;
    *)
      result FAIL backend.checks "GET /api/doctor answers HTTP $status" "HTTP 200" "the backend's log names the cause"
      return 0
      ;;
  esac
  if ! grep -q '^BUILD' "$CHECK_DIR/doctor"; then
    result FAIL backend.checks "what answers at $BACKEND_URL is not PNM Lab" "the backend's own checks" "see backend.answers"
    return 0
  fi
  doctor_build "$1" "$2"
  doctor_settings
  doctor_clock
  awk -F '\t' -v s="$REPORT_SEPARATOR" '$1 == "CHECK" { print $2 s $3 s $5 s $6 s $7 }' "$CHECK_DIR/doctor"
}

# doctor_field TAG NUMBER: a field of the first line that begins with TAG.
doctor_field() { awk -F '\t' -v tag="$1" -v n="$2" '$1 == tag { print $n; exit }' "$CHECK_DIR/doctor"; }

doctor_build() {
  local commit dirty built
  commit=$(doctor_field BUILD 2)
  dirty=$(doctor_field BUILD 3)
  built=$(doctor_field BUILD 4)
  if [ -n "$1" ] && [ "$commit" != "$1" ]; then
    result FAIL backend.build "runs commit $commit, built $built" "commit $1, as this checkout" "$BACKEND_UPDATE_HINT"
  elif [ "$dirty" = true ] && [ "$2" != true ]; then
    result WARN backend.build "runs commit $commit with uncommitted changes" "committed code" "commit the changes, then $BACKEND_UPDATE_HINT"
  else
    result PASS backend.build "runs commit $commit$([ "$dirty" != true ] || printf ' with uncommitted changes'), built $built"
  fi
}

# doctor_settings: the fingerprints of the backend against those of the texts that .env gives here.
doctor_settings() {
  local salt tag name theirs text ours differing='' count=0
  salt=$(doctor_field SALT 2)
  while IFS='	' read -r tag name theirs; do
    [ "$tag" = SETTING ] || continue
    text=$(expected_text "$name") || continue
    ours=$(printf '%s:%s:%s' "$salt" "$name" "$text" | sha256_of | cut -c1-12)
    count=$((count + 1))
    [ "$ours" = "$theirs" ] || differing="$differing${differing:+, }$name"
  done <"$CHECK_DIR/doctor"
  if [ -n "$differing" ]; then
    result FAIL backend.settings "the backend works with another $differing than .env gives here" "the settings of .env" "$BACKEND_RESTART_HINT"
  elif [ "$count" = 0 ]; then
    result WARN backend.settings "no setting could be compared" "the settings of .env" "$BACKEND_RESTART_HINT"
  else
    result PASS backend.settings "$count settings are those of .env"
  fi
}

# expected_text NAME: the text that the backend should work with; fails where this machine cannot know it.
# In a container, defaults that derive from other settings derive from those of the container; and another
# machine has a .env of its own.
expected_text() {
  local layer text
  layer=$(config_layer "$1")
  [ -n "$layer" ] || return 1
  if [ "$MODE" = remote ] || [ "$ROLE" = agent ]; then
    [ "$layer" != default ] || return 1
    # scripts/setup makes these on every machine; no program here reads them.
    case $ROLE:$1 in
      *:PNMLAB_SESSION_KEY) return 1 ;;
      agent:PNMLAB_AGENT_TOKEN) ;;
      *:PNMLAB_AGENT_TOKEN) return 1 ;;
    esac
    config_get "$1"
    return
  fi
  if [ "$MODE" = docker ]; then
    text=$(compose_env backend | awk -v name="$1=" 'index($0, name) == 1 { print substr($0, length(name) + 1) }')
    if [ -n "$text" ]; then
      printf '%s\n' "$text"
      return 0
    fi
    ! config_is_derived "$1" || return 1
  fi
  config_get "$1"
}

doctor_clock() {
  local theirs skew
  theirs=$(doctor_field TIME 2)
  case $theirs in
    '' | *[!0-9]*)
      result WARN clock "the backend does not tell its time" "at most 5 s" "$BACKEND_UPDATE_HINT"
      return 0
      ;;
  esac
  skew=$((theirs / 1000 - $(cat "$CHECK_DIR/doctor.time")))
  skew=${skew#-}
  if [ "$skew" -gt 60 ]; then
    result FAIL clock "the backend's clock and this one differ by $skew s" "at most 5 s" "set both by NTP (timedatectl set-ntp true)"
  elif [ "$skew" -gt 5 ]; then
    result WARN clock "the backend's clock and this one differ by $skew s" "at most 5 s" "set both by NTP (timedatectl set-ntp true)"
  else
    result PASS clock "the backend's clock and this one differ by $skew s"
  fi
}

# check_tunnel: what ssh-tunnel-lab.sh says of its tunnel, where one is configured.
check_tunnel() {
  local line
  if [ -z "$CFG_PNMLAB_TUNNEL_HOST" ]; then
    [ "$MODE" != remote ] ||
      result FAIL tunnel "no backend on this machine, and PNMLAB_TUNNEL_HOST is not set" "a tunnel to the backend's machine" "set PNMLAB_TUNNEL_HOST in .env, then ./ssh-tunnel-lab.sh start"
    return 0
  fi
  line=$(./ssh-tunnel-lab.sh status --porcelain 2>/dev/null </dev/null | head -n 1) || true
  case $line in
    PASS* | WARN* | FAIL*)
      printf '%s\n' "$line" | awk -F '\t' -v s="$REPORT_SEPARATOR" '{ print $1 s "tunnel" s $2 s $3 s $4 }'
      ;;
    *) result FAIL tunnel "ssh-tunnel-lab.sh status says nothing" "the state of the tunnel" "./ssh-tunnel-lab.sh status" ;;
  esac
}
