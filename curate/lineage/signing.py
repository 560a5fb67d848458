"""Sign what an output is, and check who has signed it: an in-toto Statement over the files that name all others."""

import json
from base64 import b64decode
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from curate.core.errors import CurateError, StorageError
from curate.core.files import digest_of, write_whole
from curate.core.lock import alone_in
from curate.core.once import check_keys
from curate.lineage.envelope import ENVELOPE, PAYLOAD_TYPE, Envelope, Signature, pae, read_envelope, spelled_64
from curate.lineage.keys import Signer, Verifier, keyid_of
from curate.lineage.layout import check_manifest, check_sums
from curate.lineage.manifest import MANIFEST, RUN, SUMS, Manifest, read_manifest
from curate.lineage.runrecord import read_run
from curate.lineage.verification import Check, judged

STATEMENT = "https://in-toto.io/Statement/v1"
PREDICATE = "urn:curate:output:v1"
DOCUMENTS = "documents"
MERKLE = "rfc9162-sha256"
TITLE = "the output is what was signed"
Digests = dict[str, dict[str, str]]
"""By name of the subject: digest by algorithm."""


class Signed(NamedTuple):
    """What `sign` did."""

    path: Path
    keyid: str
    keyids: tuple[str, ...]
    """All who have signed now."""


def subjects(out: Path, manifest: Manifest) -> Digests:
    """Return what a statement about an output names: the two files that name all others, the run, all records."""
    files = [name for name in (SUMS, MANIFEST, RUN) if (out / name).exists()]
    named = {name: {"sha256": digest_of(out / name)} for name in files}
    return {**named, DOCUMENTS: {MERKLE: manifest.merkle.documents_root}}


def statement(out: Path, manifest: Manifest) -> bytes:
    """Spell the statement about an output: the same bytes for whoever signs, whenever."""
    said: dict[str, Any] = {
        "_type": STATEMENT,
        "subject": [{"name": name, "digest": digest} for name, digest in subjects(out, manifest).items()],
        "predicateType": PREDICATE,
        "predicate": {
            "name": manifest.dataset.name,
            "records": manifest.dataset.rows,
            "manifest_version": manifest.manifest_version,
            "files_root": manifest.merkle.files_root,
            "made_with": f"curate {manifest.environment.curate}",
        },
    }
    return json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode()


def sign(out: Path, signer: Signer) -> Signed:
    """Sign an output, beside those who have signed it already; who signs at the same time comes after.

    CurateError where its files are not those of SHA256SUMS and manifest, or its run record is none, where an earlier
    signature is about something else, where another key has signed under this name, or this key under another.
    """
    manifest = read_manifest(out)
    read_run(out)  # a signature covers it
    for check in (*check_sums(out), check_manifest(out, manifest)):
        if check.status != "pass":
            hint = f"see `curate verify {out}`; nothing was signed"
            raise CurateError(f"{check.title}: {check.detail}", where=str(out), hint=hint)
    with alone_in(out):
        return _signed(out, manifest, signer)


def _signed(out: Path, manifest: Manifest, signer: Signer) -> Signed:
    """Add a signature to those that are there."""
    before = read_envelope(out)
    body = statement(out, manifest) if before is None else before.body()
    if before is not None and (faults := differences(out, manifest, body)):
        hint = f"take {ENVELOPE} away to sign what is there now"
        raise CurateError(f"what was signed is not what is there: {faults[0]}", where=str(out), hint=hint)
    mine = Signature(
        keyid=signer.keyid, algorithm=signer.algorithm, sig=spelled_64(signer.sign(pae(PAYLOAD_TYPE, body)))
    )
    others = before.signatures if before is not None else ()
    if any(one.keyid == mine.keyid and one != mine for one in others):
        raise CurateError(
            f"another key has signed as {mine.keyid!r}", where=str(out / ENVELOPE), hint="choose another name"
        )
    for one in others:
        if one.keyid != mine.keyid and signer.public().is_by(b64decode(one.sig), pae(PAYLOAD_TYPE, body)):
            raise CurateError(
                f"this key has signed already, as {one.keyid!r}",
                where=str(out / ENVELOPE),
                hint="four eyes are two keys",
            )
    signatures = others if mine in others else (*others, mine)
    envelope = Envelope(payload=spelled_64(body), signatures=signatures)
    write_whole(out / ENVELOPE, envelope.spelled())
    return Signed(out / ENVELOPE, mine.keyid, tuple(one.keyid for one in signatures))


def differences(out: Path, manifest: Manifest, body: bytes) -> list[str]:
    """Say in what the output differs from what a statement names; nothing where it is about this very output."""
    try:
        check_keys(body)
        said = json.loads(body)
        kinds = (said["_type"], said["predicateType"])
        named = {one["name"]: one["digest"] for one in said["subject"]}
    except (ValueError, KeyError, TypeError, RecursionError):
        return ["the payload is no in-toto statement"]
    if kinds != (STATEMENT, PREDICATE):
        return [f"the statement is of another kind: {kinds!r}"]
    there = subjects(out, manifest)
    faults = [
        f"{name} is not the one that was signed" for name in named if name in there and named[name] != there[name]
    ]
    faults += [f"{name} was signed and is missing" for name in named if name not in there]
    return faults + [f"{name} was not there when the output was signed" for name in there if name not in named]


def check_signature(out: Path, manifest: Manifest, keys: Sequence[Verifier] = ()) -> Check:
    """Hold the signatures against the keys that the verifier brings: no key is ever taken from the output.

    Every key must have signed, and each be another key: names are labels. Without a key, what was signed is still
    compared with what is there; that says nothing about who signed it.
    """
    try:
        envelope = read_envelope(out)
    except StorageError as wrong:
        return judged("signature", TITLE, [wrong.message], "")
    if envelope is None:
        detail = "nobody has signed it"
        return (
            judged("signature", TITLE, [detail], "") if keys else Check("signature", TITLE, "unchecked", detail, True)
        )
    faults = differences(out, manifest, envelope.body())
    by = {signature.keyid: signature for signature in envelope.signatures}
    faults += [fault for key in keys if (fault := _fault(key, by.get(key.keyid), envelope.signed()))]
    faults += _brought_twice(keys)
    known = {key.keyid for key in keys}
    others = ", ".join(name for name in by if name not in known)
    if faults or keys:
        more = f"; not checked, since no key was given: {others}" if others else ""
        return judged("signature", TITLE, faults, f"signed by {', '.join(key.keyid for key in keys)}{more}")
    return Check("signature", TITLE, "unchecked", f"no key was given to check the signatures of {others}", True)


def _brought_twice(keys: Sequence[Verifier]) -> list[str]:
    """Say which keys are one key: a key under two names is one pair of eyes."""
    names: dict[str, list[str]] = {}
    for key in keys:
        names.setdefault(keyid_of(key.key), []).append(key.keyid)
    return [f"one key was given for {len(many)} signers: {', '.join(many)}" for many in names.values() if len(many) > 1]


def _fault(key: Verifier, signature: Signature | None, signed: bytes) -> str:
    """Say what is wrong with the signature that a key should have made; empty where it holds."""
    if signature is None:
        return f"there is no signature by {key.keyid}"
    if signature.algorithm != key.algorithm:
        return f"the signature by {key.keyid} is said to be {signature.algorithm!r}, its key is {key.algorithm}"
    holds = key.is_by(b64decode(signature.sig), signed)
    return "" if holds else f"the signature by {key.keyid} was not made with its key, or of something else"
