# shellcheck shell=bash
# Database, captures and programs of an installation, the same for Docker and for npm start: MODE is docker
# or process, ROLE lab, site or agent. Needs env.sh, run.sh, state.sh, check-docker.sh, check-process.sh.

# The program backend/src/snapshot.ts, in the image and in the checkout.
SNAPSHOT_IN_IMAGE=dist/snapshot.js
SNAPSHOT_IN_CHECKOUT=backend/src/snapshot.ts

# How long programs may take to become healthy, and to stop, in seconds.
READY_S=120
STOP_S=30

# local_node ARGUMENT...: Node 24 of this checkout.
local_node() {
  [ -x node_modules/node/bin/node ] || die "the packages are not installed; npm start (or npx pnpm install) installs them"
  node_modules/node/bin/node --conditions=@pnmlab/source "$@"
}

# backend_container: id of the backend's container, running or not; fails where there is none.
backend_container() {
  local id
  id=$(docker ps -aq --filter "label=com.docker.compose.project=$(compose_project)" --filter label=com.docker.compose.service=backend --filter label=com.docker.compose.oneoff=False | head -n 1)
  [ -n "$id" ] && printf '%s\n' "$id"
}

# backend_image: the image of the backend's container, else that of the recorded deployment, else that of .env.
backend_image() {
  local id
  if id=$(backend_container); then
    docker inspect --format '{{.Image}}' "$id"
  else
    printf 'pnmlab/backend:%s\n' "${PNMLAB_IMAGE_TAG:-$(state_value current image_tag | grep . || printf '%s' "${CONFIG_FILE_PNMLAB_IMAGE_TAG:-dev}")}"
  fi
}

# snapshot get|put|schema [data|readings]: the snapshot program, with `data` on the database of this
# installation, with `readings` on that of what polling has read. In Docker it runs in a container of its own with the
# volumes of the backend's.
snapshot() {
  local command=$1 id which=()
  [ "${2:-}" != readings ] || which=(readings)
  if [ "$MODE" != docker ]; then
    [ "$#" = 1 ] || set -- "$command" "$CFG_PNMLAB_DATA_DIR" ${which[@]+"${which[@]}"}
    local_node "$SNAPSHOT_IN_CHECKOUT" "$@"
  elif [ "$#" = 1 ]; then
    docker run --rm --network none --entrypoint node "$(backend_image)" "$SNAPSHOT_IN_IMAGE" "$command"
  else
    id=$(backend_container) || die "there is no backend container"
    docker run --rm -i --network none --volumes-from "$id" --entrypoint node "$(backend_image)" "$SNAPSHOT_IN_IMAGE" "$command" /data ${which[@]+"${which[@]}"}
  fi
}

# has_database: is there a database to save? Ends the script where that cannot be told: a database that cannot
# be read must not pass for none.
has_database() {
  local step
  if [ "$MODE" = docker ]; then
    backend_container >/dev/null || return 1
    step=$(snapshot schema data </dev/null) || die "it cannot be told whether there is a database to save (the reason is above)"
    [ "$step" -gt 0 ]
  else
    [ -e "$CFG_PNMLAB_DATA_DIR/pnmlab.db" ]
  fi
}

# readings_get FOLDER: a copy of what polling has read, as FOLDER/polling.db; nothing where there is none yet.
readings_get() {
  local step
  step=$(snapshot schema readings </dev/null) || die "it cannot be told whether there are readings to save (the reason is above)"
  [ "$step" -gt 0 ] || return 0
  snapshot get readings </dev/null >"$1/polling.db" || die "the readings could not be saved; no backup was made"
}

# captures_get FOLDER: copies the stored captures into FOLDER/captures; files in the making stay out. Where none
# is stored yet there is nothing to copy; everything else that goes wrong ends the script.
captures_get() {
  stored_get "$1" captures --exclude='*.part'
}

# recordings_get FOLDER: the same for the recordings that were kept, as FOLDER/recordings. Rings stay out, and the
# indexes, which change while a recording grows: they are made anew from what they list.
recordings_get() {
  stored_get "$1" recordings --exclude='recordings/ring' --exclude='*.removed' --exclude='unfinished' --exclude='*.pli' --exclude='*.part'
}

# stored_get FOLDER NAME TAR-OPTIONS...: copies NAME of the data folder into FOLDER/NAME.
# The engine packs what it copies, because the images hold no tar.
stored_get() {
  local folder=$1 name=$2 id words
  shift 2
  if [ "$MODE" = docker ]; then
    id=$(backend_container) || return 0
    docker cp "$id:/data/$name" - 2>"$folder/$name.log" | tar -xf - -C "$folder" "$@" 2>>"$folder/$name.log" ||
      grep -qiE 'could not find|no such container:path' "$folder/$name.log" || {
      words=$(head -n 1 "$folder/$name.log")
      die "the $name could not be copied: ${words:-no reason given}"
    }
    rm -f "$folder/$name.log"
  elif [ -d "$CFG_PNMLAB_DATA_DIR/$name" ]; then
    tar -cf - -C "$CFG_PNMLAB_DATA_DIR" "$@" "$name" | tar -xf - -C "$folder"
  fi
}

# stored_put FOLDER NAME: adds what is in FOLDER/NAME to what is stored; equal names are equal bytes.
stored_put() {
  local owner=(--uid 1000 --gid 1000)
  if [ "$MODE" = docker ]; then
    # The user of the images owns what is in their volumes.
    if tar --version 2>/dev/null | grep -q GNU; then owner=(--owner=1000 --group=1000 --numeric-owner); fi
    tar -cf - "${owner[@]}" -C "$1" "$2" | docker cp - "$(backend_container):/data" >/dev/null
  else
    mkdir -p "$CFG_PNMLAB_DATA_DIR"
    tar -cf - -C "$1" "$2" | tar -xf - -C "$CFG_PNMLAB_DATA_DIR"
  fi
}

# is_running: does anything of this installation run now?
is_running() {
  if [ "$MODE" = docker ]; then
    [ -n "$(docker ps -q --filter "label=com.docker.compose.project=$(compose_project)" | head -n 1)" ]
  else
    is_alive "$(lab_value pid)"
  fi
}

# has_volumes: are there volumes of this installation, also without containers?
has_volumes() {
  [ -n "$(docker volume ls -q --filter "label=com.docker.compose.project=$(compose_project)" | head -n 1)" ]
}

# programs_stop: ends every program; the agent ends running tests on the CMTS first.
programs_stop() {
  local pid waited=0
  if [ "$MODE" = docker ]; then
    has_containers || return 0
    scripts/compose "$ROLE" stop >/dev/null 2>&1 || die "scripts/compose $ROLE stop fails"
    return 0
  fi
  pid=$(lab_value pid)
  is_alive "$pid" || return 0
  case $(ps -o args= -p "$pid") in
    *testkit/src/main.ts*) ;;
    *) die "process $pid of lab.json is not a lab: $(process_words "$pid"); remove $CFG_PNMLAB_DATA_DIR/lab.json if no lab runs" ;;
  esac
  kill -TERM "$pid"
  while is_alive "$pid"; do
    [ "$waited" -lt "$STOP_S" ] || die "the lab (process $pid) did not stop within $STOP_S s"
    sleep 1
    waited=$((waited + 1))
  done
}

# programs_start: brings every program up and waits until the backend answers.
programs_start() {
  local log
  if [ "$MODE" = docker ]; then
    scripts/compose "$ROLE" up -d >/dev/null 2>"$STATE_DIR/up.log" || {
      tail -n 5 "$STATE_DIR/up.log" >&2
      return 1
    }
  else
    mkdir -p "$CFG_PNMLAB_DATA_DIR/logs"
    log=$CFG_PNMLAB_DATA_DIR/logs/start.log
    nohup node scripts/bootstrap.mjs start >"$log" 2>&1 </dev/null &
    STARTED_PID=$!
    STARTED_LOG=$log
    note "the lab runs in the background now; its output is in $log"
  fi
  programs_wait
}

# programs_wait: waits until the programs are healthy, at most READY_S seconds; READY_PROBLEM says why not.
programs_wait() {
  local waited=0
  while ! programs_ready; do
    READY_PROBLEM="not healthy after $READY_S s"
    [ "$waited" -lt "$READY_S" ] || return 1
    READY_PROBLEM=$(programs_ending)
    [ -z "$READY_PROBLEM" ] || return 1
    sleep 1
    waited=$((waited + 1))
  done
}

# programs_ending: names what ends by itself, containers again and again; nothing heals those.
programs_ending() {
  if [ "$MODE" != docker ]; then
    [ -z "${STARTED_PID:-}" ] || is_alive "$STARTED_PID" || printf 'the lab ended: %s\n' "$(tail -n 1 "$STARTED_LOG")"
    return 0
  fi
  docker ps -q --filter "label=com.docker.compose.project=$(compose_project)" --filter status=restarting |
    xargs docker inspect --format '{{.RestartCount}} {{index .Config.Labels "com.docker.compose.service"}}' 2>/dev/null |
    awk -v least="$ENDING_RESTARTS" '$1 >= least { print $2 " ends again and again" }' || true
}

programs_ready() {
  local ids states
  if [ "$MODE" = docker ]; then
    ids=$(docker ps -aq --filter "label=com.docker.compose.project=$(compose_project)" --filter label=com.docker.compose.oneoff=False)
    [ -n "$ids" ] || return 1
    # shellcheck disable=SC2086 # One argument an id.
    states=$(docker inspect --format '{{.State.Status}}/{{if .State.Health}}{{.State.Health.Status}}{{else}}healthy{{end}}' $ids)
    ! printf '%s\n' "$states" | grep -qvx 'running/healthy'
  else
    is_alive "$(lab_value pid)" && is_pnm_lab "$(lab_value url)"
  fi
}

# backup_unpack FILE FOLDER: unpacks a file of scripts/backup and proves it whole; BACKUP_PROBLEM says why not.
backup_unpack() {
  local file=$1 folder=$2 names kinds sums path
  BACKUP_PROBLEM="$file is no whole archive"
  names=$(tar -tzf "$file" 2>/dev/null) || return 1
  # Only plain files and folders with the names that scripts/backup gives: nothing may land elsewhere.
  names=$(printf '%s\n' "$names" | grep -vE '^\./($|MANIFEST$|env$|(pnmlab|polling)\.db$|state/($|(current|previous|last-known-good)$)|captures/($|[0-9a-f]{2}/($|[0-9a-f]{64}$))|recordings/($|kept/($|[0-9a-f-]{36}/($|([0-9]+-[0-9]+\.pls|block-[0-9]+\.plb)$))))' | head -n 1) || true
  BACKUP_PROBLEM="$file holds \"$names\", which no backup has"
  [ -z "$names" ] || return 1
  BACKUP_PROBLEM="$file holds something that is neither file nor folder"
  # Read to its end: a reader that stops early makes tar fail, which would look like a listing without finding.
  kinds=$(tar -tvzf "$file" 2>/dev/null | cut -c1 | sort -u | tr -d '\n') || return 1
  case $kinds in
    *[!d-]*) return 1 ;;
  esac
  BACKUP_PROBLEM="$file cannot be unpacked into $folder (is there room?)"
  tar -xzf "$file" -C "$folder" --no-same-owner --no-same-permissions || return 1
  BACKUP_PROBLEM="$file has no MANIFEST of a known format"
  [ "$(manifest_value "$folder" format)" = 1 ] || return 1
  case $(manifest_value "$folder" schema) in
    '' | *[!0-9]*) return 1 ;;
  esac
  BACKUP_PROBLEM="the checksums of $file cannot be compared"
  grep -q '^sha256 ' "$folder/MANIFEST" || return 1
  sums=$(sums_of "$folder") || return 1
  path=$({ grep '^sha256 ' "$folder/MANIFEST" && printf '%s\n' "$sums"; } | LC_ALL=C sort | uniq -u | head -n 1 | cut -d' ' -f4-) || true
  BACKUP_PROBLEM="${path#./} in $file is missing, damaged or not in its MANIFEST"
  [ -z "$path" ] || return 1
}

# sums_of FOLDER: lines `sha256 HEX  ./FILE` of all files of a backup.
sums_of() {
  (
    cd "$1" || exit
    find . -type f ! -name 'MANIFEST*' -print0 |
      if command -v sha256sum >/dev/null 2>&1; then xargs -0 sha256sum; else xargs -0 shasum -a 256; fi
  ) | sed 's/^/sha256 /' | LC_ALL=C sort -k 3
}

# manifest_value FOLDER KEY: a value of an unpacked backup.
manifest_value() { [ ! -r "$1/MANIFEST" ] || sed -n "s/^$2 //p" "$1/MANIFEST" | head -n 1; }
