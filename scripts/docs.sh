#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Makes the reference and the pages readable in a browser: build/docs/html/index.html.
#
#   scripts/docs.sh      fails on a public name that says nothing of itself and on a bad reference,
#                        and lists them: build/docs/warnings
#
# Needs doxygen. The folder is build/docs, or $HALO_BUILD/docs.
set -euo pipefail
cd "$(dirname "$0")/.."
out=${HALO_BUILD:-build}/docs
command -v doxygen > /dev/null || { echo "halo: docs: expected doxygen, found none" >&2; exit 1; }
mkdir -p "$out"
scripts/reference-header.py --check
doxygen - > "$out/log" << END
PROJECT_NAME = halo
PROJECT_BRIEF = "Keeps neural networks learning on the device they run on"
OUTPUT_DIRECTORY = $out
INPUT = README.md CONTRIBUTING.md benchmarks/README.md packaging/README.md docs include/halo
FILE_PATTERNS = *.hpp *.md
RECURSIVE = YES
EXCLUDE_PATTERNS = */pretrained/*
EXCLUDE_SYMBOLS = *detail* *detail::*
USE_MDFILE_AS_MAINPAGE = ./README.md
FILTER_PATTERNS = "*.md=scripts/reference-page.py" "*.hpp=scripts/reference-header.py"
STRIP_FROM_INC_PATH = include
GENERATE_LATEX = NO
HAVE_DOT = NO
HTML_EXTRA_STYLESHEET = docs/style.css
HTML_COLORSTYLE_SAT = 40
GENERATE_TREEVIEW = YES
DISABLE_INDEX = NO
SOURCE_BROWSER = YES
JAVADOC_AUTOBRIEF = YES
SORT_MEMBER_DOCS = NO
EXTRACT_STATIC = YES
MACRO_EXPANSION = YES
WARN_IF_DOC_ERROR = YES
WARN_NO_PARAMDOC = NO
WARN_IF_INCOMPLETE_DOC = NO
WARN_LOGFILE = $out/warnings
QUIET = YES
END
if [ -s "$out/warnings" ]; then
  sed "s|^$PWD/||" "$out/warnings" | sort -u | sed -n 1,100p >&2
  echo "halo: docs: expected documented names and good references, found the above" >&2
  exit 1
fi
echo "$out/html/index.html"
