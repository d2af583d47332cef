from django.conf import settings
from django.http import HttpRequest

from contactcenter.operation.accounts.middleware import brings_session, lacks_second_factor
from contactcenter.operation.accounts.models import User
from tenants.middleware import host_of


def preferences(request: HttpRequest) -> dict[str, object]:
    """`theme` is light, dark or empty (like the device); `languages` are those of the screens."""
    user = request.user if brings_session(request) else None
    theme = user.theme if isinstance(user, User) else request.COOKIES.get(settings.THEME_COOKIE_NAME, "")
    on_shared = host_of(request) == settings.SHARED_HOST
    return {
        "second_factor_off": on_shared and not settings.REQUIRE_SECOND_FACTOR,
        "second_factor_missing": brings_session(request) and lacks_second_factor(request),
        "theme": theme if theme in User.Theme.values else "",
        "languages": settings.LANGUAGES,
    }
