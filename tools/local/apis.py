"""The HTTP and REST APIs of a stack: where they are called, and what they answer to."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from local.assembly import Stack, Template

HTTP_API, REST_API = "AWS::ApiGatewayV2::Api", "AWS::ApiGateway::RestApi"
STAGES = {HTTP_API: "AWS::ApiGatewayV2::Stage", REST_API: "AWS::ApiGateway::Stage"}
# The stage that an HTTP API has where none is named.
DEFAULT_STAGE = "$default"
IAM = "AWS_IAM"


@dataclass(frozen=True)
class Route:
    """A method and path that an API answers to; `authorization` is NONE, AWS_IAM or another."""

    method: str
    path: str
    authorization: str

    @property
    def signed(self) -> bool:
        """Whether a call must be signed."""
        return self.authorization == IAM

    def matches(self, method: str, path: str) -> bool:
        """Whether a call of this method and path goes to it."""
        wanted, given = self.path.strip("/").split("/"), path.strip("/").split("/")
        if wanted[-1].endswith("+}"):
            wanted, given = wanted[:-1], given[: len(wanted) - 1]
        return (
            self.method in ("ANY", method)
            and len(wanted) == len(given)
            and all(
                part.startswith("{") or part == at for part, at in zip(wanted, given, strict=True)
            )
        )

    @property
    def example(self) -> tuple[str, str]:
        """A method and a path to try: every variable of the path is its own name."""
        method = "GET" if self.method == "ANY" else self.method
        return method, self.path.replace("{proxy+}", "").replace("{", "").replace("}", "")


def has_any(stack: Stack) -> bool:
    """Whether a stack has an API."""
    return any(any(_of_type(stack.template, kind)) for kind in STAGES)


def paths(stack: Stack, physical_ids: dict[tuple[str, str], str]) -> dict[str, str]:
    """The path at which the emulator answers for each API of a stack, by the API's logical id.

    `physical_ids` are those of the stack's resources, by type and logical id.
    """
    found = {}
    for kind, stage_type in STAGES.items():
        for logical_id, api in _of_type(stack.template, kind):
            if api.get("ProtocolType", "HTTP") != "HTTP":
                continue
            stages = [
                physical_ids[stage_type, name]
                for name, stage in _of_type(stack.template, stage_type)
                if _refers_to(stage.get("ApiId") or stage.get("RestApiId"), logical_id)
            ]
            stage = str(stages[0]).rsplit("/", 1)[-1] if stages else DEFAULT_STAGE
            found[logical_id] = f"/_aws/execute-api/{physical_ids[kind, logical_id]}/{stage}"
    return found


def routes(template: Template, api: str) -> list[Route]:
    """What an API answers to, by path."""
    found = [*_http_routes(template, api), *_rest_routes(template, api)]
    return sorted(found, key=lambda route: (route.path, route.method))


def _http_routes(template: Template, api: str) -> Iterator[Route]:
    for _, route in _of_type(template, "AWS::ApiGatewayV2::Route"):
        if _refers_to(route.get("ApiId"), api):
            method, _, path = str(route["RouteKey"]).rpartition(" ")
            path = "/{proxy+}" if path == "$default" else path
            yield Route(method or "ANY", path, str(route.get("AuthorizationType", "NONE")))


def _rest_routes(template: Template, api: str) -> Iterator[Route]:
    resources = dict(_of_type(template, "AWS::ApiGateway::Resource"))
    for _, method in _of_type(template, "AWS::ApiGateway::Method"):
        if _refers_to(method.get("RestApiId"), api) and method["HttpMethod"] != "OPTIONS":
            path = _path(resources, method.get("ResourceId"))
            authorization = str(method.get("AuthorizationType", "NONE"))
            yield Route(str(method["HttpMethod"]), path or "/", authorization)


def _path(resources: dict[str, dict[str, Any]], reference: Any) -> str:
    """The path of a resource of a REST API: its own part after those of its parents."""
    part = reference.get("Ref") if isinstance(reference, dict) else None
    if part not in resources:
        return ""
    resource = resources[part]
    return f"{_path(resources, resource.get('ParentId'))}/{resource['PathPart']}"


def _of_type(template: Template, kind: str) -> Iterator[tuple[str, dict[str, Any]]]:
    for logical_id, resource in template["Resources"].items():
        if resource["Type"] == kind:
            yield logical_id, resource.get("Properties", {})


def _refers_to(reference: Any, logical_id: str) -> bool:
    return bool(reference == {"Ref": logical_id})
