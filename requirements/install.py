"""Make `.venv` and bring it to a lock file: python3 requirements/install.py demo|test, run by the Makefile.

It runs before anything is installed, by whatever Python is there: standard library only, and a syntax that older ones can read,
so that they can say what is missing.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
VENV = os.path.join(ROOT, ".venv")
PYTHON = os.path.join(VENV, "bin", "python")
STARTED = float(os.environ.get("STARTED") or time.time())
OLDEST = (3, 11)
FITTING = ["python3.13", "python3.12", "python3.11", "python3.14", "python3"]
TOO_OLD = "sys.version_info[:2] < (%d, %d)" % OLDEST


def say(text):
    print("[%6.1f s] %s" % (max(0.0, time.time() - STARTED), text))
    sys.stdout.flush()


def stop(text):
    sys.stderr.write("\n" + text + "\n")
    sys.exit(1)


def find_fitting_python():
    """Go on with a Python that is new enough, or say what to install."""
    if sys.version_info[:2] >= OLDEST:
        return
    for name in FITTING:
        found = shutil.which(name)
        if found and subprocess.call([found, "-c", "import sys; sys.exit(" + TOO_OLD + ")"]) == 0:
            os.execv(found, [found] + sys.argv)
    stop(
        "Guanxi needs Python %d.%d or newer; %s is %d.%d, and no newer one is on the PATH.\n"
        "Install one, or name it: make demo PYTHON=/path/to/python3.12" % (OLDEST + (sys.executable,) + sys.version_info[:2])
    )


def has(module):
    return subprocess.call([sys.executable, "-c", "import " + module], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) == 0


def way():
    """How an environment can be made here: "uv", "venv", "pip" (a bare environment filled by the pip outside) or stop."""
    if shutil.which("uv"):
        return "uv"
    if has("venv, ensurepip"):
        return "venv"
    if has("venv, pip"):
        return "pip"
    package = "python%d.%d-venv" % sys.version_info[:2]
    sudo = "" if os.getuid() == 0 else "sudo "
    stop(
        "This Python (%s) has neither ensurepip nor pip, so no environment can be made.\nOn Debian and Ubuntu:\n\n    %sapt-get install %s\n\n"
        "Elsewhere install your system's venv or pip package for Python, then run make again." % (sys.executable, sudo, package)
    )


def fill(lock, how):
    """Make the environment anew and install the lock into it. True when it worked."""
    shutil.rmtree(VENV, ignore_errors=True)
    environment = dict(os.environ, UV_PYTHON_DOWNLOADS="never", PIP_DISABLE_PIP_VERSION_CHECK="1", PIP_USER="0")
    quiet = ["--quiet", "--require-hashes", "-r", lock]
    if how == "uv":
        environment["UV_COMPILE_BYTECODE"] = "1"
        make = ["uv", "venv", "--quiet", "--python", sys.executable, VENV]
        install = ["uv", "pip", "install", "--python", PYTHON] + quiet
    elif how == "venv":
        make = [sys.executable, "-m", "venv", VENV]
        install = [PYTHON, "-m", "pip", "install", "--no-compile"] + quiet
    else:
        make = [sys.executable, "-m", "venv", "--without-pip", VENV]
        install = [sys.executable, "-m", "pip", "--python", PYTHON, "install", "--no-compile"] + quiet
    compiled = [PYTHON, "-m", "compileall", "-q", "-j", "0", os.path.join(VENV, "lib")]
    for command in [make, install]:
        if subprocess.call(command, cwd=ROOT, env=environment) != 0:
            return False
    if how != "uv":  # some packages carry templates that no Python can compile; that is theirs to know
        subprocess.call(compiled, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return True


def environment(name):
    """Bring `.venv` to requirements/<name>.txt, unless it is there already; the test lock contains the demo lock."""
    lock = os.path.join(ROOT, "requirements", name + ".txt")
    with open(lock, "rb") as text:
        wanted = hashlib.sha256(text.read() + sys.version.encode()).hexdigest()
    with open(os.path.join(ROOT, "requirements", "test.txt"), "rb") as text:
        enough = {wanted, hashlib.sha256(text.read() + sys.version.encode()).hexdigest()}
    stamp = os.path.join(VENV, "installed")
    if os.path.exists(stamp) and os.path.exists(PYTHON):
        with open(stamp) as text:
            if text.read() in enough:
                return
    if os.path.exists(VENV) and not os.access(VENV, os.W_OK):
        stop("The folder .venv belongs to another user. Run as that user, or remove it.")
    if not os.access(ROOT, os.W_OK):
        stop("You may not write here. Copy the project to a folder of your own, then run make again.")
    how = way()
    say("Python environment: installing requirements/%s.txt (once; about half a minute)" % name)
    done = fill(lock, how)
    if not done and how == "uv":
        say("uv could not; trying pip")
        os.environ["PATH"] = os.pathsep.join(part for part in os.environ["PATH"].split(os.pathsep) if not os.path.exists(os.path.join(part, "uv")))
        done = fill(lock, way())
    if not done:
        stop("The packages could not be installed; the lines above say why. Run make again once that is mended.")
    with open(stamp, "w") as text:
        text.write(wanted)
    say("Python environment: ready")


def browser():
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
    for command in [["apt-get", "update", "-qq"], install]:
        try:
            failed = subprocess.call(sudo + command, env=quiet, stdout=subprocess.DEVNULL)
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
