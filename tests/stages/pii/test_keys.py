"""Keys: from a file or the environment, long enough, and in no file, key or message of a run."""

import json
import os
import pickle
import subprocess
import sys
from base64 import b64encode
from importlib.util import find_spec
from pathlib import Path

import polars as pl
import pytest
from pydantic import ValidationError

import curate
from curate.config.model import Config
from curate.core.errors import ConfigError
from curate.engine.identity import stage_identity
from curate.stages.pii import Pii
from curate.stages.pii.keys import Secret
from tests.stages.pii.keyed import key_file, keyed

ROOT = Path(__file__).parents[3]
KEY = b"an-invented-key-that-nobody-uses-0123456789"
PHONE = "13812345678"


def config(place: Path, stage: dict[str, object], **more: object) -> dict[str, object]:
    (place / "raw").mkdir(exist_ok=True)
    lines = [{"text": f"第{n}条 姓名：王小明，手机{PHONE}，邮箱li.wei{n}@hengtai.com.cn"} for n in range(20)]
    (place / "raw" / "a.jsonl").write_text("\n".join(json.dumps(one, ensure_ascii=False) for one in lines), "utf-8")
    return {
        "name": "keyed",
        "sources": {"a": {"format": "jsonl", "path": str(place / "raw/a.jsonl")}},
        "stages": [{"pii": stage}],
        "output": {"path": str(place / "out")},
        "work": "keep_all",
        "limits": "off",
        **more,
    }


@pytest.fixture
def key(tmp_path: Path) -> Path:
    (tmp_path / "secret.key").write_bytes(KEY)
    return tmp_path / "secret.key"


class TestAKey:
    @pytest.mark.parametrize("operator", ["surrogate", "pseudonym"])
    def test_is_needed_by_what_is_keyed(self, operator):
        with pytest.raises(ValidationError, match=f"'{operator}' needs a key.*key_file"):
            Pii(operator=operator)
        with pytest.raises(ValidationError, match="needs a key"):
            Pii(operators={"PERSON": operator})

    def test_has_32_bytes_and_is_never_quoted(self, tmp_path, monkeypatch):
        (tmp_path / "short").write_bytes(b"too-short-a-key")
        monkeypatch.setenv("CURATE_SHORT", "too-short-a-key")
        for said in ({"key_file": tmp_path / "short"}, {"key_env": "CURATE_SHORT"}):
            with pytest.raises(ValidationError, match="15 bytes, fewer than 32") as told:
                Pii(operator="pseudonym", **said)
            assert "too-short-a-key" not in str(told.value)

    @pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\n\n"])
    def test_written_as_text_is_measured_without_the_line_end(self, tmp_path, monkeypatch, end):
        (tmp_path / "k").write_bytes(b"k" * 31 + end)
        monkeypatch.setenv("CURATE_31", "k" * 31 + end.decode())
        for said in ({"key_file": tmp_path / "k"}, {"key_env": "CURATE_31"}):
            with pytest.raises(ValidationError, match="31 bytes, fewer than 32"):
                Pii(operator="pseudonym", **said)
        (tmp_path / "k").write_bytes(b"k" * 32 + end)
        assert Pii(operator="pseudonym", key_file=tmp_path / "k").key() == b"k" * 32 + end

    @pytest.mark.parametrize("last", [b"\n", b"\r", b" "])
    def test_of_random_bytes_counts_every_one(self, tmp_path, last):
        (tmp_path / "k").write_bytes(bytes(range(200, 231)) + last)
        assert Pii(operator="pseudonym", key_file=tmp_path / "k").key_id

    def test_is_named_once(self, key, monkeypatch):
        monkeypatch.setenv("CURATE_KEY", KEY.decode())
        with pytest.raises(ValidationError, match=r"two keys.*secret\.key.*CURATE_KEY") as told:
            Pii(operator="pseudonym", key_file=key, key_env="CURATE_KEY")
        assert KEY.decode() not in str(told.value)

    def test_that_is_named_must_be_there(self, tmp_path, monkeypatch):
        monkeypatch.delenv("CURATE_ABSENT", raising=False)
        with pytest.raises(ValidationError, match=r"none\.key.*cannot be read"):
            Pii(operator="pseudonym", key_file=tmp_path / "none.key")
        with pytest.raises(ValidationError, match=r"CURATE_ABSENT.*not set"):
            Pii(operator="pseudonym", key_env="CURATE_ABSENT")

    def test_may_come_from_the_environment(self, key, monkeypatch):
        monkeypatch.setenv("CURATE_KEY", KEY.decode())
        one, other = (Pii(operator="pseudonym", **said) for said in ({"key_env": "CURATE_KEY"}, {"key_file": key}))
        assert one.key_id == other.key_id

    def test_travels_with_the_stage_and_shows_nowhere(self):
        stage = keyed()
        again = pickle.loads(pickle.dumps(stage))  # noqa: S301 - our own bytes
        assert again == stage
        assert again.key() == stage.key() == key_file().read_bytes()
        shown = repr(stage) + str(stage.done()) + str(stage.model_dump()) + repr(Secret(KEY))
        assert repr(stage.key())[2:-1] not in shown
        assert "key_file" not in stage.model_dump()

    def test_enters_the_identity_of_a_task_by_its_id_alone(self, tmp_path):
        copy = tmp_path / "copy.key"
        copy.write_bytes(key_file().read_bytes())
        same = Pii(operator="surrogate", key_file=copy)
        assert stage_identity(same) == stage_identity(keyed())
        one, other = stage_identity(keyed()), stage_identity(keyed(number=1))
        assert one != other
        assert {**one["params"], "key_id": ""} == {**other["params"], "key_id": ""}


class TestAConfiguration:
    def test_lends_the_stage_the_key_of_the_run(self, tmp_path, key):
        said = Config.load(config(tmp_path, {"operator": "surrogate"}, key_file=str(key)))
        assert said.stages[0].key() == KEY

    def test_prefers_the_key_of_the_stage(self, tmp_path, key):
        said = Config.load(config(tmp_path, {"operator": "surrogate", "key_file": str(key_file())}, key_file=str(key)))
        assert said.stages[0].key() == key_file().read_bytes()

    def test_takes_a_path_from_the_folder_of_the_file(self, tmp_path, key):
        said = config(tmp_path, {"operator": "surrogate", "key_file": key.name})
        (tmp_path / "c.yaml").write_text(json.dumps(said), "utf-8")
        assert Config.load(tmp_path / "c.yaml").stages[0].key() == KEY

    @pytest.mark.parametrize(
        ("said", "told"),
        [
            ({}, "needs a key"),
            ({"key_file": "/nowhere/none.key"}, "cannot be read"),
            ({"key_env": "CURATE_ABSENT"}, "not set"),
        ],
    )
    def test_without_a_key_is_refused_with_its_place(self, tmp_path, said, told):
        with pytest.raises(ConfigError, match=told) as refused:
            Config.load(config(tmp_path, {"operator": "surrogate", **said}))
        assert "stages[0].pii" in str(refused.value)

    @pytest.mark.parametrize("stage", ["pii", "suppress"])
    def test_with_two_keys_at_one_stage_is_refused_with_its_place(self, tmp_path, key, monkeypatch, stage):
        monkeypatch.setenv("CURATE_KEY", KEY.decode())
        said = {"key_file": str(key), "key_env": "CURATE_KEY"} | ({"lists": []} if stage == "suppress" else {})
        with pytest.raises(ConfigError, match="two keys") as refused:
            Config.load(config(tmp_path, {}, stages=[{stage: said}]))
        assert f"stages[0].{stage}" in str(refused.value)

    def test_of_the_run_is_measured_without_the_line_end(self, tmp_path):
        (tmp_path / "k").write_bytes(b"k" * 31 + b"\n")
        with pytest.raises(ConfigError, match="31 bytes, fewer than 32"):
            Config.load(config(tmp_path, {}, key_file=str(tmp_path / "k")))

    def test_shows_neither_key_nor_where_it_lies(self, tmp_path, key):
        shown = json.dumps(Config.load(config(tmp_path, {"operator": "surrogate", "key_file": str(key)})).resolved())
        assert "secret.key" not in shown
        assert KEY.decode() not in shown


@pytest.mark.parametrize("workers", [0, 2])
@pytest.mark.parametrize("where", ["stage", "run", "env"])
def test_a_run_writes_its_key_nowhere_and_any_number_of_workers_has_it(tmp_path, key, monkeypatch, workers, where):
    monkeypatch.setenv("CURATE_KEY", KEY.decode())
    stage = {"operator": "surrogate", "scope": "corpus"}
    stage |= {"stage": {"key_file": str(key)}, "env": {"key_env": "CURATE_KEY"}}.get(where, {})
    more = {"key_file": str(key)} if where == "run" else {}
    done = curate.run(config(tmp_path, stage, workers=workers, **more))
    texts = pl.read_parquet(tmp_path / "out/data/train/*.parquet")["text"].to_list()
    assert not [text for text in texts if PHONE in text]
    written = [path for folder in ("out", "out.work") for path in (tmp_path / folder).rglob("*") if path.is_file()]
    forms = (KEY, KEY.hex().encode(), b64encode(KEY)[:-2], repr(list(KEY))[1:-1].encode())
    assert [path.name for path in written for form in forms if form in path.read_bytes()] == []
    record = done.manifest.stages[-1]
    assert record.lineage["key_id"] == record.params["key_id"] == Pii(key_file=key).key_id


@pytest.mark.skipif(find_spec("ray") is None, reason="Ray is not installed: pip install 'curate[ray]'")
def test_ray_workers_have_a_key_that_only_the_driver_can_read(tmp_path):
    for engine in ("ray", "local"):
        said = config(tmp_path, {"operator": "surrogate", "key_env": "CURATE_KEY"}, engine=engine)
        said["output"] = {"path": str(tmp_path / engine)}
        (tmp_path / f"{engine}.yaml").write_text(json.dumps(said), "utf-8")
        code = "from curate.cli import main; main()"
        command = [sys.executable, "-c", code, "run", str(tmp_path / f"{engine}.yaml"), "--workers", "2", "--quiet"]
        paths = {**os.environ, "PYTHONPATH": str(ROOT), "CURATE_KEY": KEY.decode()}
        done = subprocess.run(command, env=paths, capture_output=True, check=False)
        assert done.returncode == 0, done.stderr
        assert KEY not in done.stdout + done.stderr
    one, other = (next((tmp_path / engine / "data").rglob("*.parquet")).read_bytes() for engine in ("ray", "local"))
    assert one == other
