#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Builds and runs the tests, examples and one consumer among them; or some, and builds no more.
#
#   scripts/test.sh [--all] [ARGUMENT...]
#
#   --all      also what takes longest: each header alone, every instruction set, every benchmark
#              once, every way to take halo in
#   ARGUMENT   goes to `meson test` and chooses by itself: a room (simd), --suite examples, --list
#
# Installs what is missing (apt). The folder is build/test, or $HALO_BUILD: all is compiled at -O1
# or less there, which takes half the time; demo.sh builds what is fast, in build/.
set -euo pipefail
cd "$(dirname "$0")/.."
HALO_BUILD=${HALO_BUILD:-build/test}
. scripts/setup.sh

choice=(--no-suite slow)
if [ "${1:-}" = --all ]; then
  choice=()
  shift
elif [ $# -gt 0 ]; then
  choice=()
fi
install_missing test
together=24
if awk -v cores="$(nproc)" '/^MemTotal/ { exit !($2 / cores < 3000000) }' /proc/meminfo; then
  together=6 # of memory there is less than 3 GB a core
fi
configure -Doptimization=1 -Db_ndebug=true -Dtests=enabled -Dbenchmarks=enabled \
  -Dexamples=enabled -Dtests_together=$together
exec meson test -C "$build" --print-errorlogs "${choice[@]}" "$@"
