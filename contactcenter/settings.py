"""Settings, all from the environment (docs/settings.md). `make run` sets what a bare machine needs."""

from pathlib import Path

import environ
from csp.constants import NONCE, NONE, SELF
from django.utils.translation import gettext_lazy as _

from contactcenter.lib.logs.lines import configuration

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()

# Where it runs ------------------------------------------------------------------------------------------------------
DATA_DIR = Path(env.str("DATA_DIR", default=str(BASE_DIR / ".data"))).resolve()
PORT = env.int("PORT", default=8000)
DEBUG = env.bool("DEBUG", default=False)
SECRET_KEY = env.str("SECRET_KEY")
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])
HASH_KEY = env.str("HASH_KEY", default=SECRET_KEY)  # keyed hashes of addresses (lib.keyed_hash); outside the database
SHARED_HOST = env.str("SHARED_HOST", default="localhost")
PUBLIC_SCHEME = env.str("PUBLIC_SCHEME", default="http")
PUBLIC_PORT = env.str("PUBLIC_PORT", default=f":{PORT}")  # as people's browsers write it: "" behind a proxy on 443
ALLOWED_HOSTS = ["*"]  # the tenant middleware refuses each host that stands in no Domain row
TRUSTED_PROXIES = env.list("TRUSTED_PROXIES", default=[])
SOCKETS_AN_ADDRESS = env.int("SOCKETS_AN_ADDRESS", default=20)  # of visitors at one company; of wallboards
STAFF_SOCKETS_AN_ADDRESS = env.int("STAFF_SOCKETS_AN_ADDRESS", default=400)
METRICS_ALLOWED = env.list("METRICS_ALLOWED", default=["127.0.0.0/8", "::1/128"])
METRICS_TOKEN = env.str("METRICS_TOKEN", default="")
CHAT_STARTS_A_MINUTE = env.int("CHAT_STARTS_A_MINUTE", default=6)  # by one address at one company
CHAT_MESSAGES_A_MINUTE = env.int("CHAT_MESSAGES_A_MINUTE", default=20)  # by one visitor
VISITOR_FILES_A_DAY = env.int("VISITOR_FILES_A_DAY", default=40)
VISITOR_MEGABYTES_A_DAY = env.int("VISITOR_MEGABYTES_A_DAY", default=50)
VISITORS_MEGABYTES_A_DAY = env.int("VISITORS_MEGABYTES_A_DAY", default=2048)  # of all visitors of one company
API_CALLS_A_MINUTE = env.int("API_CALLS_A_MINUTE", default=600)  # by one token
WEBHOOK_ALLOW_HTTP = env.bool("WEBHOOK_ALLOW_HTTP", default=False)  # without TLS: to try things out
WEBHOOK_ALLOW_NETWORKS = env.list("WEBHOOK_ALLOW_NETWORKS", default=[])  # addresses off the open internet

# Rooms --------------------------------------------------------------------------------------------------------------
SHARED_APPS = [
    "daphne",
    "tenants",  # before django_tenants: its create_tenant is ours
    "django_tenants",
    "unfold.apps.BasicAppConfig",  # before Django's admin; without a site of its own
    "django.contrib.admin.apps.SimpleAdminConfig",  # faces.admin says what stands in it
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "django_htmx",
    "django_celery_beat",
    "channels",
    "drf_spectacular_sidecar",  # Swagger UI. rest_framework itself is no app: its words would replace those of Django
    "contactcenter.operation.accounts",
    "contactcenter.operation.agents",
    "contactcenter.operation.notices",
    "contactcenter.operation.audit",
    "contactcenter.operation.outbox",
    "contactcenter.operation.routing",
    "contactcenter.operation.wallboards",
    "contactcenter.gateways.webchat",
    "contactcenter.gateways.webhooks",
    "contactcenter.faces.api",
    "contactcenter.faces.desk",
    "contactcenter.faces.floor",
    "contactcenter.faces.portal",
    "contactcenter.faces.admin",
    "contactcenter.demo",
    "contactcenter.doctor",
    "channels_app",
]
TENANT_APPS = [
    "contactcenter.records.customers",
    "contactcenter.records.files",
    "contactcenter.records.idempotency",
    "contactcenter.records.webhooks",
    "contactcenter.records.conversations",
]
INSTALLED_APPS = SHARED_APPS + TENANT_APPS

TENANT_MODEL = "tenants.Tenant"
TENANT_DOMAIN_MODEL = "tenants.Domain"
PUBLIC_SCHEMA_NAME = "public"
PUBLIC_SCHEMA_URLCONF = "contactcenter.urls"
ROOT_URLCONF = "contactcenter.tenant_urls"
SHOW_PUBLIC_IF_NO_TENANT_FOUND = False
TENANT_LIMIT_SET_CALLS = True  # docs/decisions.md, Tenancy: tests/tenants/test_search_path.py keeps it honest

MIDDLEWARE = [
    "contactcenter.health.HealthMiddleware",
    "contactcenter.metrics.endpoint.MetricsMiddleware",
    "contactcenter.request_lines.RequestLineMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "tenants.middleware.HostMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "contactcenter.operation.accounts.middleware.SessionCheckMiddleware",
    "contactcenter.operation.accounts.middleware.LanguageMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "contactcenter.access.middleware.AccessMiddleware",  # last: it knows the route, and a route cannot forget it
]
ASGI_APPLICATION = "contactcenter.asgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
                "contactcenter.operation.accounts.context.preferences",
                "tenants.context.company",
            ]
        },
    }
]

# Data ---------------------------------------------------------------------------------------------------------------
DB_POOL = env.bool("DB_POOL", default=True)
DATABASES = {
    "default": {
        **env.db_url("DATABASE_URL"),
        "ENGINE": "tenants.backend",
        "CONN_MAX_AGE": 0,
        "CONN_HEALTH_CHECKS": not DB_POOL,  # what comes from the pool is looked at by tenants.backend
    }
}
db_options = DATABASES["default"].setdefault("OPTIONS", {})
# A unix socket comes as ?host=/folder, the one form that libpq and django-environ both read.
DATABASES["default"]["HOST"] = db_options.pop("host", "") or DATABASES["default"]["HOST"]
# Under ASGI each request has a thread of its own: persistent connections would leak, a pool does not. Celery forks
# and goes without.
if DB_POOL:
    # After `reconnect_timeout` the pool begins to try anew, a second apart; by itself it would double its pauses up to
    # minutes, and stay blind for as long after PostgreSQL is back.
    db_options["pool"] = {"min_size": 1, "max_size": 12, "timeout": 5, "reconnect_timeout": 2}
DATABASE_ROUTERS = ["django_tenants.routers.TenantSyncRouter"]
REDIS_URL = env.str("REDIS_URL")
CACHES = {
    "default": {
        "BACKEND": "contactcenter.lib.sturdy_cache.SturdyCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": env.str("REDIS_PREFIX", default="cc"),
        "KEY_FUNCTION": "tenants.cache.make_key",
        "REVERSE_KEY_FUNCTION": "tenants.cache.reverse_key",
        "OPTIONS": {"socket_timeout": 1, "socket_connect_timeout": 1},
    }
}
CHANNEL_LAYERS = {
    "default": {
        # The core layer keeps its groups in Redis and stays deaf after a FLUSHALL; pub/sub subscribes anew.
        "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
        "CONFIG": {
            "hosts": [{"address": REDIS_URL, "socket_timeout": None}],
            "prefix": env.str("REDIS_PREFIX", default="cc"),
        },
    }
}
SESSION_ENGINE = "django.contrib.sessions.backends.db"
FILES_DIR = DATA_DIR / "files"
AUDIT_ANCHORS = env.str("AUDIT_ANCHORS", default=str(DATA_DIR / "audit" / "anchors.jsonl"))

# Tasks --------------------------------------------------------------------------------------------------------------
CELERY_BROKER_URL = env.str("BROKER_URL")
CELERY_TASK_IGNORE_RESULT = True
CELERY_RESULT_EXPIRES = None  # else beat adds a nightly task that clears results, of which there are none
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_SERIALIZER = "json"
CELERY_TASK_ROUTES = {"webhooks.send": {"queue": "webhooks"}}  # a worker of its own: strangers' servers may be slow
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_TIME_LIMIT = 300
CELERY_BEAT_SCHEDULER = "django_celery_beat.schedulers:DatabaseScheduler"
CELERY_BEAT_SYNC_EVERY = 1  # tasks: when beat last ticked stands in its table, for whoever asks whether it lives
CELERY_BEAT_SCHEDULE = {
    "silent visitors": {"task": "conversations.look_for_silence", "schedule": 15, "options": {"expires": 15}},
    "talks and work items": {"task": "conversations.reconcile_companies", "schedule": 60, "options": {"expires": 60}},
    "webhooks nobody sends": {"task": "webhooks.reconcile_companies", "schedule": 300, "options": {"expires": 300}},
    "sessions that ran out": {"task": "accounts.clear_expired_sessions", "schedule": 86400},
    "files nobody sent": {"task": "files.sweep_companies", "schedule": 86400},
    "ends of the audit chains": {"task": "audit.anchor", "schedule": 86400},
    "webhooks told long ago": {"task": "webhooks.sweep_companies", "schedule": 86400},
    "answers kept long enough": {"task": "idempotency.sweep_companies", "schedule": 86400},
}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": 3600}
CELERY_TIMEZONE = "UTC"

# API ----------------------------------------------------------------------------------------------------------------
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [],  # contactcenter.access.middleware asks for the token; no session is looked at
    "DEFAULT_PERMISSION_CLASSES": [],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["contactcenter.faces.api.parsing.StrictJSON"],
    "DEFAULT_SCHEMA_CLASS": "contactcenter.faces.api.schema.Schema",
    "EXCEPTION_HANDLER": "contactcenter.faces.api.errors.answer",
    "UNAUTHENTICATED_USER": None,
    "URL_FORMAT_OVERRIDE": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Contact centre API",
    "DESCRIPTION": "Conversations, customers and webhooks of one client company, on its own host.",
    "VERSION": "1",
    "OAS_VERSION": "3.1.1",
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "SERVE_INCLUDE_SCHEMA": False,
    "APPEND_COMPONENTS": {"securitySchemes": {"token": {"type": "http", "scheme": "bearer"}}},
    "ENUM_NAME_OVERRIDES": {
        "ConversationState": "contactcenter.records.conversations.models.Conversation.State",
        "ClosedBy": "contactcenter.records.conversations.models.Conversation.ClosedBy",
        "Author": "contactcenter.records.conversations.models.Message.Author",
        "Direction": "contactcenter.records.conversations.models.Message.Direction",
        "MessageDelivery": "contactcenter.records.conversations.models.Message.Delivery",
        "DeliveryState": "contactcenter.records.webhooks.models.Delivery.State",
        "WebhookEvent": "contactcenter.records.webhooks.models.Webhook.Event",
        "IdentityKind": "contactcenter.records.customers.models.Identity.Kind",
    },
    "POSTPROCESSING_HOOKS": ["drf_spectacular.hooks.postprocess_schema_enums"],
}

# People -------------------------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["contactcenter.operation.accounts.backend.Backend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "MinimumLengthValidator", "CommonPasswordValidator")
]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_ADAPTER = "contactcenter.operation.accounts.adapter.Adapter"
ACCOUNT_FORMS = {
    "login": "contactcenter.operation.accounts.forms.SignInForm",
    "change_password": "contactcenter.operation.accounts.forms.PasswordChangeForm",
    "reset_password": "contactcenter.operation.accounts.forms.PasswordResetForm",
    "reset_password_from_key": "contactcenter.operation.accounts.forms.NewPasswordForm",
    "reauthenticate": "contactcenter.operation.accounts.factor_forms.PasswordAgainForm",
}
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False  # a reset asked for an unknown address sends nothing to it
ACCOUNT_PREVENT_ENUMERATION = True
# The counted address and account are keyed hashes (accounts.adapter).
ACCOUNT_RATE_LIMITS = {
    "login": "20/m/ip",
    "login_failed": "5/m/key,60/h/key",  # passwords by account, codes of second factors by person
    "reset_password": "5/h/ip,5/h/key",
    "reset_password_from_key": "20/m/ip",
    "change_password": "5/m/user",
    "reauthenticate": "5/m/user",
    "signup": "5/h/ip",
}
ACCOUNT_PASSWORD_RESET_TOKEN_GENERATOR = "contactcenter.operation.accounts.tokens.ResetTokens"  # noqa: S105 - a name
PASSWORD_RESET_TIMEOUT = 24 * 3600
# Of admins and supervisors. The demo of `make run` turns it off for the logins it prints, and says so on each page.
REQUIRE_SECOND_FACTOR = env.bool("REQUIRE_SECOND_FACTOR", default=True)
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_ALLOW_UNVERIFIED_EMAIL = True  # addresses are given by admins and proved by the invitation
MFA_TOTP_TOLERANCE = 1  # steps of 30 s that a phone's clock may be off
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = True  # accounts.factor_forms.OwnPage is stricter: this very page alone
MFA_ADAPTER = "contactcenter.operation.accounts.factor_adapter.FactorAdapter"
MFA_FORMS = {
    "authenticate": "contactcenter.operation.accounts.factor_forms.AuthenticateForm",
    "reauthenticate": "contactcenter.operation.accounts.factor_forms.ReauthenticateForm",
    "activate_totp": "contactcenter.operation.accounts.factor_forms.ActivateTOTPForm",
    "add_webauthn": "contactcenter.operation.accounts.factor_forms.AddPasskeyForm",
    "edit_webauthn": "contactcenter.operation.accounts.factor_forms.RenamePasskeyForm",
    "authenticate_webauthn": "contactcenter.operation.accounts.factor_forms.PasskeyForm",
    "login_webauthn": "contactcenter.operation.accounts.factor_forms.PasskeySignInForm",
    "reauthenticate_webauthn": "contactcenter.operation.accounts.factor_forms.PasskeyAgainForm",
}
MFA_RATE_LIMITS = {"webauthn_login": "10/m/ip"}
LONGEST_PASSWORD = 128  # longer ones are refused before they are hashed
LOGIN_REDIRECT_URL = "/"
LOGIN_URL = "account_login"
HTTPS = PUBLIC_SCHEME == "https"
COOKIE_PREFIX = "__Host-" if HTTPS else ""  # the browser then takes the cookie from this very host alone
# Cookies ignore ports: two demos on one machine must not sign each other out.
SESSION_COOKIE_NAME = f"{COOKIE_PREFIX}session_{PORT}"
CSRF_COOKIE_NAME = f"{COOKIE_PREFIX}csrf_{PORT}"
LANGUAGE_COOKIE_NAME = f"language_{PORT}"
THEME_COOKIE_NAME = f"theme_{PORT}"
SESSION_COOKIE_HTTPONLY = LANGUAGE_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = LANGUAGE_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = HTTPS
CSRF_FAILURE_VIEW = "contactcenter.errors.csrf_failure"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

# Mail ---------------------------------------------------------------------------------------------------------------
# Without EMAIL_URL mails are files in DATA_DIR/mail: a reset link is a key and must not stand in a log.
if env.str("EMAIL_URL", default=""):
    globals().update(env.email_url("EMAIL_URL"))
else:
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    EMAIL_FILE_PATH = DATA_DIR / "mail"
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default=f"noreply@{SHARED_HOST}")

# Words and time -----------------------------------------------------------------------------------------------------
USE_TZ = True
TIME_ZONE = "UTC"
USE_I18N = True
LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("es", _("Spanish"))]
LOCALE_PATHS = [BASE_DIR / "locale"]

# Pages --------------------------------------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = Path(env.str("STATIC_ROOT", default=str(BASE_DIR / "staticfiles")))
WHITENOISE_USE_FINDERS = not STATIC_ROOT.exists()  # a deployment collects them, compressed, into it
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedStaticFilesStorage"},
}
WHITENOISE_AUTOREFRESH = DEBUG
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = env.int("HSTS_SECONDS", default=31_536_000) if HTTPS else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS and TRUSTED_PROXIES else None
# Hosts may be client companies' own: what stands below them, and on browsers' lists, is theirs to decide.
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF, NONCE],
        "style-src": [SELF, NONCE],
        "img-src": [SELF, "data:", "blob:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "media-src": [SELF, "blob:"],
        "frame-ancestors": [NONE],
        "form-action": [SELF],
        "base-uri": [NONE],
    }
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 200
FILE_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

LOGGING = configuration(
    style=env.str("LOG_FORMAT", default="plain"),
    level=env.str("LOG_LEVEL", default="INFO"),
    process=env.str("PROCESS_NAME", default="manage"),
)
