#!/usr/bin/env bash
# Makes build/test-venv with the Python packages of the tests, once per change of their list.
set -euo pipefail
cd "$(dirname "$0")/.."
venv=build/test-venv
wanted=$(sha256sum tests/requirements.txt | cut -d' ' -f1)
[ "$(cat "$venv/made-from" 2>/dev/null)" = "$wanted" ] && exit 0
rm -rf "$venv"
python3 -m venv "$venv"
"$venv/bin/pip" install --quiet --disable-pip-version-check -r tests/requirements.txt
echo "$wanted" >"$venv/made-from"
