"""The description of the API: valid, complete, and made from the same table as the addresses."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator
from pydantic import BaseModel, ConfigDict
from tornado.web import RequestHandler
from typing_extensions import NotRequired, TypedDict

from jupyterhub_responsibility import __version__
from jupyterhub_responsibility.ledger.kinds import KINDS
from jupyterhub_responsibility.service import api_types, bodies
from jupyterhub_responsibility.service.openapi import ERRORS, Operation, Parameter, document
from jupyterhub_responsibility.service.routes import OPERATIONS, PARAMETERS, ROUTES

HOME = "/somewhere/services/responsibilities/"
METHODS = ("get", "post", "put", "patch", "delete")


class Sent(BaseModel):
    """Something to send."""

    model_config = ConfigDict(extra="forbid")

    reason: str = ""


class Became(TypedDict):
    """What became of it."""

    done: bool


Condition = TypedDict("Condition", {"If-Match": NotRequired[str]})

INVENTED = {
    "api/roles/<role>/things": {
        "POST": Operation(
            "add a thing",
            "people",
            Became,
            request=Sent,
            headers=Condition,
            status=201,
            errors=(404,),
        ),
        "GET": Operation("every thing", "people", Became),
    }
}


@pytest.fixture
def described() -> dict[str, Any]:
    """The document, as it is served."""
    made = document(OPERATIONS, PARAMETERS, HOME, "service-responsibilities")
    return json.loads(json.dumps(made))


def operations(described: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, item in described["paths"].items():
        for method in METHODS:
            if method in item:
                yield path, method, item[method]


def values(key: str, part: Any) -> Iterator[Any]:
    """Everything that stands under a key, at any depth."""
    inner = part.values() if isinstance(part, dict) else part if isinstance(part, list) else ()
    if isinstance(part, dict) and key in part:
        yield part[key]
    for each in inner:
        yield from values(key, each)


def test_it_is_valid(described):
    """The document is OpenAPI 3.1, of this version of the package, about the service's place."""
    OpenAPIV31SpecValidator(described).validate()
    assert described["openapi"].startswith("3.1.")
    assert described["info"]["version"] == __version__
    assert described["servers"] == [{"url": HOME.removesuffix("/")}]


def test_every_route_of_the_api(described):
    """Each address of the API and the self-check is in it, and nothing else."""
    api = {route.path for route in ROUTES if re.match("api/|healthz", route.path)}
    assert {path[1:].replace("{", "<").replace("}", ">") for path in described["paths"]} == api


@pytest.mark.parametrize("route", [r for r in ROUTES if r.operations], ids=lambda r: r.path)
def test_every_method(described, route):
    """Each method that the handler of an address implements is in it, and no other."""
    unimplemented = RequestHandler.get
    implements = {m for m in METHODS if getattr(route.handler, m) is not unimplemented}
    path = f"/{route.path}".replace("<", "{").replace(">", "}")
    assert {m for p, m, _ in operations(described) if p == path} == implements
    assert route.handler.options is RequestHandler.options


def test_everything_that_is_referred_to_is_there(described):
    """No reference leads nowhere, no schema is without use, and every tag is explained."""
    references = set(values("$ref", described))
    for reference in references:
        found = described
        for step in reference.removeprefix("#/").split("/"):
            found = found[step]
    schemas = {f"#/components/schemas/{name}" for name in described["components"]["schemas"]}
    assert schemas <= references
    tags = {tag["name"] for tag in described["tags"]}
    assert {tag for _, _, each in operations(described) for tag in each["tags"]} == tags
    schemes = set(described["components"]["securitySchemes"])
    assert {name for each in described["security"] for name in each} == schemes


def test_every_operation_is_told_apart(described):
    """Each operation has an id of its own, which programs are generated from."""
    ids = [each["operationId"] for _, _, each in operations(described)]
    assert len(ids) == len(set(ids))
    assert "get_roles_role" in ids


def test_every_schema_is_explained(described):
    """Each schema has a description, from the docstring of its type."""
    for name, schema in described["components"]["schemas"].items():
        assert schema["description"].endswith("."), name


def test_who_may_ask(described):
    """Only the self-check is open to those who aren't logged in."""
    open_to_all = [p for p, _, each in operations(described) if {} in each.get("security", ())]
    assert open_to_all == ["/healthz"]


def test_parameters(described):
    """The part of an address that differs has its pattern, and a question its explanation."""
    (role,) = described["paths"]["/api/roles/{role}"]["parameters"]
    assert (role["name"], role["in"], role["required"]) == ("role", "path", True)
    assert re.match(role["schema"]["pattern"], "hub-administrator")
    assert not re.match(role["schema"]["pattern"], "hub/administrator")
    (q,) = described["paths"]["/api/contacts"]["get"]["parameters"]
    assert (q["name"], q["in"], q["required"], q["schema"]) == (
        "q",
        "query",
        False,
        {"type": "string"},
    )
    assert "200 characters" in q["description"]


def test_what_is_sent():
    """An address to which something is sent says what, and refuses keys that it doesn't know."""
    made = document(INVENTED, {"role": Parameter("[a-z]+", "a role")}, HOME, "cookie")
    OpenAPIV31SpecValidator(json.loads(json.dumps(made))).validate()
    (item,) = made["paths"].values()
    post = item["post"]
    assert post["requestBody"]["required"] is False  # none of its fields has to be given
    (content,) = post["requestBody"]["content"].values()
    assert content["schema"] == {"$ref": "#/components/schemas/Sent"}
    assert made["components"]["schemas"]["Sent"]["additionalProperties"] is False
    assert set(post["responses"]) == {"201", "400", "403", "404", "500", "503"}
    (header,) = post["parameters"]
    assert (header["name"], header["in"], header["required"]) == ("If-Match", "header", False)
    assert not {"requestBody", "parameters"} & set(item["get"])


def test_errors(described):
    """Each error status is explained, and has the one shape that errors have."""
    responses = described["components"]["responses"]
    assert set(responses) == {str(status) for status in ERRORS}
    for response in responses.values():
        schema = response["content"]["application/json"]["schema"]
        assert schema == {"$ref": "#/components/schemas/Error"}
    assert "Retry-After" in responses["503"]["headers"]


def test_types_are_used():
    """Each type that is published is said or taken somewhere."""
    published = {
        each.__name__
        for module in (api_types, bodies)
        for name, each in vars(module).items()
        if isinstance(each, type)
        and each.__module__ == module.__name__
        and not name.startswith("_")
    }
    made = document(OPERATIONS, PARAMETERS, HOME, "cookie")
    asked = {
        kind.__name__
        for methods in OPERATIONS.values()
        for each in methods.values()
        for kind in (each.query, each.headers)
        if kind
    }
    parts = {"Aged", "RoleHolders", "Ways", "Body"}  # of other types
    forms = {"PastedBody"}  # what only a page takes
    assert published - parts - forms == set(made["components"]["schemas"]) | asked


def test_the_files_of_the_activity_log():
    """Each form in which it can be had is described, and what its filter takes."""
    get = document(OPERATIONS, PARAMETERS, HOME, "cookie")["paths"]["/api/ledger"]["get"]
    content = get["responses"]["200"]["content"]
    assert {*content} == {"application/json", "application/jsonl", "text/csv"}
    takes = {each["name"]: each["schema"] for each in get["parameters"]}
    assert takes["before"]["pattern"] == "^[0-9]{1,9}$"
    assert takes["kind"]["enum"] == [*KINDS]
    for name in ("since", "until"):
        assert {each["format"] for each in takes[name]["anyOf"]} == {"date", "date-time"}
