"""Every setting, for every environment; values come from LINLI_* (docs/howto/operate.md)."""

import os
import secrets
import socket
from pathlib import Path
from urllib.parse import unquote, urlsplit

from django.utils.translation import gettext_lazy as _
from psycopg.conninfo import conninfo_to_dict

from linli.config.geo import spatial_libraries

BASE_DIR = Path(__file__).resolve().parents[3]
DATA_DIR = Path(os.environ.get("LINLI_DATA") or BASE_DIR / "var")


def _flag(name: str, default: bool = False) -> bool:
    return os.environ.get(name, "1" if default else "0").lower() in {"1", "true", "yes", "on"}


def _words(name: str, default: str = "") -> list[str]:
    return [word.strip() for word in os.environ.get(name, default).split(",") if word.strip()]


def _secret_key() -> str:
    """LINLI_SECRET_KEY, or a key made once and kept in the data folder for its owner alone."""
    if given := os.environ.get("LINLI_SECRET_KEY"):
        return given
    kept = DATA_DIR / "secret_key"
    if not kept.exists():
        kept.parent.mkdir(parents=True, exist_ok=True)
        try:
            with open(os.open(kept, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as file:
                file.write(secrets.token_urlsafe(50))
        except FileExistsError:
            pass  # another process was quicker
    return kept.read_text().strip()


DEBUG = _flag("LINLI_DEBUG")
SECRET_KEY = _secret_key()
PORT = int(os.environ.get("LINLI_PORT", "8000"))
EVENTS_PORT = int(os.environ.get("LINLI_EVENTS_PORT", PORT + 1))
# Where browsers find the event stream; empty: this host, EVENTS_PORT. Behind a proxy that sends
# /events to the events process, set it to "same".
EVENTS_ORIGIN = os.environ.get("LINLI_EVENTS_ORIGIN", "")
ALLOWED_HOSTS = _words(
    "LINLI_HOSTS", f"localhost,.localhost,127.0.0.1,[::1],{socket.gethostname().lower()}"
)
HTTPS = _flag("LINLI_HTTPS")
CSRF_TRUSTED_ORIGINS = _words("LINLI_TRUSTED_ORIGINS")
if _flag("LINLI_BEHIND_PROXY"):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
TRUST_FORWARDED_FOR = _flag("LINLI_BEHIND_PROXY")

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.gis",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "template_partials",
    "django_htmx",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "axes",
    "pgtrigger",
    "pghistory",
    "procrastinate.contrib.django",
    "linli.config",
    "linli.kernel",
    "linli.audit",
    "linli.deliveries",
    "linli.files",
    "linli.notices",
    "linli.territory",
    "linli.staff",
    "linli.errands",
    "linli.marks",
    "linli.announcements",
    "linli.components",
    "linli.catalogue",
    "linli.routing",
    "linli.cases",
    "linli.evaluation",
    "linli.appraisal",
    "linli.planning",
    "linli.suggestions",
    "linli.webhooks",
    "linli.cards",
    "linli.bulletins",
    "linli.portal",
    "linli.desk",
    "linli.hotline",
    "linli.field",
    "linli.cockpit",
    "linli.analysis",
    "linli.console",
    "linli.api",
    "linli.maps",
    "linli.ogc",
    "linli.workorders",
    "linli.open311",
    "linli.wechat",
    "linli.sensors",
    "linli.live",
    "linli.demo",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "linli.staff.middleware.StaffMiddleware",
    "linli.kernel.middleware.RefusalMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "linli.config.urls"
# Where refusals are problem+json whatever was asked for.
JSON_PATHS = (
    "/api/", "/ogc/", "/open311/", "/workorders/", "/sensors/v1/", "/messages/bounces",
)  # fmt: skip
WSGI_APPLICATION = "linli.config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        # Ahead of allauth's own pages, whose names these bear.
        "DIRS": [Path(__file__).resolve().parents[1] / "staff" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "linli.kernel.navigation.navigation",
            ],
        },
    },
]
FORM_RENDERER = "linli.kernel.drawing.FormRenderer"

# -- data -------------------------------------------------------------------------------------
DATABASE_URL = os.environ.get("LINLI_DATABASE_URL", "postgresql:///linli")
_conninfo = conninfo_to_dict(DATABASE_URL)
DATABASES = {
    "default": {
        "ENGINE": "django.contrib.gis.db.backends.postgis",
        "NAME": str(_conninfo.pop("dbname", "linli")),
        "USER": str(_conninfo.pop("user", "") or ""),
        "PASSWORD": str(_conninfo.pop("password", "") or ""),
        "HOST": str(_conninfo.pop("host", "") or ""),
        "PORT": str(_conninfo.pop("port", "") or ""),
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
        # The ORM binds values itself and prepares nothing; linli.kernel.rows does (ADR 0009).
        "OPTIONS": {"application_name": "linli", **_conninfo, "prepare_threshold": 0},
        "TEST": {"NAME": os.environ.get("LINLI_TEST_DB", "test_linli")},
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
GDAL_LIBRARY_PATH, GEOS_LIBRARY_PATH = spatial_libraries()
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}

# Uploaded files: a local folder, or S3-compatible storage when LINLI_S3_BUCKET is set.
FILES_DIR = Path(os.environ.get("LINLI_FILES") or DATA_DIR / "files")
if S3_BUCKET := os.environ.get("LINLI_S3_BUCKET"):
    _files_storage: dict[str, object] = {
        "BACKEND": "storages.backends.s3.S3Storage",
        "OPTIONS": {
            "bucket_name": S3_BUCKET,
            "endpoint_url": os.environ.get("LINLI_S3_ENDPOINT"),
            "access_key": os.environ.get("LINLI_S3_ACCESS_KEY"),
            "secret_key": os.environ.get("LINLI_S3_SECRET_KEY"),
            "default_acl": "private",
            "querystring_auth": True,
        },
    }
else:
    _files_storage = {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": str(FILES_DIR)},
    }
STORAGES = {
    "default": _files_storage,
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
FILE_UPLOAD_PERMISSIONS = 0o600
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 500
# Keys that seal personal fields (linli.kernel.seal); made once, kept apart from the database.
SEAL_KEYS_FILE = Path(os.environ.get("LINLI_SEAL_KEYS") or DATA_DIR / "seal_keys.json")

# -- words and time -----------------------------------------------------------------------------
LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "简体中文"), ("en", "English"), ("zh-hant", "繁體中文")]
USE_I18N = True
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True
LANGUAGE_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_AGE = 365 * 24 * 3600  # seconds: a choice is remembered, not asked for each day

# -- static files -------------------------------------------------------------------------------
STATIC_URL = "/static/"
BUILT_DIR = BASE_DIR / "build" / "web"
STATICFILES_DIRS = [BUILT_DIR] if BUILT_DIR.is_dir() else []
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False
WHITENOISE_MAX_AGE = 3600
# Vite puts a hash of the content into every name below assets/.
WHITENOISE_IMMUTABLE_FILE_TEST = r"/assets/.+-[\w-]{8}\.\w+$"

# -- who may enter ------------------------------------------------------------------------------
AUTH_USER_MODEL = "staff.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "linli.staff.passwords.KindsOfCharacters"},
    {"NAME": "linli.staff.passwords.NotUsedBefore"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/start/"
ACCOUNT_LOGOUT_REDIRECT_URL = "/"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_ADAPTER = "linli.staff.adapter.StaffAdapter"
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_REAUTHENTICATION_TIMEOUT = 300
# Wrong passwords are counted by axes, in the database; this is for codes of the second factor.
ACCOUNT_RATE_LIMITS = {"login_failed": "20/900s/key", "login": "300/m/ip"}
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "Linli"
MFA_ADAPTER = "linli.staff.adapter.SecondFactorAdapter"
USERSESSIONS_TRACK_ACTIVITY = False
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.5  # hours
AXES_LOCKOUT_PARAMETERS = ["username"]
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_DISABLE_ACCESS_LOG = True  # linli.audit keeps it
AXES_RESET_ON_SUCCESS = True
AXES_LOCKOUT_CALLABLE = "linli.staff.lockout.locked_page"
# The account is what is locked, whatever address the guesses come from.
SILENCED_SYSTEM_CHECKS = ["axes.W006"]
AXES_VERBOSE = False
# A password is to be changed after so many days (standards 5.6); 0: never.
PASSWORD_DAYS = int(os.environ.get("LINLI_PASSWORD_DAYS", "90"))
IDLE_MINUTES = int(os.environ.get("LINLI_IDLE_MINUTES", "30"))

SESSION_ENGINE = "linli.kernel.sessions"
SESSION_COOKIE_NAME = "linli_session"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
CSRF_COOKIE_NAME = "linli_csrf"
CSRF_FAILURE_VIEW = "linli.kernel.views.csrf_failure"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
X_FRAME_OPTIONS = "DENY"
_events_source = [] if EVENTS_ORIGIN == "same" else [EVENTS_ORIGIN or f"*:{EVENTS_PORT}"]
# Another map under our own: templates of its tiles, {z}, {x} and {y} in them, with spaces between.
MAP_XYZ = os.environ.get("LINLI_MAP_XYZ", "").split()
MAP_XYZ_ATTRIBUTION = os.environ.get("LINLI_MAP_XYZ_ATTRIBUTION", "")
# Whose the roads and buildings are; the default is right for the demo's.
MAP_ATTRIBUTION = os.environ.get("LINLI_MAP_ATTRIBUTION", "© OpenStreetMap contributors (ODbL)")
_map_source = _words("LINLI_MAP_ORIGINS") + ["/".join(url.split("/")[:3]) for url in MAP_XYZ]
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:", "blob:", *_map_source],
        "media-src": ["'self'", "blob:"],
        "connect-src": ["'self'", *_events_source, *_map_source],
        "worker-src": ["'self'", "blob:"],
        "manifest-src": ["'self'"],
        "object-src": ["'none'"],
        "base-uri": ["'none'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
    }
}

# -- jobs ---------------------------------------------------------------------------------------
PROCRASTINATE_ON_APP_READY = "linli.kernel.jobs.on_app_ready"
PROCRASTINATE_AUTODISCOVER_MODULE_NAME = "tasks"
# How long the files are kept that background jobs make (linli.errands).
RESULT_DAYS = int(os.environ.get("LINLI_RESULT_DAYS", "7"))

# -- calls to other systems ---------------------------------------------------------------------
# Hosts, addresses or networks inside that may be called all the same (linli.kernel.outbound).
OUTBOUND_HOSTS = _words("LINLI_OUTBOUND_HOSTS")

# -- mail out -----------------------------------------------------------------------------------
EMAIL_BACKEND = os.environ.get(
    "LINLI_EMAIL_BACKEND", "django.core.mail.backends.console.EmailBackend"
)
DEFAULT_FROM_EMAIL = os.environ.get("LINLI_EMAIL_FROM", "linli@localhost")
if EMAIL_URL := os.environ.get("LINLI_EMAIL_URL"):  # smtp://name:password@host:587, smtps://…
    _server = urlsplit(EMAIL_URL)
    EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    EMAIL_HOST, EMAIL_PORT = _server.hostname or "localhost", _server.port or 25
    EMAIL_HOST_USER = unquote(_server.username or "")
    EMAIL_HOST_PASSWORD = unquote(_server.password or "")
    EMAIL_USE_SSL = _server.scheme == "smtps"
    EMAIL_USE_TLS = not EMAIL_USE_SSL and bool(EMAIL_HOST_USER)
EMAIL_TIMEOUT = 20  # seconds
# A provider of text messages: a class of the city's own, or any with an HTTP interface, described
# here (linli.notices.services.carriers).
SMS_CARRIER = os.environ.get("LINLI_SMS_CARRIER", "")
SMS = {
    "url": os.environ.get("LINLI_SMS_URL", ""),
    "body": os.environ.get("LINLI_SMS_BODY", '{"phone": "{phone}", "content": "{words}"}'),
    "headers": os.environ.get("LINLI_SMS_HEADERS", ""),
    "accepted": os.environ.get("LINLI_SMS_ACCEPTED", ""),
    "rejected": os.environ.get("LINLI_SMS_REJECTED", ""),
    "sign": os.environ.get("LINLI_SMS_SIGN", ""),
    "sign_by": os.environ.get("LINLI_SMS_SIGN_BY", ""),
    "secret": os.environ.get("LINLI_SMS_SECRET", ""),
}
#: With which providers sign what they tell of messages that came back; empty: no such door.
BOUNCE_SECRET = os.environ.get("LINLI_BOUNCE_SECRET", "")

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"()": "linli.kernel.logs.LineFormatter"}},
    "handlers": {"out": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["out"], "level": os.environ.get("LINLI_LOG_LEVEL", "INFO")},
    "loggers": {
        "django.server": {"handlers": ["out"], "propagate": False},
        "django.request": {"level": "ERROR"},
        "axes": {"level": "WARNING"},
        "procrastinate": {"level": "WARNING"},
    },
}

# What the city calls itself; shown in page heads and on prints.
SITE_NAME = os.environ.get("LINLI_SITE_NAME") or _("Linli")
PUBLIC_REPORTS_PER_HOUR = int(os.environ.get("LINLI_PUBLIC_REPORTS_PER_HOUR", "30"))
# What one Open311 key may send in an hour.
OPEN311_REPORTS_PER_HOUR = int(os.environ.get("LINLI_OPEN311_REPORTS_PER_HOUR", "600"))
# What one hotline platform may send in an hour.
WORKORDERS_PER_HOUR = int(os.environ.get("LINLI_WORKORDERS_PER_HOUR", "6000"))
# What one sender of readings may send in a minute, and how long readings are kept.
SENSORS_READINGS_PER_MINUTE = int(os.environ.get("LINLI_SENSORS_READINGS_PER_MINUTE", "60000"))
SENSORS_KEEP_DAYS = int(os.environ.get("LINLI_SENSORS_KEEP_DAYS", "90"))
# The broker of MQTT that sensors publish to: mqtt://name:secret@host:1883/prefix, mqtts:// for TLS.
MQTT_URL = os.environ.get("LINLI_MQTT_URL", "")
MQTT_CLIENT_ID = os.environ.get("LINLI_MQTT_CLIENT_ID", "linli")
MQTT_CA_FILE = os.environ.get("LINLI_MQTT_CA_FILE", "")
# How often one address may ask which components stand near a place.
PUBLIC_COMPONENTS_PER_HOUR = int(os.environ.get("LINLI_PUBLIC_COMPONENTS_PER_HOUR", "300"))
# Where residents reach this site; named, those who left an address are written to.
PUBLIC_ORIGIN = os.environ.get("LINLI_PUBLIC_ORIGIN", "").rstrip("/")
# On the residents' pages: the number to call, and the internet registration (ICP) if there is one.
PUBLIC_PHONE = os.environ.get("LINLI_PUBLIC_PHONE", "")
ICP_NUMBER = os.environ.get("LINLI_ICP_NUMBER", "")
