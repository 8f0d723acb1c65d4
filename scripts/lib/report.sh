# shellcheck shell=bash
# Results of checks: one line each while they are collected, people's or JSON lines at the end. bash 3.2.

REPORT_SEPARATOR=$'\x1f'

# result STATUS ID FOUND EXPECTED FIX
#
# Prints one result line. STATUS is PASS, WARN, FAIL, or UNHEALTHY: a service that runs and says itself
# that something is wrong, which is a FAIL unless another check names what.
result() {
  local field line=
  for field in "$1" "$2" "$3" "${4:-}" "${5:-}"; do
    field=${field//[[:cntrl:]]/ }
    line="$line${line:+$REPORT_SEPARATOR}$field"
  done
  printf '%s\n' "$line"
}

# report_causes ID: patterns of checks whose failure explains a failure of ID.
report_causes() {
  case $1 in
    service.*.settings) printf '%s\n' 'env.file env.secrets ports' ;;
    service.agent | service.backend) printf '%s\n' 'env.secrets' ;;
    backend.answers) printf '%s\n' 'engine service.backend ports tunnel' ;;
    services) printf '%s\n' 'engine' ;;
    compose.file) printf '%s\n' 'compose.version engine' ;;
    ports) printf '%s\n' 'service.backend' ;;
    backend.checks) printf '%s\n' 'service.backend service.backend.settings backend.answers' ;;
    backend.settings) printf '%s\n' 'env.file service.backend.settings' ;;
    backend.build) printf '%s\n' 'image.backend' ;;
    agent.build) printf '%s\n' 'service.agent image.agent agent.authenticated' ;;
    agent.configuration) printf '%s\n' 'service.agent service.agent.settings service.backend.settings agent.authenticated' ;;
    agent.authenticated) printf '%s\n' 'env.secrets service.agent service.agent.settings service.backend.settings' ;;
    agent.clock) printf '%s\n' 'clock service.agent' ;;
    agent.*) printf '%s\n' 'service.agent' ;;
    snmp.reach.*) printf '%s\n' 'service.agent service.simulator agent.authenticated' ;;
    simulator.build) printf '%s\n' 'service.agent service.simulator image.simulator agent.authenticated' ;;
    tftp.build) printf '%s\n' 'service.tftp-server image.tftp-server tftp.server' ;;
    tftp.server | tftp.same-directory | tftp.cleanup) printf '%s\n' 'service.tftp-server mounts tftp.directory' ;;
    tftp.directory) printf '%s\n' 'mounts' ;;
    mounts) printf '%s\n' 'service.tftp-server service.backend' ;;
  esac
}

# report_settle: reads result lines and settles what follows from what. A failure that another failure
# explains becomes a warning which names it, so that the failures are the causes.
report_settle() {
  local separator=$REPORT_SEPARATOR status id found expected fix cause failed=' ' lines=()
  local line unexplained=yes
  while IFS= read -r line; do
    lines[${#lines[@]}]=$line
    status=${line%%"$separator"*}
    id=${line#*"$separator"} && id=${id%%"$separator"*}
    [ "$status" != FAIL ] || failed="$failed$id "
    case $status:$id in
      FAIL:agent.* | FAIL:tftp.* | FAIL:snmp.* | FAIL:storage.* | FAIL:backend.* | FAIL:service.* | FAIL:mounts) unexplained= ;;
    esac
  done
  for line in ${lines[@]+"${lines[@]}"}; do
    IFS=$separator read -r status id found expected fix <<<"$line"
    if [ "$status" = UNHEALTHY ]; then
      status=FAIL
      [ -n "$unexplained" ] || { status=WARN && found="$found (another check says why)"; }
    fi
    if [ "$status" = FAIL ]; then
      for cause in $(report_causes "$id"); do
        case $failed in
          *" $cause "*)
            [ "$cause" != "$id" ] || continue
            status=WARN
            found="$found (follows from $cause)"
            break
            ;;
        esac
      done
    fi
    result "$status" "$id" "$found" "$expected" "$fix"
  done
}

# report_text FILE: aligned lines for people, with colours where a terminal shows them.
report_text() {
  local status id found expected fix width=20 colour reset=
  while IFS=$REPORT_SEPARATOR read -r status id found expected fix; do
    [ "${#id}" -le "$width" ] || width=${#id}
  done <"$1"
  while IFS=$REPORT_SEPARATOR read -r status id found expected fix; do
    colour=
    if [ -t 1 ] && [ -z "${NO_COLOR:-}" ]; then
      reset=$'\033[0m'
      case $status in
        PASS) colour=$'\033[32m' ;;
        WARN) colour=$'\033[33m' ;;
        FAIL) colour=$'\033[31m' ;;
      esac
    fi
    printf '%s%s%s  %-*s  %s\n' "$colour" "$status" "$reset" "$width" "$id" "$found"
    [ "$status" != PASS ] || continue
    [ -z "$expected" ] || printf '%*sexpected: %s\n' $((width + 8)) '' "$expected"
    [ -z "$fix" ] || printf '%*sfix: %s\n' $((width + 8)) '' "$fix"
  done <"$1"
}

# report_json FILE: the results as the elements of a JSON array, one a line.
report_json() {
  local status id found expected fix comma=
  while IFS=$REPORT_SEPARATOR read -r status id found expected fix; do
    printf '%s    {"id": %s, "status": "%s", "found": %s, "expected": %s, "fix": %s}' "$comma" \
      "$(json_text "$id")" "$status" "$(json_text "$found")" "$(json_text "$expected")" "$(json_text "$fix")"
    comma=$',\n'
  done <"$1"
  printf '\n'
}

# json_text TEXT: TEXT as a JSON string; control characters become blanks.
json_text() {
  local text=${1//[[:cntrl:]]/ }
  text=${text//\\/\\\\}
  printf '"%s"' "${text//\"/\\\"}"
}
