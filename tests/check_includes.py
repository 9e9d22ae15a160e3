#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Fails when a program names what it does not include, of halo or of the standard library.

check_includes.py ROOT

A build of tests has g++ read all of halo before examples and benchmarks (halo_read in meson.build),
which would hide what they forgot; strangers compile them without. A name is there when one of the
headers that a program reaches says it.
"""

import functools
import pathlib
import re
import sys

INCLUDE = re.compile(r'^# *include (<(?:[^>]+)>|"(?:[^"]+)")', re.MULTILINE)
COMMENT = re.compile(r"//[^\n]*")
WORD = re.compile(r"\w+")
STANDARD = {  # header: what of it programs use
    "algorithm": "sort stable_sort fill fill_n copy copy_n max min minmax clamp equal count "
                 "count_if find_if any_of all_of none_of transform generate min_element "
                 "max_element",
    "array": "array",
    "cmath": "sqrt exp log abs isfinite isnan pow tanh sin cos hypot lround",
    "cstdint": "uint8_t uint16_t int32_t uint32_t int64_t uint64_t",
    "cstdio": "printf fprintf snprintf puts fputs fflush remove",
    "functional": "function",
    "limits": "numeric_limits",
    "map": "map",
    "memory": "unique_ptr make_unique shared_ptr make_shared",
    "mutex": "mutex lock_guard once_flag call_once",
    "numeric": "accumulate iota inner_product",
    "optional": "optional nullopt",
    "set": "set",
    "span": "span",
    "string": "string to_string stoi stod",
    "string_view": "string_view",
    "thread": "thread",
    "utility": "move swap pair exchange forward index_sequence",
    "vector": "vector",
}
HEADER_OF = {name: header for header, names in STANDARD.items() for name in names.split()}


class Reader:
    def __init__(self, root):
        self.root, self.include = root, root / "include"

    @functools.lru_cache(maxsize=None)
    def text(self, path):
        return COMMENT.sub("", path.read_text(encoding="utf-8"))

    @functools.lru_cache(maxsize=None)
    def words(self, path):
        return frozenset(WORD.findall(self.text(path)))

    @functools.lru_cache(maxsize=None)
    def said(self, path):
        """What a file includes: places of halo and of the program, names of others' headers."""
        places, others = [], []
        for said in INCLUDE.findall(self.text(path)):
            place = (path.parent if said[0] == '"' else self.include) / said[1:-1]
            if place.exists():
                places.append(place.resolve())
            else:
                others.append(said[1:-1])
        return places, others

    def reached(self, path):
        """All headers of halo and of the program's own, itself first, and names of others'."""
        own, others, left = {}, set(), [path]
        while left:
            at = left.pop()
            if at not in own:
                own[at] = True
                places, names = self.said(at)
                left += places
                others.update(names)
        return list(own), others

    def faults(self, path):
        own, others = self.reached(path)
        text = self.text(path)
        there = frozenset().union(*(self.words(p) for p in own if self.include in p.parents))
        rooms = [p.name for p in self.include.glob("halo/*/")]
        spelled = rf"(?<![\w:])(?:halo::)?(?:(?:{'|'.join(rooms)}|halo)::)(\w+)\b"
        mine = frozenset().union(*(self.words(p) for p in own[1:] if self.include not in p.parents))
        for name in sorted(set(re.findall(spelled, text)) - there - mine - set(rooms)):
            if not re.search(rf"\b(?:struct|class|using) {name}\b", text):
                yield f"halo's {name}"
        for name in sorted(set(re.findall(r"\bstd::(\w+)\b", text))):
            header = HEADER_OF.get(name)
            if header and header not in others:
                yield f"std::{name}: <{header}>"


def main(root):
    root = root.resolve()
    reader, bad, count = Reader(root), [], 0
    for folder in ("examples", "benchmarks"):
        for path in sorted((root / folder).glob("**/*.?pp")):
            if path.suffix not in {".cpp", ".hpp"}:
                continue
            count += 1
            bad += [f"{path.relative_to(root)}: uses without its header {what}"
                    for what in reader.faults(path)]
    print("\n".join(bad))
    print(f"{count} files, {len(bad)} faults")
    sys.exit(1 if bad or count == 0 else 0)


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]))
