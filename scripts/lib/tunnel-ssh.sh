# shellcheck shell=bash
# How ssh is called, and what its words mean. Works with bash 3.2.

# tunnel_fail CODE FOUND FIX: keeps the reason of a failure in FAIL_CODE, FAIL_FOUND and FAIL_FIX.
tunnel_fail() {
  FAIL_CODE=$1
  FAIL_FOUND=$2
  FAIL_FIX=$3
}

# tunnel_write_ssh_config FILE: options for the host and for every jump host. Options on a command line
# would not reach the jump hosts; a configuration file does. The first value of an option wins, so the
# user's own configuration follows.
tunnel_write_ssh_config() {
  {
    printf '%s\n' 'Host *'
    printf '  %s\n' \
      'BatchMode yes' \
      'ConnectTimeout 10' \
      'ConnectionAttempts 1' \
      'ServerAliveInterval 10' \
      'ServerAliveCountMax 3' \
      'ExitOnForwardFailure yes' \
      'LogLevel VERBOSE' \
      'ControlMaster no' \
      'ControlPath none' \
      'ForwardAgent no' \
      'ForwardX11 no' \
      'PermitLocalCommand no' \
      'RequestTTY no'
    if [ -n "$TUNNEL_KEY" ]; then
      printf '  IdentityFile "%s"\n' "${TUNNEL_KEY//[%]/%%}"
      printf '  IdentitiesOnly yes\n'
    fi
    printf '  Include "%s"\n' "${TUNNEL_SSH_CONFIG:-~/.ssh/config}" /etc/ssh/ssh_config
  } >"$1"
}

# tunnel_ssh_arguments CONFIG: sets SSH_ARGUMENTS to what connects, without any command at the other end.
tunnel_ssh_arguments() {
  SSH_ARGUMENTS=(-F "$1" -p "$TUNNEL_SSH_PORT")
  [ -z "$TUNNEL_JUMP" ] || SSH_ARGUMENTS+=(-J "$TUNNEL_JUMP")
  SSH_ARGUMENTS+=(-N -T -L "127.0.0.1:$TUNNEL_LOCAL_PORT:$TUNNEL_REMOTE" -- "$TUNNEL_HOST")
}

# tunnel_chain CONFIG: sets HOPS to the jump hosts in order and then the host, also where the jump
# hosts come from the user's ssh configuration.
tunnel_chain() {
  local jumps=$TUNNEL_JUMP word value hop
  if [ -z "$jumps" ]; then
    while read -r word value; do
      [ "$word" != proxyjump ] || jumps=$value
    done < <(ssh -G -F "$1" -p "$TUNNEL_SSH_PORT" -- "$TUNNEL_HOST" 2>/dev/null)
    [ "$jumps" != none ] || jumps=''
  fi
  HOPS=()
  while [ -n "$jumps" ]; do
    hop=${jumps%%,*}
    HOPS+=("$hop")
    case $jumps in
      *,*) jumps=${jumps#*,} ;;
      *) jumps='' ;;
    esac
  done
  HOPS+=("$TUNNEL_HOST")
}

# tunnel_hop_label INDEX: "host X" for the last hop, "jump host X" for those before.
tunnel_hop_label() {
  local last=$((${#HOPS[@]} - 1)) index=$1
  [ "$index" -le "$last" ] || index=$last
  if [ "$index" -eq "$last" ]; then
    printf 'host %s' "${HOPS[$index]}"
  else
    printf 'jump host %s' "${HOPS[$index]}"
  fi
}

# tunnel_hop_setting INDEX: the setting that names this hop.
tunnel_hop_setting() {
  if [ "$1" -ge $((${#HOPS[@]} - 1)) ]; then printf PNMLAB_TUNNEL_HOST; else printf PNMLAB_TUNNEL_JUMP; fi
}

# tunnel_hop_command INDEX: a command by which a person signs in to this hop once, to see what ssh asks.
tunnel_hop_command() {
  local index=$1 before='' number=0 hop text='ssh'
  [ -z "${TUNNEL_SSH_CONFIG:-}" ] || text="$text -F $TUNNEL_SSH_CONFIG"
  [ "$index" -lt ${#HOPS[@]} ] || index=$((${#HOPS[@]} - 1))
  while [ "$number" -lt "$index" ]; do
    before=${before:+$before,}${HOPS[$number]}
    number=$((number + 1))
  done
  hop=${HOPS[$index]}
  [ -z "$before" ] || text="$text -J $before"
  if [ "$index" -eq $((${#HOPS[@]} - 1)) ]; then
    [ "$TUNNEL_SSH_PORT" = 22 ] || text="$text -p $TUNNEL_SSH_PORT"
  elif [[ $hop =~ ^([^:]+|.*\]):([0-9]+)$ ]]; then
    hop=${BASH_REMATCH[1]}
    text="$text -p ${BASH_REMATCH[2]}"
  fi
  [ -z "$TUNNEL_KEY" ] || text="$text -i $TUNNEL_KEY"
  printf '%s %s true' "$text" "$hop"
}

# tunnel_line TEXT PATTERN: prints the first line of TEXT that has PATTERN in it.
tunnel_line() {
  local line
  while IFS= read -r line; do
    case $line in *"$2"*)
      line=${line%$'\r'}
      printf '%s' "$line"
      return
      ;;
    esac
  done <<<"$1"
}

# tunnel_classify TEXT HOP: what the words of an ssh that ended mean, as FAIL_*. HOP counts the hops that
# had let us in before. Texts: OpenSSH's ssh.c, sshconnect.c, sshconnect2.c, channels.c and clientloop.c.
tunnel_classify() {
  local text=$1 hop=$2 label setting line reason
  local lost='(Timeout, server|Broken pipe|closed by remote host|Connection (reset|closed) by)'
  label=$(tunnel_hop_label "$hop")
  setting=$(tunnel_hop_setting "$hop")
  if [ "$hop" -ge ${#HOPS[@]} ] && [[ $text =~ $lost ]]; then
    line=$(tunnel_line "$text" 'Timeout, server ')
    tunnel_fail connection-lost \
      "the connection to host $TUNNEL_HOST was lost${line:+: it no longer answers}" \
      'Nothing to do: it is connected again as soon as the network is back'
    return
  fi
  case $text in
    *'REMOTE HOST IDENTIFICATION HAS CHANGED'*)
      line=$(tunnel_line "$text" 'has changed and you have requested')
      line=${line#*Host key for }
      tunnel_fail host-key-changed \
        "the host key of $label is not the one known here" \
        "Ask its administrator for the new fingerprint; only if that explains it: ssh-keygen -R '${line%% has changed*}', then $(tunnel_hop_command "$hop")"
      ;;
    *'Host key verification failed'*)
      tunnel_fail host-key-unknown \
        "the host key of $label is not known here, so it may be any machine" \
        "Run once: $(tunnel_hop_command "$hop"), compare the fingerprint with its administrator's, and answer yes"
      ;;
    *'Could not resolve hostname'*)
      tunnel_fail name-unresolved \
        "the name of $label cannot be resolved" \
        "Check the spelling in $setting, and the network or VPN that knows the name"
      ;;
    *"bind [127.0.0.1]:$TUNNEL_LOCAL_PORT: Permission denied"* | *'Privileged ports can only be forwarded by root'*)
      tunnel_fail local-port-forbidden \
        "local port $TUNNEL_LOCAL_PORT may only be opened by root" \
        'Set PNMLAB_TUNNEL_LOCAL_PORT in .env to a port from 1024'
      ;;
    *"bind [127.0.0.1]:"*'Address already in use'* | *'cannot listen to port'* | *'Could not request local forwarding'*)
      tunnel_fail_port_in_use
      ;;
    *'stdio forwarding failed'*)
      line=$(tunnel_line "$text" 'open failed:')
      reason=${line##*open failed: }
      reason=${reason#connect failed: }
      label=$(tunnel_hop_label $((hop - 1)))
      case $line in
        *'administratively prohibited'*)
          tunnel_fail jump-prohibited \
            "$label does not allow connections onwards to $(tunnel_hop_label "$hop")" \
            "Have AllowTcpForwarding, PermitOpen and the key's restrictions on the jump host allow it, or take another one in PNMLAB_TUNNEL_JUMP"
          ;;
        *)
          tunnel_fail jump-onward \
            "$label cannot reach $(tunnel_hop_label "$hop"): ${reason:-no reason given}" \
            "Check name, port and firewall between the two: $setting, PNMLAB_TUNNEL_SSH_PORT"
          ;;
      esac
      ;;
    *'UNPROTECTED PRIVATE KEY FILE'*)
      tunnel_fail key-file \
        "ssh does not use the key ${TUNNEL_KEY:-of this user}, because others may read it" \
        "chmod 600 ${TUNNEL_KEY:-~/.ssh/id_*}"
      ;;
    *'Permission denied ('* | *'Too many authentication failures'*)
      line=$(tunnel_line "$text" 'Permission denied (')
      [ -n "$line" ] || line=$(tunnel_line "$text" 'Too many authentication failures')
      tunnel_fail key-refused \
        "$label refused the key: ${line##*: }" \
        "Have your public key${TUNNEL_KEY:+ ($TUNNEL_KEY.pub)} added there, check the user name, and load a key that has a passphrase with ssh-add"
      ;;
    *'Bad configuration option'* | *'bad configuration options'* | *'Bad owner or permissions'* | *'no argument after keyword'*)
      line=$(tunnel_line "$text" onfiguration)
      [ -n "$line" ] || line=$(tunnel_line "$text" 'Bad owner')
      tunnel_fail ssh-config "ssh does not accept its configuration: $line" "Correct that file"
      ;;
    *'connect to host '*': Connection refused'*)
      tunnel_fail ssh-refused \
        "$label is there, but no ssh server listens: $(tunnel_line "$text" 'connect to host')" \
        "Correct the port ($(tunnel_port_setting "$hop")), or have the ssh server started there"
      ;;
    *'connect to host '*)
      line=$(tunnel_line "$text" 'connect to host')
      tunnel_fail host-unreachable \
        "$label cannot be reached: ${line##*: }" \
        "Check network, VPN and firewall, and the address in $setting"
      ;;
    *'banner exchange'* | *kex_exchange_identification* | *'Connection closed by'* | *'Connection reset by'*)
      tunnel_fail ssh-closed \
        "$label accepts connections and closes or ignores them: not an ssh server, or one that turns this machine away" \
        "Check the port ($(tunnel_port_setting "$hop")), and with its administrator MaxStartups and address blocks"
      ;;
    *)
      line=${text%$'\n'}
      line=${line##*$'\n'}
      tunnel_fail ssh-ended \
        "ssh ended${line:+: $line}" \
        "Try by hand: $(tunnel_hop_command "$hop")"
      ;;
  esac
}

# tunnel_port_setting INDEX: the setting that holds the ssh port of a hop.
tunnel_port_setting() {
  if [ "$1" -ge $((${#HOPS[@]} - 1)) ]; then printf PNMLAB_TUNNEL_SSH_PORT; else printf PNMLAB_TUNNEL_JUMP; fi
}

# tunnel_needs_human CODE: whether trying again helps nobody until somebody has changed something.
tunnel_needs_human() {
  case $1 in
    host-key-* | key-* | local-port-* | forwarding-prohibited | jump-prohibited | ssh-config) return 0 ;;
    *) return 1 ;;
  esac
}
