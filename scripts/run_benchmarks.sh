#!/usr/bin/env bash
# Runs the side-by-side benchmarks on build/release/logpond.
#   scripts/run_benchmarks.sh [--lines N] [--repeat N] [--only ingest|query] [--skip chdb] ...
#   make bench BENCH_FLAGS="--lines 5000000"
# LOGPOND_BENCH_CORPUS names a file to use in place of our own corpus.
set -euo pipefail
cd "$(dirname "$0")/.."
read -r -a flags <<<"${BENCH_FLAGS:-}"
flags+=("$@")

scripts/install_dependencies.sh bench
venv=build/bench-venv
wanted=$(sha256sum bench/requirements.txt | cut -d' ' -f1)
if [ "$(cat "$venv/made-from" 2>/dev/null)" != "$wanted" ]; then
  rm -rf "$venv"
  python3 -m venv "$venv"
  if "$venv/bin/pip" install --quiet --disable-pip-version-check -r bench/requirements.txt; then
    echo "$wanted" >"$venv/made-from"
  else
    echo "run_benchmarks.sh: chDB cannot be installed here; going on without it" >&2
    flags+=(--skip chdb)
  fi
fi
exec "$venv/bin/python" bench/run.py "${flags[@]}"
