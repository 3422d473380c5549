"""What of a synth is jsii's start, and what a command that fails says."""

from pathlib import Path

import pytest

from bench.functions import App
from bench.synth import served_by_jsii

LOG = """\
# /lib/json/__init__.pyc matches /lib/json/__init__.py
import 'json' # <_frozen_importlib_external.SourceFileLoader object at 0x7f>
import 'aws_cdk' # <_frozen_importlib_external.SourceFileLoader object at 0x7f>
some other line of the app
import 'aws_cdk.aws_sqs' # <_frozen_importlib_external.SourceFileLoader object at 0x7f>
import 'constructs' # <_frozen_importlib_external.SourceFileLoader object at 0x7f>
import 'cdkless' # <_frozen_importlib_external.SourceFileLoader object at 0x7f>
"""


def test_the_modules_that_jsii_serves_are_found_among_those_that_an_app_imports() -> None:
    assert served_by_jsii(LOG) == ["aws_cdk", "aws_cdk.aws_sqs", "constructs"]


def test_what_an_app_imports_is_what_python_says_of_it(tmp_path: Path) -> None:
    (tmp_path / "constructs.py").write_text("")
    script = tmp_path / "app.py"
    script.write_text("import importlib\nimportlib.import_module('constructs')\n")
    log = App(f"python {script}", tmp_path / "work").synthesize(PYTHONVERBOSE="1")
    assert served_by_jsii(log) == ["constructs"]


def test_an_app_is_synthesized_by_its_command_into_a_folder_of_the_measurements(
    tmp_path: Path,
) -> None:
    script = tmp_path / "app.py"
    script.write_text("import os, pathlib\npathlib.Path(os.environ['CDK_OUTDIR']).mkdir()\n")
    assert App(f"python {script}", tmp_path / "work").assembly.is_dir()


def test_a_command_that_fails_is_named_with_what_it_wrote(tmp_path: Path) -> None:
    script = tmp_path / "app.py"
    script.write_text("raise SystemExit('no such topology')\n")
    with pytest.raises(RuntimeError, match="ended with 1:\nno such topology"):
        App(f"python {script}", tmp_path / "work").synthesize()


def test_a_command_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="no-such-command cannot be run"):
        App("no-such-command", tmp_path / "work").synthesize()
