"""The page in a real Chromium: it asks nobody for anything, complains of nothing, and everybody can read it.

Skipped where there is no Chromium; `.ci/run` installs Debian's.
"""

import json
import shutil
import struct
from itertools import pairwise
from pathlib import Path

import pytest

from curate.lineage.manifest import ATTACHED
from curate.lineage.profiles.load import load
from curate.report.markup import Matrix, matrix
from curate.report.page import gathered, page
from curate.report.style import STYLE
from tests.lineage.made import made, publish
from tests.report.browser import found, running
from tests.report.test_page import REVIEW

PROGRAM = found()
pytestmark = pytest.mark.skipif(PROGRAM is None, reason="there is no Chromium to open the page in")
LEAST = 4.5
"""WCAG 2.2, success criterion 1.4.3: contrast of text with what is behind it."""
A4_WIDTH = 695
"""Pixels between the margins of the page's style: 184 mm at 96 to the inch."""
CONTRASTS = """
(() => {
  const parts = (said) => said.match(/[0-9.]+/g).map(Number);
  const light = ([r, g, b]) => [r, g, b].map((v) => v / 255)
    .map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4))
    .reduce((sum, v, at) => sum + v * [0.2126, 0.7152, 0.0722][at], 0);
  const behind = (one) => {
    for (let at = one; at; at = at.parentElement) {
      const colour = parts(getComputedStyle(at).backgroundColor);
      if (colour.length === 3 || colour[3] === 1) return colour;
    }
    return [255, 255, 255];
  };
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const found = new Map();
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    if (!node.data.trim() || node.parentElement.closest("svg")) continue;
    const style = getComputedStyle(node.parentElement);
    const two = [light(parts(style.color)), light(behind(node.parentElement))].sort((a, b) => b - a);
    const key = style.color + " on " + behind(node.parentElement);
    found.set(key, Math.round(100 * (two[0] + 0.05) / (two[1] + 0.05)) / 100);
  }
  return JSON.stringify([...found]);
})()
"""
HEADINGS = "JSON.stringify([...document.querySelectorAll('h1,h2,h3,h4,h5,h6')].map((one) => Number(one.tagName[1])))"
OVERFLOWING = """
JSON.stringify([...document.querySelectorAll("table, svg, dl, p, code")]
  .filter((one) => one.getBoundingClientRect().right > document.documentElement.clientWidth + 1)
  .map((one) => one.closest("[aria-label]")?.getAttribute("aria-label") ?? one.textContent.slice(0, 40)))
"""
PARTED = """
[...document.querySelectorAll(".wide, .histograms, .legend")].map((one) => one.previousElementSibling)
  .filter((one) => one && one.matches("p, h2, h3") && getComputedStyle(one).breakAfter !== "avoid").length
"""
UNNAMED = """
[...document.querySelectorAll("svg, [role=region], nav")].filter((one) => !one.getAttribute("aria-label")).length
  + [...document.querySelectorAll("table")].filter((one) => !one.querySelector("th[scope=col]")).length
  + [...document.querySelectorAll("a")].filter((one) => !document.querySelector(one.getAttribute("href"))).length
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("browser")
    out = publish(made(), folder)
    (out / ATTACHED).mkdir(exist_ok=True)
    (out / ATTACHED / "inspections.json").write_text(json.dumps({"inspections": [REVIEW]}))
    report = gathered(out, load("cn-genai"))
    for lang in ("en", "zh"):
        (folder / f"{lang}.html").write_text(page(report, lang), "utf-8")
    return folder


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    profile = tmp_path_factory.mktemp("chromium")
    with running(str(PROGRAM), profile) as one:
        yield one
    shutil.rmtree(profile, ignore_errors=True)


@pytest.fixture(scope="module", params=["en", "zh"])
def opened(request, folder, browser):
    browser.open(folder / f"{request.param}.html")
    return browser


def test_asks_for_nothing_but_itself_and_complains_of_nothing(opened):
    assert len(opened.requests()) == 1
    assert opened.requests()[0].startswith("file:")
    assert opened.complaints() == []


def test_heads_its_sections_in_order(opened):
    levels = json.loads(opened.said(HEADINGS))
    assert levels.count(1) == 1
    assert levels[0] == 1
    assert levels.count(2) == 12
    assert all(after <= before + 1 for before, after in pairwise(levels))


def test_every_text_stands_out_from_what_is_behind_it(opened):
    contrasts = dict(json.loads(opened.said(CONTRASTS)))
    assert len(contrasts) > 5
    assert {pair: ratio for pair, ratio in contrasts.items() if ratio < LEAST} == {}


def test_every_drawing_table_and_link_has_a_name_or_an_end(opened):
    assert opened.said(UNNAMED) == 0


def test_is_drawn_whole_on_a_screen(opened):
    png = opened.screenshot()
    width, height = struct.unpack(">II", png[16:24])
    assert png.startswith(b"\x89PNG")
    assert (width, height) == (1280, opened.said("document.documentElement.scrollHeight"))
    assert json.loads(opened.said(OVERFLOWING)) == []


@pytest.mark.parametrize("value", [1, 999, 1_234_567, 10**10])
def test_a_matrix_fits_on_a4_however_large_its_numbers_and_many_its_columns(browser, tmp_path, value):
    names = [f"a_source_of_some_length_{number}" for number in range(40)]
    said = Matrix("m", "from", names, names, {(one, other): value for one in names for other in names}, total="all")
    path = tmp_path / "matrix.html"
    path.write_text(f"<!DOCTYPE html><meta charset=utf-8><style>{STYLE}</style><main>{matrix(said)}</main>", "utf-8")
    browser.open(path)
    browser.resized(A4_WIDTH, "print")
    assert json.loads(browser.said(OVERFLOWING)) == []


OVERLAPPING = """
JSON.stringify([...document.querySelectorAll(".matrix .up span, .matrix .up code")].filter((one) => {
  const [inner, outer] = [one, one.closest("th")].map((some) => some.getBoundingClientRect());
  return inner.top < outer.top - 1 || inner.bottom > outer.bottom + 1 || inner.left < outer.left - 1
    || inner.right > outer.right + 1 || one.scrollHeight > one.clientHeight + 1 && one.clientHeight;
}).map((one) => one.textContent))
"""


@pytest.mark.parametrize("medium", ["screen", "print"])
@pytest.mark.parametrize(
    "name", ["customer_support_tickets_20240", "a" * 52, "某省电力公司设备检修记录二零二四年第一季度汇总表"]
)
def test_heads_of_a_matrix_stay_in_their_cells_however_long_names_are(browser, tmp_path, name, medium):
    names = [f"{name}{number}" for number in range(26)]
    said = Matrix("m", "from", names, names, {(one, other): 12_345 for one in names for other in names}, total="all")
    path = tmp_path / "matrix.html"
    path.write_text(f"<!DOCTYPE html><meta charset=utf-8><style>{STYLE}</style><main>{matrix(said)}</main>", "utf-8")
    browser.open(path)
    browser.resized(A4_WIDTH if medium == "print" else 1280, medium)
    assert json.loads(browser.said(OVERLAPPING)) == []
    assert json.loads(browser.said(OVERFLOWING)) == []


def test_what_is_said_of_a_table_or_a_picture_is_printed_on_its_page(opened):
    opened.resized(A4_WIDTH, "print")
    assert opened.said("document.querySelectorAll('p + .wide, p + .histograms').length") > 3
    assert opened.said(PARTED) == 0
    opened.resized(1280, "")


def test_fits_on_a4_and_prints(opened):
    opened.resized(A4_WIDTH, "print")
    assert json.loads(opened.said(OVERFLOWING)) == []
    assert opened.said("document.documentElement.scrollWidth") == A4_WIDTH
    opened.resized(1280, "")
    assert opened.pdf().startswith(b"%PDF-")
