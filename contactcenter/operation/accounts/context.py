from django.conf import settings
from django.http import HttpRequest

from contactcenter.operation.accounts.middleware import brings_session
from contactcenter.operation.accounts.models import User


def preferences(request: HttpRequest) -> dict[str, object]:
    """`theme` is light, dark or empty (like the device); `languages` are those of the screens."""
    user = request.user if brings_session(request) else None
    theme = user.theme if isinstance(user, User) else request.COOKIES.get(settings.THEME_COOKIE_NAME, "")
    return {"theme": theme if theme in User.Theme.values else "", "languages": settings.LANGUAGES}
