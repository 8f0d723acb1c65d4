#!/bin/sh
# Installs the agent from this folder as a systemd service. Settings and token that are there stay.
#
#   sudo ./install.sh               installs or updates
#   sudo ./install.sh --uninstall   removes program and service; settings and data stay
#
# DESTDIR=/some/folder puts everything below that folder and touches no service.
set -eu

here=$(dirname "$(readlink -f "$0")")
dest=${DESTDIR:-}
program=/opt/pnmlab-agent
settings=/etc/pnmlab-agent
unit=/etc/systemd/system/pnmlab-agent.service
command=/usr/local/bin/pnmlab-agent

die() {
  echo "install.sh: $1" >&2
  exit 1
}

[ -n "$dest" ] || [ "$(id -u)" = 0 ] || die "run it as root: sudo ./install.sh"

# Whether there is a running systemd to talk to.
has_systemd() {
  [ -z "$dest" ] && [ -d /run/systemd/system ]
}

if [ "${1:-}" = --uninstall ]; then
  if has_systemd; then systemctl disable --now pnmlab-agent 2>/dev/null || true; fi
  rm -rf "$dest$program" "$dest$unit" "$dest$command"
  if has_systemd; then systemctl daemon-reload; fi
  echo "removed; $settings and /var/lib/pnmlab-agent are still there"
  exit 0
fi
[ $# = 0 ] || die "unknown argument $1; there is only --uninstall"

node=$(command -v node) || die "there is no node on the PATH: install Node 20.19 or later first"
node=$(readlink -f "$node")
"$node" -e '
  const [major, minor] = process.versions.node.split(".").map(Number);
  process.exit(major > 20 || (major === 20 && minor >= 19) ? 0 : 1);
' || die "$node is $("$node" --version); the agent needs Node 20.19 or later"
case $dest$node in
/home/* | /root/*) die "$node is in a home folder, which the service cannot see: install Node for the whole machine" ;;
esac

if has_systemd; then
  version=$(systemctl --version | sed -n '1s/^systemd \([0-9]*\).*/\1/p')
  [ "$version" -ge 247 ] || die "systemd $version is too old: the service needs 247 or later"
fi

mkdir -p "$dest$program" "$dest$settings" "$dest$(dirname "$unit")" "$dest$(dirname "$command")"
chmod 750 "$dest$settings"
for file in agent.mjs package.json README.md agent.env.example; do
  cp "$here/$file" "$dest$program/$file.new"
  chmod 644 "$dest$program/$file.new"
  mv "$dest$program/$file.new" "$dest$program/$file"
done

# keep FILE TEXT: makes a file that only root can read, unless it is there.
keep() {
  [ -e "$dest$settings/$1" ] || (umask 077 && printf '%s' "$2" >"$dest$settings/$1")
}
keep agent.env "$(cat "$here/agent.env.example")
"
keep token ""
keep snmp-profiles.json '{"profiles": []}
'

# The service reads the token anew while it runs, by this group.
chmod 640 "$dest$settings/token"
if [ -z "$dest" ]; then
  getent group pnmlab-agent >/dev/null || groupadd --system pnmlab-agent
  chgrp pnmlab-agent "$settings" "$settings/token"
fi

sed "s|/usr/bin/node|$node|" "$here/pnmlab-agent.service" >"$dest$unit"
cat >"$dest$command" <<END
#!/bin/sh
export PNMLAB_SETTINGS_FILE="\${PNMLAB_SETTINGS_FILE:-$settings/agent.env}"
export PNMLAB_AGENT_DATA_DIR="\${PNMLAB_AGENT_DATA_DIR:-/var/lib/pnmlab-agent}"
exec $node $program/agent.mjs "\$@"
END
chmod 755 "$dest$command"

if has_systemd; then
  systemctl daemon-reload
  if systemctl is-active --quiet pnmlab-agent; then systemctl restart pnmlab-agent; fi
fi
cat <<END
installed. Next:
  1. $settings/agent.env            backend, name, networks
     $settings/token                the token that the backend showed, alone on one line
     $settings/snmp-profiles.json   communities and users
  2. sudo pnmlab-agent check        until nothing fails
  3. sudo systemctl enable --now pnmlab-agent
END
