# shellcheck shell=bash
# Everything that the scripts which change an installation share.

for library in env run compose state check-docker check-process check-backend data; do
  # shellcheck source=/dev/null
  . "scripts/lib/$library.sh"
done

# installation_load: settings, MODE and ROLE of this installation; MODE and ROLE stay where they are set.
installation_load() {
  config_load "$PWD"
  [ -n "${ROLE:-}" ] || ROLE=$(state_value current role)
  ROLE=${ROLE:-lab}
  [ -n "${MODE:-}" ] || MODE=$(find_mode)
  case $MODE in
    docker) compose_require || exit 1 ;;
    process) ;;
    remote) die "no installation on this machine; run this on the backend's machine" ;;
    *) die "unknown mode \"$MODE\"; known are docker and process" ;;
  esac
}
