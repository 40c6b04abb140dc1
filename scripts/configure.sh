#!/usr/bin/env bash
# Configures the release build; ninja configures again by itself when a CMake file changes.
set -euo pipefail
cd "$(dirname "$0")/.."
flags=(-DLOGPOND_WEB=OFF)
if [ -f web/dist/index.html ]; then
  flags=(-DLOGPOND_WEB=ON -DLOGPOND_WEB_DIST="$PWD/web/dist")
fi
wanted="${flags[*]}"
stamp=build/release/configured
if [ -f build/release/build.ninja ] && [ "$(cat "$stamp" 2>/dev/null)" = "$wanted" ]; then exit 0; fi
cmake --preset release "${flags[@]}"
echo "$wanted" >"$stamp"
