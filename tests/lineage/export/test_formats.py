"""What is exported holds the public specification, comes from the manifest alone, and makes nothing up."""

import importlib
import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from click.testing import CliRunner

from curate.cli import main
from curate.core.errors import ConfigError, CurateError
from curate.lineage.export.eu_summary import BILLION, SMALLEST, size
from curate.lineage.export.formats import FORMATS, exported
from curate.lineage.manifest import RUN, read_manifest
from curate.lineage.verify import verify
from tests.lineage.made import Row, made, patched, publish
from tests.lineage.test_erase import erased

SCHEMAS = Path(__file__).parent / "schemas"


@pytest.fixture(scope="module")
def whole(tmp_path_factory) -> Path:
    return publish(made(), tmp_path_factory.mktemp("export"))


@pytest.fixture
def out(whole, tmp_path) -> Path:
    shutil.copytree(whole, tmp_path / "out")
    return tmp_path / "out"


def documents(name: str, out: Path) -> list[Any]:
    body = exported(name, out).decode()
    return [json.loads(line) for line in body.splitlines()] if FORMATS[name].lines else [json.loads(body)]


def entries(said: Any) -> dict[str, Row]:
    return {one["id"]: one for section in said["sections"] for one in section["entries"]}


def read_sources(out: Path) -> list[Row]:
    return [card.model_dump() for card in read_manifest(out).sources]


def facets(said: Any) -> Iterator[Row]:
    if isinstance(said, dict):
        if "_schemaURL" in said:
            yield said
        for value in said.values():
            yield from facets(value)
    elif isinstance(said, list):
        for value in said:
            yield from facets(value)


def check(name: str, out: Path) -> list[Any]:
    schema = json.loads((SCHEMAS / f"{name}.json").read_text("utf-8"))
    validator = jsonschema.Draft202012Validator(schema, format_checker=jsonschema.FormatChecker())
    said = documents(name, out)
    for document in said:
        validator.validate(document)
    return said


@pytest.mark.parametrize("name", FORMATS)
class TestEveryFormat:
    def test_holds_its_schema_also_where_next_to_nothing_is_known(self, name, out):
        check(name, out)

        def patch(manifest: Row) -> None:
            manifest |= {"residual": None, "limits": None}
            manifest["dataset"]["languages"] = {}
            manifest["sources"] = [{"id": one["id"], "format": one["format"]} for one in manifest["sources"]]

        patched(out, patch)
        check(name, out)

    def test_says_the_same_for_the_same_manifest_and_needs_no_other_file(self, name, out, tmp_path):
        bare = tmp_path / "bare" / "_lineage"
        bare.mkdir(parents=True)
        for file in ("manifest.json", "run.json"):
            shutil.copy(out / "_lineage" / file, bare / file)
        assert exported(name, bare.parent) == exported(name, out)

    def test_is_named_by_the_schema_of_its_own_name(self, name, out):
        assert (SCHEMAS / f"{name}.json").exists()
        assert exported(name, out).endswith(b"\n")


class TestCroissant:
    def test_every_shard_has_its_digest_and_no_pattern_takes_in_the_ledger(self, whole):
        [said] = documents("croissant", whole)
        objects = {one["@id"]: one for one in said["distribution"] if one["@type"] == "cr:FileObject"}
        shards = read_manifest(whole).outputs.shards
        assert {path: one["sha256"] for path, one in objects.items()} == {one.path: one.sha256 for one in shards}
        sets = [one for one in said["distribution"] if one["@type"] == "cr:FileSet"]
        matched = [path for one in sets for path in whole.glob(one["includes"])]
        assert sorted(path.relative_to(whole).as_posix() for path in matched) == sorted(objects)
        assert not [one for one in sets if "containedIn" in one]

    def test_the_licences_are_those_of_the_sources_and_the_rest_is_left_to_the_provider(self, out):
        patched(out, lambda manifest: manifest["sources"][0].update(license="unknown"))
        (out / RUN).unlink()
        [said] = documents("croissant", out)
        assert said["license"] == ["MIT", "unknown"]
        assert {said[name] for name in ("url", "datePublished", "citeAs")} == {"to be filled in by the provider"}

    def test_what_was_erased_is_told(self, out):
        assert "Erased" not in documents("croissant", out)[0]["description"]
        erased(out, made().rows[0]["id"])
        assert " Erased since: 1;" in documents("croissant", out)[0]["description"]

    def test_columns_that_have_no_type_there_are_named_in_words(self, whole):
        [said] = documents("croissant", whole)
        described = {field["source"]["extract"]["column"] for field in said["recordSet"][0]["field"]}
        columns = {column.name for column in read_manifest(whole).outputs.columns}
        assert columns - described == {"messages", "pii"}
        assert said["recordSet"][0]["description"].endswith("nested: messages, pii.")

    @pytest.mark.filterwarnings("ignore")  # what rdflib and pandas deprecate within mlcroissant is not ours
    def test_mlcroissant_finds_no_error_and_reads_every_record(self, whole, tmp_path):
        mlcroissant = pytest.importorskip("mlcroissant", reason="mlcroissant is not installed (225 MB)")
        shutil.copytree(whole / "data", tmp_path / "data")
        (tmp_path / "croissant.json").write_bytes(exported("croissant", whole))
        dataset = mlcroissant.Dataset(jsonld=tmp_path / "croissant.json")
        read = {split: list(dataset.records(record_set=split)) for split in ("train", "validation")}
        rows = {row["id"]: row for row in made().rows}
        assert sum(map(len, read.values())) == len(rows)
        for split, records in read.items():
            for record in records:
                row = rows[record[f"{split}/id"].decode()]
                assert (row["split"], row["text"]) == (split, record[f"{split}/text"].decode())


class TestOpenLineage:
    def test_a_run_starts_and_completes_once_under_one_id(self, whole):
        start, complete = documents("openlineage", whole)
        assert [start["eventType"], complete["eventType"]] == ["START", "COMPLETE"]
        assert start["run"] == complete["run"]
        assert (start["eventTime"], complete["eventTime"]) == ("2026-01-01T00:00:00Z", "2026-01-01T00:00:01Z")
        assert start["outputs"] == []

    def test_amounts_are_those_of_the_files(self, whole):
        _, said = documents("openlineage", whole)
        corpus = made()
        rows = sum(one["outputFacets"]["outputStatistics"]["rowCount"] for one in said["outputs"])
        read = sum(one["inputFacets"]["inputStatistics"]["rowCount"] for one in said["inputs"])
        assert (rows, read) == (len(corpus.rows), len(corpus.rows) + len(corpus.ledger))

    def test_a_stage_that_replaced_personal_data_masks_and_no_other_does(self, out):
        def patch(manifest: Row) -> None:
            stages = manifest["stages"]
            stages[1]["by_source"]["qa"]["edited"] = 3
            stages[4]["by_source"]["qa"] |= {"edited": 2, "personal": {"PHONE_NUMBER": {"found": 2, "replaced": 2}}}

        patched(out, patch)
        _, said = documents("openlineage", out)
        fields = said["outputs"][0]["facets"]["columnLineage"]["fields"]["text"]["inputFields"]
        masking = {field["name"]: [one["masking"] for one in field["transformations"]] for field in fields}
        assert masking == {
            "med-law.sources.qa": [False, True],
            "med-law.sources.laws": [False],
            "med-law.sources.advisories": [False],
        }

    def test_what_was_erased_is_in_the_balance_that_is_said_to_hold(self, out):
        erased(out, made().rows[0]["id"])
        _, said = documents("openlineage", out)
        balances = {
            (one["assertion"], one["success"])
            for data in said["outputs"]
            for one in data["facets"]["dataQualityAssertions"]["assertions"]
        }
        assert balances == {("records_read_are_written_or_rejected_or_erased", True)}

    def test_without_a_time_of_the_run_there_is_no_event(self, out):
        (out / RUN).unlink()
        with pytest.raises(CurateError, match="wants the time of the run"):
            exported("openlineage", out)

    def test_the_classes_of_openlineage_python_take_every_facet(self, whole):
        reason = "openlineage-python is not installed"
        base = pytest.importorskip("openlineage.client.generated.base", reason=reason)
        folder = Path(base.__file__).parent
        modules = [importlib.import_module(f"openlineage.client.generated.{path.stem}") for path in folder.glob("*.py")]
        known = {name: kind for module in modules for name, kind in vars(module).items() if name.endswith("Facet")}
        seen = set()
        for facet in facets(documents("openlineage", whole)):
            kind = known[facet["_schemaURL"].rpartition("/")[2]]
            body = {name: value for name, value in facet.items() if not name.startswith("_")}
            made_of_it = kind(**body)
            assert made_of_it._get_schema() == facet["_schemaURL"]
            seen.add(kind.__name__)
        assert len(seen) == 9


class TestTheForms:
    def test_each_source_stands_in_one_section_with_its_volume(self, whole):
        [said] = documents("eu-training-summary", whole)
        first = {(one["section"], one["title"]): one["entries"][0] for one in said["sections"][3:10]}
        sections = {key: one["value"] for key, one in first.items() if one["status"] == "known"}
        placed = {source["name"]: key[0] for key, value in sections.items() for source in value}
        assert placed == {"qa": "2.1", "laws": "2.6", "advisories": "2.6"}
        records = sum(source["records"] for value in sections.values() for source in value)
        assert records == len(made().rows)

    def test_a_section_is_not_known_to_be_empty_while_a_source_has_no_category(self, whole):
        said = {one["title"]: one["entries"][0] for one in documents("eu-training-summary", whole)[0]["sections"][3:10]}
        lone, taken = said["User data"], said["Publicly available datasets"]
        assert (lone["value"], lone["status"]) == ("unknown", "unknown")
        assert lone["note"] == taken["note"] == "sources of no declared category, which may belong here: 2"
        assert taken["status"] == said["Other sources: of no declared category"]["status"] == "known"

    def test_the_size_is_stated_only_where_bytes_alone_decide_it(self):
        assert size(BILLION - 1).value == SMALLEST
        for unsure in (BILLION, None):
            assert size(unsure).status == "to_be_filled_by_provider"

    def test_what_was_erased_is_counted_in_the_balance_and_in_no_number_of_bytes(self, out):
        gone = erased(out, made().rows[0]["id"])
        [cn] = check("cn-filing", out)
        lines = entries(cn)
        balance = lines["balance"]["value"]
        assert balance.pop("read") == sum(balance.values())
        assert balance["erased"] == len(gone.records) == 1
        assert lines["records"]["value"] == len(made().rows) - 1
        assert lines["text_bytes"]["status"] == "unknown"
        touched = made().rows[0]["source_id"]
        known = {one["id"]: lines[f"source.{one['id']}"]["value"]["text_bytes"] for one in read_sources(out)}
        assert {name for name, size in known.items() if size == "unknown"} == {touched}
        [eu] = check("eu-training-summary", out)
        assert entries(eu)["size"]["value"] == SMALLEST

    def test_what_no_card_declares_is_unknown_and_what_only_the_provider_knows_is_left_to_them(self, whole):
        [eu] = documents("eu-training-summary", whole)
        assert entries(eu)["latest_collection"]["status"] == "unknown"
        assert entries(eu)["provider"]["value"] == "to be filled in by the provider"
        [cn] = documents("cn-filing", whole)
        lines = entries(cn)
        assert lines["owner.qa"]["value"] == "Example | Clinic"
        assert (lines["owner.laws"]["status"], lines["owner.laws"]["status_label"]) == ("unknown", "未说明")
        assert {lines[name]["status_label"] for name in ("tokens", "annotation", "manual")} == {"由提供者填写"}

    def test_shares_by_category_and_by_origin_each_sum_to_the_whole(self, out):
        patched(out, lambda manifest: manifest["sources"][1].update(origin="overseas"))
        [said] = documents("cn-filing", out)
        for kind in ("category", "origin"):
            told = [one for name, one in entries(said).items() if name.startswith(f"{kind}.")]
            values = [one["value"] for one in told if one["status"] == "known"]
            assert sum(value["records"] for value in values) == len(made().rows)
            assert sum(value["share_of_records"] for value in values) == pytest.approx(1, abs=1e-5)
        assert entries(said)["origin.overseas"]["value"]["records"] > 0

    def test_none_of_a_kind_is_known_only_where_every_source_names_its_own(self, out):
        [said] = documents("cn-filing", out)
        lines = entries(said)
        assert {lines[name]["status"] for name in ("category.synthetic", "origin.overseas")} == {"unknown"}
        assert lines["category.synthetic"]["note"] == "另有 2 个来源未说明，可能属于此类"
        patched(out, lambda manifest: [card.update(category="open", origin="domestic") for card in manifest["sources"]])
        [said] = documents("cn-filing", out)
        none = {"sources": [], "records": 0, "share_of_records": 0.0}
        for name in ("category.synthetic", "category.unknown", "origin.overseas"):
            assert entries(said)[name]["value"].items() >= none.items()

    def test_what_no_stage_was_to_replace_is_counted_too(self, out):
        kind = {"left": 1, "allowed": 2, "outside": 40}
        patched(out, lambda manifest: manifest["residual"].update(by_source={"qa": {"CN_MOBILE": kind}}))
        [said] = documents("cn-filing", out)
        assert entries(said)["residual"]["value"] == {"left": 1, "not_to_be_replaced": 40, "allowed": 2}

    def test_the_latest_collection_is_known_only_where_every_source_says_when(self, out):
        day = {"collected_to": "2026-02-28"}
        patched(out, lambda manifest: manifest["sources"][0].update(registry=day))
        [said] = documents("eu-training-summary", out)
        latest = entries(said)["latest_collection"]
        assert latest["status"] == "unknown"
        assert latest["note"] == "2026-02-28 or later: 2 of 3 sources do not say when"
        patched(out, lambda manifest: [card.update(registry=day) for card in manifest["sources"]])
        [said] = documents("eu-training-summary", out)
        assert entries(said)["latest_collection"]["value"] == "2026-02-28"


class TestTheCommand:
    def test_prints_or_writes_the_same_and_tells_what_it_wrote(self, out, tmp_path):
        run, file = CliRunner().invoke, tmp_path / "filing.json"
        printed = run(main, ["export", "cn-filing", str(out)])
        assert json.loads(printed.stdout)["form"] == "cn-filing"
        said = run(main, ["export", "cn-filing", str(out), "-o", str(file), "--json"])
        assert file.read_text("utf-8") == printed.stdout
        assert json.loads(said.stdout)["bytes"] == file.stat().st_size

    def test_writes_nothing_into_an_output_but_what_is_attached(self, out):
        run = CliRunner().invoke
        inside = run(main, ["export", "croissant", str(out), "-o", str(out / "croissant.json")])
        assert (inside.exit_code, (out / "croissant.json").exists()) == (2, False)
        attached = run(main, ["export", "croissant", str(out), "-o", str(out / "_lineage/attached/croissant.json")])
        assert attached.exit_code == 0
        assert verify(out).named("sums").status == "pass"

    def test_a_format_that_is_none_is_a_mistake_of_usage(self, out):
        with pytest.raises(ConfigError, match="no format 'croisant'") as wrong:
            exported("croisant", out)
        assert wrong.value.hint.startswith("did you mean croissant?")
