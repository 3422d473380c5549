"""What a function may do with something, and how it learns where that is."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from aws_cdk import aws_lambda as lambda_


@dataclass(frozen=True)
class Grant:
    """`give` lets a function use something; `variables` of its environment say where it is."""

    variables: Mapping[str, str]
    give: Callable[[lambda_.Function], object]
