#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Other processors, by Debian's cross compilers and emulators.
#
#   tests/cross/run.sh bits [TARGET...]     adaptations under HALO_PORTABLE: the bits of bits.txt
#   tests/cross/run.sh travel [TARGET...]   checkpoints: the bytes of the host's, and they go on
#   tests/cross/run.sh store [TARGET...]    runs kept in memory, flash and files, which go on
#   tests/cross/run.sh math [TARGET...]     the tests of random numbers, functions and registers
#   tests/cross/run.sh verify [TARGET...]   halo-verify; by itself here and on a Cortex-M4F
#   tests/cross/run.sh size [limits]        flash and RAM of an adaptation on a Cortex-M4F; only of
#                                           images that have limits
#   tests/cross/run.sh pace [OPTIMIZER...]  instructions of its step, of sgd's at most 1.3 of loops
#                                           written by hand, and stack: at most 4 KB
#   tests/cross/run.sh sketch               the Arduino library's example, on a Cortex-M4F
#   tests/cross/run.sh browser              the page of examples/browser, in headless Chromium
#   tests/cross/run.sh cost [wasm]          what HALO_PORTABLE costs on this machine, and SSE2 alone
#   tests/cross/run.sh packages [TARGET...] what Debian calls the compilers and emulators
#
# HALO_XSIMD=FOLDER: another xsimd than Debian's, whose 8.1 has no registers of WebAssembly.
# HALO_LEVEL=-O1: for bits, travel and verify, in place of -O2; compiles in two thirds of the time.
# Says what it skips, and exits with 77 where it skips everything.
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 1

out=${HALO_BUILD:-build}/cross
mkdir -p "$out/include"
out=$(cd "$out" && pwd)
for library in doctest xtensor xtl; do # alone: the rest of /usr/include is another processor's
  ln -sfn "/usr/include/$library" "$out/include/$library"
done
ln -sfn "${HALO_XSIMD:-/usr/include}/xsimd" "$out/include/xsimd"
include="-Iinclude -Itests -Iexamples -isystem $out/include"
bare='-fno-exceptions -fno-rtti -fno-threadsafe-statics -ffunction-sections -fdata-sections'
image='-nostartfiles -Wl,--gc-sections -T tests/cross/board.ld'
image+=' --specs=nano.specs --specs=nosys.specs'
level=${HALO_LEVEL:--O2}
ran=0
failed=0

# target NAME: sets compiler, flags and emulator, what a program's name ends with, a file that is
# needed too, and what Debian calls the packages of compiler and emulator
target() {
  emulator='' flags='-static' ending='' needs='' from=''
  case $1 in
    host) compiler=g++ flags='-march=native' from=g++ ;;
    host-O0) compiler=g++ flags='-O0' from=g++ ;;
    host-clang14) compiler=clang++-14 flags='-march=native' from=clang-14 ;;
    host-clang) compiler=clang++-16 flags='-march=native' from=clang-16 ;;
    i686) linux i686-linux-gnu '' '-msse2 -mfpmath=sse' ;;
    aarch64) linux aarch64-linux-gnu qemu-aarch64-static '' ;;
    armv7) linux arm-linux-gnueabihf qemu-arm-static '-mfpu=neon -Wno-psabi' ;;
    armv7-vfpv4) linux arm-linux-gnueabihf qemu-arm-static '-mfpu=neon-vfpv4 -Wno-psabi' ;;
    riscv64) linux riscv64-linux-gnu qemu-riscv64-static '' ;;
    sve) # 256 bits; as rvv, registers only of HALO_XSIMD
      linux aarch64-linux-gnu 'qemu-aarch64-static -cpu max,sve-max-vq=2' \
        '-Wno-psabi -march=armv8.2-a+sve -msve-vector-bits=256'
      ;;
    rvv)
      linux riscv64-linux-gnu 'qemu-riscv64-static -cpu rv64,v=true,vlen=256,vext_spec=v1.0' \
        '--target=riscv64-linux-gnu -march=rv64gcv_zvl256b -mrvv-vector-bits=zvl'
      compiler=clang++-19 from+=' clang-19'
      ;;
    s390x) linux s390x-linux-gnu qemu-s390x-static '' ;;
    windows)
      compiler=x86_64-w64-mingw32-g++-posix emulator=wine ending=.exe
      from='g++-mingw-w64-x86-64-posix wine64 wine'
      ;;
    wasm) # its loader and the fetch of newer versions of node do not go together
      compiler=emcc flags='-sEXIT_RUNTIME=1' emulator='node --no-experimental-fetch' ending=.js
      from=emscripten
      ;;
    wasi) # the same instructions with a system's functions, clang's own library and no JavaScript
      compiler=clang++-16 flags='--target=wasm32-wasi -fno-exceptions' ending=.wasm
      emulator="node --no-warnings $PWD/tests/cross/wasi.mjs"
      needs=/usr/lib/llvm-16/lib/wasm32-wasi/libc++.a
      from='clang-16 lld-16 nodejs wasi-libc libc++-16-dev-wasm32 libc++abi-16-dev-wasm32'
      from+=' libclang-rt-16-dev-wasm32'
      ;;
    cortex-m4) board mps2-an386 '-mcpu=cortex-m4 -mfloat-abi=hard -mfpu=fpv4-sp-d16' ;;
    cortex-m7) board mps2-an500 '-mcpu=cortex-m7 -mfloat-abi=hard -mfpu=fpv5-d16' ;;
    cortex-m3) board mps2-an385 '-mcpu=cortex-m3 -mfloat-abi=soft' ;;
    *)
      echo "unknown target $1"
      exit 1
      ;;
  esac
}
linux() { # linux TRIPLE EMULATOR FLAGS
  compiler=$1-g++ emulator=$2 flags+=" $3" from="g++-$1${2:+ qemu-user-static}"
}
board() { # board MACHINE FLAGS
  compiler=arm-none-eabi-g++ flags="-mthumb -Wno-psabi $2 $bare $image tests/cross/board.cpp"
  emulator="qemu-system-arm -M $1 -nographic -semihosting-config enable=on,target=native -kernel"
  from='gcc-arm-none-eabi libstdc++-arm-none-eabi-newlib qemu-system-arm'
}

available() { # available NAME: whether the target can be built and run here; says why not
  if [ -n "$needs" ] && [ ! -e "$needs" ]; then
    echo "$1: skipped, no $needs"
    return 1
  fi
  if command -v "$compiler" > /dev/null && command -v "${emulator%% *}" > /dev/null; then return; fi
  [ -z "$emulator" ] && command -v "$compiler" > /dev/null && return
  echo "$1: skipped, no $compiler or ${emulator%% *}"
  return 1
}

# build NAME SOURCE... -- FLAG...: with the target's compiler and flags
build() {
  local program=$out/$1$ending sources=()
  shift
  while [ "$1" != -- ]; do
    sources+=("$1")
    shift
  done
  shift
  # shellcheck disable=SC2086 # words
  "$compiler" -std=c++20 -Wall -Wextra -Wpedantic -Werror -fno-math-errno $include "$@" \
    "${sources[@]}" $flags -o "$program"
}

bits() { # bits NAME: its adaptations, compared with those of every other processor
  local name=$1
  target "$name"
  available "$name" || return 0
  ran=$((ran + 1))
  build "bits-$name" tests/cross/adaptation.cpp -- "$level" -DHALO_PORTABLE || {
    failed=1
    return
  }
  # shellcheck disable=SC2086 # words
  timeout 300 $emulator "$out/bits-$name$ending" 2>&1 | # a board has one end
    grep -v '^wine: ' > "$out/$name.txt" || failed=1
  if diff --strip-trailing-cr "$out/$name.txt" tests/cross/bits.txt; then
    echo "$name: the same bits"
  else
    failed=1
  fi
}

travel() { # travel NAME: a checkpoint's bytes and what resumes from them, compared with the host's
  local name=$1
  target "$name"
  available "$name" || return 0
  ran=$((ran + 1))
  build "travel-$name" tests/cross/checkpoint.cpp -- "$level" -DHALO_PORTABLE || {
    failed=1
    return
  }
  # shellcheck disable=SC2086 # words
  timeout 300 $emulator "$out/travel-$name$ending" 2>&1 |
    grep -v '^wine: ' > "$out/travel-$name.txt" || failed=1
  if diff --strip-trailing-cr "$out/travel-$name.txt" "$out/travel-host.txt"; then
    echo "$name: the same checkpoint"
  else
    failed=1
  fi
}

store() { # store NAME: the store storey compiles, and a run goes on from every kind of storage
  local name=$1 files=''
  target "$name"
  available "$name" || return 0
  ran=$((ran + 1))
  case $name in cortex-*) files=-DHALO_NO_FILES ;; esac # a board's C library has none
  # shellcheck disable=SC2086 # none or one
  build "store-$name" tests/cross/storage.cpp -- -DHALO_SCALAR $files || {
    failed=1
    return
  }
  echo "$name:"
  # shellcheck disable=SC2086 # words
  (cd "$out" && timeout 300 $emulator "$out/store-$name$ending") || failed=1
  rm -f "$out/run"
}

math() { # math NAME
  local name=$1
  target "$name"
  available "$name" || return 0
  ran=$((ran + 1))
  build "math-$name" tests/main_test.cpp tests/core/portable_test.cpp tests/core/random_test.cpp \
    tests/simd/*_test.cpp -- -O1 || {
    failed=1
    return
  }
  echo "$name:"
  # shellcheck disable=SC2086 # words
  $emulator "$out/math-$name$ending" || failed=1
}

size() { # of one adaptation each: code and constants, RAM, and what must not be in it
  local optimizer flash ram start=-DHALO_FOOTPRINT_GIVEN
  target cortex-m4
  emulator='' # the image is weighed, not run
  available cortex-m4 || return 0
  ran=1
  printf '%-28s %7s %8s %8s\n' image flash RAM doubles
  while read -r optimizer flash ram; do
    weighed "$optimizer given -Os" "$flash $ram" -Os -DHALO_FOOTPRINT_OF="$optimizer" $start
    weighed "$optimizer drawn -Os" "$flash $ram" -Os -DHALO_FOOTPRINT_OF="$optimizer"
    [ "${1:-}" = limits ] ||
      weighed "$optimizer drawn -O2" "" -O2 -DHALO_FOOTPRINT_OF="$optimizer"
  done << END
sgd 24576 60416
in_parts<sgd> 24576 36864
adam 32768 110592
halo_rule 40960 159744
lean_halo_rule 40960 60416
leanest_halo_rule 40960 49152
END
  weighed "lean_halo_rule, gas, given" "40960 49152" -Os -DHALO_FOOTPRINT_OF=lean_halo_rule $start \
    -DHALO_FOOTPRINT_GAS
  target cortex-m4 # examples/firmware.cpp: a network in flash, a head that learns
  build firmware examples/firmware.cpp -- -Os -DNDEBUG || {
    failed=1
    return
  }
  tests/cross/weigh.py "$out/firmware" 'firmware -Os' 32768 8192 || failed=1
  # shellcheck disable=SC2086 # words
  ! command -v "${emulator%% *}" > /dev/null || timeout 300 $emulator "$out/firmware" || failed=1
  image 'CNN, all layers -O2' 614400 262144 tests/cross/image.cpp
  target host
  build known tests/cross/known_digits.cpp -- -O2 -DNDEBUG -DHALO_PORTABLE &&
    "$out/known" > "$out/include/known.hpp" || failed=1
  image 'CNN, last layer -O2' 720896 131072 tests/cross/head.cpp
}
image() { # image TITLE FLASH RAM SOURCE: learns on a board with so much RAM, with the host's bits
  local title=$1 flash=$2 ram=$3 name
  for name in host cortex-m4; do
    target "$name"
    available "$name" || return 0
    [ "$name" = host ] || flags+=" -Wl,--defsym=ram_size=$ram"
    build "image-$name" "$4" -- -O2 -DNDEBUG -DHALO_PORTABLE || {
      failed=1
      return
    }
    # shellcheck disable=SC2086 # words
    timeout 300 $emulator "$out/image-$name" > "$out/image-$name.txt" 2>&1 || failed=1
  done
  tests/cross/weigh.py "$out/image-cortex-m4" "$title" "$flash" $((ram - 4096)) || failed=1
  cat "$out/image-cortex-m4.txt"
  diff "$out/image-host.txt" "$out/image-cortex-m4.txt" || failed=1
}
weighed() { # weighed TITLE "FLASH RAM" FLAG...: at most so many bytes
  local title=$1 most=$2
  shift 2
  # shellcheck disable=SC2086 # none or two
  build size tests/cross/footprint.cpp -- -DNDEBUG "$@" &&
    tests/cross/weigh.py "$out/size" "$title" $most || failed=1
}

pace() { # pace OPTIMIZER...: instructions of a step, counted by the emulator
  local optimizer level count
  target cortex-m4
  available cortex-m4 || return 0
  ran=1
  for optimizer in "$@"; do
    for level in -Os -O2; do
      build pace tests/cross/pace.cpp -- -DNDEBUG "$level" -DHALO_FOOTPRINT_OF="$optimizer" || {
        failed=1
        return
      }
      # shellcheck disable=SC2086 # words
      count=$(timeout 300 ${emulator/-kernel/-icount shift=0 -kernel} "$out/pace" 2>&1) || failed=1
      echo "$optimizer $level: $count"
    done
  done
}

verify() { # verify NAME: halo-verify, its page
  local name=$1
  target "$name"
  available "$name" || return 0
  ran=$((ran + 1))
  build "verify-$name" examples/verify.cpp -- "$level" -DHALO_PORTABLE || {
    failed=1
    return
  }
  echo "$name:"
  # shellcheck disable=SC2086 # words
  timeout 300 $emulator "$out/verify-$name$ending" || failed=1
}

sketch() { # the Arduino library as it is packed, and its example on an emulated board
  target cortex-m4
  available cortex-m4 || return 0
  ran=1
  packaging/board/make.py "$out/library" || {
    failed=1
    return
  }
  # shellcheck disable=SC2086 # words
  "$compiler" -std=gnu++20 -Os -Wall -Wextra -I tests/cross/arduino -I "$out/library/src" \
    -x c++ -include Arduino.h "$out/library/examples/adapt/adapt.ino" -x none \
    tests/cross/arduino/run.cpp -Iexamples $flags -o "$out/sketch" &&
    timeout 300 $emulator "$out/sketch" > "$out/sketch.txt" 2>&1 || failed=1
  tail -n 1 "$out/sketch.txt"
}

browser() { # the page of examples/browser as it is built, used in Chromium
  target wasm
  available wasm || return 0
  if ! command -v chromium > /dev/null; then
    echo 'browser: skipped, no chromium'
    return
  fi
  ran=1
  HALO_BUILD=$out examples/browser/build.sh &&
    examples/browser/browser_test.py "$out/browser" || failed=1
}

cost() { # cost host|wasm: microseconds of a step, one build after the other
  local name=$1 variant variants
  target "$name"
  available "$name" || return 0
  ran=1
  case $name in
    wasm) variants=(-msimd128 '-msimd128 -DHALO_SCALAR' -DHALO_PORTABLE) ;;
    *) flags='' variants=(-march=native '-march=native -DHALO_PORTABLE' '' -DHALO_PORTABLE) ;;
  esac
  for variant in "${variants[@]}"; do
    echo "$compiler -O3 $variant"
    # shellcheck disable=SC2086 # words
    build cost tests/cross/cost.cpp -- -O3 $variant && $emulator "$out/cost$ending" || failed=1
  done
}

packages() { # packages TARGET...
  local name
  for name in "$@"; do
    if [ "$name" = browser ]; then # the page is built for it
      target wasm
      from+=' chromium'
    else
      target "$name"
    fi
    # shellcheck disable=SC2086 # words
    printf '%s\n' $from
  done | sort -u | tr '\n' ' '
}

# Debian's emscripten finds its own parser where the node on the path is another's
export NODE_PATH=${NODE_PATH:-/usr/share/nodejs} WINEPREFIX=${WINEPREFIX:-$out/wine} WINEDEBUG=-all
all='host host-O0 host-clang14 host-clang i686 aarch64 armv7 armv7-vfpv4 riscv64 s390x windows wasm
  wasi cortex-m3 cortex-m4 cortex-m7'
what=${1:-}
[ $# -gt 0 ] && shift
targets=("$@")
case $what in
  bits)
    [ $# -gt 0 ] || read -r -d '' -a targets <<< "$all"
    for name in "${targets[@]}"; do bits "$name"; done
    ;;
  travel)
    [ $# -gt 0 ] || targets=(i686 aarch64 armv7 riscv64 s390x windows wasm wasi cortex-m4)
    for name in host "${targets[@]}"; do travel "$name"; done
    ;;
  store)
    [ $# -gt 0 ] || targets=(host windows wasm wasi cortex-m4)
    for name in "${targets[@]}"; do store "$name"; done
    ;;
  math)
    [ $# -gt 0 ] || targets=(i686 aarch64 armv7 armv7-vfpv4)
    for name in "${targets[@]}"; do math "$name"; done
    ;;
  verify)
    [ $# -gt 0 ] || targets=(host cortex-m4)
    for name in "${targets[@]}"; do verify "$name"; done
    ;;
  size) size "$@" ;;
  pace)
    [ $# -gt 0 ] || targets=(sgd 'in_parts<sgd>' adam halo_rule lean_halo_rule leanest_halo_rule)
    pace "${targets[@]}"
    ;;
  sketch) sketch ;;
  browser) browser ;;
  cost) cost "${targets[0]:-host}" ;;
  packages)
    [ $# -gt 0 ] || read -r -d '' -a targets <<< "$all"
    packages "${targets[@]}"
    exit
    ;;
  *)
    sed -n '3,20s/^# \{0,1\}//p' "$0"
    exit 1
    ;;
esac
[ "$failed" -eq 0 ] || exit 1
[ "$ran" -gt 0 ] || exit 77
