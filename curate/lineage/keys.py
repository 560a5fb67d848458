"""Keys that sign an output: made, read, and used by the algorithm that they are of."""

import os
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from curate.core.errors import ConfigError, CurateError, StorageError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

ED25519 = "ed25519"
"""RFC 8032. Another algorithm is another name here, in the envelope, and in what reads a PEM file."""
PRIVATE, PUBLIC = "private.pem", "public.pem"
INSTALL = "pip install 'curate[sign]'"


class Pair(NamedTuple):
    """A new pair of keys."""

    private: Path
    public: Path
    keyid: str


class Signer(NamedTuple):
    """A private key."""

    algorithm: str
    keyid: str
    key: "Ed25519PrivateKey"

    def sign(self, body: bytes) -> bytes:
        """Return the signature of some bytes: the same for the same bytes."""
        return self.key.sign(body)

    def public(self) -> "Verifier":
        """Return the public half, which tells what this key has signed."""
        return Verifier(self.algorithm, self.keyid, self.key.public_key())


class Verifier(NamedTuple):
    """A public key, and the name under which its signature is expected."""

    algorithm: str
    keyid: str
    key: "Ed25519PublicKey"

    def is_by(self, signature: bytes, body: bytes) -> bool:
        """Tell whether a signature of these bytes was made with the private half of this key."""
        from cryptography.exceptions import InvalidSignature

        try:
            self.key.verify(signature, body)
        except InvalidSignature:
            return False
        return True


def new_keys(folder: Path) -> Pair:
    """Write a new pair of ed25519 keys as PEM (PKCS 8, SubjectPublicKeyInfo); never over a file that is there.

    Only the owner may read the private key (mode 0600). It is not encrypted: where it lies is its protection.
    """
    _installed()
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

    key = Ed25519PrivateKey.generate()
    pair = Pair(folder / PRIVATE, folder / PUBLIC, keyid_of(key.public_key()))
    for path in pair[:2]:
        if path.exists() or path.is_symlink():
            raise ConfigError(f"there is a key already: {path.name}", where=str(folder), hint="choose another folder")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    bodies = (
        (pair.private, 0o600, key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())),
        (pair.public, 0o644, key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)),
    )
    for path, mode, body in bodies:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as stream:
            stream.write(body)
    return pair


def keyid_of(key: "Ed25519PublicKey") -> str:
    """Name a public key by sha256 of its DER SubjectPublicKeyInfo, 64 hex characters."""
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    return sha256(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).hexdigest()


def read_signer(path: Path, keyid: str | None = None) -> Signer:
    """Read a private key; ConfigError where it is none that is known, an encrypted one, or its name is no line."""
    if keyid and not keyid.isprintable():
        hint = "letters, digits, signs and blanks, in one line"
        raise ConfigError(f"{keyid!r} is no name for a signature", where="--keyid", hint=hint)
    _installed()
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    body = _body(path)
    try:
        key = load_pem_private_key(body, password=None)
    except TypeError as wrong:
        hint = "decrypt it first: openssl pkey -in KEY -out PLAIN"
        raise ConfigError("the private key is encrypted", where=str(path), hint=hint) from wrong
    except (ValueError, UnsupportedAlgorithm) as wrong:
        hint = "`curate keys new DIR` makes one: private.pem"
        raise ConfigError("the file holds no private key in PEM", where=str(path), hint=hint) from wrong
    if not isinstance(key, Ed25519PrivateKey):
        raise _strange(key, path)
    return Signer(ED25519, keyid or keyid_of(key.public_key()), key)


def read_verifier(path: Path, keyid: str | None = None) -> Verifier:
    """Read a public key; ConfigError where the file holds none that is known."""
    _installed()
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    from cryptography.hazmat.primitives.serialization import load_pem_public_key

    try:
        key = load_pem_public_key(_body(path))
    except (ValueError, UnsupportedAlgorithm) as wrong:
        hint = "`curate keys new DIR` makes one: public.pem"
        raise ConfigError("the file holds no public key in PEM", where=str(path), hint=hint) from wrong
    if not isinstance(key, Ed25519PublicKey):
        raise _strange(key, path)
    return Verifier(ED25519, keyid or keyid_of(key), key)


def _strange(key: object, path: Path) -> ConfigError:
    return ConfigError(
        f"the key is no {ED25519} key but {type(key).__name__}", where=str(path), hint=f"known: {ED25519}"
    )


def _body(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as wrong:
        raise StorageError(f"the key cannot be read: {wrong.strerror}", where=str(path)) from wrong


def _installed() -> None:
    """Raise CurateError where the extra is not installed."""
    try:
        import cryptography.hazmat.primitives.asymmetric.ed25519  # noqa: F401 - whether it is there is the question
    except ImportError as lost:
        raise CurateError("signing needs the package `cryptography`", hint=INSTALL) from lost
