#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Builds one program against halo in every way a stranger may take it in, in a folder of its own.
#
#   run.sh SOURCE VERSION [WAY...]     SOURCE: the top folder of halo
set -euo pipefail
source=$(cd "$1" && pwd)
version=$2
shift 2
[ $# -gt 0 ] || set -- pkg_config find_package cmake_install fetch_content two_parts \
  own_targets library_brings library_finds meson_subproject meson_wrap plain specialise
here=$source/tests/consumers
compiler=${CXX:-c++}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

log=$work/log
quiet() { "$@" > "$log" 2>&1 || { cat "$log"; echo "failed: $*"; exit 1; }; }
fail() { echo "failed: $*"; exit 1; }
runs() { # NAME PROGRAM
  [ "$("$2")" = "halo $version" ] || fail "$1: the program does not print halo $version"
}

# built FOLDER NAME OPTION...: a CMake project of this folder, in $work/NAME
built() {
  local folder=$1 name=$2
  shift 2
  quiet cmake -S "$here/$folder" -B "$work/$name" "$@"
  quiet cmake --build "$work/$name"
}

installed() { # by Meson, in $work/prefix; once
  [ ! -e "$work/prefix" ] || return 0
  quiet meson setup "$work/build" "$source" --prefix "$work/prefix" --libdir lib \
    -Dtests=disabled -Dbenchmarks=disabled -Dexamples=disabled
  quiet meson install -C "$work/build"
  [ -e "$work/prefix/share/doc/halo/LICENSE" ] || fail "the licence is not installed"
  (cd "$source/include" && find halo -name '*.hpp' | sort) > "$work/wanted"
  (cd "$work/prefix/include" && find halo -type f | sort) > "$work/installed"
  quiet diff "$work/wanted" "$work/installed"
}

pkg_config() {
  local flags
  installed
  export PKG_CONFIG_PATH=$work/prefix/lib/pkgconfig${PKG_CONFIG_PATH:+:$PKG_CONFIG_PATH}
  flags=$(pkg-config --cflags --libs halo)
  [ "$(pkg-config --modversion halo)" = "$version" ] || fail "pkg-config names another version"
  case " $flags " in *" -m"* | *" -f"* | *" -O"*) fail "pkg-config exports a flag: $flags" ;; esac
  # shellcheck disable=SC2086 # flags and compiler may hold several words
  quiet $compiler -std=c++20 $flags "$here/consumer.cpp" -o "$work/pkg-config"
  runs pkg_config "$work/pkg-config"
}

find_package() {
  installed
  built find_package find_package -DCMAKE_PREFIX_PATH="$work/prefix" -DHALO_WANTED="${version%.*}"
  runs find_package "$work/find_package/consumer"
  local wanted
  for wanted in 999 '0.0...<'"$version" '998...999' '0.0...999;COMPONENTS;parts'; do
    if cmake -S "$here/find_package" -B "$work/other" -DCMAKE_PREFIX_PATH="$work/prefix" \
      -DHALO_WANTED="$wanted" > "$log" 2>&1; then
      fail "find_package accepts $wanted"
    fi
  done
  for wanted in '0.0...999' "0.0...$version" "$version;EXACT" ''; do
    quiet cmake -S "$here/find_package" -B "$work/other" -DCMAKE_PREFIX_PATH="$work/prefix" \
      -DHALO_WANTED="$wanted"
  done
}

cmake_install() { # the same files as Meson's, but for what CMake itself writes of the target
  installed
  quiet cmake -S "$source" -B "$work/cmake" -DCMAKE_INSTALL_PREFIX="$work/prefix-cmake"
  quiet cmake --install "$work/cmake"
  quiet diff -r --exclude haloTargets.cmake --exclude pkgconfig --exclude lib \
    "$work/prefix" "$work/prefix-cmake"
  built find_package found -DCMAKE_PREFIX_PATH="$work/prefix-cmake"
  runs cmake_install "$work/found/consumer"
}

fetch_content() {
  built fetch_content fetch_content -DHALO_SOURCE="$source"
  runs fetch_content "$work/fetch_content/consumer"
}

two_parts() {
  built two_parts two_parts -DHALO_SOURCE="$source"
  runs two_parts "$work/two_parts/consumer"
}

own_targets() { # xtensor and xsimd that the program has itself, in no export set
  built own_targets own_targets -DHALO_SOURCE="$source"
  runs own_targets "$work/own_targets/consumer"
}

# A library that brings halo along is installed with it; a program finds both, there and unbuilt.
library_brings() {
  built library brings -DHALO_SOURCE="$source" -DCMAKE_INSTALL_PREFIX="$work/prefix-brings"
  quiet cmake --install "$work/brings"
  built user brought -DCMAKE_PREFIX_PATH="$work/prefix-brings"
  runs library_brings "$work/brought/consumer"
  built user beside -Dadaptive_DIR="$work/brings" -Dhalo_DIR="$work/brings/_deps/halo-build"
  runs library_brings "$work/beside/consumer"
}

library_finds() {
  installed
  built library finds -DCMAKE_PREFIX_PATH="$work/prefix" -DCMAKE_INSTALL_PREFIX="$work/prefix-finds"
  quiet cmake --install "$work/finds"
  [ ! -e "$work/prefix-finds/include/halo" ] || fail "a library installs a halo it only found"
  built user both -DCMAKE_PREFIX_PATH="$work/prefix;$work/prefix-finds"
  runs library_finds "$work/both/consumer"
}

meson_subproject() { # none of halo's own targets may appear
  local targets
  cp -r "$here/meson" "$work/meson"
  cp "$here/consumer.cpp" "$work/meson"
  mkdir "$work/meson/subprojects"
  ln -s "$source" "$work/meson/subprojects/halo"
  quiet meson setup "$work/meson/build" "$work/meson"
  quiet ninja -C "$work/meson/build"
  runs meson_subproject "$work/meson/build/consumer"
  targets=$(ninja -C "$work/meson/build" -t targets all | grep -c ': cpp_LINKER' || true)
  [ "$targets" = 1 ] || fail "as a subproject halo builds $((targets - 1)) programs of its own"
}

meson_wrap() { # what is committed, as Meson clones it
  local folder=$work/wrap
  cp -r "$here/meson" "$folder"
  cp "$here/consumer.cpp" "$folder"
  mkdir "$folder/subprojects"
  sed "s|^url = .*|url = $source|" "$source/packaging/meson/halo.wrap" \
    > "$folder/subprojects/halo.wrap"
  quiet meson setup "$folder/build" "$folder"
  quiet ninja -C "$folder/build"
  runs meson_wrap "$folder/build/consumer"
}

vcpkg_port() { # the port's own file; vcpkg itself is not needed
  quiet cmake "-DPORT=$source/packaging/vcpkg/halo" "-DWORK=$work/vcpkg" \
    -P "$here/vcpkg/port.cmake"
  built find_package ported -DCMAKE_PREFIX_PATH="$work/vcpkg/package" \
    -DHALO_WANTED="${version%.*}"
  grep -q "^halo_DIR:PATH=$work/vcpkg/package/share/halo$" "$work/ported/CMakeCache.txt" ||
    fail "vcpkg_port: the program found another halo"
  runs vcpkg_port "$work/ported/consumer"
}

plain() { # nothing but a path
  # shellcheck disable=SC2086
  quiet $compiler -std=c++20 -I "$source/include" "$here/consumer.cpp" -o "$work/plain"
  runs plain "$work/plain"
}

specialise() { # an optimizer for a stranger's network and rows
  local folder=$work/own
  installed
  mkdir "$folder"
  cp "$here/network.hpp" "$folder"
  awk -v OFS=, 'BEGIN {
    print "a,b,c,domain,label"
    for (i = 0; i < 240; ++i)
      print sin(i), cos(2 * i) + i % 3, sin(3 * i) - i % 3, int(i / 60), i % 3
  }' > "$folder/rows.csv"
  CXXFLAGS="${CXXFLAGS-} -O0" quiet "$work/prefix/bin/halo-specialise" "$folder/network.hpp" \
    --data "$folder/rows.csv" --quick --out "$folder/my_rule"
  grep -q '^chosen: ' "$log" || fail "specialise: the report says nothing of what was chosen"
  # shellcheck disable=SC2086
  printf '%s\n' '#include "my_rule.hpp"' 'int main() { (void)my::my_rule(); }' |
    quiet $compiler -std=c++20 -I "$work/prefix/include" -I "$folder" -fsyntax-only -x c++ -
}

for way in "$@"; do
  "$way"
  echo "ok: $way"
done
echo "$# consumers passed"
