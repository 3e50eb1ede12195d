"""The environment, read for settings and processes: an empty value means the default, a wrong one ends the process with one line."""

import re
from collections.abc import Collection
from ipaddress import ip_network

import environ


class WrongSetting(SystemExit):
    """A value nothing can start with. An exit, so that its words stand alone: of an error everything that starts shows a traceback."""

    def __init__(self, words: str) -> None:
        super().__init__(f"{words} docs/operations.md lists the settings.")


class Env(environ.Env):
    """Values of the environment by name. Each method raises WrongSetting."""

    def text(self, name: str, *, default: str = "") -> str:
        return self.str(name, default="").strip() or default

    def names(self, name: str) -> list[str]:
        """A list with commas, and blanks after them, as people write it."""
        return [entry.strip() for entry in self.text(name).split(",") if entry.strip()]

    def whole(self, name: str, *, default: int, least: int = 0) -> int:
        value = self.text(name)
        if not value:
            return default
        if not re.fullmatch(r"-?[0-9]{1,10}", value) or int(value) < least:
            raise WrongSetting(f"{name}={value}: a whole number from {least} on is wanted; left empty it is {default}.")
        return int(value)

    def switch(self, name: str, *, default: bool) -> bool:
        value = self.text(name).lower()
        if value and value not in {"true", "false", "1", "0", "yes", "no", "on", "off"}:
            raise WrongSetting(f"{name}={value}: true or false is wanted; left empty it is {str(default).lower()}.")
        return value in {"true", "1", "yes", "on"} if value else default

    def one_of(self, name: str, choices: Collection[str], *, default: str) -> str:
        value = self.text(name, default=default)
        if value not in choices:
            raise WrongSetting(f"{name}={value}: one of {', '.join(choices)} is wanted; left empty it is {default}.")
        return value

    def networks(self, name: str) -> list[str]:
        """A list of networks, as texts."""
        for network in self.names(name):
            try:
                ip_network(network)
            except ValueError:
                raise WrongSetting(f"{name}: {network} is no network; 10.20.0.0/16 is one.") from None
        return self.names(name)


env = Env()
