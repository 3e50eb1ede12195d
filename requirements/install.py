"""Make `.venv` and bring it to a lock file: python3 requirements/install.py demo|test, run by the Makefile.

It runs before anything is installed, by whatever Python is there: standard library only, and a syntax that Python 3.7 can read, so that
an old one can say what is missing.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import NoReturn

ROOT = Path(__file__).resolve().parents[1]
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
STARTED = float(os.environ.get("STARTED") or time.time())
OLDEST = (3, 11)
PIPS_AT_ONCE = 4  # they wait for the network more than they work
FITTING = ["python3.13", "python3.12", "python3.11", "python3.14", "python3"]


def say(text: str) -> None:
    """One stage, with the seconds since make began."""
    print(f"[{max(0.0, time.time() - STARTED):6.1f} s] {text}", flush=True)


def stop(text: str) -> NoReturn:
    sys.stderr.write(f"\n{text}\n")
    sys.exit(1)


def find_fitting_python() -> None:
    """Go on with a Python that is new enough, or say what to install."""
    if sys.version_info[:2] >= OLDEST:
        return
    for name in FITTING:
        found = shutil.which(name)
        if found and subprocess.call([found, "-c", f"import sys; sys.exit(sys.version_info[:2] < {OLDEST})"]) == 0:
            os.execv(found, [found, *sys.argv])  # noqa: S606 - becomes that Python
    wanted, this = (".".join(map(str, version)) for version in (OLDEST, sys.version_info[:2]))
    stop(
        f"Guanxi needs Python {wanted} or newer; {sys.executable} is {this}, and no newer one is on the PATH.\n"
        "Install one, or name it: make demo PYTHON=/path/to/python3.12"
    )


def has(*modules: str) -> bool:
    """True when this Python can import them all; an empty folder of that name is none."""
    tried = "; ".join(f"import {name}; {name}.__file__.strip()" for name in modules)
    return subprocess.call([sys.executable, "-c", tried], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) == 0


def way(*, uv: bool = True) -> str:
    """How an environment can be made here: "uv", "venv", or "pip", a bare environment filled by the pip outside. Stops when none can."""
    if uv and shutil.which("uv"):
        return "uv"
    if has("venv", "ensurepip"):
        return "venv"
    if has("venv", "pip"):
        return "pip"
    sudo = "" if os.getuid() == 0 else "sudo "
    stop(
        f"This Python ({sys.executable}) has neither ensurepip nor pip, so no environment can be made.\nOn Debian and Ubuntu:\n\n"
        f"    {sudo}apt-get install python{sys.version_info[0]}.{sys.version_info[1]}-venv\n\n"
        "Elsewhere install your system's venv or pip package for Python, then run make again."
    )


def fill(lock: Path, how: str) -> bool:
    """Make the environment anew and install the lock into it. True when it worked.

    Nothing is compiled ahead: Python compiles what is imported, a third of what is there.
    """
    shutil.rmtree(VENV, ignore_errors=True)
    environment = dict(os.environ, UV_PYTHON_DOWNLOADS="never", PIP_DISABLE_PIP_VERSION_CHECK="1", PIP_USER="0")
    from_lock = ["--no-deps", "--require-hashes", "-r"]  # a lock names all there is: nothing is left to resolve
    quiet = ["--quiet", "--quiet"]  # errors alone: pips side by side warn of packages that another is still writing
    if how == "uv":
        make = ["uv", "venv", "--quiet", "--python", sys.executable, str(VENV)]
        install = ["uv", "pip", "install", "--python", str(PYTHON), "--quiet", *from_lock]
    elif how == "venv":
        make = [sys.executable, "-m", "venv", str(VENV)]
        install = [str(PYTHON), "-m", "pip", "install", "--no-compile", *quiet, *from_lock]
    else:
        make = [sys.executable, "-m", "venv", "--without-pip", str(VENV)]
        install = [sys.executable, "-m", "pip", "--python", str(PYTHON), "install", "--no-compile", *quiet, *from_lock]
    if subprocess.call(make, cwd=str(ROOT), env=environment):
        return False
    parts = [lock] if how == "uv" else cut(lock, PIPS_AT_ONCE)
    under_way = [subprocess.Popen([*install, str(part)], cwd=str(ROOT), env=environment) for part in parts]
    ended = [pip.wait() for pip in under_way]  # all of them, whether or not one has failed
    return not any(ended)


def cut(lock: Path, parts: int) -> "list[Path]":
    """The lock in so many parts: one pip takes one package after the other, but nothing here needs an order."""
    packages: list[list[str]] = [[]]
    for line in lock.read_text(encoding="utf-8").splitlines(keepends=True):
        if line[0] not in " #\n":
            packages.append([])
        packages[-1].append(line)
    written = []
    for part in range(parts):
        path = VENV / f"part-{part}.txt"
        path.write_text("".join(line for package in packages[1 + part :: parts] for line in package), encoding="utf-8")
        written.append(path)
    return written


def stamp_of(lock: Path) -> str:
    return hashlib.sha256(lock.read_bytes() + sys.version.encode()).hexdigest()


def environment(name: str) -> None:
    """Bring `.venv` to requirements/<name>.txt, unless it is there already; the test lock contains the demo lock."""
    lock = ROOT / "requirements" / f"{name}.txt"
    stamp = VENV / "installed"
    enough = {stamp_of(lock), stamp_of(lock.with_name("test.txt"))}
    if stamp.exists() and PYTHON.exists() and stamp.read_text() in enough:
        return
    if VENV.exists() and not os.access(str(VENV), os.W_OK):
        stop("The folder .venv belongs to another user. Run as that user, or remove it.")
    if not os.access(str(ROOT), os.W_OK):
        stop("You may not write here. Copy the project to a folder of your own, then run make again.")
    how = way()
    say(f"Python environment: installing requirements/{name}.txt (once; about half a minute)")
    done = fill(lock, how)
    if not done and how == "uv":
        say("uv could not; trying pip")
        done = fill(lock, way(uv=False))
    if not done:
        stop("The packages could not be installed; the lines above say why. Run make again once that is mended.")
    stamp.write_text(stamp_of(lock))
    say("Python environment: ready")


def browser() -> None:
    """Install Chromium and Chinese fonts by apt, but only in CI or when asked: a person's machine is theirs."""
    there = any(shutil.which(name) for name in ("chromium", "chromium-browser", "google-chrome"))
    if there or not (os.environ.get("CI") == "true" or os.environ.get("INSTALL_BROWSER") == "1"):
        return
    if not shutil.which("apt-get"):
        say("No Chromium, and no apt-get to install it with: the browser tests will be skipped")
        return
    say("Chromium and Chinese fonts: installing by apt")
    sudo = [] if os.getuid() == 0 else ["sudo", "-n"]
    quiet = dict(os.environ, DEBIAN_FRONTEND="noninteractive")
    install = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", "chromium", "fonts-noto-cjk"]
    for command in (["apt-get", "update", "-qq"], install):
        try:
            failed = subprocess.call([*sudo, *command], env=quiet, stdout=subprocess.DEVNULL)
        except OSError:
            failed = 1
        if failed:
            say("apt-get could not; the browser tests will be skipped")
            return


if __name__ == "__main__":
    find_fitting_python()
    if sys.argv[1] == "browser":
        browser()
    else:
        environment(sys.argv[1])
