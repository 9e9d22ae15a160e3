#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Opens the page in headless Chromium and uses it as somebody would.

browser_test.py FOLDER [PICTURES]

FOLDER is what build.sh made; a picture of each look of the page goes to PICTURES. Fails where the
page is larger than it may be, does not come to an accuracy, a button does not do what it says, or
the browser's console has an error.
"""

import base64
import functools
import http.server
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import threading
import time

MOST_BYTES = 300_000
LEAST_SHARE = 0.95  # of held-out rows, by both copies after 100 steps


class Server(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


class Browser:
    """Chromium, asked over a pipe by its debugging protocol."""

    def __init__(self, profile):
        here, there = os.pipe(), os.pipe()
        command = ["chromium", "--headless=new", "--no-sandbox", "--disable-gpu",
                   "--remote-debugging-pipe", "--no-first-run", f"--user-data-dir={profile}"]
        script = f"exec \"$@\" 3<&{here[0]} 4>&{there[1]}"
        self.process = subprocess.Popen(["sh", "-c", script, "sh", *command],
                                        pass_fds=(here[0], there[1]), stderr=subprocess.DEVNULL)
        os.close(here[0])
        os.close(there[1])
        self.to, self.answers = os.fdopen(here[1], "wb"), os.fdopen(there[0], "rb")
        self.number, self.session, self.errors, self.rest = 0, None, [], b""

    def receive(self):
        while b"\0" not in self.rest:
            piece = self.answers.read1(1 << 16)
            if not piece:
                sys.exit("the browser ended")
            self.rest += piece
        message, _, self.rest = self.rest.partition(b"\0")
        return json.loads(message)

    def ask(self, method, **parameters):
        self.number += 1
        question = {"id": self.number, "method": method, "params": parameters}
        if self.session:
            question["sessionId"] = self.session
        self.to.write(json.dumps(question).encode() + b"\0")
        self.to.flush()
        while True:
            message = self.receive()
            if message.get("id") == self.number:
                if "error" in message:
                    sys.exit(f"{method}: {message['error']['message']}")
                return message["result"]
            self.note(message)

    def note(self, message):
        """Keeps what the console would show as an error."""
        about, details = message.get("method"), message.get("params", {})
        if about == "Runtime.exceptionThrown":
            self.errors.append(details["exceptionDetails"])
        elif about == "Runtime.consoleAPICalled" and details["type"] in ("error", "warning"):
            self.errors.append(details["args"])
        elif about == "Log.entryAdded" and details["entry"]["level"] in ("error", "warning"):
            self.errors.append(details["entry"])

    def open(self, address):
        target = self.ask("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.ask("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Runtime", "Log", "Page"):
            self.ask(f"{domain}.enable")
        self.ask("Page.navigate", url=address)

    def value(self, expression):
        answer = self.ask("Runtime.evaluate", expression=expression, returnByValue=True)
        if "exceptionDetails" in answer:
            sys.exit(f"{expression}: {answer['exceptionDetails']}")
        return answer["result"].get("value")

    def until(self, expression, seconds=20):
        end = time.monotonic() + seconds
        while not self.value(expression):
            if time.monotonic() > end:
                sys.exit(f"after {seconds} s not yet: {expression}\n"
                         f"the page says: {self.value('document.body.innerText')}\n{self.errors}")
            time.sleep(0.02)

    def look(self, width, scheme, to):
        self.ask("Emulation.setDeviceMetricsOverride", width=width, height=900,
                 deviceScaleFactor=1, mobile=width < 600)
        self.ask("Emulation.setEmulatedMedia",
                 features=[{"name": "prefers-color-scheme", "value": scheme}])
        time.sleep(0.1)  # the page draws anew
        if to is None:
            return
        picture = self.ask("Page.captureScreenshot", captureBeyondViewport=True)["data"]
        to.write_bytes(base64.b64decode(picture))

    def close(self):
        self.session = None
        self.ask("Browser.close")
        self.process.wait(20)


def expect(what, good):
    if not good:
        sys.exit(f"expected: {what}")


def shares(browser):
    """Of the held-out rows, what each copy names right."""
    texts = browser.value("['halo-all', 'Adam-all'].map(id => "
                          "document.getElementById(id).textContent)")
    return [int(text.split(" of ")[0]) / int(text.split(" of ")[1]) for text in texts]


def choose(browser, box, option):
    browser.value(f"{{const box = document.getElementById('{box}'); box.value = '{option}'; "
                  "box.dispatchEvent(new Event('change'))}")


def use(browser, pictures):
    state = "document.body && document.body.dataset.state"
    press = "document.getElementById('{}').click()".format
    where = "document.getElementById('where').textContent"
    browser.until(f"{state} === 'ready' || {state} === 'failed'")
    expect("the page is ready: " + browser.value(where), browser.value(state) == "ready")
    choose(browser, "steps", "100")
    expect("a run of 100 steps", browser.value(where).endswith("step 0 of 100"))
    before = shares(browser)
    expect(f"a new head knows nothing: {before}", max(before) < 0.75)

    browser.value(press("start"))
    browser.until(f"!{where}.includes('step 0 ')")
    browser.value(press("start"))
    expect("a pause", browser.value(state) == "paused")
    stood = browser.value(where)
    time.sleep(0.1)
    expect("nothing moves in a pause", browser.value(where) == stood)
    browser.value(press("start"))
    browser.until(f"{state} === 'done'")
    first = shares(browser)
    print(f"after 100 steps halo names {first[0]:.1%} right, Adam {first[1]:.1%}; "
          f"before the first {before[0]:.1%}")
    expect(f"at least {LEAST_SHARE:.0%}", min(first) >= LEAST_SHARE)
    for name, width, scheme in (("light", 1000, "light"), ("dark", 1000, "dark"),
                                ("narrow-dark", 360, "dark"), ("narrow", 360, "light")):
        browser.look(width, scheme, pictures / f"{name}.png" if pictures else None)
        wide = browser.value("document.documentElement.scrollWidth - innerWidth")
        expect(f"nothing is wider than a window of {width}", wide <= 0)

    browser.value(press("reset"))
    expect("a reset", browser.value(state) == "ready" and "Run 2, step 0" in browser.value(where))
    expect("a reset forgets", max(shares(browser)) < 0.75)


def main(folder, pictures):
    size = sum(file.stat().st_size for file in folder.iterdir())
    print(f"{size} bytes in all")
    expect(f"at most {MOST_BYTES} bytes", size <= MOST_BYTES)
    handler = functools.partial(Server, directory=folder)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    with tempfile.TemporaryDirectory() as profile:
        browser = Browser(profile)
        browser.open(f"http://127.0.0.1:{server.server_address[1]}/")
        use(browser, pictures)
        expect(f"no errors in the console: {browser.errors}", not browser.errors)
        browser.close()


if __name__ == "__main__":
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    main(pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]) if len(sys.argv) == 3 else None)
