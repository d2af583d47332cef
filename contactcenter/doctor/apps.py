from typing import Any

from django.apps import AppConfig
from django.core.checks import CheckMessage, Error, Tags, register


class DoctorConfig(AppConfig):
    name = "contactcenter.doctor"

    def ready(self) -> None:
        register(proxies, Tags.security, deploy=True)


def proxies(app_configs: Any, **options: Any) -> list[CheckMessage]:
    """`check --deploy` sees too what would send every browser in a circle or believe everybody's address."""
    from contactcenter.doctor import setup
    from contactcenter.doctor.findings import Mark

    found = [finding for finding in setup.proxies() if finding.mark is Mark.WRONG]
    return [Error(finding.words, hint=finding.cure, id="contactcenter.E001") for finding in found]
