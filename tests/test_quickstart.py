"""The quickstart's sample is what its generator writes, and a run does to each record what was planted for it."""

import json
import re
import unicodedata
from itertools import combinations
from pathlib import Path
from typing import NamedTuple

import polars as pl
import pytest

import curate
from configs.quickstart import files, make, persons
from configs.quickstart.make import Record, Source

ROOT = Path(__file__).parents[1]
SAMPLE = ROOT / "configs" / "quickstart"
INDUSTRIES = ("finance", "healthcare", "legal", "manufacturing", "energy", "cybersecurity")

TOKEN = re.compile(r"[a-z0-9_]+|[\u4e00-\u9fff]")
WRITTEN_BY_HAND = {"make.py", "files.py", "persons.py", "junk.py", "phrases.toml"}

Place = tuple[str, str, int]


def golden() -> list[dict]:
    return [json.loads(line) for line in (SAMPLE / "golden.jsonl").read_text("utf-8").splitlines()]


def place_of(line: dict) -> Place:
    return line["source"], line["uri"], line["offset"]


def everything() -> list[tuple[Source, Record]]:
    made = make.corpus()
    files.contents(made)  # the writers say where each record stands
    return [(source, record) for source in made for record in source.records]


def shingles(text: str) -> set[tuple[str, ...]]:
    """Five tokens in a row: letters and digits that stand together, every Chinese character by itself."""
    tokens = TOKEN.findall(unicodedata.normalize("NFKC", text).lower())
    return {tuple(tokens[at : at + 5]) for at in range(max(1, len(tokens) - 4))} if tokens else set()


def jaccard(one: set, two: set) -> float:
    return len(one & two) / len(one | two) if one | two else 0.0


class TestTheSample:
    def test_is_what_the_generator_writes(self):
        written = files.contents(make.corpus())
        found = {
            path.relative_to(SAMPLE).as_posix(): path.read_bytes()
            for path in SAMPLE.rglob("*")
            if path.is_file() and path.name not in WRITTEN_BY_HAND and "__pycache__" not in path.parts
        }
        assert found == written

    def test_has_some_hundred_records_of_six_industries_in_both_languages(self):
        lines = golden()
        assert 300 <= len(lines) <= 600
        assert {source.industry for source, _ in everything()} == set(INDUSTRIES)
        for industry in INDUSTRIES:
            spoken = [r.language for s, r in everything() if s.industry == industry and r.rule is None]
            assert min(spoken.count("zh"), spoken.count("en")) >= 20, industry

    def test_puts_near_copies_well_above_the_threshold_and_everything_else_below(self):
        known = [
            (s, r, shingles(s.text(r)))
            for s, r in everything()
            if r.raw is None and r.rule not in {"quality", "length"}
        ]
        for (s, one, ones), (t, two, twos) in combinations(known, 2):
            similarity = jaccard(ones, twos)
            if one.of is two or two.of is one:
                assert similarity > (0.88 if "near" in {one.planted, two.planted} else 0.999), (
                    s.name,
                    t.name,
                    one.planted,
                )
            elif one.of is None and two.of is None:
                most = 0.79 if "similar" in {one.planted, two.planted} else 0.5
                assert similarity < most, (s.name, one.parts[0][:20], t.name, two.parts[0][:20])

    def test_says_some_similar_records_are_kept_though_they_share_most_of_their_text(self):
        pairs = combinations(
            [(r, shingles(s.text(r))) for s, r in everything() if r.planted in {"plain", "similar"}], 2
        )
        close = [jaccard(x, y) for (a, x), (b, y) in pairs if {a.planted, b.planted} == {"plain", "similar"}]
        assert sum(similarity > 0.55 for similarity in close) >= 12

    def test_holds_personal_data_whose_check_digits_hold(self):
        def luhn(number: str) -> int:
            digits = [int(d) for d in reversed(number)]
            return sum(d if n % 2 == 0 else sum(divmod(2 * d, 10)) for n, d in enumerate(digits)) % 10

        values = [pair for _, record in everything() for pair in record.values]
        assert {type_ for type_, _ in values} == set(persons.PERSONAL)
        for type_, value in values:
            if type_ in {"CN_BANK_CARD", "CREDIT_CARD"}:
                assert luhn(value) == 0
            if type_ == "CN_RESIDENT_ID":
                places = ["0123456789X".index(sign) * 2 ** (17 - n) for n, sign in enumerate(value)]
                assert sum(places) % 11 == 1
            if type_ == "CN_USCC":
                signs = "0123456789ABCDEFGHJKLMNPQRTUWXY"
                assert (
                    sum(signs.index(sign) * 3**n for n, sign in enumerate(value[:17])) % 31
                    == -signs.index(value[17]) % 31
                )


class Ran(NamedTuple):
    """What a run left, read by polars from the files alone."""

    kept: dict[Place, dict]
    rejected: dict[Place, dict]
    place_by_id: dict[str, Place]
    rows: int


def read(out: Path) -> Ran:
    kept = pl.concat([pl.read_parquet(path) for path in sorted(out.glob("data/*/*.parquet"))])
    ledger = pl.concat([pl.read_parquet(path) for path in sorted(out.glob("_lineage/rejects-*.parquet"))])

    def by_place(frame: pl.DataFrame) -> dict[Place, dict]:
        return {(row["source_id"], row["source_uri"], row["source_offset"]): row for row in frame.to_dicts()}

    kept_rows, rejected_rows = by_place(kept), by_place(ledger)
    places = {row["id"]: place for rows in (kept_rows, rejected_rows) for place, row in rows.items()}
    return Ran(kept_rows, rejected_rows, places, kept.height + ledger.height)


def run(name: str, folder: Path, workers: int | None = None) -> Ran:
    done = curate.run(ROOT / "configs" / f"{name}.yaml", overrides=[f"output.path={folder / name}"], workers=workers)
    return read(Path(done.path))


@pytest.fixture(scope="module")
def ran(tmp_path_factory) -> Ran:
    return run("quickstart", tmp_path_factory.mktemp("quickstart"))


class TestARunOfTheQuickstart:
    def test_keeps_and_rejects_exactly_the_records_that_it_must(self, ran):
        outcomes = dict.fromkeys(ran.kept, "kept") | dict.fromkeys(ran.rejected, "rejected")
        assert outcomes == {place_of(line): line["outcome"] for line in golden()}
        assert ran.rows == len(golden())

    def test_names_the_rule_under_which_each_record_is_rejected(self, ran):
        for line in golden():
            if line["rule"]:
                rule = ran.rejected[place_of(line)]["rule"]
                assert rule == line["rule"] or rule.startswith(f"{line['rule']}:"), line

    def test_names_the_record_that_stays_in_place_of_each_copy(self, ran):
        named = {
            place: ran.place_by_id[row["duplicate_of"]] for place, row in ran.rejected.items() if row["duplicate_of"]
        }
        assert named == {place_of(line): tuple(line["duplicate_of"]) for line in golden() if line["duplicate_of"]}

    def test_sees_the_language_of_each_record(self, ran):
        seen = {place_of(line): ran.kept[place_of(line)]["language"] for line in golden() if place_of(line) in ran.kept}
        assert seen == {p: line["language"] or seen[p] for line in golden() if (p := place_of(line)) in seen}

    def test_replaces_the_personal_data_of_each_record_and_counts_it_by_type(self, ran):
        for line in golden():
            if line["outcome"] == "kept":
                counts = {entry["type"]: entry["count"] for entry in ran.kept[place_of(line)]["pii"]}
                assert counts == line["pii"], line

    def test_leaves_no_planted_value_anywhere(self, ran):
        values = [value for _, record in everything() for _, value in record.values]
        shown = "\n".join(repr(row) for rows in (ran.kept, ran.rejected) for row in rows.values())
        assert values
        assert [value for value in values if value in shown] == []

    def test_changes_nothing_else_in_any_text(self, ran):
        for source, record in everything():
            if record.rule is None:
                text = source.text(record)
                for type_, value in record.values:
                    text = text.replace(value, f"<{type_}>")
                assert ran.kept[source.name, record.uri, record.offset]["text"] == text.strip()

    def test_counts_tokens_of_each_record(self, ran):
        assert all(row["n_tokens"] > 0 for row in ran.kept.values())


@pytest.mark.parametrize("industry", INDUSTRIES)
def test_the_configuration_of_an_industry_does_to_its_records_what_was_planted(industry, tmp_path):
    """Copies of records of other industries have nothing to be a copy of; statutes that are alike are only tagged."""
    names = {source.name for source, _ in everything() if source.industry == industry}
    ran = run(industry, tmp_path, workers=0)
    apart = {"energy", "manufacturing"}  # these look for near copies in one source at a time
    for line in (line for line in golden() if line["source"] in names):
        of, rule = line["duplicate_of"], line["rule"]
        freed = of is not None and of[0] not in names
        freed |= industry == "legal" and rule == "near_duplicates"
        freed |= industry in apart and rule == "near_duplicates" and of is not None and of[0] != line["source"]
        place = place_of(line)
        if rule and not freed:
            assert ran.rejected[place]["rule"].startswith(rule.partition(":")[0]), line
        else:
            assert place in ran.kept, (line, ran.rejected.get(place))
    assert ran.rows == sum(line["source"] in names for line in golden())
