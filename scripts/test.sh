#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Builds and runs all tests, examples and benchmarks among them; or some, and builds no more.
#
#   scripts/test.sh [--quick] [ARGUMENT...]
#
#   --quick    leaves out the benchmarks and the installed consumers
#   ARGUMENT   goes to `meson test`: a room (simd), --suite examples, --list
#
# Installs what is missing (apt). The folder is build/, or $HALO_BUILD.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/setup.sh

choice=()
if [ "${1:-}" = --quick ]; then
  choice=(--no-suite slow --no-suite consumers)
  shift
fi
install_missing test
configure -Dtests=enabled -Dbenchmarks=enabled -Dexamples=enabled
exec meson test -C "$build" --print-errorlogs "${choice[@]}" "$@"
