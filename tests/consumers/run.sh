#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Builds one program against halo in every way a stranger may take it in, in a folder of its own.
#
#   run.sh SOURCE VERSION     SOURCE: the top folder of halo
set -euo pipefail
source=$(cd "$1" && pwd)
version=$2
here=$source/tests/consumers
compiler=${CXX:-c++}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

log=$work/log
count=0
quiet() { "$@" > "$log" 2>&1 || { cat "$log"; echo "failed: $*"; exit 1; }; }
fail() { echo "failed: $*"; exit 1; }
runs() { # NAME PROGRAM
  [ "$("$2")" = "halo $version" ] || fail "$1: the program does not print halo $version"
  count=$((count + 1))
  echo "ok: $1"
}

# Installed by Meson
quiet meson setup "$work/build" "$source" --prefix "$work/prefix" --libdir lib \
  -Dtests=disabled -Dbenchmarks=disabled -Dexamples=disabled
quiet meson install -C "$work/build"
[ -e "$work/prefix/share/doc/halo/LICENSE" ] || fail "the licence is not installed"
(cd "$source/include" && find halo -name '*.hpp' | sort) > "$work/wanted"
(cd "$work/prefix/include" && find halo -type f | sort) > "$work/installed"
quiet diff "$work/wanted" "$work/installed"

# pkg-config
export PKG_CONFIG_PATH=$work/prefix/lib/pkgconfig${PKG_CONFIG_PATH:+:$PKG_CONFIG_PATH}
flags=$(pkg-config --cflags --libs halo)
[ "$(pkg-config --modversion halo)" = "$version" ] || fail "pkg-config names another version"
case " $flags " in *" -m"* | *" -f"* | *" -O"*) fail "pkg-config exports a flag: $flags" ;; esac
# shellcheck disable=SC2086 # flags and compiler may hold several words
quiet $compiler -std=c++20 $flags "$here/consumer.cpp" -o "$work/pkg-config"
runs pkg-config "$work/pkg-config"

# CMake, find_package
quiet cmake -S "$here/find_package" -B "$work/find_package" \
  -DCMAKE_PREFIX_PATH="$work/prefix" -DHALO_WANTED="${version%.*}"
quiet cmake --build "$work/find_package"
runs find_package "$work/find_package/consumer"
if cmake -S "$here/find_package" -B "$work/too-new" -DCMAKE_PREFIX_PATH="$work/prefix" \
  -DHALO_WANTED=999 > "$log" 2>&1; then
  fail "find_package accepts version 999"
fi

# CMake installs the same files
quiet cmake -S "$source" -B "$work/cmake" -DCMAKE_INSTALL_PREFIX="$work/prefix-cmake"
quiet cmake --install "$work/cmake"
rm -rf "$work/prefix/lib" # pkg-config's file comes from Meson only
quiet diff -r "$work/prefix" "$work/prefix-cmake"
echo "ok: cmake --install"

# CMake, FetchContent
quiet cmake -S "$here/fetch_content" -B "$work/fetch_content" -DHALO_SOURCE="$source"
quiet cmake --build "$work/fetch_content"
runs fetch_content "$work/fetch_content/consumer"

# A Meson subproject: none of halo's own targets may appear
cp -r "$here/meson" "$work/meson"
cp "$here/consumer.cpp" "$work/meson"
mkdir "$work/meson/subprojects"
ln -s "$source" "$work/meson/subprojects/halo"
quiet meson setup "$work/meson/build" "$work/meson"
quiet ninja -C "$work/meson/build"
runs meson "$work/meson/build/consumer"
targets=$(ninja -C "$work/meson/build" -t targets all | grep -c ': cpp_LINKER' || true)
[ "$targets" = 1 ] || fail "as a subproject halo builds $((targets - 1)) programs of its own"

# Nothing but a path
# shellcheck disable=SC2086
quiet $compiler -std=c++20 -I "$source/include" "$here/consumer.cpp" -o "$work/plain"
runs plain "$work/plain"

echo "$count consumers passed"
