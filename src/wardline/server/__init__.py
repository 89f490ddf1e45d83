"""REST, OpenAPI, metrics and the status page."""
