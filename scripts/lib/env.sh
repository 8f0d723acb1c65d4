# shellcheck shell=bash
# Settings for scripts: environment, then .env, then default, as packages/config reads them.
# Nothing is sourced, because a value may hold anything. Works with bash 3.2.

# env_read_file FILE PREFIX
#
# Sets PREFIXNAME for every NAME=value line of FILE, by the rules of Node's parseEnv for one line:
# surrounding blanks, an `export` before the name and matching quotes are dropped, and outside of
# quotes a # begins a comment. An absent file sets nothing. The names land in ENV_FILE_NAMES, in order.
env_read_file() {
  local file=$1 prefix=$2 line name value quote rest
  ENV_FILE_NAMES=()
  [ -r "$file" ] || return 0
  while IFS= read -r line || [ -n "$line" ]; do
    line=${line%$'\r'}
    case $line in
      *=*) ;;
      *) continue ;;
    esac
    name=$(env_trim "${line%%=*}")
    case $name in
      'export '*) name=$(env_trim "${name#export }") ;;
    esac
    case $name in
      '' | \#* | [0-9]* | *[!A-Za-z0-9_]*) continue ;;
    esac
    value=$(env_trim "${line#*=}")
    quote=${value:0:1}
    case $quote in
      \" | \' | \`)
        rest=${value:1}
        case $rest in
          *"$quote"*)
            value=${rest%%"$quote"*}
            [ "$quote" != '"' ] || value=${value//\\n/$'\n'}
            ;;
        esac
        ;;
      *) value=$(env_trim "${value%%#*}") ;;
    esac
    printf -v "$prefix$name" '%s' "$value"
    ENV_FILE_NAMES[${#ENV_FILE_NAMES[@]}]=$name
  done <"$file"
}

# env_trim TEXT: TEXT without blanks around it.
env_trim() {
  local text=$1
  text=${text#"${text%%[![:space:]]*}"}
  text=${text%"${text##*[![:space:]]}"}
  printf '%s' "$text"
}

# config_load ROOT
#
# Reads every setting of ROOT/.env.example, whose lines `#NAME=value` are the defaults, and sets
# CFG_NAME to the effective text of each and CFG_LAYER_NAME to environment, file or default.
# CONFIG_NAMES lists the names, CONFIG_FILE_NAMES those of .env. An empty text counts as not given.
# Relative folders become absolute, from ROOT.
config_load() {
  local root=$1 line name given
  CONFIG_ROOT=$root
  CONFIG_NAMES=()
  for name in $(compgen -v CONFIG_FILE_PNMLAB_) $(compgen -v CFG_DERIVED_PNMLAB_); do unset "$name"; done
  if [ ! -r "$root/.env.example" ]; then
    printf '%s\n' "$root/.env.example cannot be read; it holds the names and defaults of all settings" >&2
    return 1
  fi
  env_read_file "$root/.env" CONFIG_FILE_
  # shellcheck disable=SC2034 # An output of this function.
  CONFIG_FILE_NAMES=(${ENV_FILE_NAMES[@]+"${ENV_FILE_NAMES[@]}"})
  while IFS= read -r line || [ -n "$line" ]; do
    line=${line#\#}
    case $line in
      PNMLAB_*=*) ;;
      *) continue ;;
    esac
    name=${line%%=*}
    CONFIG_NAMES[${#CONFIG_NAMES[@]}]=$name
    given=CONFIG_FILE_$name
    if [ -n "${!name:-}" ]; then
      printf -v "CFG_$name" '%s' "${!name}"
      printf -v "CFG_LAYER_$name" environment
    elif [ -n "${!given:-}" ]; then
      printf -v "CFG_$name" '%s' "${!given}"
      printf -v "CFG_LAYER_$name" file
    else
      printf -v "CFG_$name" '%s' "${line#*=}"
      printf -v "CFG_LAYER_$name" default
    fi
  done <"$root/.env.example"
  config_derive
}

# The defaults that depend on other settings; the functions `default` of packages/config/src/variables.ts.
config_derive() {
  local derived
  config_default PNMLAB_SETTINGS_FILE "$CONFIG_ROOT/.env"
  config_default PNMLAB_BACKEND_URL "ws://$CFG_PNMLAB_HTTP_HOST:$CFG_PNMLAB_HTTP_PORT"
  config_default PNMLAB_DATA_DIR "$CONFIG_ROOT/data"
  config_absolute PNMLAB_DATA_DIR
  config_default PNMLAB_TFTP_DIR "$CFG_PNMLAB_DATA_DIR/tftp"
  config_absolute PNMLAB_TFTP_DIR
  config_default PNMLAB_AGENT_DATA_DIR "$CFG_PNMLAB_DATA_DIR/agent"
  config_absolute PNMLAB_AGENT_DATA_DIR
  config_default PNMLAB_TFTP_ADVERTISED_HOST "$CFG_PNMLAB_TFTP_HOST"
  config_default PNMLAB_TFTP_ADVERTISED_PORT "$CFG_PNMLAB_TFTP_PORT"
  case $CFG_PNMLAB_HTTP_PORT in
    *[!0-9]* | ??????*) ;; # Not a port: what needs one says so.
    *)
      derived=$((10#$CFG_PNMLAB_HTTP_PORT + 11111))
      [ "$derived" -le 65534 ] || derived=$((derived - 40000))
      config_default PNMLAB_SIM_SNMP_PORT "$derived"
      derived=$((10#$CFG_PNMLAB_HTTP_PORT + 1))
      [ "$derived" -le 65535 ] || derived=$((derived - 2))
      config_default PNMLAB_AGENT_HEALTH_PORT "$derived"
      ;;
  esac
  if [ "$CFG_PNMLAB_SIMULATOR" = on ]; then
    case $CFG_PNMLAB_SIM_SNMP_PORT in
      '' | *[!0-9]* | ??????*) ;;
      *)
        derived="lab-cmts-1=$CFG_PNMLAB_SIM_HOST:$CFG_PNMLAB_SIM_SNMP_PORT/sim"
        derived="$derived,lab-cmts-2=$CFG_PNMLAB_SIM_HOST:$((10#$CFG_PNMLAB_SIM_SNMP_PORT + 1))/sim"
        config_default PNMLAB_CMTS "$derived"
        ;;
    esac
  fi
  config_default PNMLAB_TUNNEL_LOCAL_PORT "$CFG_PNMLAB_HTTP_PORT"
}

# config_default NAME TEXT: gives NAME the text TEXT where nothing was given for it, and marks it as derived.
config_default() {
  local current=CFG_$1
  if [ -z "${!current:-}" ]; then
    printf -v "CFG_$1" '%s' "$2"
    printf -v "CFG_DERIVED_$1" yes
  fi
}

# config_is_derived NAME: does the text of NAME come from other settings?
config_is_derived() {
  local derived=CFG_DERIVED_$1
  [ -n "${!derived:-}" ]
}

# config_absolute NAME: makes the path of NAME absolute, from the folder of .env.
config_absolute() {
  local current=CFG_$1
  case ${!current} in
    /*) ;;
    *) printf -v "CFG_$1" '%s' "$CONFIG_ROOT/${!current#./}" ;;
  esac
}

# config_get NAME: prints the effective text of NAME; fails for a name that is no setting.
config_get() {
  local current=CFG_$1
  [ -n "${!current+set}" ] || return 1
  printf '%s\n' "${!current}"
}

# config_layer NAME: prints where the text of NAME comes from: environment, file or default.
config_layer() {
  local layer=CFG_LAYER_$1
  printf '%s\n' "${!layer:-}"
}
