#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Builds the page into build/browser, or $HALO_BUILD/browser: files for any static file server.
#
#   examples/browser/build.sh && python3 -m http.server --directory build/browser
#
# Needs Emscripten and Python. HALO_XSIMD=FOLDER: an xsimd from version 10 on, which has registers
# of WebAssembly; without it halo computes on one lane and the compiler vectorises what it can.
set -euo pipefail
cd "$(dirname "$0")/../.."

command -v emcc > /dev/null || {
  echo "examples/browser/build.sh: no emcc; apt-get install emscripten" >&2
  exit 1
}
from=examples/browser
out=${HALO_BUILD:-build}/browser
mkdir -p "$out"

registers=(-DHALO_SCALAR)
[ -z "${HALO_XSIMD:-}" ] || registers=(-isystem "$HALO_XSIMD")
# Debian's emscripten finds its own parser where the node on the path is another's
NODE_PATH=${NODE_PATH:-/usr/share/nodejs} emcc -std=c++20 -O2 -msimd128 -fno-math-errno \
  -Wall -Wextra -Wpedantic -Werror -fno-exceptions -fno-rtti -DNDEBUG -DHALO_NO_STDIO \
  -Iinclude "${registers[@]}" $from/adapt.cpp -sSTANDALONE_WASM --no-entry -o "$out/adapt.wasm"

cp $from/index.html $from/page.css $from/page.js $from/chart.js $from/module.js "$out/"
$from/prepare.py examples/data/gas_sensor "$out/known.rows" "$out/fresh.rows"
node $from/pretrain.js "$out/adapt.wasm" "$out/known.rows" "$out/known.parameters"
rm "$out/known.rows" # the page needs it no more
echo "$out: $(cat "$out"/* | wc -c) bytes in all"
