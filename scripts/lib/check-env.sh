# shellcheck shell=bash
# Checks of the tools of this machine and of .env. bash 3.2.

# check_tools NAME...: one result for all programs that the checks use.
check_tools() {
  local tool missing=
  for tool in "$@"; do
    command -v "$tool" >/dev/null 2>&1 || missing="$missing $tool"
  done
  if [ -n "$missing" ]; then
    result FAIL tools "missing:$missing" "$*" "install$missing with this system's package manager"
  else
    result PASS tools "bash ${BASH_VERSION%%(*}, $*"
  fi
}

# check_env_file: is .env there, private, free of junk, and does every name mean something?
check_env_file() {
  local file=$CONFIG_ROOT/.env fails='' warns='' fix='' mode text
  if [ ! -e "$file" ]; then
    result FAIL env.file ".env is missing" "a .env with this installation's secrets" "scripts/setup"
    return 0
  fi
  if [ ! -r "$file" ]; then
    result FAIL env.file ".env cannot be read by $(id -un)" "a .env that its user can read" "sudo chown $(id -un) .env"
    return 0
  fi
  mode=$(ls -ldL "$file")
  case ${mode:4:6} in
    ------) ;;
    *) env_problem fails "others may read or write it (${mode:0:10})" "chmod 600 .env" ;;
  esac
  text=$(LC_ALL=C grep -c $'\r' "$file") || true
  [ "$text" = 0 ] || env_problem fails "$text lines end with a carriage return (CRLF)" "sed -i.bak 's/\\r\$//' .env"
  text=$(LC_ALL=C awk '{ line = $0; sub(/\r$/, "", line) } line ~ /[^ -~\t]/ { print NR }' "$file")
  text=$(printf '%s' "$text" | tr '\n' ' ')
  [ -z "$text" ] || env_problem fails "characters that are no plain text in line ${text% }" "retype those lines of .env (a copy from a web page or word processor brings such characters)"
  env_line_problems
  env_name_problems
  env_value_problems
  if [ -n "$fails" ]; then
    result FAIL env.file "$fails${warns:+; $warns}" "mode 600, plain text, one NAME=value a line, known names" "$fix"
  elif [ -n "$warns" ]; then
    result WARN env.file "$warns" "values that every reader takes alike" "$fix"
  else
    result PASS env.file "${#CONFIG_FILE_NAMES[@]} settings given, mode 600, every name known"
  fi
}

# env_problem fails|warns TEXT FIX: adds to the findings of check_env_file.
env_problem() {
  if [ "$1" = fails ]; then fails="$fails${fails:+; }$2"; else warns="$warns${warns:+; }$2"; fi
  fix="$fix${fix:+; }$3"
}

# Lines that are neither blank, nor comment, nor NAME=value; and quotes that do not close.
env_line_problems() {
  local numbers
  numbers=$(LC_ALL=C awk '
    { sub(/\r$/, ""); if (NR == 1) sub(/^\357\273\277/, "") }
    /^[ \t]*(#|$)/ { next }
    !/^[ \t]*(export[ \t]+)?[A-Za-z_][A-Za-z0-9_]*[ \t]*=/ { printf "%s%d", sep, NR; sep = ", "; next }
    {
      value = $0; sub(/^[^=]*=[ \t]*/, "", value); quote = substr(value, 1, 1)
      if (quote ~ /["\047`]/ && index(substr(value, 2), quote) == 0) { printf "%s%d", sep, NR; sep = ", " }
    }' "$CONFIG_ROOT/.env")
  [ -z "$numbers" ] || env_problem fails "no setting can be read from line $numbers" "write NAME=value there, with quotes that close, or begin the line with #"
}

# Names that nobody reads, with the nearest known one, and names that are given twice.
env_name_problems() {
  local name seen=' ' nearest
  for name in ${CONFIG_FILE_NAMES[@]+"${CONFIG_FILE_NAMES[@]}"}; do
    case $seen in
      *" $name "*)
        env_problem fails "$name is given twice" "keep one line of $name"
        continue
        ;;
    esac
    seen="$seen$name "
    case " ${CONFIG_NAMES[*]} PNMLAB_IMAGE_TAG " in
      *" $name "*) continue ;;
    esac
    nearest=$(env_nearest "$name")
    case $name:$nearest in
      *:?*) env_problem fails "$name is not a known setting (near: $nearest)" "rename $name to $nearest" ;;
      PNMLAB_*) env_problem fails "$name is not a known setting" "remove the line of $name" ;;
    esac
  done
}

# env_nearest NAME: the known name that differs in the fewest letters, at most 3; else nothing.
env_nearest() {
  printf '%s\n' "${CONFIG_NAMES[@]}" | awk -v word="$1" '
    function distance(a, b,    i, j, cost, best, row, above) {
      for (j = 0; j <= length(b); j++) above[j] = j
      for (i = 1; i <= length(a); i++) {
        row[0] = i
        for (j = 1; j <= length(b); j++) {
          cost = substr(a, i, 1) == substr(b, j, 1) ? 0 : 1
          best = above[j - 1] + cost
          if (above[j] + 1 < best) best = above[j] + 1
          if (row[j - 1] + 1 < best) best = row[j - 1] + 1
          row[j] = best
        }
        for (j = 0; j <= length(b); j++) above[j] = row[j]
      }
      return above[length(b)]
    }
    { d = distance(word, $0); if (d <= 3 && (nearest == "" || d < least)) { least = d; nearest = $0 } }
    END { if (nearest != "") print nearest }'
}

# Numbers that are none, and values that Compose and the programs would read differently.
env_value_problems() {
  local name value form line upper
  while IFS= read -r line; do
    case $line in
      '# '*) form=$line ;;
      PNMLAB_*=* | '#PNMLAB_'*=*)
        name=${line#\#} && name=${name%%=*}
        case $form in
          *'(a port number from 1 to '*) upper=${form##*1 to } && upper=${upper%)} ;;
          *) continue ;;
        esac
        config_layer "$name" | grep -q default && continue
        value=$(config_get "$name")
        case $value in
          *[!0-9]* | ??????* | 0*) ;;
          *) [ "$value" -gt "$upper" ] || continue ;;
        esac
        env_problem fails "$name is \"$value\" ($(config_layer "$name"))" "give $name a port number from 1 to $upper"
        ;;
    esac
  done <"$CONFIG_ROOT/.env.example"
  # Programs end an unquoted value at any #, Compose at one after a blank; Compose fills in $NAME.
  line=$(LC_ALL=C awk -F= '
    /^[ \t]*(#|$)/ { next }
    { name = $1; value = $0; gsub(/^[ \t]*(export[ \t]+)?|[ \t]+$/, "", name); sub(/^[^=]*=[ \t]*/, "", value) }
    value ~ /^\047/ { next }
    value ~ /\$/ || value ~ /\\/ || (value !~ /^["`]/ && value ~ /[^ \t]#/) { printf "%s%s", sep, name; sep = ", " }' "$CONFIG_ROOT/.env")
  [ -z "$line" ] || env_problem warns "the value of $line holds \$, # or \\, which Compose and the programs read differently" "put it between single quotes"
}

# check_env_secrets NAME...: are the secrets that this machine needs long enough and all different?
check_env_secrets() {
  local name value seen=' ' short='' same=''
  for name in "$@"; do
    value=$(config_get "$name")
    if [ "${#value}" -lt 32 ]; then
      if [ -z "$value" ]; then short="$short${short:+, }$name is empty"; else short="$short${short:+, }$name has ${#value} characters"; fi
      continue
    fi
    case $seen in
      *" $value "*) same="$same${same:+, }$name is a copy of another secret" ;;
    esac
    seen="$seen$value "
  done
  if [ -n "$short$same" ]; then
    result FAIL env.secrets "$short${short:+${same:+; }}$same" "at least 32 characters each, all different" \
      "scripts/setup makes what is missing; scripts/setup --rotate replaces"
  else
    result PASS env.secrets "$# of $# are set and differ"
  fi
}
