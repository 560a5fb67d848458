"""A signature is of what is there, by the key that the verifier brings, and says nothing else."""

import json
import shutil
import stat
from base64 import b64decode, b64encode
from concurrent.futures import ThreadPoolExecutor

import pytest
from click.testing import CliRunner

from curate.cli import main
from curate.core.errors import ConfigError, CurateError, StorageError
from curate.lineage.attachments import signatures
from curate.lineage.envelope import ENVELOPE, PAYLOAD_TYPE, pae, read_envelope
from curate.lineage.keys import new_keys, read_signer, read_verifier
from curate.lineage.manifest import MANIFEST, RUN, SUMS, read_manifest
from curate.lineage.signing import sign
from curate.lineage.verify import verify
from curate.terminal import show_checks
from tests.lineage.made import patched


@pytest.fixture(scope="module")
def pairs(tmp_path_factory):
    folder = tmp_path_factory.mktemp("keys")
    return new_keys(folder / "a"), new_keys(folder / "b")


def signature_of(out, *pairs, name=None):
    keys = [read_verifier(pair.public, name) for pair in pairs]
    return verify(out, keys=keys).named("signature")


class TestKeys:
    def test_are_for_their_owner_alone_and_never_written_over(self, tmp_path):
        pair = new_keys(tmp_path / "new" / "keys")
        assert stat.S_IMODE(pair.private.stat().st_mode) == 0o600
        assert stat.S_IMODE(pair.private.parent.stat().st_mode) == 0o700
        before = pair.private.read_bytes()
        with pytest.raises(ConfigError, match="there is a key already"):
            new_keys(tmp_path / "new" / "keys")
        pair.private.unlink()
        with pytest.raises(ConfigError, match="there is a key already"):
            new_keys(tmp_path / "new" / "keys")
        assert not pair.private.exists()
        assert before.startswith(b"-----BEGIN PRIVATE KEY-----")

    def test_are_named_by_the_digest_of_their_public_half(self, pairs):
        for pair in pairs:
            assert read_signer(pair.private).keyid == read_verifier(pair.public).keyid == pair.keyid
        assert pairs[0].keyid != pairs[1].keyid

    def test_that_are_none_are_told(self, pairs, tmp_path):
        from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
        from cryptography.hazmat.primitives.serialization import (
            BestAvailableEncryption,
            Encoding,
            NoEncryption,
            PrivateFormat,
            PublicFormat,
        )

        other = generate_private_key(SECP256R1())
        shapes = {"other.pem": NoEncryption(), "locked.pem": BestAvailableEncryption(b"word")}
        for name, lock in shapes.items():
            (tmp_path / name).write_bytes(other.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, lock))
        public = other.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        (tmp_path / "public.pem").write_bytes(public)
        with pytest.raises(ConfigError, match="no ed25519 key"):
            read_signer(tmp_path / "other.pem")
        with pytest.raises(ConfigError, match="encrypted"):
            read_signer(tmp_path / "locked.pem")
        with pytest.raises(ConfigError, match="no ed25519 key"):
            read_verifier(tmp_path / "public.pem")
        with pytest.raises(ConfigError, match="no private key"):
            read_signer(pairs[0].public)
        with pytest.raises(ConfigError, match="no public key"):
            read_verifier(pairs[0].private)
        with pytest.raises(StorageError, match="cannot be read"):
            read_verifier(tmp_path / "none.pem")


class TestASignature:
    def test_that_nobody_made_is_missed_only_where_it_is_asked_for(self, out, pairs):
        unsigned = verify(out).named("signature")
        assert (unsigned.status, unsigned.excused, unsigned.detail) == ("unchecked", True, "nobody has signed it")
        assert verify(out).exit_code == 0
        assert signature_of(out, pairs[0]).status == "fail"

    def test_holds_for_its_key_and_no_other(self, out, pairs):
        sign(out, read_signer(pairs[0].private))
        assert signature_of(out, pairs[0])[2:4] == ("pass", f"signed by {pairs[0].keyid}")
        assert signature_of(out, pairs[1]).status == "fail"
        assert signature_of(out, *pairs).status == "fail"
        told = verify(out).named("signature")
        assert (told.status, told.excused) == ("unchecked", True)
        assert pairs[0].keyid in told.detail

    def test_is_not_lost_where_others_sign_at_the_same_time(self, out, tmp_path):
        signers = [read_signer(new_keys(tmp_path / str(number)).private) for number in range(6)]
        with ThreadPoolExecutor(len(signers)) as pool:
            list(pool.map(lambda signer: sign(out, signer), signers))
        assert {one.keyid for one in read_envelope(out).signatures} == {signer.keyid for signer in signers}

    def test_stands_beside_others_over_the_same_bytes(self, out, pairs):
        sign(out, read_signer(pairs[0].private))
        payload = read_envelope(out).payload
        sign(out, read_signer(pairs[1].private, "compliance"))
        sign(out, read_signer(pairs[0].private))
        envelope = read_envelope(out)
        assert [one.keyid for one in envelope.signatures] == [pairs[0].keyid, "compliance"]
        assert envelope.payload == payload
        keys = [read_verifier(pairs[0].public), read_verifier(pairs[1].public, "compliance")]
        both = verify(out, keys=keys).named("signature")
        assert both[2:4] == ("pass", f"signed by {pairs[0].keyid}, compliance")
        one = signature_of(out, pairs[0])
        assert one.detail.endswith("not checked, since no key was given: compliance")
        assert signature_of(out, pairs[1]).status == "fail", "it signed under another name"

    def test_is_not_made_twice_under_one_name(self, out, pairs):
        sign(out, read_signer(pairs[0].private, "compliance"))
        with pytest.raises(CurateError, match="another key has signed as 'compliance'"):
            sign(out, read_signer(pairs[1].private, "compliance"))

    def test_by_one_key_is_one_pair_of_eyes(self, out, pairs):
        sign(out, read_signer(pairs[0].private, "engineering"))
        with pytest.raises(CurateError, match="this key has signed already, as 'engineering'"):
            sign(out, read_signer(pairs[0].private, "compliance"))
        assert [one.keyid for one in read_envelope(out).signatures] == ["engineering"]

    def test_under_two_names_is_no_second_signer_for_who_verifies(self, out, pairs):
        sign(out, read_signer(pairs[0].private, "engineering"))
        envelope = read_envelope(out)
        again = envelope.signatures[0].model_copy(update={"keyid": "compliance"})
        forged = envelope.model_copy(update={"signatures": (*envelope.signatures, again)})
        (out / ENVELOPE).write_bytes(forged.spelled())
        keys = [read_verifier(pairs[0].public, name) for name in ("engineering", "compliance")]
        told = verify(out, keys=keys).named("signature")
        assert told.status == "fail"
        assert "one key was given for 2 signers: engineering, compliance" in told.detail
        assert verify(out, keys=keys[:1]).named("signature").status == "pass"

    def test_has_a_name_of_one_line(self, pairs):
        for name in ("a\nb", "a\x1b[31m", "a\u202eb"):
            with pytest.raises(ConfigError, match="is no name for a signature"):
                read_signer(pairs[0].private, name)
        assert read_signer(pairs[0].private, "合规 1=a").keyid == "合规 1=a"

    def test_whose_name_holds_line_feeds_prints_no_verdict_of_its_own(self, out, pairs, capsys):
        sign(out, read_signer(pairs[0].private))
        envelope = read_envelope(out)
        name = "x\npass      the output is what was signed: signed by compliance\x1b[8m"
        forged = envelope.model_copy(
            update={"signatures": (envelope.signatures[0].model_copy(update={"keyid": name}),)}
        )
        (out / ENVELOPE).write_bytes(forged.spelled())
        checks = verify(out)
        show_checks(checks, as_json=False)
        printed = capsys.readouterr().out
        assert len(printed.splitlines()) == len(checks.checks) + 1
        assert not [line for line in printed.splitlines() if line.startswith("pass      the output is what was signed")]
        assert "\x1b[8m" not in printed

    def test_is_the_same_for_the_same_output_and_leaves_sums_alone(self, out, pairs):
        sign(out, read_signer(pairs[0].private))
        first = (out / ENVELOPE).read_bytes()
        (out / ENVELOPE).unlink()
        sign(out, read_signer(pairs[0].private))
        assert (out / ENVELOPE).read_bytes() == first
        assert verify(out).exit_code == 0

    def test_of_another_output_is_none_of_this_one_in_a_report(self, out, pairs):
        sign(out, read_signer(pairs[0].private))
        assert [one["keyid"] for one in signatures(out, read_manifest(out))] == [pairs[0].keyid]
        patched(out, lambda said: said["dataset"].update(name="other"))
        assert signatures(out, read_manifest(out)) == []

    def test_is_not_made_of_what_does_not_hold(self, out, pairs):
        (out / "README.md").write_text("x", "utf-8")
        with pytest.raises(CurateError, match=r"README\.md has changed"):
            sign(out, read_signer(pairs[0].private))
        assert not (out / ENVELOPE).exists()

    def test_is_not_put_beside_one_of_something_else(self, out, pairs):
        sign(out, read_signer(pairs[0].private))
        (out / RUN).unlink()
        with pytest.raises(CurateError, match="was signed and is missing"):
            sign(out, read_signer(pairs[1].private))

    def test_covers_what_was_not_there_when_it_was_made(self, out, pairs):
        run = (out / RUN).read_bytes()
        (out / RUN).unlink()
        sign(out, read_signer(pairs[0].private))
        assert signature_of(out, pairs[0]).status == "pass"
        (out / RUN).write_bytes(run)
        assert signature_of(out, pairs[0]).status == "fail"

    def test_of_another_output_does_not_fit(self, out, pairs, tmp_path):
        other = tmp_path / "other"
        shutil.copytree(out, other)
        patched(other, lambda said: said["dataset"].update(name="another"))
        sign(out, read_signer(pairs[0].private))
        (other / ENVELOPE).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(out / ENVELOPE, other / ENVELOPE)
        for check in (signature_of(other, pairs[0]), verify(other).named("signature")):
            assert check.status == "fail"
            assert f"{MANIFEST} is not the one that was signed" in check.detail


class TestTheEnvelope:
    def test_signs_the_encoding_that_the_standard_gives(self, out, pairs):
        """DSSE 1.0: `DSSEv1 SP LEN(type) SP type SP LEN(body) SP body`, lengths in decimal."""
        from cryptography.hazmat.primitives.serialization import load_pem_public_key

        sign(out, read_signer(pairs[0].private))
        said = json.loads((out / ENVELOPE).read_bytes())
        body = b64decode(said["payload"])
        encoded = b" ".join((b"DSSEv1", b"28", PAYLOAD_TYPE.encode(), str(len(body)).encode(), body))
        assert pae(PAYLOAD_TYPE, body) == encoded
        key = load_pem_public_key(pairs[0].public.read_bytes())
        key.verify(b64decode(said["signatures"][0]["sig"]), encoded)
        assert said["signatures"][0]["algorithm"] == "ed25519"

    def test_holds_a_statement_that_names_what_names_all_else(self, out, pairs):
        from hashlib import sha256

        sign(out, read_signer(pairs[0].private))
        said = json.loads(read_envelope(out).body())
        assert said["_type"] == "https://in-toto.io/Statement/v1"
        named = {one["name"]: one["digest"] for one in said["subject"]}
        files = {name: {"sha256": sha256((out / name).read_bytes()).hexdigest()} for name in (SUMS, MANIFEST, RUN)}
        assert named == files | {"documents": {"rfc9162-sha256": read_manifest(out).merkle.documents_root}}

    def test_of_a_statement_that_is_nested_without_end_is_none(self, out, pairs):
        sign(out, read_signer(pairs[0].private))
        deep = read_envelope(out).model_copy(update={"payload": b64encode(b"[" * 100_000).decode()})
        (out / ENVELOPE).write_bytes(deep.spelled())
        assert signature_of(out).status == "fail"
        assert "no in-toto statement" in signature_of(out).detail

    def test_is_one_that_securesystemslib_verifies(self, out, pairs):
        dsse = pytest.importorskip("securesystemslib.dsse", reason="securesystemslib is not installed")
        from securesystemslib.signer import SSlibKey

        sign(out, read_signer(pairs[0].private))
        envelope = dsse.Envelope.from_dict(json.loads((out / ENVELOPE).read_bytes()))
        key = SSlibKey.from_crypto(read_verifier(pairs[0].public).key, pairs[0].keyid)
        assert list(envelope.verify([key], 1)) == [pairs[0].keyid]

    @pytest.mark.parametrize(
        "change",
        [
            lambda said: said.update(payloadType="text/plain"),
            lambda said: said["signatures"][0].update(keyid="me"),
            lambda said: said["signatures"][0].update(algorithm="none"),
            lambda said: said["signatures"][0].update(sig=said["payload"]),
            lambda said: said["signatures"].clear(),
            lambda said: said["signatures"].append(said["signatures"][0]),
            lambda said: said.update(note="x"),
            lambda said: said.update(payload=b64encode(b"{}").decode()),
            lambda said: said.update(payload=b64encode(b"[]").decode()),
            lambda said: said.update(payload="?"),
        ],
    )
    def test_that_was_changed_does_not_pass(self, out, pairs, change):
        sign(out, read_signer(pairs[0].private))
        said = json.loads((out / ENVELOPE).read_bytes())
        change(said)
        (out / ENVELOPE).write_text(json.dumps(said, ensure_ascii=False, indent=1) + "\n", "utf-8")
        assert signature_of(out, pairs[0]).status == "fail"

    def test_is_not_spelled_in_two_ways(self, out, pairs):
        sign(out, read_signer(pairs[0].private))
        body = (out / ENVELOPE).read_bytes()
        for other in (body + b" ", body.replace(b" ", b"", 1), body.replace(b'=="', b'"'), b""):
            (out / ENVELOPE).write_bytes(other)
            assert signature_of(out, pairs[0]).status == "fail"


def test_keys_and_signatures_are_told_to_machines_too(out, tmp_path):
    made = json.loads(CliRunner().invoke(main, ["keys", "new", str(tmp_path / "k"), "--json"]).output)
    done = json.loads(CliRunner().invoke(main, ["sign", str(out), "--key", made["private"], "--json"]).output)
    assert done == {"path": str(out / ENVELOPE), "keyid": made["keyid"], "keyids": [made["keyid"]]}
    assert read_verifier(tmp_path / "k" / "public.pem").keyid == made["keyid"]
