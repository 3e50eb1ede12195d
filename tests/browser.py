"""The browser of the browser tests and of `make shots`: the system's Chromium."""

import os
import shutil

NO_BROWSER = "no Chromium here; INSTALL_BROWSER=1 make test installs it by apt"
QUIET = [  # as root Chromium runs without its own sandbox; nothing asks the world outside
    *(["--no-sandbox"] if os.getuid() == 0 else []),
    *("--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run"),
]
SCROLLED_TO_AND_LOADED = """(key) => {
    const part = document.getElementById(key);
    part?.scrollIntoView({block: "nearest"});
    return part && !part.querySelector(".gx-loading");
}"""


def chromium() -> str | None:
    """Where it lies, if there is one."""
    return next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


def is_required() -> bool:
    """Whether tests fail without it, rather than being skipped aloud."""
    return os.environ.get("CI") == "true" or os.environ.get("INSTALL_BROWSER") == "1"
