#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Runs the experiments of HALO's paper again and makes a page of them: tables, figures, verdicts.
#
#   scripts/reproduce.sh [--data DIR] [ARGUMENT...]
#
#   --data DIR  the public data sets; fetched into data/ where they are not there and none is given
#   ARGUMENT    goes to halo-reproduce: --quick, --studies table3, --seeds 10
#
# Results: reproduced.jsonl, a line for each run, and reproduced.html. Runs whose line is there are
# not done again: after an interruption the same command goes on.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/setup.sh

arguments=()
data=${HALO_DATA:-}
results=reproduced
while [ $# -gt 0 ]; do
  case $1 in
    --data)
      data=${2:?--data: its value is missing}
      shift
      ;;
    --quick)
      results=reproduced-quick
      arguments+=(--quick)
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
ninja -C "$build" examples/halo-reproduce > "$build/reproduce.log" 2>&1 || {
  cat "$build/reproduce.log" >&2
  exit 1
}
"$build/examples/halo-reproduce" --data "$data" --out "$results.jsonl" "${arguments[@]}"
python3 scripts/report.py "$results.jsonl" "$results.html"
