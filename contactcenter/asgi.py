"""The one ASGI application: pages by Django, sockets by channels_app."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "contactcenter.settings")

from django.core.asgi import get_asgi_application

pages = get_asgi_application()  # loads the apps: before anything that imports models

from channels.routing import ProtocolTypeRouter  # noqa: E402

from channels_app.bodies import bound_bodies  # noqa: E402
from channels_app.connections import bound_connections  # noqa: E402
from channels_app.routing import sockets  # noqa: E402
from channels_app.shutdown import Graceful, begin_with_daphne  # noqa: E402

bound_bodies()
bound_connections()
application = Graceful(ProtocolTypeRouter({"http": pages, "websocket": sockets}))
begin_with_daphne(application)
