"""The OpenAPI 2.0 document, made from the routes, the models of what they take and answer, and few words."""
