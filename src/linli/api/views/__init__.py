"""The interface for other systems, `/api/v1/`: parse, call, answer (design §9)."""

from linli.api.views.assembly import all_patterns, api, docs, nothing, openapi, root

__all__ = ["all_patterns", "api", "docs", "nothing", "openapi", "root"]
