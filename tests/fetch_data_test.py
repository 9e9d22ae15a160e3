#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Runs scripts/fetch-data.sh against a server of its own, with small files in the official layouts.

fetch_data_test.py ROOT
"""

import functools
import gzip
import hashlib
import http.server
import io
import os
import pathlib
import subprocess
import sys
import tarfile
import tempfile
import threading
import zipfile

ROOT = pathlib.Path(sys.argv[1])
UCI = {
    "gas": "gas+sensor+array+drift+dataset+at+different+concentrations.zip",
    "har": "human+activity+recognition+using+smartphones.zip",
    "thyroid": "thyroid+disease.zip",
}


class Quiet(http.server.SimpleHTTPRequestHandler):
    asked = []

    def log_message(self, *_):
        Quiet.asked.append(self.path)


def zipped(files):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return packed.getvalue()


def content_of(check, path):
    """Another content for each path, with the number of lines that the real list asks for."""
    kind, value = check
    lines = int(value) if kind == "lines" else 3
    return (f"{path}\n" * lines).encode()


def publish(folder, files):
    """The archives of all sets, as their authors nest them."""
    of = {name: content for name, content in files.items()}
    for path, content in of.items():
        if path.startswith("mnist/"):
            name = path.split("/")[1] + ".gz"
            (folder / name).write_bytes(gzip.compress(content))
    with tarfile.open(folder / "cifar-10-binary.tar.gz", "w:gz") as archive:
        for path, content in of.items():
            if path.startswith("cifar-10-batches-bin/"):
                entry = tarfile.TarInfo(path)
                entry.size = len(content)
                archive.addfile(entry, io.BytesIO(content))
    base = lambda first: {p.split("/")[1]: c for p, c in of.items() if p.startswith(first)}
    har = {p: c for p, c in of.items() if p.startswith("UCI HAR Dataset/")}
    mac = {"__MACOSX/UCI HAR Dataset/._y_train.txt": b"not it"}
    (folder / UCI["thyroid"]).write_bytes(zipped(base("thyroid/")))
    (folder / UCI["gas"]).write_bytes(
        zipped({"Dataset/" + name: content for name, content in base("gas/").items()}))
    (folder / UCI["har"]).write_bytes(
        zipped({"UCI HAR Dataset.zip": zipped(mac | har), "UCI HAR Dataset.names": b"names"}))


def main():
    listed = {}
    for line in (ROOT / "scripts/data-files.txt").read_text().splitlines():
        if not line.startswith("#"):
            kind, value, path = line.split(" ", 2)
            listed[path] = (kind, value)
    assert len(listed) == 4 + 6 + 10 + 6 + 22, f"{len(listed)} files are listed"
    files = {path: content_of(check, path) for path, check in listed.items()}
    with tempfile.TemporaryDirectory() as place:
        place = pathlib.Path(place)
        server_folder = place / "server"
        server_folder.mkdir()
        publish(server_folder, files)
        sums = place / "files.txt"
        write_sums = lambda contents: sums.write_text("# a list\n" + "".join(
            f"{kind} {value if kind == 'lines' else hashlib.sha256(contents[path]).hexdigest()}"
            f" {path}\n" for path, (kind, value) in listed.items()))
        write_sums(files)
        server = http.server.ThreadingHTTPServer(
            ("127.0.0.1", 0), functools.partial(Quiet, directory=str(server_folder)))
        threading.Thread(target=server.serve_forever, daemon=True).start()
        environment = dict(
            os.environ,
            HALO_DATA_FROM=f"http://127.0.0.1:{server.server_address[1]}",
            HALO_DATA_FILES=str(sums),
            no_proxy="127.0.0.1",
        )

        def run(*arguments):
            Quiet.asked.clear()
            done = subprocess.run([str(ROOT / "scripts/fetch-data.sh"), *map(str, arguments)],
                                  env=environment, capture_output=True, text=True)
            return done.returncode, done.stderr

        def check(holds, what, output=""):
            if not holds:
                sys.exit(f"{what}\n{output}")

        to = place / "data sets"  # with a blank
        code, said = run(to)
        check(code == 0, "all sets are fetched", said)
        for path, content in files.items():
            check((to / path).read_bytes() == content, f"{path} is as it was published")
        found = {p.relative_to(to).as_posix() for p in to.rglob("*") if p.is_file()}
        check(found == set(files), f"nothing else is left: {found - set(files)}")

        code, said = run(to, "mnist", "har")
        check(code == 0 and "har: there already" in said, "what is there is left alone", said)
        check(Quiet.asked == [], f"nothing is downloaded again: {Quiet.asked}")

        (to / "gas/batch7.dat").write_text("cut off\n")
        code, said = run(to)
        check(code == 0 and len(Quiet.asked) == 1, "one damaged file, one set again", said)
        check((to / "gas/batch7.dat").read_bytes() == files["gas/batch7.dat"], "repaired", said)

        other = place / "other"
        write_sums(files | {"thyroid/sick.data": b"something else"})
        code, said = run(other, "thyroid")
        check(code == 1 and "thyroid/sick.data: expected sha256 " in said, "a wrong sum", said)
        check(not any(other.rglob("*")), "a set with a wrong file is not installed")
        write_sums(files)
        with (server_folder / UCI["gas"]).open("wb") as archive:
            archive.write(zipped({"Dataset/batch1.dat": files["gas/batch1.dat"]}))
        code, said = run(other, "gas")
        check(code == 1 and "gas/batch2.dat: expected a file, found none" in said, "a gap", said)
        (server_folder / "cifar-10-binary.tar.gz").unlink()
        code, said = run(other, "cifar10")
        check(code == 1 and "cifar-10-binary.tar.gz: no address answers" in said, "404", said)

        code, said = run(other, "imagenet")
        check(code == 1 and "or thyroid, found 'imagenet'" in said, "an unknown set", said)
        code, said = run()
        check(code == 1 and "expected a folder, found no argument" in said, "no folder", said)
        server.shutdown()


if __name__ == "__main__":
    main()
