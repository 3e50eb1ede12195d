"""How the API speaks: authentication, errors, limits, tokens, schema."""

from typing import Any

API_BODY_LIMIT = 5 * 2**20  # bytes of a JSON body: 500 orders of some twenty lines

REST_FRAMEWORK: dict[str, Any] = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["stores.api.authentication.ClientAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": [],  # core.api.operations: each operation names its scope, and nothing is served without a caller
    "DEFAULT_PARSER_CLASSES": ["core.api.parsing.StrictJSONParser"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_SCHEMA_CLASS": "core.api.schema.OperationSchema",
    "EXCEPTION_HANDLER": "core.api.problems.handle",
    "UNAUTHENTICATED_USER": None,
    "URL_FORMAT_OVERRIDE": None,
}

OAUTH2_PROVIDER: dict[str, Any] = {
    "ACCESS_TOKEN_EXPIRE_SECONDS": 3600,
    "SCOPES_BACKEND_CLASS": "stores.api.oauth.ClientScopes",
    "OAUTH2_SERVER_CLASS": "oauthlib.oauth2.BackendApplicationServer",  # client credentials and nothing else
    # The library's reminders about grants we do not offer, and tokens kept as digests only.
    **{
        f"COMPLIANT_BCP_RFC9700_{rule}": True
        for rule in ("IMPLICIT_GRANT", "PASSWORD_GRANT", "PKCE_METHOD", "ACCESS_TOKEN_TRANSPORT", "AUTHZ_RESPONSE_ISS", "TOKEN_STORAGE")
    },
    "REFRESH_TOKEN_REUSE_PROTECTION": True,
    "ALLOWED_REDIRECT_URI_SCHEMES": ["https"],
}

SPECTACULAR_SETTINGS: dict[str, Any] = {
    "TITLE": "Guanxi",
    "VERSION": "1",
    "DESCRIPTION": (
        "Membership of a platform and its stores: members, identities, orders, after-sales, behaviour and balances. "
        "Start with [docs/quickstart.md](/api/v1/docs/quickstart.md); "
        "conventions and error codes are in [docs/api.md](/api/v1/docs/api.md), "
        "what goes out to a receiver of yours in [docs/webhooks.md](/api/v1/docs/webhooks.md)."
    ),
    "OAS_VERSION": "3.1.1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_AUTHENTICATION": [],
    "SERVE_PERMISSIONS": [],
    "SCHEMA_PATH_PREFIX": r"/api/v1",
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "SWAGGER_UI_SETTINGS": {"persistAuthorization": True, "displayRequestDuration": True, "tryItOutEnabled": True, "docExpansion": "none"},
    "OAUTH2_FLOWS": ["clientCredentials"],
    "OAUTH2_TOKEN_URL": "/api/v1/oauth/token",
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "COMPONENT_SPLIT_REQUEST": False,
    "SORT_OPERATIONS": False,
    "POSTPROCESSING_HOOKS": ["core.api.schema.in_order"],
}
