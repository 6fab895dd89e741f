"""Pages, API and tiles: served by granian over WSGI."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "linli.config.settings")
application = get_wsgi_application()

from linli.territory.queries import listen  # noqa: E402  the apps are loaded now

listen()
