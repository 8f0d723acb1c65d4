# shellcheck shell=bash
# Checks of the containers of one Compose project. bash 3.2.

# A program that ended this often before it was healthy does not come up by itself.
ENDING_RESTARTS=4

# services_of ROLE: the services that a role brings up.
services_of() {
  case $1 in
    lab) printf '%s\n' 'tftp-server simulator backend agent' ;;
    site) printf '%s\n' 'tftp-server backend' ;;
    agent) printf '%s\n' agent ;;
  esac
}

# compose_project: the Compose project of this installation.
compose_project() {
  printf '%s\n' "${COMPOSE_PROJECT_NAME:-${CONFIG_FILE_COMPOSE_PROJECT_NAME:-pnmlab}}"
}

# shellcheck disable=SC2016 # The variables are those of the template.
DOCKER_TEMPLATE='{{$l := .Config.Labels}}CONTAINER	{{index $l "com.docker.compose.service"}}	{{.Name}}	{{.State.Status}}	{{if .State.Health}}{{.State.Health.Status}}{{else}}none{{end}}	{{.RestartCount}}	{{.State.ExitCode}}	{{.State.OOMKilled}}	{{.Image}}	{{.Config.Image}}	{{index $l "org.opencontainers.image.revision"}}	{{index $l "io.pnmlab.dirty"}}	{{json .State.Error}}	{{.HostConfig.NetworkMode}}
{{if .State.Health}}{{range .State.Health.Log}}HEALTH	{{json .Output}}
{{end}}{{end}}{{range $port, $bindings := .HostConfig.PortBindings}}{{range $bindings}}PORT	{{$port}}	{{.HostIP}}	{{.HostPort}}
{{end}}{{end}}{{range .Mounts}}MOUNT	{{.Destination}}	{{.Type}}	{{if eq .Type "volume"}}{{.Name}}{{end}}	{{.Source}}	{{.RW}}
{{end}}{{range .Config.Env}}ENV	{{.}}
{{end}}'

# docker_inspect FOLDER: one file a service with what the engine says of its container; tabs between fields.
# The template names fields as the client's own types do: where one is unknown, clients fall back to the raw answer, in
# which a container that never started has no Health, and end there.
docker_inspect() {
  local ids
  ids=$(docker ps -aq --filter "label=com.docker.compose.project=$(compose_project)" --filter label=com.docker.compose.oneoff=False) || return 1
  [ -n "$ids" ] || return 0
  # shellcheck disable=SC2086 # One argument an id.
  docker inspect --format "$DOCKER_TEMPLATE" $ids | awk -F '\t' -v folder="$1" '
    $1 == "CONTAINER" { file = folder "/service." $2 }
    file != "" && $0 != "" { print > file }'
}

# container_field SERVICE NUMBER: a field of the line CONTAINER (2 service, 3 name, 4 status, 5 health,
# 6 restarts, 7 exit code, 8 out of memory, 9 image id, 10 image name, 11 commit, 12 dirty, 13 error, 14 network).
container_field() {
  [ -e "$CHECK_DIR/service.$1" ] || return 0
  awk -F '\t' -v n="$2" '$1 == "CONTAINER" { print $n; exit }' "$CHECK_DIR/service.$1"
}

check_engine() {
  local version
  if version=$(docker version --format '{{.Server.Version}}' 2>/dev/null </dev/null) && [ -n "$version" ]; then
    result PASS engine "version $version answers"
  else
    engine_refusal
    result FAIL engine "$ENGINE_FOUND" "an engine that answers" "$ENGINE_FIX"
  fi
}

check_compose_version() {
  compose_find || true
  result "$COMPOSE_STATUS" compose.version "$COMPOSE_FOUND" "$COMPOSE_EXPECTED" "$COMPOSE_FIX"
}

# check_compose_file ROLE: can the files be resolved with this .env? Leaves the result in CHECK_DIR/compose.
check_compose_file() {
  local words
  if scripts/compose "$1" config >"$CHECK_DIR/compose.part" 2>"$CHECK_DIR/compose.error" </dev/null; then
    mv "$CHECK_DIR/compose.part" "$CHECK_DIR/compose"
    result PASS compose.file "docker/compose.$1.yaml is complete with this .env"
  else
    words=$(grep -v '^time=' "$CHECK_DIR/compose.error" | tail -n 1)
    result FAIL compose.file "${words:-scripts/compose $1 config fails}" "files that Compose accepts" "scripts/compose $1 config shows it; git checkout docker brings the files back"
  fi
}

# compose_env SERVICE: lines NAME=value of the environment that the Compose files give a service.
compose_env() {
  [ -e "$CHECK_DIR/compose" ] || return 0
  awk -v service="$1" '
    /^[a-z]/ { top = $1 }
    top == "services:" && /^  [^ ]/ { name = $1; sub(/:$/, "", name); part = "" }
    name == service && /^    [^ ]/ { part = $1 }
    name == service && part == "environment:" && /^      [A-Z]/ {
      line = substr($0, 7); key = line; sub(/:.*/, "", key); value = substr(line, length(key) + 2)
      sub(/^ /, "", value)
      quote = substr(value, 1, 1)
      if (quote == "\047") { value = substr(value, 2, length(value) - 2); gsub(/\047\047/, "\047", value) }
      else if (quote == "\"") { value = substr(value, 2, length(value) - 2); gsub(/\\"/, "\"", value); gsub(/\\\\/, "\\", value) }
      else if (value == "null") value = ""
      gsub(/\$\$/, "$", value)
      print key "=" value
    }' "$CHECK_DIR/compose"
}

# last_words SERVICE: the line of its log that says why it ended: its own sentence, else that of an error which
# nothing caught, else the last line.
last_words() {
  docker logs --tail 40 "$(container_field "$1" 3)" 2>&1 </dev/null | awk -v own="$1: " '
    /^[ \t]*$/ || /^[ \t]+at / || /^Node\.js v/ { next }
    { last = $0 }
    index($0, own) == 1 { sentence = substr($0, length(own) + 1) }
    /^[A-Za-z]*Error: / { uncaught = $0 }
    END {
      if (match(last, /"msg":".*"}$/)) last = substr(last, RSTART + 7, RLENGTH - 9)
      print substr(sentence != "" ? sentence : uncaught != "" ? uncaught : last, 1, 300)
    }'
}

# check_service ROLE SERVICE: running, healthy, not restarting again and again.
check_service() {
  local id=service.$2 status health restarts words up="scripts/compose $1 up -d"
  status=$(container_field "$2" 4)
  health=$(container_field "$2" 5)
  restarts=$(container_field "$2" 6)
  words=$(awk -F '\t' '$1 == "HEALTH" { text = $2 } END { gsub(/\\n/, " ", text); gsub(/^"|[" ]+$/, "", text); gsub(/\\"/, "\"", text); print text }' "$CHECK_DIR/service.$2" 2>/dev/null) || words=''
  case $status in
    '') result FAIL "$id" "there is no container" "running and healthy" "$up" ;;
    running)
      case $health in
        unhealthy) result UNHEALTHY "$id" "unhealthy: ${words:-the health check gives no reason}" "running and healthy" "scripts/compose $1 logs --tail 50 $2" ;;
        starting)
          # A program that ends at once is seen between two of its ends as well.
          if [ "${restarts:-0}" -ge "$ENDING_RESTARTS" ]; then
            words=$(last_words "$2")
            result FAIL "$id" "starting again, restarts: $restarts${words:+, $words}" "running and healthy" \
              "scripts/compose $1 logs --tail 50 $2 shows why; then $up"
          else
            result WARN "$id" "its health is not known yet" "running and healthy" "run this again in 15 s"
          fi
          ;;
        *)
          if [ "${restarts:-0}" -ge 5 ]; then
            result WARN "$id" "running, after $restarts restarts" "running without restarts" "scripts/compose $1 logs --tail 50 $2 shows why it ended"
          else
            result PASS "$id" "running, $health, restarts: ${restarts:-0}"
          fi
          ;;
      esac
      ;;
    *)
      words=$(container_field "$2" 13)
      if [ "$words" = '""' ]; then words=$(last_words "$2"); fi
      [ "$(container_field "$2" 8)" != true ] || words="out of memory $words"
      case $2:$words in
        backend:*'already in use'* | backend:*'already allocated'*) words="$words; it is held by $(port_owner "$CFG_PNMLAB_HTTP_PORT" tcp)" ;;
        tftp-server:*'in use'*) words="$words; it is held by $(port_owner "$CFG_PNMLAB_TFTP_PORT" udp)" ;;
      esac
      result FAIL "$id" "$status, exit code $(container_field "$2" 7), restarts: ${restarts:-0}${words:+, $words}" "running and healthy" \
        "scripts/compose $1 logs --tail 50 $2 shows why; then $up"
      ;;
  esac
}

# check_image ROLE SERVICE COMMIT DIRTY_ALLOWED: does the container run the code of COMMIT?
check_image() {
  local id=image.$2 revision dirty tag current fix="scripts/deploy $1"
  [ -e "$CHECK_DIR/service.$2" ] || return 0
  revision=$(container_field "$2" 11)
  dirty=$(container_field "$2" 12)
  tag=$(container_field "$2" 10)
  current=$(docker image inspect --format '{{.Id}}' "$tag" 2>/dev/null </dev/null) || current=
  if [ -z "$revision" ] || [ "$revision" = '<no value>' ]; then
    result FAIL "$id" "$tag does not say from which commit it was built" "commit ${3:-of the checkout}" "$fix"
  elif [ -n "$3" ] && [ "$revision" != "$3" ]; then
    result FAIL "$id" "built from commit $revision" "commit $3, as this checkout" "$fix (or git checkout $revision, where the older code is meant)"
  elif [ -n "$current" ] && [ "$current" != "$(container_field "$2" 9)" ]; then
    result FAIL "$id" "the container runs an older build of $tag than the one on this machine" "the newest build of $tag" "scripts/compose $1 up -d"
  elif [ "$dirty" = true ] && [ "$4" != true ]; then
    result FAIL "$id" "built from commit $revision with uncommitted changes" "an image of committed code" "commit the changes, then $fix (scripts/deploy $1 --allow-dirty accepts them)"
  elif [ "$dirty" = true ]; then
    result WARN "$id" "commit $revision with uncommitted changes, as deploy was told" "an image of committed code" "commit the changes, then $fix"
  else
    result PASS "$id" "commit $revision"
  fi
}

# check_service_settings ROLE SERVICE: does the container have the settings that .env gives it now?
check_service_settings() {
  local differing count
  [ -e "$CHECK_DIR/service.$2" ] || return 0
  [ -e "$CHECK_DIR/compose" ] || return 0
  compose_env "$2" >"$CHECK_DIR/env.$2"
  count=$(grep -c . "$CHECK_DIR/env.$2") || true
  differing=$(awk '
    NR == FNR { if (sub(/^ENV\t/, "")) has[$0] = 1; next }
    !($0 in has) { sub(/=.*/, ""); printf "%s%s", sep, $0; sep = ", " }' "$CHECK_DIR/service.$2" "$CHECK_DIR/env.$2")
  if [ -n "$differing" ]; then
    result FAIL "service.$2.settings" "the container has another $differing than .env gives" "the settings of .env" "scripts/compose $1 up -d"
  else
    result PASS "service.$2.settings" "$count variables as .env gives them"
  fi
}

# check_docker_ports ROLE: is each published port the one of .env, and does the backend's answer?
check_docker_ports() {
  local role=$1 service port published expected found='' wrong=''
  for service in $(services_of "$role"); do
    [ -e "$CHECK_DIR/service.$service" ] || continue
    case $service in
      backend) expected=$CFG_PNMLAB_HTTP_PORT/tcp ;;
      tftp-server) expected=$CFG_PNMLAB_TFTP_PORT/udp ;;
      *) continue ;;
    esac
    published=$(awk -F '\t' '$1 == "PORT" { split($2, p, "/"); print $4 "/" p[2] }' "$CHECK_DIR/service.$service" | tr '\n' ' ')
    if [ "$(container_field "$service" 14)" = host ]; then
      found="$found${found:+, }$service has the network of the host"
    elif [ -z "$published" ]; then
      [ "$service" != backend ] || wrong="backend publishes no port"
    else
      found="$found${found:+, }$service publishes ${published% }"
      case " $published" in
        *" $expected "*) ;;
        *) wrong="$wrong${wrong:+; }$service publishes ${published% }, .env says $expected" ;;
      esac
    fi
  done
  if [ -n "$wrong" ]; then
    result FAIL ports "$wrong" "the ports of .env" "scripts/compose $role up -d"
    return 0
  fi
  port=$CFG_PNMLAB_HTTP_PORT
  case $role in
    lab | site)
      if [ "$(container_field backend 4)" = running ] && ! is_pnm_lab "$BACKEND_URL"; then
        result FAIL ports "port $port does not answer as PNM Lab; it is held by $(port_owner "$port" tcp)" "the backend at $BACKEND_URL" "give PNMLAB_HTTP_PORT a free port, then scripts/compose $role up -d"
        return 0
      fi
      ;;
  esac
  result PASS ports "${found:-nothing is published}"
}

# mount_field SERVICE DESTINATION NUMBER: a field of a mount (3 type, 4 volume, 5 source, 6 writable).
mount_field() {
  awk -F '\t' -v d="$2" -v n="$3" '$1 == "MOUNT" && $2 == d { print $n; exit }' "$CHECK_DIR/service.$1"
}

# check_docker_mounts ROLE: data in volumes, and one capture folder for backend and TFTP server.
check_docker_mounts() {
  local role=$1 backend server wrong='' warn='' fix="scripts/compose $1 up -d --force-recreate backend tftp-server"
  [ -e "$CHECK_DIR/service.backend" ] || return 0
  [ -n "$(mount_field backend /data 3)" ] || wrong="backend has no volume at /data: its database would go with the container"
  backend=$(mount_field backend /tftp 5)
  [ -n "$backend" ] || wrong="$wrong${wrong:+; }backend has nothing mounted at /tftp"
  [ -z "$backend" ] || [ "$(mount_field backend /tftp 6)" = true ] ||
    if [ "$CFG_PNMLAB_CLEANUP" = tftp ]; then warn="backend cannot write /tftp"; else wrong="$wrong${wrong:+; }backend has /tftp mounted read-only"; fi
  if [ -e "$CHECK_DIR/service.tftp-server" ]; then
    server=$(mount_field tftp-server /tftp 5)
    [ -n "$server" ] || wrong="$wrong${wrong:+; }tftp-server has nothing mounted at /tftp"
    [ -z "$server" ] || [ "$(mount_field tftp-server /tftp 6)" = true ] || wrong="$wrong${wrong:+; }tftp-server has /tftp mounted read-only"
    if [ -n "$backend" ] && [ -n "$server" ] && [ "$backend" != "$server" ]; then
      wrong="$wrong${wrong:+; }backend reads $backend, tftp-server writes $server"
    fi
  fi
  if [ -n "$wrong" ]; then
    result FAIL mounts "$wrong" "one writable volume at /tftp of backend and tftp-server, one at /data" "$fix"
  elif [ -n "$warn" ]; then
    result WARN mounts "$warn" "a writable /tftp, or cleanup by TFTP" "$fix"
  else
    result PASS mounts "/data is $(mount_field backend /data 4), /tftp is $(mount_field backend /tftp 4), writable"
  fi
}
