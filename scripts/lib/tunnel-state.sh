# shellcheck shell=bash disable=SC2119,SC2120 # An argument of tunnel_supervisor may be left out.
# Folder, lock, state file and log of one tunnel. There is one tunnel per local port and user.
# Works with bash 3.2, and without flock, setsid and /proc.

TUNNEL_LOG_LIMIT=262144
TUNNEL_LOG_KEPT=3

# tunnel_open_state LOCAL_PORT: names the folder of the tunnel on that port in TUNNEL_DIR.
tunnel_open_state() {
  TUNNEL_STATE_ROOT=${XDG_STATE_HOME:-${HOME:-}/.local/state}/pnmlab
  TUNNEL_DIR=$TUNNEL_STATE_ROOT/tunnel-$1
  TUNNEL_LOG=$TUNNEL_DIR/tunnel.log
}

# tunnel_make_dir: makes TUNNEL_DIR, for this user alone; fails where it cannot.
tunnel_make_dir() {
  (umask 077 && mkdir -p "$TUNNEL_DIR") && chmod 700 "$TUNNEL_DIR" && [ -w "$TUNNEL_DIR" ]
}

# tunnel_identity PID: prints a text that a later process with the same number does not have.
# Fails when the process is dead or somebody else's.
tunnel_identity() {
  local pid=$1 text boot=''
  case $pid in '' | *[!0-9]*) return 1 ;; esac
  kill -0 "$pid" 2>/dev/null || return 1
  if [ -r "/proc/$pid/stat" ]; then
    text=$(cat "/proc/$pid/stat" 2>/dev/null) || return 1
    # After the name in parentheses: state is the 1st word, start time in ticks since boot the 20th.
    # shellcheck disable=SC2086 # Words are wanted.
    set -- ${text##*) }
    [ "${1:-Z}" != Z ] || return 1
    [ ! -r /proc/sys/kernel/random/boot_id ] || read -r boot </proc/sys/kernel/random/boot_id
    text=${20:-}-$boot
  elif command -v ps >/dev/null 2>&1; then
    text=$(ps -o stat= -o lstart= -p "$pid" 2>/dev/null) || return 1
    # Which blanks separate the two depends on the first, which changes.
    # shellcheck disable=SC2086 # Words are wanted.
    set -- $text
    case ${1:-Z} in Z*) return 1 ;; esac
    shift
    text=$*
  else
    text=unknown
  fi
  printf '%s\n' "${text//[!A-Za-z0-9-]/_}"
}

# tunnel_is_process PID IDENTITY: whether this very process lives.
tunnel_is_process() {
  local identity
  identity=$(tunnel_identity "${1:-}") && [ "$identity" = "${2:-}" ]
}

# tunnel_supervisor [FOLDER]: prints the PID of the living supervisor; fails where there is none.
# The lock is a symbolic link, because making one is atomic and its target holds the owner.
tunnel_supervisor() {
  local owner
  owner=$(readlink "${1:-$TUNNEL_DIR}/lock" 2>/dev/null) || return 1
  tunnel_is_process "${owner%%:*}" "${owner#*:}" || return 1
  printf '%s\n' "${owner%%:*}"
}

# tunnel_lock: makes this process the supervisor; fails while another one lives.
tunnel_lock() {
  local owner stale
  owner=$$:$(tunnel_identity $$)
  while ! ln -s "$owner" "$TUNNEL_DIR/lock" 2>/dev/null; do
    ! tunnel_supervisor >/dev/null || return 1
    # Renaming gives the stale lock to one of several that see it. ssh's listening port has the last word.
    stale=$TUNNEL_DIR/lock.stale.$$
    mv -f "$TUNNEL_DIR/lock" "$stale" 2>/dev/null
    rm -f "$stale" 2>/dev/null
    [ -w "$TUNNEL_DIR" ] || return 1
  done
}

# tunnel_unlock: gives the lock back, if it is this process's.
tunnel_unlock() {
  local owner
  owner=$(readlink "$TUNNEL_DIR/lock" 2>/dev/null)
  [ "${owner%%:*}" != "$$" ] || rm -f "$TUNNEL_DIR/lock"
}

# Names of what the state file holds, as variables STATE_name.
TUNNEL_STATE_NAMES='supervisor state since attempt code found fix retry ssh_pid ssh_identity chain remote'

# tunnel_write_state: writes STATE_* in one step, so that no reader sees half of it. A full disk
# must not end a tunnel that works, so a failure is only told.
tunnel_write_state() {
  local name value
  for name in $TUNNEL_STATE_NAMES; do
    value=STATE_$name
    printf '%s=%s\n' "$name" "${!value:-}"
  done 2>/dev/null >"$TUNNEL_DIR/state.new" && mv -f "$TUNNEL_DIR/state.new" "$TUNNEL_DIR/state" 2>/dev/null
}

# tunnel_read_state: sets STATE_* from the file, empty where there is none.
tunnel_read_state() {
  local name line
  # Not by printf -v, which in bash 3.2 leaves a variable alone when there is nothing to print.
  for name in $TUNNEL_STATE_NAMES; do eval "STATE_$name=''"; done
  [ -r "$TUNNEL_DIR/state" ] || return 0
  while IFS= read -r line; do
    name=${line%%=*}
    case " $TUNNEL_STATE_NAMES " in
      *" $name "*) printf -v "STATE_$name" '%s' "${line#*=}" ;;
    esac
  done <"$TUNNEL_DIR/state"
}

# tunnel_now: prints the time as ISO 8601 in UTC.
tunnel_now() { date -u +%Y-%m-%dT%H:%M:%SZ; }

# tunnel_log TEXT: appends a line with the time to the log, and shows it where TUNNEL_FOREGROUND is set.
tunnel_log() {
  local line size number
  line="$(tunnel_now) $1"
  [ -z "${TUNNEL_FOREGROUND:-}" ] || printf '%s\n' "$line"
  size=$(wc -c 2>/dev/null <"$TUNNEL_LOG") || size=0
  if [ "$size" -gt "$TUNNEL_LOG_LIMIT" ]; then
    number=$TUNNEL_LOG_KEPT
    while [ "$number" -gt 1 ]; do
      mv -f "$TUNNEL_LOG.$((number - 1))" "$TUNNEL_LOG.$number" 2>/dev/null
      number=$((number - 1))
    done
    mv -f "$TUNNEL_LOG" "$TUNNEL_LOG.1" 2>/dev/null
  fi
  printf '%s\n' "$line" 2>/dev/null >>"$TUNNEL_LOG"
}
