"""Cut the lines and paragraphs that recur across many documents of one source, or tag where they stand."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Literal, NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from pydantic import Field

from curate.core import compute as pc
from curate.core.stage import COUNTED, Edit, Edited, Findings, GlobalStage, Round, found_lines
from curate.stages.dedup.repeated_rounds import Choose, Count, Digits, source_number, strings_of
from curate.stages.dedup.scope import On, scopes_of

if TYPE_CHECKING:
    from curate.core.kernels.units import Units

KINDS = ("line", "paragraph")


class RepeatedLines(GlobalStage):
    """Cut lines and paragraphs that recur across many documents of their source, or tag the records that hold some.

    Legal notices, menus, headers and footers, standing advice. A unit (a line; a paragraph, which is lines without a
    blank one between) is cut from every document of a source when it stands in `min_documents` of them and in the
    `share` of them, counted exactly. Case, white space, line breaks within a paragraph and full-width forms of ASCII do
    not tell units apart; with `digits: pages`, nor do digits in a unit that stands three times or more in one text, as
    the header of a page does. Where something is cut, the blank lines before or behind it stay, whichever are more. All
    else stays as it is, byte for byte. The header of a table stays where the row below it does.

    `action: cut` (the default) rejects what has nothing left (`repeated_lines:nothing_left`). `action: tag` changes no
    text: the finding `repeated_lines:boilerplate` states the share of the letters that recurring units have. In chats,
    the turns of user and assistant are looked at, each by itself.

    Counts `line` and `paragraph`: what was cut. The manifest quotes the most frequent units of each source.
    """

    version: ClassVar[int] = 2
    edits: ClassVar[bool] = True
    facts_from: ClassVar[tuple[str, ...]] = ("min_chars", "digits", "on")
    open_from: ClassVar[tuple[str, ...]] = ("min_chars", "digits", "on", "action")

    action: Literal["cut", "tag"] = Field(  # type: ignore[assignment]  # neither of the actions of a finding
        "cut", description="`cut` takes recurring units out of the text, `tag` marks the records that hold some."
    )
    min_documents: int = Field(10, ge=2, description="Fewest documents of a source that a recurring unit stands in.")
    share: float = Field(
        0.01, ge=0, le=1, description="Smallest share of the documents of a source that a recurring unit stands in."
    )
    min_chars: int = Field(
        40,
        ge=1,
        description="Fewest letters of a unit that counts. A character of Han, kana or Hangul makes three; digits,"
        " blanks and marks make none.",
    )
    digits: Digits = Field(
        "pages",
        description="Where digits may differ: in units that stand three times or more in a text (`pages`), in all"
        " (`fold`), in none (`keep`).",
    )
    on: On = Field(
        "text",
        description="What is looked at of a chat: the turns of user and assistant, or those of `user` or `assistant`"
        " only. Other records have only their text.",
    )

    @property
    def called(self) -> str:
        """The name under which findings go."""
        return self.name or "repeated_lines"

    @property
    def units(self) -> "Units":
        """Which units count."""
        from curate.core.kernels.units import Units

        return Units(self.min_chars, self.digits)

    @property
    def roles(self) -> tuple[str, ...]:
        """Roles of the turns that are looked at: what a system prompt says again and again is meant."""
        return ("user", "assistant") if self.on == "text" else (self.on,)

    def facts(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """Return key uint64, row uint32, source uint32 of each distinct unit of a record, and one line a record more.

        That one has the key of the source's marker, so that the documents of a source are counted with the units.
        """
        from curate.core.kernels.units import marker_of, salt_of, unit_keys

        names, places = scopes_of(batch, "source")
        numbers = np.array([*map(source_number, names)], np.uint32)
        salts = np.array([*map(salt_of, numbers.tolist())], np.uint64)
        markers = np.array([*map(marker_of, numbers.tolist())], np.uint64)
        strings, owners = strings_of(batch, self.roles)
        keys, whose = unit_keys(strings, owners, salts[places][owners], self.units)
        whose = np.concatenate([whose, np.arange(batch.num_rows)])
        order = np.argsort(whose, kind="stable")
        columns = [np.concatenate([keys, markers[places]]), batch["row"].to_numpy()[whose], numbers[places][whose]]
        return pa.RecordBatch.from_arrays([pa.array(column[order]) for column in columns], ["key", "row", "source"])

    def rounds(self) -> Sequence[Round]:
        """Count the documents of each unit; choose those that recur."""
        choose = Choose(
            min_documents=self.min_documents,
            share=self.share,
            min_chars=self.min_chars,
            digits=self.digits,
            roles=self.roles,
        )
        return (Count(min_documents=self.min_documents), choose)

    def open(self, findings: Findings) -> Edit:
        """Return the edit that cuts, or tags, what recurs in the source of the task."""
        from curate.core.kernels.boilerplate import known
        from curate.core.kernels.units import salt_of

        number = source_number(findings.source)
        keys = np.zeros(0, np.uint64)
        if findings.shared is not None:
            keys = findings.shared.filter(pc.equal(findings.shared["source"], number))["key"].to_numpy()
        recurring = Recurring(known(keys), salt_of(number), self.units)
        if not len(keys):
            return Edited
        edit = Tagging(self.called, recurring) if self.action == "tag" else Cutting(self.called, recurring)
        return edit.edited

    def concluded(self, lines: Iterator[pa.RecordBatch], counts: Mapping[str, int]) -> dict[str, Any]:
        """Return how many units recur, and the most frequent ones of each source."""
        names = ("source_id", "kind", "documents", "share", "chars", "quote")
        quoted = [line for batch in lines for line in batch.filter(batch["quote"].is_valid()).to_pylist()]
        for line in quoted:
            line["share"] = line["documents"] / line["total"]
        return {**counts, "most_frequent": [{name: line[name] for name in names} for line in quoted]}


class Recurring(NamedTuple):
    """The units that recur in a source: a hash table of their keys, what those are salted with, which units count."""

    table: NDArray[np.uint64]
    salt: np.uint64
    units: "Units"


class Tagging(NamedTuple):
    """An edit that changes nothing and says how much of a string recurs."""

    called: str
    recurring: Recurring

    def edited(self, strings: pa.StringArray) -> Edited:
        """Find the strings that hold a recurring unit; the value is the share of their letters in such units."""
        from curate.core.kernels.boilerplate import LETTERS, REPEATED, without

        _, _, counts = without(strings, *self.recurring)
        found = found_lines(
            pa.array(counts[:, REPEATED] > 0),
            f"{self.called}:boilerplate",
            action="tag",
            metric="repeated_share",
            value=pa.array(counts[:, REPEATED] / np.maximum(counts[:, LETTERS], 1)),
            threshold=0.0,
            operator=">",
        )
        return Edited(strings, found)


class Cutting(NamedTuple):
    """An edit that cuts recurring units until there is none."""

    called: str
    recurring: Recurring

    def edited(self, strings: pa.StringArray) -> Edited:
        """Cut; the array itself comes back where nothing recurs."""
        left, counts = self.cut(strings)
        touched = np.asarray(counts.any(axis=1))
        if not touched.any():
            return Edited(strings)
        again = touched
        while again.any():
            some, more = self.cut(left.filter(pa.array(again)))
            left = pc.replace_with_mask(left, pa.array(again), some)
            counts[again] += more
            again = again.copy()
            again[again] = more.any(axis=1)
        blank = pc.equal(pc.utf8_length(pc.utf8_trim_whitespace(left)), 0)
        found = found_lines(pc.and_(blank, pa.array(touched)), f"{self.called}:nothing_left", action="reject")
        return Edited(left, found, counted(counts))

    def cut(self, strings: pa.StringArray) -> tuple[pa.StringArray, NDArray[np.int64]]:
        """Cut once: what is left may make up a recurring paragraph. Also count what was cut, by kind."""
        from curate.core.kernels.boilerplate import without
        from curate.core.kernels.strings import as_array

        data, ends, counts = without(strings, *self.recurring)
        return as_array(data, ends, strings.is_valid()), counts[:, : len(KINDS)]


def counted(counts: NDArray[np.int64]) -> pa.RecordBatch:
    """Write what was cut of each string as lines of COUNTED, ascending by row."""
    rows, kinds = np.nonzero(counts)
    columns = [rows.astype(np.int32), pa.array(KINDS).take(pa.array(kinds)), counts[rows, kinds].astype(np.int32)]
    return pa.RecordBatch.from_arrays([pa.array(columns[0]), columns[1], pa.array(columns[2])], schema=COUNTED)
