"""The answers of GeoReport v2 as JSON Schemas, written from the specification (S1, V1, R6, E1)."""

from __future__ import annotations

from typing import Any

TEXT: dict[str, Any] = {"type": "string", "minLength": 1}
MAYBE: dict[str, Any] = {"type": ["string", "null"]}
MOMENT: dict[str, Any] = {
    "type": "string",
    "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(Z|[+-]\d\d:\d\d)$",
}
URL: dict[str, Any] = {"type": ["string", "null"], "pattern": "^https?://"}


def _objects(required: dict[str, Any], more: dict[str, Any] | None = None) -> dict[str, Any]:
    return {
        "type": "object",
        "required": list(required),
        "properties": required | (more or {}),
    }


def _list(item: dict[str, Any], least: int = 0) -> dict[str, Any]:
    return {"type": "array", "items": item, "minItems": least}


DISCOVERY = _objects(
    {
        "changeset": MOMENT,
        "contact": TEXT,
        "key_service": TEXT,
        "endpoints": _list(
            _objects(
                {
                    "specification": {"const": "http://wiki.open311.org/GeoReport_v2"},
                    "url": {"type": "string", "pattern": "^https?://.*[^/]$"},
                    "changeset": MOMENT,
                    "type": {"enum": ["production", "test"]},
                    "formats": {"type": "array", "contains": {"const": "text/xml"}},
                }
            ),
            1,
        ),
    }
)
SERVICES = _list(
    _objects(
        {
            "service_code": TEXT,
            "service_name": TEXT,
            "metadata": {"type": "boolean"},
            "type": {"enum": ["realtime", "batch", "blackbox"]},
        },
        {"description": TEXT, "keywords": TEXT, "group": TEXT},
    ),
    1,
)
DEFINITION = _objects(
    {
        "service_code": TEXT,
        "attributes": _list(
            _objects(
                {
                    "variable": {"type": "boolean"},
                    "code": TEXT,
                    "datatype": {
                        "enum": ["string", "number", "datetime", "text", "singlevaluelist",
                                 "multivaluelist"]
                    },
                    "required": {"type": "boolean"},
                    "datatype_description": MAYBE,
                    "order": {"type": "integer", "minimum": 1},
                    "description": TEXT,
                },
                {"values": _list(_objects({"key": TEXT, "name": TEXT}), 1)},
            ),
            1,
        ),
    }
)  # fmt: skip
REQUESTS = _list(
    _objects(
        {
            "service_request_id": TEXT,
            "status": {"enum": ["open", "closed"]},
            "service_code": TEXT,
            "service_name": TEXT,
            "requested_datetime": MOMENT,
            "updated_datetime": MOMENT,
        },
        {
            "status_notes": MAYBE,
            "description": MAYBE,
            "agency_responsible": MAYBE,
            "service_notice": MAYBE,
            "expected_datetime": {"anyOf": [MOMENT, {"type": "null"}]},
            "address": MAYBE,
            "address_id": MAYBE,
            "zipcode": MAYBE,
            "lat": {"type": ["number", "null"]},
            "long": {"type": ["number", "null"]},
            "media_url": URL,
        },
    )
)
RECEIPT = {
    "type": "array",
    "minItems": 1,
    "maxItems": 1,
    "items": {
        "type": "object",
        "properties": {"service_notice": MAYBE, "account_id": MAYBE},
        "oneOf": [{"required": ["service_request_id"]}, {"required": ["token"]}],
    },
}
TOKENS = _list(_objects({"service_request_id": MAYBE, "token": TEXT}), 1)
ERRORS = _list(_objects({"code": {"type": "integer"}, "description": TEXT}), 1)
