"""Export a manifest as the public summary of training content: AI Act, article 53(1)(d).

Sections as in the template of the AI Office of 24 July 2025 (explanatory notice and template, C(2025) 5235, again as
C(2025) 8311 of 5 December 2025). Its headings are given here in short; the provider's document is the template itself.
"""

from collections.abc import Iterator

from pydantic import JsonValue

from curate.lineage.cards import about
from curate.lineage.export.entry import NOT_ADVICE, Entry, described, entry, standing, text_made, to_fill, volume
from curate.lineage.manifest import UNKNOWN, Manifest, SourceCard
from curate.lineage.runrecord import RunRecord

TEMPLATE = "AI Office, template for the public summary of training content, 24 July 2025"
BILLION = 1_000_000_000
SMALLEST = "less than 1 billion tokens"
"""Smallest of the template's three sizes for text; the others are up to 10 trillion, and more."""
SECTIONS = {
    "open": ("2.1", "Publicly available datasets"),
    "commercial": ("2.2.1", "Datasets licensed by rightsholders or their representatives"),
    "self-collected": ("2.3", "Data crawled and scraped from online sources, or otherwise collected by the provider"),
    "user-input": ("2.4", "User data"),
    "synthetic": ("2.5", "Synthetic data"),
    "internal": ("2.6", "Other sources: the provider's own"),
    UNKNOWN: ("2.6", "Other sources: of no declared category"),
}
"""Sections by the category of a source's card."""
ASKED = {
    "self-collected": (
        ("crawlers", "Names and purposes of crawlers, their behaviour towards robots.txt, captchas and paywalls"),
        ("domains", "Top 10 % of domains by size of content; for small providers 5 % or 1,000"),
    ),
    "synthetic": (("models", "Models that generated the data"),),
    "user-input": (("services", "Services and products through which it was collected"),),
}
"""What a section asks beyond its sources."""


def export(manifest: Manifest, run: RunRecord | None) -> dict[str, JsonValue]:
    """Fill in what the manifest knows; the model, the provider and their measures stay to be filled in."""
    del run
    return {
        "form": "eu-training-summary",
        "template": TEMPLATE,
        "note": NOT_ADVICE,
        "dataset": manifest.dataset.name,
        "sections": [
            section("1.1", "Provider", [to_fill("provider", "Provider, authorised representative and contact")]),
            section(
                "1.2", "Model", [to_fill("model", "Model, versions, dependencies and date of placing on the market")]
            ),
            section("1.3", "Modalities, size and other characteristics of the data", general(manifest)),
            *(of_category(manifest, category) for category in SECTIONS),
            section(
                "2.2.2",
                "Private datasets obtained from other third parties",
                [to_fill("third_parties", "Such datasets: no category of a source's card tells them apart")],
            ),
            section("3.1", "Respect of reservations of rights from text and data mining", list(opt_out(manifest))),
            section("3.2", "Removal of illegal content", list(removal(manifest))),
            section("3.3", "Other: personal data", list(personal(manifest))),
        ],
    }


def section(number: str, title: str, entries: list[Entry]) -> dict[str, JsonValue]:
    """Lay out one section."""
    return {"section": number, "title": title, "entries": [one.as_json() for one in entries]}


def general(manifest: Manifest) -> list[Entry]:
    """Fill in section 1.3."""
    whole = volume(manifest, manifest.sources)
    dates = sorted(str(day) for card in manifest.sources if (day := about(card, "collected_to")) != UNKNOWN)
    silent = len(manifest.sources) - len(dates)
    partly = (
        f"{dates[-1]} or later: {silent} of {len(manifest.sources)} sources do not say when" if dates and silent else ""
    )
    return [
        entry("modality", "Modality", "text", "outputs.columns"),
        size(text_made(manifest, [card.id for card in manifest.sources])),
        entry("records", "Records", whole.records, "accounting.by_source"),
        to_fill("content_types", "Types of content, such as fiction, scientific text or press"),
        entry(
            "latest_collection",
            "Latest date of collection",
            dates[-1] if dates and not silent else None,
            "sources",
            partly,
        ),
        to_fill("continuous", "Whether the model is trained on new data after its release"),
        entry("languages", "Records by language", dict(manifest.dataset.languages) or None, "dataset.languages"),
    ]


def size(text_bytes: int | None) -> Entry:
    """Name the size of the text where the bytes alone decide it: no token is shorter than one byte."""
    label = "Size of the text in tokens, as one of three ranges"
    if text_bytes is None or text_bytes >= BILLION:
        said = "no stage counted bytes" if text_bytes is None else f"{text_bytes} bytes of text"
        return to_fill("size", label, f"{said}; tokens depend on the model's tokenizer")
    note = f"no more than {text_bytes} bytes of text, and no token is shorter than one byte"
    return Entry("size", label, SMALLEST, "known", "stages[-1].by_source", note)


def of_category(manifest: Manifest, category: str) -> dict[str, JsonValue]:
    """Fill in the section for the sources of one category."""
    number, title = SECTIONS[category]
    cards = [card for card in manifest.sources if section_of(card) == category]
    sources: list[JsonValue] = [described(manifest, card) for card in cards]
    apart = sum(section_of(card) == UNKNOWN for card in manifest.sources) if category != UNKNOWN else 0
    note = f"sources of no declared category, which may belong here: {apart}" if apart else ""
    said = None if apart and not cards else sources
    entries = [entry("sources", "Sources", said, f"sources[category={category}]", note)]
    asked = [to_fill(name, label) for name, label in ASKED.get(category, ()) if cards]
    return section(number, title, [*entries, *asked])


def section_of(card: SourceCard) -> str:
    """Return the category under which a source stands: a word that no section has counts as none."""
    return card.category if card.category in SECTIONS else UNKNOWN


def opt_out(manifest: Manifest) -> Iterator[Entry]:
    """Fill in section 3.1: what each card says of reservations that were looked for."""
    for card in manifest.sources:
        value = about(card, "opt_out")
        yield entry(
            f"opt_out.{card.id}", f"Reservations looked for in {card.id}", value, f"sources.{card.id}.registry.opt_out"
        )
    yield to_fill("policy", "Policy on copyright and reservations of rights, and where it is published")


def removal(manifest: Manifest) -> Iterator[Entry]:
    """Fill in section 3.2: stages that look for what must not be in a set, with what they left out."""
    for stage in manifest.stages:
        if stage.stage in {"safety", "source_gate"}:
            done: JsonValue = {"rejected": stage.rejected, "tagged": stage.tagged, "version": stage.version}
            yield entry(f"stage.{stage.name}", f"Stage {stage.name}", done, f"stages[{stage.index}]")
    yield to_fill("measures", "Measures against illegal content, before and beside these stages")


def personal(manifest: Manifest) -> Iterator[Entry]:
    """Count personal data by type, as far as stages looked for it."""
    for stage in manifest.stages:
        for kind, fates in stage.personal.items():
            counts: JsonValue = {"found": fates.found, "replaced": fates.replaced, "left": fates.tagged + fates.allowed}
            yield entry(f"{stage.name}.{kind}", kind, counts, f"stages[{stage.index}].personal.{kind}")
    if not any(stage.personal for stage in manifest.stages):
        yield entry("personal", "Personal data", None, "stages", "no stage counted any")
    label = "Resident ids, bank cards and Chinese mobiles in the shards, by a detector of its own"
    yield entry("residual", label, standing(manifest), "residual")
