"""The HTML manual: its links, and its search box and appearance in a browser."""

from __future__ import annotations

import html
import re
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from support.browser import Browser
from support.requirements import needs
from support.searches import NONSENSE, SOUGHT, commands_in
from support.shell import ROOT

from iamcli.cli.manual import TOPICS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


PAGES = sorted((ROOT / "man").glob("*.[1-9]"))
#: Pages with the longest names, lines and lists.
LOOKED_AT = [
    "index.html",
    "iam-usercreate.1.html",
    "iam-instanceprofilegetattributes.1.html",
    "iam-useraddpolicy.1.html",
    "iam-toolkit.7.html",
    "iamcli.1.html",
    "iamcli-check.1.html",
]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The manual, as ``make docs`` generates it."""
    folder = tmp_path_factory.mktemp("site")
    arguments = [sys.executable, ROOT / "tools" / "site.py", folder]
    done = subprocess.run(arguments, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    return folder


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """A browser that runs until the tests of this module end."""
    running = Browser()
    yield running
    running.close()


@needs("mandoc")
def test_the_site_links_only_to_what_is_there(site):
    files = {path.name: path.read_text() for path in site.iterdir()}
    pages = {f"{page.name}.html" for page in PAGES}
    assert set(files) == {"index.html", "style.css", "search.js", *pages}
    for name, text in files.items():
        for target in re.findall(r'(?:href|src)="([^"]*)"', text):
            file, _, part = target.partition("#")
            if not target.startswith("https://"):
                assert f'id="{part}"' in files[file or name] if part else file in files, target
    assert set(re.findall(r'<dt><a href="([^"]*)"', files["index.html"])) == pages
    assert set(re.findall(r'^\["([^"]*)", ', files["search.js"], re.MULTILINE)) == pages


@needs("mandoc")
def test_a_long_page_has_a_table_of_contents(site):
    titles = {}
    for page in site.glob("*.html"):
        contents = re.search(r'<ul class="contents">(.*?)</ul>', page.read_text(), re.DOTALL)
        if contents:
            titles[page.name] = re.findall(r'<li class="(\w+)"><a [^>]*>(.*?)</a>', contents[1])
    made = {"iam-moving.7.html", "iam-differences.7.html", "iam-snapshot-file.5.html"}
    own = {f"iamcli-{name}.1.html" for name in ("check", "doctor", "recreate", "sandbox")}
    assert set(titles) == {"iam-toolkit.7.html", "iam-today.7.html", *own, *made}
    for name, rows in titles.items():
        source = (ROOT / "man" / name.removesuffix(".html")).read_text()
        levels = {"h": "section", "s": "subsection"}
        assert [(level, html.unescape(title)) for level, title in rows] == [
            (levels[kind], title.strip('"').replace("\\-", "-"))
            for kind, title in re.findall(r"^\.S([hs]) (.*)", source, re.MULTILINE)
        ]


def results(chromium: Browser) -> list[str]:
    """Return the names of the pages that the search box shows."""
    names: list[str] = chromium.value(
        "[...document.querySelectorAll('#results a')].map(a => a.text)"
    )
    return names


@pytest.mark.full
@needs("mandoc", "chromium")
def test_the_search_finds_what_is_typed(chromium, site):
    chromium.open(f"file://{site}/iam-rolecreate.1.html", width=1000)
    chromium.press("/")
    assert chromium.value("document.activeElement.name") == "q"
    for text, first in {
        "usercreate": ["iam-usercreate"],
        "iam-groupdel": ["iam-groupdel", "iam-groupdelpolicy"],
        "group": ["iam-groupcreate"],
        "mfa enable": ["iam-userenablemfadevice"],
        "AWS_IAM_URL": ["iam-toolkit"],
        "GetAccountSummary": ["iam-accountgetsummary"],
        "--reset": ["iam-accountmodpasswordpolicy"],
        "QRCodePNG": ["iam-virtualmfadevicecreate"],
    }.items():
        chromium.value("document.querySelector('form').q.select()")
        chromium.type(text)
        assert results(chromium)[: len(first)] == first, text
    chromium.press("Escape")
    assert results(chromium) == []
    assert chromium.value("document.querySelector('#results').hidden")
    chromium.type("zzz")
    assert chromium.value("document.querySelector('#results').innerText") == "No page matches."


@pytest.mark.full
@pytest.mark.parametrize("words", [*SOUGHT, *NONSENSE])
@needs("mandoc", "chromium")
def test_the_search_finds_what_the_command_lists(words, chromium, site, run):
    listed = run("iamcli", "list", words).out
    topics = re.findall(r"^  iamcli help (\S+)  +[A-Z]", listed, re.MULTILINE)
    chromium.open(f"file://{site}/index.html", width=1000)
    chromium.press("/")
    chromium.type(f'"{words}"')
    assert sorted(results(chromium)) == sorted(
        [*commands_in(listed), *(TOPICS[topic][0] for topic in topics)]
    )


@pytest.mark.full
@needs("mandoc", "chromium")
def test_a_result_is_opened_with_the_keyboard(chromium, site):
    chromium.open(f"file://{site}/index.html", width=1000)
    chromium.press("/")
    chromium.type("listkeys")
    chromium.press("Enter")
    chromium.wait_until("location.pathname.endsWith('/iam-userlistkeys.1.html')")
    chromium.wait_until("document.readyState == 'complete'")
    chromium.press("/")
    chromium.type("userdel")
    second = results(chromium)[1]
    chromium.press("ArrowDown")
    chromium.press("ArrowDown")
    assert chromium.value("document.activeElement.text") == second
    chromium.press("Enter")
    chromium.wait_until(f"location.pathname.endsWith('/{second}.1.html')")


@pytest.mark.full
@needs("mandoc", "chromium")
def test_nothing_comes_from_elsewhere_and_no_script_fails(chromium, site):
    for name in LOOKED_AT:
        chromium.open(f"file://{site}/{name}", width=1000)
        assert chromium.value("document.querySelector('form').hidden") is False
    assert {address.rpartition("/")[0] for address in chromium.requested} == {f"file://{site}"}
    assert chromium.errors == []


@pytest.mark.full
@pytest.mark.parametrize("name", LOOKED_AT)
@pytest.mark.parametrize("width", [320, 360, 640, 1200])
@needs("mandoc", "chromium")
def test_nothing_is_wider_than_the_window(name, width, chromium, site):
    chromium.open(f"file://{site}/{name}", width=width)
    chromium.press("/")
    chromium.type("instanceprofile")
    assert len(results(chromium)) > 4
    assert chromium.value("document.documentElement.scrollWidth") <= width
    # Examples scroll by themselves; nothing else does.
    inner = (
        "[...document.querySelectorAll('body *')].filter(e => !e.closest('pre, input') "
        "&& e.getBoundingClientRect().right > innerWidth).map(e => e.outerHTML)"
    )
    assert chromium.value(inner) == []


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colors such as "rgb(0, 10, 255)", as WCAG defines it."""

    def luminance(color: str) -> float:
        parts = [int(part) / 255 for part in re.findall(r"\d+", color)[:3]]
        red, green, blue = [
            part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
        ]
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    low, high = sorted([luminance(one), luminance(other)])
    return (high + 0.05) / (low + 0.05)


@pytest.mark.full
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@needs("mandoc", "chromium")
def test_text_can_be_read_in_both_themes(dark, chromium, site):
    chromium.open(f"file://{site}/iam-usercreate.1.html", width=1000, dark=dark)
    chromium.press("/")
    chromium.type("user")

    def color(selector: str, of: str) -> str:
        return str(chromium.value(f"getComputedStyle(document.querySelector('{selector}')).{of}"))

    ground = color("body", "backgroundColor")
    assert (contrast(ground, "rgb(0, 0, 0)") < 2) == dark
    raised = [color(place, "backgroundColor") for place in ("#results", "input", "pre")]
    for place in ("p", "h1", "nav", "a", ".Ar", "table.foot"):
        assert contrast(ground, color(place, "color")) >= 4.5, place
    for background in raised:
        assert background != ground
        for place in ("#results a", "#results span", "input", "pre"):
            assert contrast(background, color(place, "color")) >= 4.5, place
