#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Fails when a page names what is not there: a link's file or heading, a path or a header in code.

check_docs.py ROOT
"""

import pathlib
import re
import subprocess
import sys

FENCE = re.compile(r"^(```|~~~).*?^\1[^\n]*$", re.MULTILINE | re.DOTALL)
CODE = re.compile(r"`([^`\n]+)`")
LINK = re.compile(r"\[[^\]]*\]\(<?([^)\s>]+)>?(?: \"[^\"]*\")?\)|^\[[^\]]+\]:\s*(\S+)", re.M)
HEADING = re.compile(r"^#+ +(.*?) *#*$", re.MULTILINE)
FOLDERS = "include|tests|scripts|docs|examples|benchmarks|cmake|\\.ci"
PATH = re.compile(rf"^(?:\./)?((?:{FOLDERS})/[\w./+-]*)")
HEADER = re.compile(r"^(?:#include )?<?(halo/[\w/]+\.hpp)>?$|^([a-z]+/\w+\.hpp)$")


def anchors(text):
    """What GitHub makes of the headings: lower case, letters and digits, blanks to hyphens."""
    found, seen = set(), {}
    for heading in HEADING.findall(FENCE.sub("", text)):
        plain = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).replace("`", "").lower()
        slug = re.sub(r"[^\w\- ]", "", plain).replace(" ", "-")
        found.add(slug if slug not in seen else f"{slug}-{seen[slug]}")
        seen[slug] = seen.get(slug, 0) + 1
    return found | set(re.findall(r'<a (?:id|name)="([^"]+)"', text))


def check_link(root, page, target):
    if re.match(r"[a-z]+:", target):  # elsewhere: nobody's promise
        return None
    path, _, anchor = target.partition("#")
    file = (page.parent / path).resolve() if path else page
    if root not in file.parents:
        return f"{target} leads out of the repository"
    if not file.exists():
        return f"{target} is not there"
    if anchor and file.suffix == ".md" and anchor not in anchors(file.read_text()):
        return f"{target}: no such heading"
    return None


def check_code(root, code):
    path, header = PATH.match(code), HEADER.match(code)
    if path and not re.search(r"[*<>{}$]", code.split(" ")[0]):
        if not (root / path[1]).exists() and not (root / path[1].rstrip(".")).exists():
            return f"`{path[1]}` is not there"
    elif header:
        name = header[1] or f"halo/{header[2]}"
        if not (root / "include" / name).exists():
            return f"`{code}`: no header of this name"
    return None


def check(root):
    bad = []
    names = subprocess.run(
        ["git", "ls-files", "*.md"], cwd=root, capture_output=True, text=True, check=False
    ).stdout.split()
    pages = [root / name for name in names] or sorted(root.glob("**/*.md"))
    for page in pages:
        if page.name == "CHANGELOG.md" or not page.exists():  # it speaks of what was
            continue
        text = page.read_text()
        prose = FENCE.sub(lambda block: "\n" * block[0].count("\n"), text)
        for link in LINK.finditer(CODE.sub("", prose)):
            fault = check_link(root, page, link[1] or link[2])
            if fault:
                bad.append(f"{page.relative_to(root)}: {fault}")
        for code in CODE.findall(prose):
            fault = check_code(root, code)
            if fault:
                bad.append(f"{page.relative_to(root)}: {fault}")
    return bad


if __name__ == "__main__":
    faults = check(pathlib.Path(sys.argv[1]).resolve())
    print("\n".join(faults))
    sys.exit(1 if faults else 0)
