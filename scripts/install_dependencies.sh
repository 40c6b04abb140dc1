#!/usr/bin/env bash
# Installs the Debian packages of the named lists, only those that are missing.
#   scripts/install_dependencies.sh build [test] [bench]
# With nothing missing it asks dpkg once and ends.
set -euo pipefail

build_packages=(
  build-essential cmake ninja-build pkg-config ccache mold git curl ca-certificates
  libboost1.81-dev libexpected-dev libssl-dev libsimdjson-dev libre2-dev libzstd-dev libxxhash-dev
  zlib1g-dev libsnappy-dev libspdlog-dev libfmt-dev libtomlplusplus-dev libcli11-dev
  prometheus-cpp-dev libgtest-dev libgmock-dev librapidcheck-dev
)
test_packages=(
  python3-venv chromium ripgrep zstd gcovr
  clang-19 clang-format-19 clang-tidy-19 libclang-rt-19-dev lld-19
)
bench_packages=(python3-venv ripgrep zstd)
# Another process (unattended upgrades, a second checkout) may hold apt's locks for a while.
tries=30
pause_seconds=10

wanted=()
for list in "${@:-build}"; do
  case "$list" in
    build) wanted+=("${build_packages[@]}") ;;
    test) wanted+=("${test_packages[@]}") ;;
    bench) wanted+=("${bench_packages[@]}") ;;
    *) echo "install_dependencies.sh: unknown list \"$list\": build, test or bench" >&2; exit 2 ;;
  esac
done
# The dashboard needs a newer Node than Debian has; scripts/node_bin.sh fetches one into a venv.
if [ -d web ] && ! scripts/node_bin.sh --is-recent; then wanted+=(python3-venv); fi

if ! command -v dpkg-query >/dev/null; then
  echo "This machine has no dpkg. Install what these Debian packages hold: ${wanted[*]}" >&2
  exit 1
fi
is_installed=" $(dpkg-query -W -f='${binary:Package} ${db:Status-Status}\n' |
  awk '$2 == "installed" { sub(/:.*/, "", $1); print $1 }' | tr '\n' ' ') "
missing=()
for package in "${wanted[@]}"; do
  case "$is_installed" in *" $package "*) ;; *) missing+=("$package") ;; esac
done
[ ${#missing[@]} -eq 0 ] && exit 0

as_root=()
if [ "$(id -u)" -ne 0 ]; then
  if ! command -v sudo >/dev/null; then
    echo "Packages are missing and this is neither root nor a machine with sudo. Run as root:" >&2
    echo "  apt-get install ${missing[*]}" >&2
    exit 1
  fi
  as_root=(sudo)
fi

apt_with_patience() {
  local log status
  log=$(mktemp)
  for ((try = 1; try <= tries; ++try)); do
    status=0
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 \
      -o Acquire::Retries=3 "$@" 2>&1 | tee "$log" >&2 || status=$?
    if [ "$status" -eq 0 ] || ! grep -q 'Could not get lock\|Unable to lock' "$log"; then break; fi
    echo "Another process holds apt's lock; trying again in $pause_seconds s ($try of $tries)" >&2
    sleep "$pause_seconds"
  done
  rm -f "$log"
  return "$status"
}

echo "Installing ${#missing[@]} missing packages: ${missing[*]}" >&2
apt_with_patience update
apt_with_patience install --yes --no-install-recommends "${missing[@]}"
