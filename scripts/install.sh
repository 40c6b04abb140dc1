#!/usr/bin/env bash
# Copies what `make build` made to PREFIX. A configuration that is already there is kept.
#   DESTDIR=... scripts/install.sh PREFIX
set -euo pipefail
cd "$(dirname "$0")/.."
prefix=${1:?usage: install.sh PREFIX}
program=build/release/logpond
if [ ! -x "$program" ]; then
  echo "install.sh: $program does not exist; run make build first" >&2
  exit 1
fi
root=${DESTDIR:-}
case "$prefix" in
  /usr | /usr/local) config=$root/etc/logpond/logpond.toml ;;
  *) config=$root$prefix/etc/logpond/logpond.toml ;;
esac
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

install -D -m 755 -s "$program" "$root$prefix/bin/logpond"
sed "s|@PREFIX@|$prefix|g; s|@CONFIG@|${config#"$root"}|g" packaging/logpond.service >"$work/logpond.service"
install -D -m 644 "$work/logpond.service" "$root$prefix/lib/systemd/system/logpond.service"
"$program" docs man >"$work/logpond.1"
install -D -m 644 "$work/logpond.1" "$root$prefix/share/man/man1/logpond.1"
if [ ! -e "$config" ]; then
  "$program" docs example >"$work/logpond.toml"
  install -D -m 644 "$work/logpond.toml" "$config"
fi
echo "Installed $root$prefix/bin/logpond; configuration: $config"
