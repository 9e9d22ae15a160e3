#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Fails when a C++ block of README.md or docs/ does not compile, or compiles and must not.

check_snippets.py ROOT COMPILER [ARGUMENT...]      COMPILER parses; nothing is built

A block is a program or a piece of one at namespace scope. Comments before it say otherwise:

    <!-- in:                   the block stands where the line ... is, here inside a function
    #include <halo/optim.hpp>
    void use(halo::optim::adam& rule) {
    ...
    }
    -->
    <!-- as before -->         in the same surroundings as the block before
    <!-- continues -->         behind the block before, in its surroundings
    <!-- error: the text -->   must not compile, and its first error holds the text
"""

import os
import pathlib
import re
import subprocess
import sys

BLOCK = re.compile(
    r"(?P<comments>(?:^<!--(?:(?!-->).)*-->\n+)*)^```(?P<tag>\S*)\n(?P<code>.*?)^```\n",
    re.MULTILINE | re.DOTALL,
)
COMMENT = re.compile(r"<!--\s*(.*?)\s*-->", re.DOTALL)
INCLUDE = re.compile(r"^#include .*\n", re.MULTILINE)


class Snippet:
    """A block with what its comments put around it: text before, code and text after."""

    def __init__(self, file, line, code):
        self.where, self.line = f"{file}:{line}", line
        self.file, self.code = file, f'#line {line} "{file}"\n{code}'
        self.before = self.after = ""
        self.error = None

    def text(self):
        return f"{self.before}\n{self.code}\n{self.after}\n"


def snippets(file, text, bad):
    found = []
    for block in BLOCK.finditer(text):
        line = text.count("\n", 0, block.start("code")) + 1
        if block["tag"] in {"c++", "C++", "cc", "hpp"}:
            bad.append(f"{file}:{line}: a block of C++ is marked cpp, not {block['tag']}")
        if block["tag"] != "cpp":
            continue
        one = Snippet(file, line, block["code"])
        for said in COMMENT.findall(block["comments"]):
            if said.startswith("in:") and len(re.findall(r"^\.\.\.$", said, re.MULTILINE)) == 1:
                one.before, one.after = re.split(r"^\.\.\.$", said[3:], flags=re.MULTILINE)
            elif said in {"as before", "continues"} and found:
                last = found[-1]
                one.before, one.after = last.before, last.after
                if said == "continues":
                    one.before = f"{last.before}\n{last.code}"
            elif said.startswith("error: "):
                one.error = said[len("error: ") :]
            else:
                bad.append(f"{file}:{line}: unknown before a block: {said.splitlines()[0]}")
        found.append(one)
    return found


def together(group):
    """All of a page as one program, each snippet in a namespace of its own: parses halo once."""
    includes, bodies = {}, []
    for number, one in enumerate(group):
        text = one.text()
        includes.update(dict.fromkeys(INCLUDE.findall(text)))
        bodies.append(f"namespace snippet_{number} {{\n{INCLUDE.sub(chr(10), text)}}}\n")
    return "".join(includes) + "".join(bodies)


def errors_of(command, text):
    run = subprocess.run(
        [*command, "-x", "c++", "-"],
        input=text,
        capture_output=True,
        text=True,
        env={**os.environ, "LC_ALL": "C"},
        check=False,
    )
    return run.returncode, run.stderr


def check_page(command, group, bad):
    right = [one for one in group if one.error is None]
    if right and errors_of(command, together(right))[0] != 0:
        for one in right:  # which of them, and whether it is only their company
            code, said = errors_of(command, one.text())
            if code != 0:
                bad.append(f"{one.where}: does not compile\n{said}")
    for one in group:
        if one.error is None:
            continue
        code, said = errors_of(command, one.text())
        first = next((line for line in said.splitlines() if "error: " in line), "")
        if code == 0:
            bad.append(f"{one.where}: compiles, but must not")
        elif one.error not in first:
            bad.append(f"{one.where}: expected in the first error: {one.error}\nfound: {first}")


def main(root, command):
    command = [*command, "-fsyntax-only", "-fdiagnostics-color=never", "-Wall", "-Wextra"]
    command += ["-Wno-unused", "-Werror"]
    bad, count = [], 0
    for page in [root / "README.md", *sorted((root / "docs").glob("**/*.md"))]:
        name = page.relative_to(root).as_posix()
        group = snippets(name, page.read_text(), bad)
        count += len(group)
        check_page(command, group, bad)
    print("\n".join(bad))
    print(f"{count} snippets, {len(bad)} faults")
    if count == 0:
        sys.exit("no snippet at all; this test would not notice anything")
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]), sys.argv[2:])
