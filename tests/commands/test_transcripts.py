"""Each command's transcript, run in one shell, shows the same as when it was recorded."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from support.transcripts import TRANSCRIPTS, played

if TYPE_CHECKING:
    from pathlib import Path

    from support.forked import ForkedPrograms
    from support.shell import Shell
    from support.stub import Stub


pytestmark = pytest.mark.releases


@pytest.mark.parametrize("file", TRANSCRIPTS, ids=lambda file: file.stem)
def test_transcript(
    file: Path,
    aws: Shell,
    forked_programs: ForkedPrograms,
    stub: Stub,
    moto: str,
    request: pytest.FixtureRequest,
) -> None:
    aws.env["PATH"] = f"{forked_programs.folder}:{aws.env['PATH']}"
    text = file.read_bytes().decode()
    now = played(aws, stub, moto, text)
    if request.config.getoption("--accept"):
        file.write_bytes(now.encode())
    else:
        assert now == text


@pytest.mark.full
@pytest.mark.parametrize("file", TRANSCRIPTS, ids=lambda file: file.stem)
def test_transcript_with_the_installed_programs(
    file: Path, aws: Shell, stub: Stub, moto: str
) -> None:
    text = file.read_bytes().decode()
    assert played(aws, stub, moto, text) == text


@pytest.mark.full
@pytest.mark.parametrize("file", TRANSCRIPTS, ids=lambda file: file.stem)
def test_transcript_in_iamcli_run(file: Path, aws: Shell, stub: Stub, moto: str) -> None:
    text = file.read_bytes().decode()
    assert played(aws, stub, moto, text, "iamcli", "run") == text
