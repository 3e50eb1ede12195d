from django.apps import AppConfig


class MembersConfig(AppConfig):
    name = "members"

    def ready(self) -> None:
        from core import notices
        from members import selectors

        notices.set_gate(selectors.closed_to)
