"""Who calls: an API client, as `stores` has authenticated it."""

from dataclasses import dataclass

from core.scope import Scope


@dataclass(frozen=True)
class Caller:
    """scope: what the client may reach; its grants are the scopes of the token that the client still has.

    store_code: the client's store, empty for the platform's clients.  requests_per_minute: its limit.
    """

    scope: Scope
    store_code: str
    requests_per_minute: int

    is_authenticated = True

    @property
    def pk(self) -> str:
        """How history and logs name the caller."""
        return self.scope.actor
