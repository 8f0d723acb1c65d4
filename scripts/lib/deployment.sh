# shellcheck shell=bash
# Bringing up the images and the settings of one deployment, forward and back. Needs installation.sh.

# How often a validation is tried, 5 s apart: an agent may need a moment to find its way back.
VALIDATION_TRIES=3

# How many deployments keep their images and settings.
DEPLOYMENTS_KEPT=5

# deployment_up TAG: brings the services of ROLE up with the images of TAG and waits until they are healthy.
deployment_up() {
  if ! PNMLAB_IMAGE_TAG=$1 scripts/compose "$ROLE" up -d --remove-orphans >"$STATE_DIR/up.log" 2>&1; then
    DEPLOYMENT_PROBLEM="the services do not start: $(grep -v '^time=' "$STATE_DIR/up.log" | tail -n 1)"
    return 1
  fi
  programs_wait || {
    DEPLOYMENT_PROBLEM=$READY_PROBLEM
    return 1
  }
}

# deployment_validate COMMIT: validate-deployment.sh, whose failures land in DEPLOYMENT_PROBLEM.
deployment_validate() {
  local try=1 report=$STATE_DIR/validation.json
  while ! ./validate-deployment.sh --json --mode docker --expect-commit "$1" "$ROLE" >"$report"; do
    if [ "$try" -ge "$VALIDATION_TRIES" ]; then
      DEPLOYMENT_PROBLEM=$(sed -n 's/^ *{"id": "\([^"]*\)", "status": "FAIL", "found": "\(.*\)", "expected": .*, "fix": "\(.*\)"},\{0,1\}$/\1: \2. Fix: \3/p' "$report" | sed 's/\\"/"/g')
      return 1
    fi
    try=$((try + 1))
    sleep 5
  done
}

# env_with_secrets_of_now FILE: the settings of FILE with the secrets of .env. One that was rotated since may have
# leaked, and agents elsewhere have its successor. A value too short to be a secret is what may have to be undone.
env_with_secrets_of_now() {
  awk '
    function name_of(line) { return substr(line, 1, index(line, "=") - 1) }
    /^PNMLAB_(AGENT_TOKEN|SESSION_KEY|CHECK_TOKEN)=/ {
      name = name_of($0)
      if (FNR == NR) { if (length($0) - length(name) > 32) kept[name] = $0 }
      else if (name in kept) { print kept[name]; next }
    }
    FNR != NR { print }' .env "$1"
}

# deployment_activate RECORD BACKUP: goes back to the images, settings and role of RECORD. Where the code of
# RECORD cannot read the database any more, the database of BACKUP comes back with it.
deployment_activate() {
  local record=$1 backup=$2 id tag known now stage late network_changed=''
  id=$(state_value "$record" id)
  tag=$(state_value "$record" image_tag)
  ROLE=$(state_value "$record" role)
  known=$(state_value "$record" schema)
  if [ -e "$STATE_DIR/deployments/$id/env" ] && ! cmp -s .env "$STATE_DIR/deployments/$id/env"; then
    cp .env "$STATE_DIR/env-before-rollback"
    env_with_secrets_of_now "$STATE_DIR/deployments/$id/env" >.env.part
    mv -f .env.part .env
    note ".env is that of the deployment of $(state_value "$record" time) again, its secrets are those of now; the other one is $STATE_DIR/env-before-rollback"
    config_load "$PWD"
    network_changed=yes
  fi
  if [ "$ROLE" != agent ] && [ -n "$known" ] && backend_container >/dev/null; then
    now=$(snapshot schema data </dev/null) || now=0
    if [ "$now" -gt "$known" ]; then
      if [ -z "$backup" ] || [ ! -r "$backup" ]; then
        DEPLOYMENT_PROBLEM="the database is at schema step $now, the code to go back to knows $known, and no backup is at hand"
        return 1
      fi
      stage=$(mktemp -d "$STATE_DIR/rollback.XXXXXX")
      backup_unpack "$backup" "$stage" || {
        rm -rf "$stage"
        DEPLOYMENT_PROBLEM=$BACKUP_PROBLEM
        return 1
      }
      programs_stop
      # What the newer code has stored since that backup goes with its database.
      late=$(scripts/backup --mode docker) || {
        rm -rf "$stage"
        DEPLOYMENT_PROBLEM="the newer database could not be saved, so it was left in place"
        return 1
      }
      snapshot put data <"$stage/pnmlab.db" || {
        rm -rf "$stage"
        DEPLOYMENT_PROBLEM="the database of $backup could not be put back"
        return 1
      }
      rm -rf "$stage"
      note "the database is that of $backup; what came later is in $late"
    fi
  fi
  # The settings may have another network, which Compose does not change under its containers. Volumes stay.
  [ -z "$network_changed" ] || scripts/compose "$ROLE" down >/dev/null 2>&1 || true
  deployment_up "$tag"
}

# deployments_prune: removes settings and images of deployments that are neither new nor referred to.
deployments_prune() {
  local id tag service kept
  kept=" $(state_value current id) $(state_value previous id) $(state_value last-known-good id) "
  # shellcheck disable=SC2012 # The names are of this project's own making.
  ls -1 "$STATE_DIR/deployments" | LC_ALL=C sort -r | tail -n +$((DEPLOYMENTS_KEPT + 1)) | while IFS= read -r id; do
    case $kept in
      *" $id "*) continue ;;
    esac
    tag=$(state_value "$STATE_DIR/deployments/$id/record" image_tag)
    rm -rf "${STATE_DIR:?}/deployments/$id"
    if [ -n "$tag" ] && ! grep -qs "^image_tag=$tag\$" "$STATE_DIR"/deployments/*/record; then
      for service in $(services_of lab); do docker image rm "pnmlab/$service:$tag" >/dev/null 2>&1 || true; done
    fi
  done
}
