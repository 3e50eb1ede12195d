"""How the API speaks: authentication, errors, pages, schema."""
