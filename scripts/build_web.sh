#!/usr/bin/env bash
# Builds the dashboard into web/dist when its sources changed since the last time.
set -euo pipefail
cd "$(dirname "$0")/.."
[ -f web/package.json ] || exit 0

fingerprint=$(find web -type d \( -name node_modules -o -name dist \) -prune -o -type f -print0 |
  sort -z | xargs -0 sha256sum | sha256sum | cut -d' ' -f1)
stamp=build/web.stamp
if [ -f web/dist/index.html ] && [ "$(cat "$stamp" 2>/dev/null)" = "$fingerprint" ]; then exit 0; fi

node_bin=$(scripts/node_bin.sh)
export PATH="$node_bin:$PATH"
cd web
lock=$(sha256sum package-lock.json | cut -d' ' -f1)
if [ "$(cat ../build/node-modules.stamp 2>/dev/null)" != "$lock" ] || [ ! -d node_modules ]; then
  npm ci --no-audit --no-fund
  mkdir -p ../build
  echo "$lock" >../build/node-modules.stamp
fi
npm run build
mkdir -p ../build
echo "$fingerprint" >"../$stamp"
