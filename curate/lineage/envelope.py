"""The envelope around what is signed: DSSE 1.0, in one spelling, so that no byte of it changes unseen."""

import json
from base64 import b64decode, b64encode
from binascii import Error
from pathlib import Path

from pydantic import Field, ValidationError

from curate.core.errors import StorageError
from curate.core.stage import Value
from curate.lineage.manifest import ATTACHED

ENVELOPE = f"{ATTACHED}/manifest.dsse.json"
PAYLOAD_TYPE = "application/vnd.in-toto+json"


class Signature(Value):
    """One signature. All of it but `sig` is a hint: the key that the verifier brings decides."""

    keyid: str = Field(description="sha256 of the public key (DER SubjectPublicKeyInfo), or a name given to it.")
    algorithm: str = Field(description="How it was made: ed25519 (RFC 8032).")
    sig: str = Field(description="Base64 of the signature of the payload in its pre-authentication encoding.")


class Envelope(Value):
    """What `_lineage/attached/manifest.dsse.json` holds; more signatures are more eyes on the same payload."""

    payload: str = Field(description="Base64 of an in-toto Statement.")
    payload_type: str = Field(PAYLOAD_TYPE, alias="payloadType")
    signatures: tuple[Signature, ...] = Field(min_length=1)

    def body(self) -> bytes:
        """Return the payload."""
        return b64decode(self.payload, validate=True)

    def signed(self) -> bytes:
        """Return the bytes that signatures are of."""
        return pae(self.payload_type, self.body())

    def spelled(self) -> bytes:
        """Return the one spelling of the envelope as a file."""
        return json.dumps(self.model_dump(by_alias=True), ensure_ascii=False, indent=1).encode() + b"\n"


def pae(kind: str, body: bytes) -> bytes:
    r"""Return DSSE's pre-authentication encoding: no parsing stands between what is signed and what is checked.

    >>> pae("http://example.com/HelloWorld", b"hello world")
    b'DSSEv1 29 http://example.com/HelloWorld 11 hello world'
    """
    return b"DSSEv1 %d %b %d %b" % (len(kind.encode()), kind.encode(), len(body), body)


def spelled_64(body: bytes) -> str:
    """Spell bytes in base64."""
    return b64encode(body).decode()


def read_envelope(out: Path) -> Envelope | None:
    """Read the envelope of an output; None where nobody has signed, StorageError where it is not what `sign` writes."""
    path = out / ENVELOPE
    try:
        body = path.read_bytes()
        envelope = Envelope.model_validate_json(body)
        parts = [envelope.payload, *(signature.sig for signature in envelope.signatures)]
        plain = all(spelled_64(b64decode(part, validate=True)) == part for part in parts)
    except FileNotFoundError:
        return None
    except (OSError, ValidationError, Error) as wrong:
        raise StorageError("the envelope of the signatures is damaged or unreadable", where=str(path)) from wrong
    names = [signature.keyid for signature in envelope.signatures]
    if not plain or envelope.spelled() != body or envelope.payload_type != PAYLOAD_TYPE or len(set(names)) < len(names):
        raise StorageError("the envelope of the signatures is not spelled as `curate sign` does", where=str(path))
    return envelope
