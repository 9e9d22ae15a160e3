#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# tests/cross/run.sh [TARGET...]: the simd tests on other processors, by Debian's cross compilers
# (g++-aarch64-linux-gnu, g++-arm-linux-gnueabihf) and emulators (qemu-user-static). Says what it
# skips, and exits with 77 where it skips everything.
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 1

out=${HALO_BUILD:-build}/cross
mkdir -p "$out/include"
for library in xsimd doctest; do # alone: the rest of /usr/include is another processor's
  ln -sfn "/usr/include/$library" "$out/include/$library"
done
targets=("$@")
[ ${#targets[@]} -gt 0 ] || targets=(aarch64 armv7 armv7-vfpv4 i686)
ran=0
failed=0

# run TARGET COMPILER EMULATOR FLAG...
run() {
  local target=$1 compiler=$2 emulator=$3 file object objects=()
  shift 3
  if ! command -v "$compiler" > /dev/null || ! command -v "${emulator:-true}" > /dev/null; then
    echo "$target: skipped, no $compiler or $emulator"
    return 0
  fi
  for file in tests/main_test.cpp tests/simd/*_test.cpp; do
    object=$out/$target-$(basename "$file" .cpp).o
    "$compiler" -std=c++20 -O1 -fno-math-errno -Iinclude -Itests -isystem "$out/include" "$@" \
      -c "$file" -o "$object" || { failed=1; return 1; }
    objects+=("$object")
  done
  "$compiler" -static "$@" "${objects[@]}" -o "$out/$target" || { failed=1; return 1; }
  echo "$target:"
  ${emulator:+"$emulator"} "$out/$target" || failed=1
  ran=$((ran + 1))
}

for target in "${targets[@]}"; do
  case $target in
    aarch64) run "$target" aarch64-linux-gnu-g++ qemu-aarch64-static ;;
    armv7) run "$target" arm-linux-gnueabihf-g++ qemu-arm-static -mfpu=neon ;;
    armv7-vfpv4) run "$target" arm-linux-gnueabihf-g++ qemu-arm-static -mfpu=neon-vfpv4 ;;
    i686) run "$target" i686-linux-gnu-g++ '' -msse2 -mfpmath=sse ;;
    *) echo "unknown target $target"; exit 1 ;;
  esac
done
[ "$failed" -eq 0 ] || exit 1
[ "$ran" -gt 0 ] || exit 77
