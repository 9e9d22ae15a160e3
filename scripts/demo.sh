#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Builds and runs the main example: a network that knows three gases adapts to three it never saw.
#
#   scripts/demo.sh [ARGUMENT...]      the arguments go to the program; --help lists them
#
# Installs what is missing (apt). Builds in build/, or $HALO_BUILD; runs in the top folder.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/setup.sh

install_missing demo
configure -Dexamples=enabled
ninja -C "$build" examples/adapt_gas_sensor > "$build/demo.log" 2>&1 || {
  cat "$build/demo.log" >&2
  exit 1
}
exec "$build/examples/adapt_gas_sensor" "$@"
