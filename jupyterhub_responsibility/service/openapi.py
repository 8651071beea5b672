"""The API as an OpenAPI 3.1 document, made from the table of addresses and the `api_types`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Literal

from pydantic import TypeAdapter
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaMode

from .._version import __version__
from ..domain.rules import AccessName
from .api_types import Document, Error

Tag = Literal["people", "model", "contacts", "changes", "service"]

TAGS: dict[Tag, str] = {
    "people": "Who holds which role, and what they look after",
    "model": "Areas, responsibilities and roles",
    "contacts": "Whom to ask",
    "changes": "Who holds which role, and who decided so",
    "service": "The service itself",
}

ERRORS: dict[int, str] = {
    400: "What was sent is not valid",
    403: "No valid token or session, or one that is not allowed to do this",
    404: "Not found",
    409: "A rule does not allow this at the moment; the message says which",
    412: "Something has changed since it was read",
    413: "More than 64 KiB was sent",
    429: "More than 30 changes, or 60 look-ups, in a minute, or more than is recorded of one person"
    " in a day; `Retry-After` says in how many seconds to try again",
    500: "Something went wrong in the service; its log says what",
    503: "The hub does not answer, or the ledger cannot be written; `Retry-After` says in how many"
    " seconds to try again",
}
"""What an error status means, by status."""

ALWAYS = (400, 403, 500, 503)
"""Errors with which every address answers that wants to know who is asking."""

INTRODUCTION = """\
Who looks after what on this hub, and whom to ask.

Everything needs a login to the hub: programs send a hub token with the scope to open this
service. Browser sessions work too; changes have to carry the XSRF token of the session, in the
header `X-XSRFToken` or as `_xsrf`."""

AS_A_TOKEN: list[dict[str, list[str]]] = [{"token": []}, {"bearer": []}, {"session": []}]


@dataclass(frozen=True)
class Operation:
    """What one method does at one address.

    `answer` is what it answers with, `request` what is sent with it, both of the `api_types`;
    `query` is a type whose fields are what may stand behind the `?`, `headers` one of what may
    stand in headers. `errors` are statuses beside those with which every address may answer.
    `files` are media types with which it answers instead: where they are asked for, or always where
    it has no `answer`. What is `open`
    needs no login, and may say more with one. `may` says who may, where that is decided for each
    role: anybody whom one of these lets.
    """

    summary: str
    tag: Tag
    answer: Any = None
    request: Any = None
    query: Any = None
    headers: Any = None
    status: int = 200
    errors: tuple[int, ...] = ()
    files: tuple[str, ...] = ()
    open: bool = False
    may: tuple[AccessName, ...] = ()

    @property
    def statuses(self) -> tuple[int, ...]:
        """Every error status there may be."""
        return tuple(sorted({*(() if self.open else ALWAYS), *self.errors}))


@dataclass(frozen=True)
class Parameter:
    """A part of an address that differs, such as `<role>`; `pattern` is what it looks like."""

    pattern: str
    description: str


Operations = Mapping[str, Mapping[str, Operation]]
"""What can be done: by address below the service, then by method."""


def document(
    operations: Operations, parameters: Mapping[str, Parameter], home: str, cookie: str
) -> Document:
    """The description of an API below `home`; `cookie` names the one of browser sessions."""
    schemas = _Schemas(operations)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Responsibilities",
            "version": __version__,
            "description": INTRODUCTION,
            "license": {"name": "BSD-3-Clause", "identifier": "BSD-3-Clause"},
        },
        "servers": [{"url": home.rstrip("/")}],
        "tags": [{"name": name, "description": text} for name, text in TAGS.items()],
        "security": AS_A_TOKEN,
        "paths": {
            f"/{_braces(path)}": {
                "parameters": [_in_path(name, parameters[name]) for name in _names(path)],
                **{
                    method.lower(): _operation(path, method, each, schemas)
                    for method, each in methods.items()
                },
            }
            for path, methods in operations.items()
        },
        "components": {
            "schemas": schemas.components,
            "responses": {str(status): _error(status, schemas) for status in ERRORS},
            "securitySchemes": _security(cookie),
        },
    }


class _Plain(GenerateJsonSchema):
    """Without a title for every field: they are the fields' names over again."""

    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ARG002  # it is pydantic's
        return False


class _Schemas:
    """The schemas of every type that is used: answers as they are written, the rest as read."""

    def __init__(self, operations: Operations) -> None:
        used = dict.fromkeys([(Error, "serialization"), *_used(operations)])
        self._found, rest = TypeAdapter.json_schemas(
            [(kind, mode, TypeAdapter(kind)) for kind, mode in used],
            ref_template="#/components/schemas/{model}",
            schema_generator=_Plain,
        )
        self.components: dict[str, Any] = rest["$defs"]

    def of(self, kind: Any, mode: JsonSchemaMode) -> Any:
        """The schema of one type, mostly a reference."""
        return self._found[kind, mode]

    def parts(self, kind: Any) -> Iterator[tuple[str, Any, bool]]:
        """The fields of a type: name, schema, and whether one has to give it."""
        schema = TypeAdapter(kind).json_schema(schema_generator=_Plain)
        required = schema.get("required", ())
        for name, field in schema["properties"].items():
            yield name, field, name in required


def _used(operations: Operations) -> Iterator[tuple[Any, JsonSchemaMode]]:
    for methods in operations.values():
        for each in methods.values():
            if each.answer is not None:
                yield each.answer, "serialization"
            if each.request is not None:
                yield each.request, "validation"


def _names(path: str) -> list[str]:
    return re.findall(r"<(\w+)>", path)


def _braces(path: str) -> str:
    return path.replace("<", "{").replace(">", "}")


def _in_path(name: str, parameter: Parameter) -> dict[str, Any]:
    return {
        "name": name,
        "in": "path",
        "required": True,
        "description": parameter.description,
        "schema": {"type": "string", "pattern": f"^{parameter.pattern}$"},
    }


def _operation(path: str, method: str, each: Operation, schemas: _Schemas) -> dict[str, Any]:
    words = re.findall(r"\w+", path.removeprefix("api/"))
    said: dict[str, Any] = {
        "operationId": "_".join((method.lower(), *words)),
        "summary": each.summary[0].upper() + each.summary[1:],
        "tags": [each.tag],
        "responses": {
            str(each.status): {
                "description": HTTPStatus(each.status).phrase,
                "content": {
                    **(_json(schemas.of(each.answer, "serialization")) if each.answer else {}),
                    **{kind: {"schema": {"type": "string"}} for kind in each.files},
                },
            },
            **{
                str(status): {"$ref": f"#/components/responses/{status}"}
                for status in each.statuses
            },
        },
    }
    loose = (*_loose(each.query, "query", schemas), *_loose(each.headers, "header", schemas))
    if loose:
        said["parameters"] = list(loose)
    if each.request is not None:
        body = _json(schemas.of(each.request, "validation"))
        required = any(needed for _, _, needed in schemas.parts(each.request))
        said["requestBody"] = {"required": required, "content": body}
    if each.open:
        said["security"] = [{}, *AS_A_TOKEN]
    return said


def _loose(kind: Any, place: str, schemas: _Schemas) -> Iterator[dict[str, Any]]:
    """The fields of a type as parameters that stand somewhere else than in the path."""
    for name, schema, required in schemas.parts(kind) if kind is not None else ():
        yield {
            "name": name,
            "in": place,
            "required": required,
            "description": schema.get("description", ""),
            "schema": {key: value for key, value in schema.items() if key != "description"},
        }


def _error(status: int, schemas: _Schemas) -> dict[str, Any]:
    said: dict[str, Any] = {
        "description": ERRORS[status],
        "content": _json(schemas.of(Error, "serialization")),
    }
    if status in (HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.TOO_MANY_REQUESTS):
        seconds = {"description": "Seconds", "schema": {"type": "integer"}}
        said["headers"] = {"Retry-After": seconds}
    return said


def _json(schema: Any) -> dict[str, Any]:
    return {"application/json": {"schema": schema}}


def _security(cookie: str) -> dict[str, Any]:
    return {
        "token": {
            "type": "apiKey",
            "in": "header",
            "name": "Authorization",
            "description": "`token`, a space, and a token of the hub",
        },
        "bearer": {"type": "http", "scheme": "bearer", "description": "A token of the hub"},
        "session": {
            "type": "apiKey",
            "in": "cookie",
            "name": cookie,
            "description": "The session of a browser in which somebody has opened a page",
        },
    }
