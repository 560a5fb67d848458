"""A card is read as plain names, however its registry nests them."""

from curate.lineage.cards import about, declared, leaves
from curate.lineage.manifest import SourceCard


def test_nested_names_become_dotted_ones():
    said = {"url": "x", "opt_out": {"checked": True, "how": {"file": "robots.txt"}}, "evidence": [], "contains": {}}
    assert dict(leaves(said)) == {
        "url": "x",
        "opt_out.checked": True,
        "opt_out.how.file": "robots.txt",
        "evidence": [],
        "contains": {},
    }


def test_what_nobody_said_is_unknown_and_what_somebody_said_stands_under_its_name():
    card = SourceCard.model_validate({"id": "qa", "format": "jsonl", "license": "MIT", "registry": {"url": "x"}})
    assert (about(card, "license"), about(card, "url"), about(card, "owner")) == ("MIT", "x", "unknown")
    assert about(card, "opt_out") == "unknown"
    assert declared(card)["license"] == "MIT"
    assert not {"id", "format", "registry"} & set(declared(card))
