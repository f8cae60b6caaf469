"""Each command's transcript, run in one shell, shows the same as when it was recorded."""

from __future__ import annotations

import pytest
from support.transcripts import TRANSCRIPTS, played

pytestmark = pytest.mark.releases


@pytest.mark.parametrize("file", TRANSCRIPTS, ids=lambda file: file.stem)
def test_transcript(file, aws, forked_programs, stub, moto, request):
    aws.env["PATH"] = f"{forked_programs.folder}:{aws.env['PATH']}"
    text = file.read_bytes().decode()
    now = played(aws, stub, moto, text)
    assert "internal error" not in now, f"{now}if an operation is new, run: make model"
    if request.config.getoption("--accept"):
        file.write_bytes(now.encode())
    else:
        assert now == text


@pytest.mark.full
@pytest.mark.parametrize("prefix", [(), ("iamcli", "run")], ids=["installed", "run"])
@pytest.mark.parametrize("file", TRANSCRIPTS, ids=lambda file: file.stem)
def test_transcript_with_the_installed_programs(file, prefix, aws, stub, moto):
    text = file.read_bytes().decode()
    assert played(aws, stub, moto, text, *prefix) == text
