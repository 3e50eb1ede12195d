from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class EngagementConfig(AppConfig):
    name = "engagement"
    verbose_name = _("Campaigns")

    def ready(self) -> None:
        from core import scope
        from engagement.services import telling

        telling.declare()
        for label, path in (
            ("engagement.Campaign", "programme_id"),
            ("engagement.CampaignOffer", "campaign__programme_id"),
            ("engagement.CampaignRecipient", "campaign__programme_id"),
        ):
            scope.register(label, scope.by_programme(path))
