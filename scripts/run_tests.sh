#!/usr/bin/env bash
# Runs every suite, also after one failed, and ends with a failure when any did.
# The last lines are the runners' own closing lines.
set -uo pipefail
cd "$(dirname "$0")/.."
jobs=${JOBS:-$(nproc)}
failed=()

run() {
  local name=$1
  shift
  echo
  echo "== $name"
  "$@" || failed+=("$name")
}

run "unit tests" ctest --test-dir build/release -L unit --output-on-failure --parallel "$jobs"
if [ -f web/package.json ]; then
  node_bin=$(scripts/node_bin.sh) || failed+=("node")
  run "dashboard tests" env PATH="$node_bin:$PATH" npm --prefix web test
fi
run "benchmark tests" build/test-venv/bin/python -m pytest -p no:cacheprovider bench/tests
run "lint, command line and end-to-end tests" build/test-venv/bin/python -m pytest tests

if [ ${#failed[@]} -ne 0 ]; then
  printf 'failed: %s\n' "${failed[@]}" >&2
  exit 1
fi
