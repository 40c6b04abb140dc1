#!/usr/bin/env bash
# Runs the side-by-side benchmarks on build/release/logpond.
#   scripts/run_benchmarks.sh [--lines N] [--repeat N] [--parts lines,structured] [--skip chdb] ...
#   make bench BENCH_FLAGS="--lines 50000000"
# LOGPOND_BENCH_CORPUS (a file) and LOGPOND_BENCH_STRUCTURED (a folder) name logs to use in place of
# our own; LOGPOND_BENCH_VICTORIALOGS, _LOKI, _QUICKWIT and _CLP_S name binaries to measure too.
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
    echo "run_benchmarks.sh: chDB and DuckDB cannot be installed here; going on without" >&2
  fi
fi
exec "$venv/bin/python" bench/run.py "${flags[@]}"
