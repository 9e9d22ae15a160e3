#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Runs the experiments of HALO's paper again, and others, and makes a page of them: tables, figures,
# verdicts.
#
#   scripts/reproduce.sh [--data DIR] [ARGUMENT...]
#
#   --data DIR  the public data sets; fetched into data/ where they are not there and none is given
#   ARGUMENT    goes to halo-reproduce: table3 figure5, --quick, --seeds 10; --help has them all
#
# figure10, where it is named, first trains HALO with seven weights of its Jacobian term: an hour
# and a half of processor time, kept in reproduced-weights/.
#
# Results: reproduced.jsonl, a line for each run, and reproduced.html. Runs whose line is there are
# not done again: after an interruption the same command goes on.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/setup.sh

arguments=()
data=${HALO_DATA:-}
results=reproduced
updates=(--updates 400)
weights=()
while [ $# -gt 0 ]; do
  case $1 in
    --data)
      data=${2:?--data: its value is missing}
      shift
      ;;
    --preset)
      results+=-${2:?--preset: its value is missing}
      arguments+=(--preset "$2")
      shift
      ;;
    --quick)
      results+=-quick
      updates=(--quick)
      arguments+=(--quick)
      ;;
    figure10)
      weights=(1 0.1 0.01 0.001 0.0001 0.00001 0.000001)
      arguments+=(figure10)
      ;;
    *) arguments+=("$1") ;;
  esac
  shift
done
if [ -z "$data" ]; then
  data=data
  [ -d "$data" ] || scripts/fetch-data.sh "$data"
fi
install_missing demo
configure -Dexamples=enabled
targets=(examples/halo-reproduce)
[ ${#weights[@]} -eq 0 ] || targets+=(examples/halo-meta-train)
ninja -C "$build" "${targets[@]}" > "$build/reproduce.log" 2>&1 || {
  cat "$build/reproduce.log" >&2
  exit 1
}
for weight in "${weights[@]}"; do
  mkdir -p "$results-weights"
  file=$results-weights/jacobian_${weight/./_} # a name for C++, too
  [ -f "$file.safetensors" ] ||
    "$build/examples/halo-meta-train" --preset halo --jacobian "$weight" --threads "$(nproc)" \
      "${updates[@]}" --out "$file"
  arguments+=(--weights "$file.safetensors")
done
"$build/examples/halo-reproduce" --data "$data" --out "$results.jsonl" "${arguments[@]}"
python3 scripts/report.py "$results.jsonl" "$results.html"
