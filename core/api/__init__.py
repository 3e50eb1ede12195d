"""What every resource of the REST API shares: callers, operations, problems, pages, limits, the OpenAPI document. Knows no app."""
