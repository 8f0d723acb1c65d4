# shellcheck shell=bash
# What really runs on this machine, without Docker: processes, their ports and folders. bash 3.2.

# lab_value KEY: a top-level value, or a program's process id, of the lab.json in the data folder.
lab_value() {
  [ -r "$CFG_PNMLAB_DATA_DIR/lab.json" ] || return 0
  sed -n "s/^ *\"$1\": *\"\{0,1\}\([^\",]*\)\"\{0,1\},\{0,1\}\$/\1/p" "$CFG_PNMLAB_DATA_DIR/lab.json" | head -n 1
}

is_alive() { [ -n "$1" ] && [ "$1" != 0 ] && ps -p "$1" >/dev/null 2>&1; }

# process_words PID: what a process is: id, user, age, command, folder, and the unit that manages it.
process_words() {
  local line folder='' unit=''
  line=$(ps -o user=,etime=,args= -p "$1" 2>/dev/null | awk '{ user = $1; age = $2; $1 = $2 = ""; sub(/^ +/, ""); sub(/^[^ ]*\/node( --[^ ]*)* /, "node "); print user ", up " age ": " substr($0, 1, 120) }')
  if [ -e "/proc/$1" ]; then
    folder=$(readlink "/proc/$1/cwd" 2>/dev/null) || folder=''
    unit=$(sed -n 's|.*/\([^/]*\.service\).*|\1|p' "/proc/$1/cgroup" 2>/dev/null | head -n 1) || unit=''
  elif command -v lsof >/dev/null 2>&1; then
    folder=$(lsof -a -p "$1" -d cwd -Fn 2>/dev/null | sed -n 's/^n//p') || folder=''
  fi
  printf 'process %s of %s%s%s\n' "$1" "${line:-nobody}" "${folder:+, in $folder}" "${unit:+, managed by $unit}"
}

# port_pids PORT tcp|udp: processes that listen on a port, as far as this user may see them.
port_pids() {
  local flag=-ltnp
  [ "$2" = tcp ] || flag=-lunp
  if command -v ss >/dev/null 2>&1; then
    ss "$flag" 2>/dev/null | awk -v port="$1" '$4 ~ ":" port "$" || $5 ~ ":" port "$"' | grep -o 'pid=[0-9]*' | cut -d= -f2 | sort -u
  elif command -v lsof >/dev/null 2>&1; then
    if [ "$2" = tcp ]; then lsof -nP -iTCP:"$1" -sTCP:LISTEN -t 2>/dev/null; else lsof -nP -iUDP:"$1" -t 2>/dev/null; fi
  fi
}

# port_owner PORT tcp|udp: who holds a port, in words.
port_owner() {
  local pids
  pids=$(port_pids "$1" "$2" | head -n 1) || pids=''
  if [ -n "$pids" ]; then process_words "$pids"; else printf '%s\n' "nobody this user can see"; fi
}

lab_programs() {
  if [ "$CFG_PNMLAB_SIMULATOR" = on ]; then services_of lab; else printf '%s\n' 'tftp-server backend agent'; fi
}

# check_processes: every program of the lab runs; where no lab is known, who answers instead.
check_processes() {
  local program pid owner
  if ! is_alive "$(lab_value pid)"; then
    owner=$(port_owner "$CFG_PNMLAB_HTTP_PORT" tcp)
    result FAIL service.backend "no lab runs with the data folder $CFG_PNMLAB_DATA_DIR; port $CFG_PNMLAB_HTTP_PORT is held by $owner" \
      "a lab started by npm start" "npm start"
    return 0
  fi
  for program in $(lab_programs); do
    pid=$(lab_value "$program")
    if is_alive "$pid"; then
      result PASS "service.$program" "$(process_words "$pid")"
    else
      result FAIL "service.$program" "process ${pid:-unknown} is gone" "a running program" "$CFG_PNMLAB_DATA_DIR/logs/lab.log shows why it ended; npm start brings it back"
    fi
  done
}

# check_process_ports: each port of .env is held by the program it belongs to.
check_process_ports() {
  local program port kind pids found='' wrong=''
  is_alive "$(lab_value pid)" || return 0
  for program in $(lab_programs); do
    kind=udp
    case $program in
      backend) port=$CFG_PNMLAB_HTTP_PORT kind=tcp ;;
      tftp-server) port=$CFG_PNMLAB_TFTP_PORT ;;
      simulator) port=$CFG_PNMLAB_SIM_SNMP_PORT ;;
      *) continue ;;
    esac
    # Nobody at the port is an answer too.
    pids=" $({ port_pids "$port" "$kind" || true; } | tr '\n' ' ')"
    case $pids in
      *" $(lab_value "$program") "*) found="$found${found:+, }$program $port/$kind" ;;
      ' ') wrong="$wrong${wrong:+; }$program does not listen on $port/$kind" ;;
      *) wrong="$wrong${wrong:+; }$port/$kind is held by $(port_owner "$port" "$kind"), not by $program" ;;
    esac
  done
  if ! command -v ss >/dev/null 2>&1 && ! command -v lsof >/dev/null 2>&1; then
    result WARN ports "neither ss nor lsof is installed, so the owners of ports are not known" "ss or lsof" "install iproute2 (Linux) or lsof"
  elif [ -n "$wrong" ]; then
    result FAIL ports "$wrong" "the ports of .env, held by their programs" "stop what holds the port, or give another in .env; then npm start"
  else
    result PASS ports "$found"
  fi
}

# check_process_folders: the data folder and the capture folder can be written.
check_process_folders() {
  local folder wrong=''
  for folder in "$CFG_PNMLAB_DATA_DIR" "$CFG_PNMLAB_TFTP_DIR"; do
    if [ ! -d "$folder" ]; then
      wrong="$wrong${wrong:+; }$folder is not there"
    elif [ ! -w "$folder" ]; then
      wrong="$wrong${wrong:+; }$(id -un) cannot write $folder"
    fi
  done
  if [ -n "$wrong" ]; then
    result FAIL mounts "$wrong" "writable folders" "correct PNMLAB_DATA_DIR or PNMLAB_TFTP_DIR, or the owner of the folder"
  else
    result PASS mounts "$CFG_PNMLAB_DATA_DIR and $CFG_PNMLAB_TFTP_DIR can be written"
  fi
}
