"""Bundled Node.js handlers can use the emulator's stand-ins of the AWS SDK.

Lambda's Node.js runtimes hold the AWS SDK for JavaScript. ministack 1.5.33 stands in for clients
that a handler `require`s and that are not installed, with a module that has whatever name is asked
of it. Bundlers copy the names that a module lists, of which this one lists none, and take what
they do not find from its prototype: so the prototype answers as well. CDK's own custom resources
are bundled so.

This can go when a bundle that was made with `import * as` runs on ministack's stand-ins.
"""

from ministack.core import lambda_runtime

from local.emulator import seams

ANSWERS = """\
        get(_, prop) {
          if (typeof prop !== "string") return undefined;
          if (prop.endsWith("Client")) return GenericClient;
"""
PROTOTYPE_ANSWERS = """\
        getPrototypeOf() { return new Proxy({}, this); },
"""


def install() -> None:
    """Changes the script of the Node.js worker."""
    script: str = seams.original(lambda_runtime, "_NODEJS_WORKER_SCRIPT")
    if script.count(ANSWERS) != 1:
        raise seams.SeamGone("ministack's Node.js worker makes its stand-ins otherwise now")
    changed = script.replace(ANSWERS, PROTOTYPE_ANSWERS + ANSWERS)
    seams.replace(lambda_runtime, "_NODEJS_WORKER_SCRIPT", changed)
