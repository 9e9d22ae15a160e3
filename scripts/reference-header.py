#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Prints a header as doxygen wants it: members that a concept names bring the concept's sentence.

reference-header.py HEADER      scripts/docs.sh calls it
reference-header.py --check     does so for every header and says where lines would get lost

docs/concepts.md says once what `forward` of a layer or `decide` of a policy is; dozens of types
have them. A member with one of these names and no docstring of its own is given that sentence
here, and a link to its section. Lines keep their numbers.
"""

import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
# whose members a room's types have, the most particular first
CONCEPTS = {
    "simd": ["Number", "Chunk", "Pointer"],
    "autodiff": ["Number", "Pointer"],
    "kernel": ["Elementwise function"],
    "nn": ["Layer", "Loss", "Network"],
    "zoo": ["Layer", "Network"],
    "optim": ["Policy", "Optimizer", "Schedule"],
    "learned": ["Learned program", "Optimizer", "Reader"],
    "task": ["Task"],
    "meta": ["Task"],
    "data": ["Stream"],
    "energy": ["Meter", "Energy model"],
    "measure": ["Measure"],
    "adapt": ["Network", "Meter"],
}
SHARED = "Members with one meaning everywhere"
TABLE = re.compile(r"^\| (`.*?) \|(?:.*\|)? (.+?) \|$")
NAME = re.compile(r"`(operator ?\S+?|\w+)[`(<]")
CODE = re.compile(
    r"""//[^\n]*|/\*.*?\*/|R"\(.*?\)"|"(?:\\.|[^"\\\n])*"|(?<!\w)'(?:\\.|[^'\\\n])'""", re.DOTALL
)


def concepts():
    """{section: {member: sentence}} of docs/concepts.md."""
    found, section = {}, None
    for line in (ROOT / "docs/concepts.md").read_text().splitlines():
        if line.startswith("## "):
            section = line[3:]
        row = TABLE.match(line)
        if section and row and not row[1].startswith("``"):
            cells = [c.strip() for c in line.strip("|").split(" | ")]
            if "halo: " in line or len(cells) < 2:
                continue
            for name in NAME.findall(cells[0]):
                found.setdefault(section, {}).setdefault(name.replace("\\", ""), cells[-1])
    return found


def slug(heading):
    return "docs-concepts-" + heading.lower().replace(" ", "-")


def sentence(section, meaning):
    meaning = re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", meaning).replace("*/", "")
    first = meaning[0] if re.match(r"[xy]\b", meaning) else meaning[0].upper()
    return f'{first}{meaning[1:]} (@ref {slug(section)} "{section.lower()}").'


def members(code):
    """(offset, text, class) of each declaration that stands right in a class."""
    scopes, start, count = [], 0, 0
    depth = 0  # of parentheses
    for i, c in enumerate(code):
        if c in "([":
            depth += 1
        elif c in ")]":
            depth -= 1
        elif depth:
            continue
        elif c == ":" and code[i - 1] != ":" and code[i + 1 : i + 2] != ":":
            if re.fullmatch(r"\s*(public|private|protected)", code[start:i]):
                start = i + 1
        elif c in "{;":
            text = code[start:i]
            if scopes and isinstance(scopes[-1], int) and text.strip():
                yield start, text, scopes[-1]
            if c == "{":
                word = re.match(r"(struct|class|union|namespace|inline namespace)\b", bare(text))
                count += 1
                scopes.append(count if word and word[1] in ("struct", "class", "union") else None)
            start = i + 1
        elif c == "}":
            if scopes:
                scopes.pop()
            start = i + 1


def bare(text):
    """A declaration without what stands before it: template<...>, requires, attributes."""
    text = text.strip()
    while m := re.match(r"template\s*<", text):
        depth, i = 1, m.end()
        while depth and i < len(text):
            depth += {"<": 1, ">": -1}.get(text[i], 0)
            i += 1
        text = text[i:].strip()
    text = re.sub(r"^requires\b(.*\n)+?(?=\s*\S)", "", text) if "\n" in text else text
    return re.sub(r"\[\[.*?\]\]", "", text).strip()


def top_level(text):
    """What stands outside of template arguments: what a name is followed by < for, up to its >."""
    depth = 0
    for i, c in enumerate(text):
        if c == "<" and (depth or re.match(r"\w", text[i - 1])) and text[i - 8 : i] != "operator":
            depth += 1
        elif c == ">" and depth and text[i - 1] != "-":
            depth -= 1
        elif not depth:
            yield i, c


def without_arguments(text):
    return "".join(c for _, c in top_level(text))


def listed(text):
    """A list of variables, cut at its commas."""
    cuts = [i for i, c in top_level(text) if c == ","]
    cuts = [i for i in cuts if text.count("(", 0, i) == text.count(")", 0, i)]
    return [text[i + 1 : j] for i, j in zip([-1, *cuts], [*cuts, len(text)])]


def names_of(text):
    """What a declaration declares: one name, or several variables."""
    text = without_arguments(bare(text))
    if m := re.match(r"using (\w+)\s*=", text):
        return [m[1]]
    if m := re.match(r"(?:enum class|enum|struct|class|union)\s+(\w+)", text):
        return [m[1]]
    if re.match(r"(using|friend|static_assert|typedef)\b", text):
        friend = re.search(r"operator ?(?:\(\)|\[\]|[^\s\w(]+)|\w+(?=\()", text)
        return [friend[0]] if friend and text.startswith("friend") else []
    head = text.split("(", 1)[0]
    if m := re.search(r"(operator ?(?:[^\s\w(]+)?)$", head):
        symbol = m[1].replace(" ", "")
        return ["operator()" if symbol == "operator" else symbol]
    if "(" in text and "=" not in head:
        m = re.search(r"(\w+)$", head.strip())
        return [m[1]] if m else []
    names = (re.search(r"(\w+)\s*(?:\[.*\]\s*)?(?:=(?!=)|$)", piece) for piece in listed(text))
    return [m[1] for m in names if m]


def docstring(lines, first, last):
    """The /// lines above a declaration, and what stands behind ///< on its last line."""
    row = first
    while row > 0 and re.match(r"\s*(//(?!/)|#)", lines[row - 1]):
        row -= 1
    above = []
    while row > 0 and lines[row - 1].lstrip().startswith("///"):
        row -= 1
        above.insert(0, lines[row].lstrip()[3:].strip())
    return " ".join(above), lines[last].partition("///<")[2].strip()


def one_by_one(declaration, sentences, above):
    """A list of variables as declarations of their own, on as many lines, each with its sentence.

    Doxygen gives a docstring to the first of a list alone.
    """
    pieces = listed(declaration)
    kind = re.match(r"\s*(.*?)\w+\s*(=.*)?$", pieces[0], re.DOTALL)[1]
    out = []
    for i, piece in enumerate(pieces):
        doc = f"/** {sentences[i]} */ " if sentences[i] and not (i == 0 and above) else ""
        out.append(doc + (kind if i else "") + " ".join(piece.split()))
    return "; ".join(out) + "\n" * declaration.count("\n")


def annotated(text, room):
    known = concepts()
    blank = lambda m: re.sub(r"[^\n]", " ", m[0])
    code = CODE.sub(blank, text)
    code = re.sub(r"^[ \t]*#(?:.*\\\n)*.*$", blank, code, flags=re.MULTILINE)
    code = re.sub(r"(?<=[\w>])\{\}(?=[,>])", "  ", code)  # defaults of template parameters
    lines = text.split("\n")
    found = list(members(code))
    of = {}
    for _, declaration, where in found:
        of.setdefault(where, set()).update(names_of(declaration))
    for start, declaration, where in reversed(found):
        begin = start + len(declaration) - len(declaration.lstrip())
        end = start + len(declaration)
        above, behind = docstring(lines, code.count("\n", 0, begin), code.count("\n", 0, end))
        names = names_of(declaration)
        # the concept of which the class has most members
        order = CONCEPTS.get(room, [])
        order = sorted(order, key=lambda s: -len(of[where] & known.get(s, {}).keys()))
        sentences = []
        for name in names:
            section = next((s for s in [*order, SHARED] if name in known.get(s, {})), None)
            meant = sentence(section, known[section][name]) if section else ""
            sentences.append(above or behind or meant)
        if len(names) > 1 and code[end] == ";":
            text = text[:begin] + one_by_one(code[begin:end], sentences, above) + text[end:]
        elif names and sentences[0] and not above and not behind:
            text = f"{text[:begin]}/** {sentences[0]} */ {text[begin:]}"
    return text


def filtered(file):
    parts = file.resolve().parts
    room = parts[parts.index("halo", parts.index("include")) + 1] if "include" in parts else ""
    return annotated(file.read_text(), room)


if __name__ == "__main__":
    if sys.argv[1] != "--check":
        print(filtered(pathlib.Path(sys.argv[1])), end="")
        sys.exit()
    headers = sorted((ROOT / "include/halo").rglob("*.hpp"))
    bad = [f for f in headers if filtered(f).count("\n") != f.read_text().count("\n")]
    sys.exit("\n".join(f"reference-header.py: {f}: lines get lost" for f in bad) or 0)
