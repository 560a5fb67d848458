import json
from collections.abc import Iterator
from pathlib import Path

import fsspec
import pytest
from moto.server import ThreadedMotoServer

import curate
from curate.core.errors import StorageError
from curate.engine.store import POINTER
from tests.engine.corpora import bytes_of, config, write_corpus


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A real S3 endpoint on this machine."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    server.start()
    host, port = server.get_host_and_port()
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://{host}:{port}")
    store = fsspec.filesystem("s3", skip_instance_cache=True)
    name = f"corpora-{port}"
    store.mkdir(name)
    yield f"s3://{name}/small"
    server.stop()
    fsspec.filesystem("s3").clear_instance_cache()


def test_a_version_lies_whole_below_its_prefix_before_the_pointer_names_it(bucket: str, tmp_path: Path) -> None:
    raw = tmp_path / "raw"
    raw.mkdir()
    write_corpus(raw)
    said = config(raw, tmp_path / "out")
    said["output"]["store"] = bucket
    out = curate.run(said).path
    store = fsspec.filesystem("s3", skip_instance_cache=True)
    pointer = json.loads(store.cat_file(f"{bucket}/{POINTER}"))
    copied = tmp_path / "copied"
    store.get(f"{bucket}/{pointer['path']}/", str(copied), recursive=True)

    assert bytes_of(copied) == bytes_of(out)
    assert curate.open(copied).verify().passed


def test_sources_are_read_from_a_store(bucket: str, tmp_path: Path) -> None:
    raw = tmp_path / "raw"
    raw.mkdir()
    write_corpus(raw)
    store = fsspec.filesystem("s3", skip_instance_cache=True)
    for name in ("a.jsonl", "b.jsonl"):
        store.put_file(str(raw / name), f"{bucket}/raw/{name}")
    said = config(raw, tmp_path / "local")
    said["sources"] = {"lines": said["sources"]["lines"]}
    local = curate.run(said).path
    said["sources"]["lines"]["path"] = f"{bucket}/raw/*.jsonl"
    said["output"]["path"] = str(tmp_path / "remote")

    assert bytes_of(curate.run(said).path) == bytes_of(local)


def test_a_store_that_nobody_knows_is_one_clear_error(tmp_path: Path) -> None:
    raw = tmp_path / "raw"
    raw.mkdir()
    write_corpus(raw)
    said = config(raw, tmp_path / "out", stages=[])
    said["output"]["store"] = "gopher://hole/corpus"

    with pytest.raises(StorageError, match="cannot be opened") as raised:
        curate.run(said)
    assert raised.value.exit_code == 74
