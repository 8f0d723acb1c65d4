# shellcheck shell=bash
# What scripts/deploy remembers, in .pnmlab: one record a deployment (lines key=value) with a copy of its
# .env. The files current, previous and last-known-good are copies of records. bash 3.2.
#
# Keys: id, role, commit, dirty, allow_dirty, image_tag, time, backup, schema.

STATE_DIR=.pnmlab

# state_value RECORD KEY: a value of current, previous, last-known-good, or of a record's path.
state_value() {
  local file=$STATE_DIR/$1
  case $1 in
    */*) file=$1 ;;
  esac
  [ ! -r "$file" ] || sed -n "s/^$2=//p" "$file" | head -n 1
}

# state_folder: makes the folder for state and backups, for its owner alone.
state_folder() {
  mkdir -p "$STATE_DIR/deployments" "$STATE_DIR/backups"
  chmod 700 "$STATE_DIR" "$STATE_DIR/deployments" "$STATE_DIR/backups"
}

# state_lock: one deploy, restore or rollback at a time. The lock of a process that is gone is taken over.
state_lock() {
  local holder
  # Linked, so that nobody sees a lock that does not tell its holder yet.
  printf '%s\n' "$$" >"$STATE_DIR/lock.$$"
  if ! ln "$STATE_DIR/lock.$$" "$STATE_DIR/lock" 2>/dev/null; then
    holder=$(cat "$STATE_DIR/lock")
    case $(ps -o args= -p "${holder:-0}" 2>/dev/null) in
      *scripts/deploy* | *scripts/restore* | *scripts/rollback*)
        rm -f "$STATE_DIR/lock.$$"
        die "another change of this installation is under way (process $holder); wait for its end"
        ;;
    esac
    mv -f "$STATE_DIR/lock.$$" "$STATE_DIR/lock"
  fi
  rm -f "$STATE_DIR/lock.$$"
}

# state_set NAME RECORD_FILE: makes NAME a copy of that record, whole or not at all.
state_set() {
  cp "$2" "$STATE_DIR/$1.part"
  mv -f "$STATE_DIR/$1.part" "$STATE_DIR/$1"
}

# find_mode: docker where containers or a deployment are there, process where a lab runs, remote where
# only a tunnel is configured; a machine with nothing counts as process.
find_mode() {
  if has_containers; then
    printf 'docker\n'
  elif is_alive "$(lab_value pid)"; then
    printf 'process\n'
  elif [ -n "$CFG_PNMLAB_TUNNEL_HOST" ]; then
    printf 'remote\n'
  elif [ -e "$STATE_DIR/current" ]; then
    printf 'docker\n'
  else
    printf 'process\n'
  fi
}

has_containers() {
  command -v docker >/dev/null 2>&1 || return 1
  [ -n "$(docker ps -aq --filter "label=com.docker.compose.project=$(compose_project)" 2>/dev/null </dev/null | head -n 1)" ]
}
