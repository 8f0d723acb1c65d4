# shellcheck shell=bash
# How scripts speak: steps with their seconds, one line for a failure.

RUN_STEP=
RUN_STEP_STARTED=0

# step TEXT: ends the step before it and begins the next; step_done ends the last.
step() {
  step_done
  RUN_STEP=$1
  RUN_STEP_STARTED=$SECONDS
  printf '%s ...\n' "$1" >&2
}

step_done() {
  [ -z "$RUN_STEP" ] || printf '%s: %s s\n' "$RUN_STEP" $((SECONDS - RUN_STEP_STARTED)) >&2
  RUN_STEP=
}

note() { printf '  %s\n' "$1" >&2; }

# die TEXT: ends the script with one line.
die() {
  printf '%s: %s\n' "${0##*/}" "$1" >&2
  exit 1
}

# usage_of FILE: the comment at the head of a script, which is its help.
usage_of() {
  local line
  while IFS= read -r line; do
    case $line in
      '#!'* | '# shellcheck '*) ;;
      '#'*) line=${line#\#} && printf '%s\n' "${line# }" ;;
      *) return 0 ;;
    esac
  done <"$1"
}

# sha256_of FILE...: lines `HEX  FILE`, on Linux and macOS.
sha256_of() {
  if command -v sha256sum >/dev/null 2>&1; then sha256sum "$@"; else shasum -a 256 "$@"; fi
}

# utc_now FORMAT: the time in UTC, as date(1) formats it.
utc_now() { date -u "+$1"; }
