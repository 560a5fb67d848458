"""The figures of personal data as Markdown: the section of docs/personal-data.md, and the short form for README."""

from collections.abc import Iterable, Mapping, Sequence

from benchmarks.pii import NAMED, SAME, STRUCTURED, Measured
from benchmarks.pii_accuracy import Recall, together
from benchmarks.pii_tools import OURS
from benchmarks.pii_values import KINDS

ASIDE = ("DOMAIN_NAME", "STREET_ADDRESS", "PERSON")
"""What has no shape, or is not looked for when nothing is said."""


def report(said: Measured) -> str:
    """Lay out every table, a headline before each."""
    parts = (
        ("### Planted Chinese values", planted_table(said)),
        ("### By the form in which they are written", forms_table(said)),
        ("### Hard negatives", negatives_table(said)),
        ("### English: synth_dataset_v2", english_table(said)),
        ("### Labelled fields", labelled_table(said)),
        ("### Speed", speed_table(said)),
        ("### Single records", single_table(said)),
        ("### Text without personal data", changed_table(said)),
    )
    absent = [f"{name} could not be installed: {why}" for name, why in said.absent.items()]
    short = "\n".join(headline(said))
    return "\n\n".join([*(f"{head}\n\n{body}" for head, body in parts), *absent, f"### In four lines\n\n{short}"])


def lines(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Lay out a Markdown table, its first column to the left."""
    rule = ["---", *["---:"] * (len(head) - 1)]
    return "\n".join(f"| {' | '.join(row)} |" for row in (head, rule, *rows))


def share(value: float) -> str:
    """Spell a share with three decimals."""
    return f"{value:.3f}"


def planted_table(said: Measured) -> str:
    """Lay out recall by kind: ours, ours with the right type, peers."""
    peers = [name for name in said.planted if name != OURS]
    ours = said.planted[OURS]
    rows = [
        [
            kind.replace("_", " ") + (" (label)" if KINDS[kind].labelled else ""),
            f"{one.values:,}",
            share(one.share),
            share(one.typed_share),
            *(share(said.planted[name][kind].share) for name in peers),
        ]
        for kind, one in ours.items()
    ]
    whole = together(ours)
    last = [share(together(said.planted[name]).share) for name in peers]
    rows.append(["all", f"{whole.values:,}", share(whole.share), share(whole.typed_share), *last])
    rows.append(["still there after `apply`", f"{said.left:,}", "", "", *[""] * len(peers)])
    return lines(["kind", "values", OURS, "right type", *peers], rows)


def forms_table(said: Measured) -> str:
    """Lay out recall by form."""
    tools = list(said.forms)
    rows = [
        [form, f"{one.values:,}", *(share(said.forms[name][form].share) for name in tools)]
        for form, one in said.forms[OURS].items()
    ]
    return lines(["form", "values", *tools], rows)


def negatives_table(said: Measured) -> str:
    """Lay out false positives by kind of negative."""
    tools = list(said.negatives)
    rows = [
        [kind, f"{count:,}", *(f"{said.negatives[name][kind][1]:,}" for name in tools)]
        for kind, (count, _) in said.negatives[OURS].items()
    ]
    count = sum(values for values, _ in said.negatives[OURS].values())
    taken = [sum(wrong for _, wrong in said.negatives[name].values()) for name in tools]
    rows.append(["all", f"{count:,}", *(f"{one:,} ({one / count:.2%})" for one in taken)])
    return lines(["negative", "values", *tools], rows)


def english_table(said: Measured) -> str:
    """Lay out recall on synth_dataset_v2: covered and of the right type, of tools that tell types."""
    tools = [name for name, kinds in said.english.items() if named(kinds)]
    seen = [(f"`{kind}`", [said.english[name][kind] for name in tools]) for kind in (*STRUCTURED, *ASIDE)]
    for label, entity in NAMED.items():
        told = f"`{label}`, with `{entity}` among `types`"
        seen += [(told, [said.named[name][label] for name in tools])] if {*tools} <= {*said.named} else []
    rows = []
    for kind, cells in seen:
        both = [f"{share(one.share)} / {share(one.typed_share)}" for one in cells]
        rows.append([kind, f"{cells[0].values:,}", *both])
    rows.append(["structured spans that touch no label", "", *(f"{said.unfounded[name]:,}" for name in tools)])
    return lines(["type", "values", *(f"{name}: covered / right type" for name in tools)], rows)


def named(kinds: Mapping[str, Recall]) -> bool:
    """Tell whether a tool says of which type a value is."""
    return together(kinds).typed > 0


def labelled_table(said: Measured) -> str:
    """Lay out recall on labelled sets, strict and lenient."""
    rows = [
        [f"{name}: {kind}", f"{strict.values:,}", share(strict.share), share(lenient.share), share(lenient.typed_share)]
        for name, kinds in said.labelled.items()
        for kind, (strict, lenient) in sorted(kinds.items())
    ]
    return lines(["set: kind", "values", "strict", "lenient", "lenient, right type"], rows)


def speed_table(said: Measured) -> str:
    """Lay out megabytes by CPU second: ours on whole records, then everybody on the same part."""
    tools = list(said.part)
    rows = []
    for text, alone in said.whole.items():
        cells = [f"{said.part[name][text].rate:,.2f}" for name in tools]
        times = said.part[SAME][text].rate / said.part["presidio"][text].rate if "presidio" in said.part else 0.0
        rows.append([text, f"{alone.rate:,.1f}", *cells, f"{times:,.0f}" if times else ""])
    return lines(["text", "whole records", *tools, "same types, times Presidio"], rows)


def single_table(said: Measured) -> str:
    """Lay out seconds for single records."""
    return lines(
        ["record", "CPU seconds"], ([name, f"{one.seconds / one.rounds:.3f}"] for name, one in said.single.items())
    )


def changed_table(said: Measured) -> str:
    """Lay out the share of characters that is replaced, and spans by type."""
    rows = [
        [
            one.text,
            f"{one.characters:,}",
            f"{one.share:.4%}",
            ", ".join(f"`{entity}` {count:,}" for entity, count in one.types.items()),
        ]
        for one in said.changed
    ]
    return lines(["text", "characters", "replaced", "spans"], rows)


def headline(said: Measured) -> list[str]:
    """Say the figures in four lines."""
    ours = said.planted[OURS]
    whole = together(ours)
    least = min(ours, key=lambda kind: ours[kind].share)
    taken = sum(wrong for _, wrong in said.negatives[OURS].values())
    count = sum(values for values, _ in said.negatives[OURS].values())
    others = [f"{name} {together(kinds).share:.2f}" for name, kinds in said.planted.items() if name != OURS]
    phones = [f"{name} {kinds['PHONE_NUMBER'].share:.2f}" for name, kinds in said.english.items() if named(kinds)]
    rates = ", ".join(f"{speed.rate:.1f} on {name}" for name, speed in said.whole.items())
    return [
        f"* Chinese: recall {whole.share:.3f} on {whole.values:,} planted values of {len(ours)} kinds, lowest "
        + "; ".join([f"{least.replace('_', ' ')} {ours[least].share:.2f}", *others]),
        f"* False positives: {taken} of {count:,} hard negatives ({taken / count:.1%})",
        f"* English telephones (synth_dataset_v2): {', '.join(phones)}",
        f"* MB by CPU second: {rates}{times(said)}",
    ]


def times(said: Measured) -> str:
    """Say how many times as fast as Presidio curate is."""
    if "presidio" not in said.part:
        return ""
    found = [said.part[SAME][text].rate / speed.rate for text, speed in said.part["presidio"].items()]
    return f"; {min(found):,.0f} to {max(found):,.0f} times Presidio with the same types"
