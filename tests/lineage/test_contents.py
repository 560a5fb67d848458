"""Texts, turns and splits are held against what stages, settings and the records themselves say of them."""

import hmac
from copy import deepcopy

import pytest

from curate.core.record import render
from curate.lineage.balance import digest_of_settings
from curate.lineage.verify import verify
from tests.lineage.made import Corpus, made, patched, publish

SHARES = (("train", 0.7), ("validation", 0.3))


def drawn(group: str) -> str:
    """Draw a split as `docs/configuration.md` says."""
    digest = hmac.new(b"7", group.encode(), "sha256").digest()
    return "train" if int.from_bytes(digest[:8]) / 2**64 < SHARES[0][1] else "validation"


def split_up(corpus: Corpus, **more: object):
    """Draw the splits of a corpus, and have the configuration say so."""
    for row in corpus.rows:
        row["split"] = drawn(row["department"] if more else row["cluster"] or row["id"])

    def configure(said):
        said["config"]["resolved"]["output"] |= {"splits": dict(SHARES), "seed": 7, **more}
        said["config"]["sha256"] = digest_of_settings(said["config"]["resolved"])

    return configure


def published(corpus: Corpus, folder, configure, claimed: Corpus | None = None):
    out = publish(corpus, folder, claimed)
    patched(out, configure)
    return verify(out).named("contents")


def test_names_of_sources_that_are_no_names_are_told_and_end_nothing(tmp_path):
    out = publish(made(), tmp_path)
    patched(out, lambda said: said["config"]["resolved"]["sources"][1].update(name=[[]], messages=None))
    assert verify(out).named("contents").status == "pass"
    assert verify(out).exit_code == 1


class TestASplit:
    def test_is_drawn_by_seed_and_group_again(self, tmp_path):
        corpus = made()
        check = published(corpus, tmp_path, split_up(corpus))
        assert {row["split"] for row in corpus.rows} == {"train", "validation"}
        assert (check.status, check.detail) == ("pass", f"{bytes_of(corpus)} bytes of text, {chats_of(corpus)} chats")

    def test_takes_no_record_from_another(self, tmp_path):
        corpus = made()
        configure = split_up(corpus)
        one, other = (next(row for row in corpus.rows if row["split"] == name) for name, _ in SHARES)
        one["split"], other["split"] = other["split"], one["split"]
        check = published(corpus, tmp_path, configure)
        assert (check.status, check.detail) == ("fail", f"{one['id']} was drawn for another split than it is in")

    def test_is_drawn_by_the_field_that_is_to_stay_together(self, tmp_path):
        corpus = made()
        for number, row in enumerate(corpus.rows):
            row["department"] = f"ward {number % 9}"
        configure = split_up(corpus, split_by="department")
        assert published(corpus, tmp_path / "one", configure).status == "pass"
        next(row for row in corpus.rows if row["split"] == "validation")["department"] = next(
            row["department"] for row in corpus.rows if row["split"] == "train"
        )
        assert published(corpus, tmp_path / "other", configure).status == "fail"


def bytes_of(corpus: Corpus) -> int:
    return sum(len(row["text"].encode()) for row in corpus.rows)


def chats_of(corpus: Corpus) -> int:
    return sum(row["messages"] is not None for row in corpus.rows)


class TestATextOfAChat:
    @pytest.mark.parametrize(
        "turns",
        [
            [{"role": "user", "content": "你好"}],
            [{"role": "user", "content": "a\nb: c"}, {"role": "assistant", "content": ""}],
            [{"role": "tool", "content": "\n"}] * 3,
        ],
    )
    def test_is_the_rendering_of_its_turns(self, tmp_path, turns):
        corpus = made()
        corpus.rows[5] |= {"messages": turns, "text": render(turns)}
        assert verify(publish(corpus, tmp_path)).named("contents").status == "pass"

    @pytest.mark.parametrize(
        "turns",
        [
            [{"role": "user", "content": "你好"}, {"role": "assistant", "content": "poison"}],
            [{"role": "user", "content": None}],
            [],
        ],
    )
    def test_that_is_not_is_found(self, tmp_path, turns):
        corpus = made()
        corpus.rows[5]["messages"] = turns
        check = verify(publish(corpus, tmp_path)).named("contents")
        name = corpus.rows[5]["id"]
        assert (check.status, check.detail) == ("fail", f"{name}: its text is not what its turns say")

    @pytest.mark.parametrize("settings", [{"from": "turns"}, None])
    def test_has_turns_where_its_source_has_chats(self, tmp_path, settings):
        corpus = made()
        mine = [row for row in corpus.rows if row["source_id"] == "laws"]
        turns = [[{"role": "user", "content": row["text"]}] for row in mine]
        for row, said in zip(mine, turns, strict=True):
            row.update({"messages": said, "text": render(said)} if settings else {"messages": None})

        def configure(said):
            said["config"]["resolved"]["sources"][1]["messages"] = settings
            said["config"]["sha256"] = digest_of_settings(said["config"]["resolved"])

        assert published(corpus, tmp_path / "one", configure).status == "pass"
        lying = deepcopy(corpus)
        row = next(row for row in lying.rows if row["source_id"] == "laws")
        row["messages"] = None if settings else [{"role": "user", "content": row["text"]}]
        row["text"] = row["text"] if settings else render(row["messages"])
        check = published(lying, tmp_path / "other", configure)
        there, wanted = (len(mine) - 1, len(mine)) if settings else (1, 0)
        said = f"laws: {there} of {len(mine)} records have turns, by its settings {wanted}"
        assert (check.status, said in check.detail) == ("fail", True)


@pytest.mark.parametrize("text", ["x", "一段更长的、被人添上的文字，谁也没有读过它的来源 " * 5])
def test_a_text_of_other_bytes_than_left_the_last_stage_is_found(tmp_path, text):
    truth = made()
    told = deepcopy(truth)
    told.rows[-1]["text"] = text
    check = verify(publish(told, tmp_path, claimed=truth)).named("contents")
    assert check.status == "fail"
    assert check.detail.startswith("advisories: ")
