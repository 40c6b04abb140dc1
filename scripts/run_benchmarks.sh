#!/usr/bin/env bash
# Hands over to the benchmarks of bench/.
set -euo pipefail
cd "$(dirname "$0")/.."
if [ ! -x bench/run ]; then
  echo "make bench: there are no benchmarks yet (no bench/run)" >&2
  exit 1
fi
exec bench/run
