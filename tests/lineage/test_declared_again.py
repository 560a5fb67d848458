"""Sources, documents and equal texts are held against what was declared; levels say what they leave out."""

from hashlib import sha256
from pathlib import Path

import pytest

from curate.core.intervals import interval
from curate.lineage.manifest import read_manifest
from curate.lineage.sources import EVIDENCE
from curate.lineage.verify import verify
from tests.lineage.made import failed, folders, made, patched, publish

GATE = {"index": 5, "name": "source_gate", "stage": "source_gate", "params": {"action": None, "languages": None}}


def judged(bad: int, seen: int, **changes: object) -> dict[str, object]:
    lower, upper = (round(bound, 6) for bound in interval(bad, seen))
    said = {"records": seen, "bad": bad, "share": bad / seen, "lower": lower, "upper": upper}
    return {**said, "blocked": bad / seen > 0.05, **changes}


def gated(out, sources: dict[str, dict[str, object]]) -> None:
    """Write into the manifest that a gate stood at the end and said so."""
    said = {"limit": 0.05, "by": "share", "confidence": 0.95, "rules": ["length:*"], "verdicts": 0, "sources": sources}

    def patch(manifest):
        last = manifest["stages"][-1]
        through = {"records_in": last["records_out"], "records_out": last["records_out"]}
        by_source = {
            name: {"records_in": numbers["records_out"], "records_out": numbers["records_out"]}
            for name, numbers in last["by_source"].items()
        }
        manifest["stages"].append({**GATE, **through, "by_source": by_source, "lineage": said})

    patched(out, patch)


class TestASource:
    def test_that_is_blacklisted_is_a_fault(self, out):
        patched(out, lambda said: said["sources"][0]["registry"].update(blacklisted=True))
        check = verify(out).named("sources")
        assert check.status == "fail"
        assert "qa is blacklisted, and the output has" in check.detail

    def test_that_a_gate_let_through_by_its_figures_is_none(self, out):
        gated(out, {"qa": judged(20, 1000), "laws": judged(9, 200)})
        assert verify(out).named("sources").status == "pass"

    @pytest.mark.parametrize(
        ("lie", "word"),
        [
            (judged(200, 1000), "qa is blocked, and the output has"),
            (judged(200, 1000, blocked=False), "the verdict says otherwise"),
            (judged(20, 1000, share=0.01), "share and bounds are not those of 20 in 1000"),
            (judged(20, 1000, upper=0.021), "share and bounds"),
            (judged(0, 1000), "bear the tags that it counts, it counted 0"),
            ({"records": 0}, "not what a gate says"),
            ({**judged(20, 1000), "bad": "x"}, "not what a gate says"),
        ],
    )
    def test_of_which_the_gate_says_what_cannot_be_is_a_fault(self, out, lie, word):
        gated(out, {"qa": lie})
        check = verify(out).named("sources")
        assert (check.status, word in check.detail) == ("fail", True), check.detail


class TestADocument:
    BODY = b"licence agreement no. 7\n"

    def declared(self, out, **changes):
        one = {"kind": "contract", "ref": "", "file": "contract.pdf", "sha256": sha256(self.BODY).hexdigest()}
        evidence = [{**one, "retrieved_at": "2025-01-01", **changes}]
        patched(out, lambda said: said["sources"][0]["registry"].update(evidence=evidence))

    @pytest.mark.parametrize("brought", [True, False])
    def test_that_is_at_hand_is_digested_again(self, out, tmp_path, brought):
        self.declared(out)
        folder = tmp_path / "documents" if brought else out / EVIDENCE
        folder.mkdir(parents=True)
        (folder / "contract.pdf").write_bytes(self.BODY)
        assert verify(out, evidence=folder if brought else None).named("evidence").status == "pass"
        (folder / "contract.pdf").write_bytes(self.BODY + b" ")
        check = verify(out, evidence=folder if brought else None).named("evidence")
        assert (check.status, "not the document that was digested" in check.detail) == ("fail", True)

    def test_that_shares_its_name_with_another_one_is_found_in_a_folder_of_its_own(self, out, tmp_path):
        bodies = {"old": self.BODY, "[new]": b"licence agreement no. 8\n"}
        one = {"kind": "contract", "ref": "", "file": "contract.pdf", "retrieved_at": "2025-01-01"}
        evidence = [{**one, "sha256": sha256(body).hexdigest()} for body in bodies.values()]
        patched(out, lambda said: said["sources"][0]["registry"].update(evidence=evidence))
        for folder, body in bodies.items():
            (tmp_path / "documents" / folder).mkdir(parents=True)
            (tmp_path / "documents" / folder / "contract.pdf").write_bytes(body)
        assert verify(out, evidence=tmp_path / "documents").named("evidence").status == "pass"
        (tmp_path / "documents" / "old" / "contract.pdf").write_bytes(b"another one")
        assert verify(out, evidence=tmp_path / "documents").named("evidence").status == "fail"

    def test_that_is_not_at_hand_is_excused_only_where_nobody_asked(self, out, tmp_path):
        self.declared(out)
        assert verify(out).named("evidence")[3:] == ("not at hand: qa: contract.pdf", True)
        assert not verify(out, evidence=tmp_path).named("evidence").excused

    def test_without_a_digest_is_a_fault(self, out):
        self.declared(out, sha256=None)
        assert "evidence" in failed(out)

    def test_is_never_sought_outside_of_its_folder(self, out, tmp_path):
        (tmp_path / "secret").write_bytes(b"x")
        (tmp_path / "documents").mkdir()
        self.declared(out, file="../secret")
        assert verify(out, evidence=tmp_path / "documents").named("evidence").status == "unchecked"


class TestEqualTexts:
    @staticmethod
    def corpus():
        corpus = made()
        for row in corpus.rows:
            row["ops"] = []
        corpus.rows[3]["text"] = corpus.rows[9]["text"] = corpus.rows[0]["text"]
        return corpus

    @staticmethod
    def copies(out, **params):
        def patch(said):
            stage = said["stages"][2]
            stage["params"] = {
                "action": None,
                "scope": "corpus",
                "on": "text",
                "sources": None,
                "languages": None,
            } | params

        patched(out, patch)

    def test_are_a_fault_where_all_copies_were_to_go(self, tmp_path):
        corpus = self.corpus()
        out = publish(corpus, tmp_path)
        self.copies(out)
        check = verify(out).named("equal_texts")
        assert check.status == "fail"
        assert f"has the text of {corpus.rows[0]['id']}" in check.detail

    @pytest.mark.parametrize(
        "params", [{"action": "tag"}, {"scope": "source"}, {"sources": ["qa"]}, {"languages": ["zh"]}, {"action": []}]
    )
    def test_are_counted_where_some_may_stay(self, tmp_path, params):
        out = publish(self.corpus(), tmp_path)
        self.copies(out, **params)
        check = verify(out).named("equal_texts")
        assert (check.status, check.detail[:40]) == ("pass", "2 records have the text of another one: ")

    def test_are_counted_where_a_later_stage_changed_texts(self, tmp_path):
        out = publish(self.corpus(), tmp_path)
        self.copies(out)
        patched(out, lambda said: said["stages"][4].update(edited=3))
        assert "pii changed texts after exact_duplicates" in verify(out).named("equal_texts").detail

    def test_of_white_space_are_copies_of_nothing(self, tmp_path):
        corpus = made()
        corpus.rows[3]["text"] = corpus.rows[9]["text"] = " \n"
        out = publish(corpus, tmp_path)
        self.copies(out)
        assert verify(out).named("equal_texts").status == "pass"


class TestALevel:
    def test_quick_reads_no_record_and_finds_every_changed_byte(self, out):
        found = verify(out, level="quick")
        assert found.exit_code == 0
        assert [check.id for check in found.checks if check.status == "pass"] == [
            "sums",
            "listed",
            "readable",
            "manifest",
            "named_roots",
            "settings",
        ]
        shard = out / read_manifest(out).outputs.shards[0].path
        body = shard.read_bytes()
        shard.write_bytes(body[:50] + bytes([body[50] ^ 1]) + body[51:])
        assert verify(out, level="quick").exit_code == 1

    @pytest.mark.parametrize("name", ["documents_root", "files_root"])
    def test_quick_takes_the_roots_over_shards_and_files_anew(self, out, name):
        patched(out, lambda said: said["merkle"].update({name: "0" * 64}))
        assert verify(out, level="quick").named("named_roots").status == "fail"

    def test_full_excuses_nothing_that_could_have_been_brought(self, whole):
        found = verify(whole / "out", level="full")
        assert found.exit_code == 3
        assert {check.id for check in found.checks if check.status == "unchecked" and not check.excused} == {
            "raw",
            "signature",
        }
        assert verify(whole / "out", folders(whole), level="full").named("raw").status == "pass"


@pytest.mark.parametrize("page", ["review.md", "review.zh-CN.md"])
def test_the_page_for_reviewers_names_every_check(whole, page):
    said = (Path(__file__).parents[2] / "docs" / page).read_text("utf-8")
    found = [check.id for level in ("quick", "usual") for check in verify(whole / "out", level=level).checks]
    assert [name for name in found if f"`{name}`" not in said] == ["records"]
