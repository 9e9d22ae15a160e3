#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Shared by demo.sh and test.sh: finds what the build needs, installs what is missing on Debian and
# Ubuntu, names it elsewhere, and configures the build folder.

build=${HALO_BUILD:-build}
compiler=${CXX:-c++}

say() { printf '%s\n' "$*" >&2; }

has_command() { command -v "$1" > /dev/null 2>&1; }

# has_header NAME...: one of the headers is on the compiler's path (pkg-config's folders included)
has_header() {
  local header flags=""
  has_command "${compiler%% *}" || return 1
  if has_command pkg-config; then
    flags=$(pkg-config --cflags-only-I xtensor 2> /dev/null || true)
  fi
  for header in "$@"; do
    # shellcheck disable=SC2086 # compiler and flags may hold several words
    if printf '#if !__has_include(<%s>)\n#error absent\n#endif\n' "$header" |
      $compiler $flags -std=c++20 -x c++ -E - > /dev/null 2>&1; then
      return 0
    fi
  done
  return 1
}

# missing demo|test: the Debian packages of what is not there, one a line
missing() {
  has_command "${compiler%% *}" || echo g++
  has_command meson || echo meson
  has_command ninja || has_command samu || echo ninja-build
  has_command pkg-config || echo pkg-config
  has_header xtensor/containers/xtensor.hpp xtensor/xtensor.hpp || echo libxtensor-dev
  has_header xsimd/xsimd.hpp || echo libxsimd-dev
  [ "$1" = test ] || return 0
  has_command python3 || echo python3
  has_command cmake || echo cmake
  has_command git || echo git
  has_command curl || echo curl
  has_header doctest/doctest.h || echo doctest-dev
  has_header benchmark/benchmark.h || echo libbenchmark-dev
  has_header zlib.h || echo zlib1g-dev
  has_header png.h || echo libpng-dev
  /usr/bin/python3 -c 'import onnx' 2> /dev/null || echo python3-onnx
}

as_root() {
  if [ "$(id -u)" -eq 0 ]; then
    "$@"
  elif has_command sudo; then
    sudo "$@"
  else
    say "halo: installing packages needs root: run as root, or install sudo"
    return 1
  fi
}

# install_missing demo|test
install_missing() {
  local packages
  packages=$(missing "$1" | tr '\n' ' ')
  packages=${packages% }
  [ -n "$packages" ] || return 0
  if ! has_command apt-get; then
    say "halo: these are missing, under the names that Debian gives them: $packages"
    say "halo needs a C++20 compiler (g++ 12, clang 14 or newer), meson 0.63, ninja, pkg-config,"
    say "xtensor 0.24 with xsimd 8 (or 0.27 with 14); its tests doctest, Google Benchmark, zlib,"
    say "libpng, cmake, python3, git and curl. Install them and start again."
    return 1
  fi
  say "halo: installing $packages"
  # shellcheck disable=SC2086 # a list of words
  as_root env DEBIAN_FRONTEND=noninteractive sh -c \
    'apt-get update -q >&2 && apt-get install -q -y --no-install-recommends "$@" >&2' sh $packages
  packages=$(missing "$1" | tr '\n' ' ')
  if [ -n "$packages" ]; then
    say "halo: still missing after the installation: $packages"
    return 1
  fi
}

# configure OPTION...: sets the build folder up, or adds options it was not set up with
configure() {
  local option known=""
  if [ ! -e "$build/build.ninja" ]; then
    meson setup "$build" "$@" >&2
    return
  fi
  known=$(sed -n 's/^\([a-z_]*\) = \(.*\)$/-D\1=\2/p' "$build/meson-private/cmd_line.txt")
  for option in "$@"; do
    if ! grep -qxF -e "$option" <<< "$known"; then
      meson configure "$build" "$@" >&2
      return
    fi
  done
}
