import os
from pathlib import Path

import fsspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from curate.core.errors import ConfigError, StorageError
from curate.core.register import STATED, Entry
from curate.sources.listed import matcher, parted
from tests.sources.reading import Files, write


def uris(*paths):
    source = Files(name="s", path=tuple(map(str, paths)) if len(paths) > 1 else str(paths[0]))
    return [file.uri for file in source.files()]


@pytest.fixture
def tree(tmp_path):
    for name in [
        "b.jsonl",
        "a.jsonl",
        "x.csv",
        "sub/c.jsonl",
        "sub/deep/d.jsonl",
        ".hidden.jsonl",
        ".git/e.jsonl",
        "sub/[1].jsonl",
    ]:
        write(tmp_path / name, name)
    return tmp_path


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("", ["a.jsonl", "b.jsonl", "sub/[1].jsonl", "sub/c.jsonl", "sub/deep/d.jsonl", "x.csv"]),
        ("*.jsonl", ["a.jsonl", "b.jsonl"]),
        ("?.csv", ["x.csv"]),
        ("[ab].jsonl", ["a.jsonl", "b.jsonl"]),
        ("[!a].jsonl", ["b.jsonl"]),
        ("*/*.jsonl", ["sub/[1].jsonl", "sub/c.jsonl"]),
        ("sub/*.jsonl", ["[1].jsonl", "c.jsonl"]),
        ("sub/[[]1].jsonl", ["[1].jsonl"]),
        ("**/*.jsonl", ["a.jsonl", "b.jsonl", "sub/[1].jsonl", "sub/c.jsonl", "sub/deep/d.jsonl"]),
        ("**/d*", ["sub/deep/d.jsonl"]),
        ("sub/**", ["[1].jsonl", "c.jsonl", "deep/d.jsonl"]),
        ("sub/deep/d.jsonl", ["d.jsonl"]),
        (".git/*", ["e.jsonl"]),
    ],
)
def test_a_path_names_files_relative_to_its_fixed_part_in_order(pattern, expected, tree):
    assert uris(tree / pattern if pattern else tree) == expected
    for name in ["b.jsonl", "a.jsonl", "x.csv", "sub/c.jsonl", "sub/deep/d.jsonl", ".git/e.jsonl", "sub/[1].jsonl"]:
        with fsspec.open(f"memory://listed/{name}", "wb") as out:
            out.write(b"x")
    assert uris(f"memory://listed/{pattern}") == expected
    source = Files(name="s", path=str(tree / pattern))
    every = [file for file in tree.rglob("*") if file.is_file()]
    assert {file for file in every if source.would_read(file)} == {Path(file.path) for file in source.files()}


def test_a_source_says_of_files_that_are_yet_to_be_written_whether_it_would_read_them(tree, monkeypatch):
    monkeypatch.chdir(tree)
    every = Files(name="s", path=["*.csv", f"file://{tree}/sub/**"])
    said = {name: every.would_read(Path(name)) for name in ("y.csv", "sub/x/y", "sub/.x/y", "sub/../y", "sub.lock")}
    assert said == {"y.csv": True, "sub/x/y": True, "sub/.x/y": False, "sub/../y": False, "sub.lock": False}
    assert not Files(name="s", path=f"memory://{tree}/**").would_read(tree / "y.csv")


def test_a_local_path_may_be_written_as_a_url(tree):
    assert uris(f"file://{tree}/*.csv") == ["x.csv"]


def test_several_paths_are_one_list_and_a_file_named_twice_counts_once(tree):
    assert uris(tree / "sub" / "c.jsonl", tree / "*.jsonl", tree / "a.jsonl") == ["a.jsonl", "b.jsonl", "c.jsonl"]


def test_two_files_never_share_a_uri(tree):
    write(tree / "sub" / "a.jsonl", "other")
    with pytest.raises(ConfigError, match=r"two files would both be called 'a\.jsonl'"):
        uris(tree / "a.jsonl", tree / "sub" / "a.jsonl")


@pytest.mark.parametrize("path", ["missing", "missing/*.jsonl", "*.parquet", "empty", "empty/**"])
def test_a_path_that_names_nothing_is_one_error_with_its_place_and_a_hint(path, tree):
    (tree / "empty").mkdir()
    with pytest.raises(ConfigError) as caught:
        uris(tree / path)
    assert caught.value.where == "sources.s.path"
    assert caught.value.hint
    assert path.split("/")[0] in caught.value.message


def test_a_store_that_names_nothing_or_is_unknown_is_the_same_error():
    with pytest.raises(ConfigError, match="there is no"):
        uris("memory://listed-not/*.jsonl")
    with pytest.raises(ConfigError, match="there is no"):
        uris("memory://listed-not/at-all")
    with pytest.raises(ConfigError, match="cannot be opened"):
        uris("nostore://bucket/*.jsonl")


def test_links_are_followed_but_not_in_circles(tree):
    (tree / "sub" / "up").symlink_to(tree, target_is_directory=True)
    (tree / "link.csv").symlink_to(tree / "x.csv")
    (tree / "elsewhere").symlink_to(tree / "sub" / "deep", target_is_directory=True)
    (tree / "dangling.csv").symlink_to(tree / "nothing")
    assert uris(tree / "**" / "*.csv") == ["link.csv", "x.csv"]
    assert uris(tree / "**" / "d.jsonl") == ["elsewhere/d.jsonl", "sub/deep/d.jsonl"]


def test_a_changed_file_has_another_mark(tree):
    source = Files(path=str(tree / "a.jsonl"))
    [before] = source.files()
    write(tree / "a.jsonl", "changed")
    os.utime(tree / "a.jsonl", ns=(1, 1))
    [after] = source.files()
    assert (before.path, before.size) == (after.path, after.size)
    assert before.mark != after.mark


def test_a_name_that_is_no_utf8_is_refused(tmp_path):
    try:
        write(tmp_path / os.fsdecode(b"a\xff.jsonl"), "x")
    except OSError:
        pytest.skip("this file system takes no such name")
    with pytest.raises(ConfigError, match="is not UTF-8"):
        uris(tmp_path)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may list everything")
def test_a_folder_that_may_not_be_listed_is_a_storage_error(tree):
    (tree / "sub").chmod(0)
    with pytest.raises(StorageError, match="cannot list"):
        uris(tree)


def test_what_nobody_said_of_a_source_is_unknown():
    said = Files(path="x", license="MIT", notes="by hand").registered()
    assert set(STATED) < set(said) == set(Entry.model_fields)
    assert (said["license"], said["notes"], said["owner"]) == ("MIT", "by hand", "unknown")


@given(path=st.lists(st.sampled_from(["a", "b*", "**", "c?", "é", "d.e"]), min_size=1, max_size=5).map("/".join))
def test_a_path_is_the_sum_of_its_parts(path):
    root, rest = parted(path)
    assert (f"{root}/{rest}" if rest and root != "." else rest or root) == path
    assert not set("*?[") & set(root)
    if rest:
        assert matcher(rest).fullmatch(rest.replace("**", "x").replace("*", "y").replace("?", "z"))


@pytest.mark.parametrize("path", ["", "file://"])
def test_an_empty_path_is_a_mistake_and_not_the_folder_in_which_the_command_runs(path, tree, monkeypatch):
    monkeypatch.chdir(tree)
    with pytest.raises(ConfigError, match="the path is empty"):
        uris(path)
    assert "a.jsonl" in uris(".")
