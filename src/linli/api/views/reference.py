"""OpenAPI as rows for a page: no script needed to read it."""

from __future__ import annotations

from typing import Any, NamedTuple

Schema = dict[str, Any]


class Argument(NamedTuple):
    """A parameter or a field of a body."""

    name: str
    where: str  # path, query, header, body
    kind: str
    required: bool
    says: str


class Operation(NamedTuple):
    """One operation of the interface."""

    anchor: str
    method: str
    path: str
    summary: str
    says: str
    arguments: list[Argument]
    answers: list[tuple[str, str]]


class Chapter(NamedTuple):
    """The operations of one tag."""

    title: str
    operations: list[Operation]


def chapters(schema: Schema) -> list[Chapter]:
    """Every operation, in the order of the interface."""
    found: dict[str, list[Operation]] = {}
    for path, methods in schema["paths"].items():
        for method, each in methods.items():
            found.setdefault(each["tags"][0], []).append(_operation(schema, path, method, each))
    return [Chapter(title, operations) for title, operations in found.items()]


def _operation(schema: Schema, path: str, method: str, each: Schema) -> Operation:
    arguments = [
        Argument(p["name"], p["in"], _kind(schema, p["schema"]), p["required"],
                 p.get("description", ""))
        for p in each["parameters"]
    ]  # fmt: skip
    for content in each.get("requestBody", {}).get("content", {}).values():
        body = _resolved(schema, content["schema"])
        needed = body.get("required", [])
        arguments += [
            Argument(name, "body", _kind(schema, one), name in needed, one.get("description", ""))
            for name, one in body.get("properties", {}).items()
        ]
    answers = [(str(code), one["description"]) for code, one in each["responses"].items()]
    return Operation(
        each["operationId"],
        method.upper(),
        path,
        each["summary"],
        each.get("description", ""),
        arguments,
        answers,
    )


def _resolved(schema: Schema, part: Schema) -> Schema:
    if "$ref" in part:
        found: Schema = schema["components"]["schemas"][part["$ref"].rpartition("/")[2]]
        return found
    return part


def _kind(schema: Schema, part: Schema) -> str:
    """A type in few words: “integer”, “wgs84 | gcj02 | bd09”, “list of text”."""
    if "anyOf" in part:
        kinds = [_kind(schema, one) for one in part["anyOf"] if one.get("type") != "null"]
        return " | ".join(kinds)
    if "$ref" in part:
        inner = _resolved(schema, part)
        fields = (f"{k}: {_kind(schema, v)}" for k, v in inner.get("properties", {}).items())
        return "{" + ", ".join(fields) + "}"
    if "enum" in part:
        return " | ".join(str(value) for value in part["enum"])
    if part.get("type") == "array":
        return f"[{_kind(schema, part['items'])}, …]"
    return str(part.get("format") or part.get("type", "any"))
