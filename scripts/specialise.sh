#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Makes an optimizer of your own: builds halo-specialise for your network, and runs it.
#
#   halo-specialise NETWORK.hpp --data rows.csv --threads 2 --out my_rule
#   halo-specialise NETWORK.hpp --help           what it takes
#
# NETWORK.hpp defines `network`. The program stays beside it as NETWORK.specialise, and what built
# it as NETWORK.specialise.by; it is built again, in half a minute, once the header or halo is newer
# or CXX or CXXFLAGS say something else. For ranks of mpirun build it with CXX=mpic++
# CXXFLAGS=-DHALO_WITH_MPI and start NETWORK.specialise itself.
set -euo pipefail

complain() { printf 'halo-specialise: %s\n' "$*" >&2; exit 2; }

case ${1-} in
  -h | --help)
    sed -n '3,/^set/s/^# \{0,1\}//p' "$0"
    exit 0
    ;;
  '' | -*) complain "expected NETWORK.hpp, then arguments; found '${1-}'" ;;
esac
[ -f "$1" ] || complain "$1: expected a header that defines network, found no file"
header=$(cd "$(dirname "$1")" && pwd)/$(basename "$1")
program=${header%.*}.specialise
shift

here=$(cd "$(dirname "$(readlink -f "$0")")" && pwd)
include=$here/../include # of the sources, or of the folder that halo is installed to
source=$here/../examples/specialise.cpp
[ -e "$source" ] || source=$here/../share/halo/specialise/specialise.cpp
[ -e "$source" ] || complain "$source: expected the program's source, found none"

flags=$(pkg-config --cflags xtensor xsimd 2> /dev/null || true)
command="${CXX:-c++} -std=c++20 -O3 -march=native -fno-math-errno -pthread $flags ${CXXFLAGS-}"
if [ ! "$program" -nt "$header" ] || [ ! "$program" -nt "$source" ] ||
  [ ! "$program" -nt "$include/halo/version.hpp" ] ||
  [ "$(cat "$program.by" 2> /dev/null)" != "$command" ]; then
  compiler=${CXX:-c++}
  command -v "${compiler%% *}" > /dev/null ||
    complain "CXX: expected a compiler of C++20, found no '${compiler%% *}'"
  printf 'halo-specialise: building %s\n' "$program" >&2
  # shellcheck disable=SC2086 # a list of words
  $command "-I$include" "-DHALO_NETWORK_HEADER=\"$header\"" "$source" -o "$program.new"
  printf '%s\n' "$command" > "$program.by"
  mv "$program.new" "$program"
fi
exec "$program" "$@"
