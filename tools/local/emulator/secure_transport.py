"""Policies that demand TLS hold, although the emulator speaks plain HTTP on loopback.

On AWS every SDK call comes over TLS, so a statement that denies `aws:SecureTransport: false`
never meets it. Under AUTH=true ministack 1.5.33 takes the loopback connection for insecure, and
such statements would deny everything.

This can go when the emulator serves TLS.
"""

from typing import Any

from ministack.core import iam_evaluator

from local.emulator import seams


def install() -> None:
    """Answers the condition key `aws:SecureTransport` with true."""
    resolve = seams.original(iam_evaluator, "_resolve_condition_key")

    def resolve_condition_key(key: str, context: Any) -> Any:
        return "true" if key.lower() == "aws:securetransport" else resolve(key, context)

    seams.replace(iam_evaluator, "_resolve_condition_key", resolve_condition_key)
