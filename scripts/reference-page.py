#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Prints a page as doxygen wants it: headings with labels, links to headings by these labels.

reference-page.py PAGE      scripts/docs.sh calls it; on GitHub the pages are right as they are
"""

import pathlib
import re
import sys

HEADING = re.compile(r"^(#{2,}) +(.*?) *$", re.MULTILINE)
LINK = re.compile(r"\]\(([\w./-]+\.md)?#([\w-]+)\)")
FENCE = re.compile(r"(^```.*?^```$)", re.MULTILINE | re.DOTALL)
ROOT = pathlib.Path(__file__).resolve().parent.parent


def label(page, slug):
    return "-".join((*page.resolve().relative_to(ROOT).with_suffix("").parts, slug))


def slug(heading):
    return re.sub(r"[^\w\- ]", "", heading.replace("`", "").lower()).replace(" ", "-")


def labelled(text, page):
    text = HEADING.sub(lambda h: f"{h[1]} {h[2]} {{#{label(page, slug(h[2]))}}}", text)
    return LINK.sub(
        lambda to: f"](@ref {label(page.parent / to[1] if to[1] else page, to[2])})", text
    )


if __name__ == "__main__":
    file = pathlib.Path(sys.argv[1])
    parts = FENCE.split(file.read_text())  # code, every second part, stays
    print("".join(p if i % 2 else labelled(p, file) for i, p in enumerate(parts)), end="")
