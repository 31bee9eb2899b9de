"""A repository as data: what a hostile archive tries stays outside, and one tree is packed in one way."""

from __future__ import annotations

import contextlib
import gzip
import io
import tarfile
from collections.abc import Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policies.patch import FileChange, Patch
from tests.unit.fakes import tarball
from workflows import tree as module
from workflows.tree import BadArchive, File, Tree, joined, unpack


def member(
    name: str, kind: bytes = tarfile.REGTYPE, link: str = "", content: bytes = b"", mode: int = 0o644
) -> tuple[tarfile.TarInfo, bytes]:
    info = tarfile.TarInfo(name)
    info.type, info.linkname, info.size, info.mode = kind, link, len(content), mode
    return info, content


def archive(*members: tuple[tarfile.TarInfo, bytes]) -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as tar:
        for info, content in members:
            tar.addfile(info, io.BytesIO(content))
    return packed.getvalue()


def test_files_lose_the_top_folder_and_keep_their_content() -> None:
    tree = unpack(tarball({"README.md": "hello", "src/a.py": "x = 1"}))
    assert {path: file.content for path, file in tree.files.items()} == {
        "README.md": b"hello",
        "src/a.py": b"x = 1",
    }


def test_what_is_executable_stays_so() -> None:
    tree = unpack(archive(member("t/run", mode=0o755), member("t/plain")))
    assert (tree.files["run"].executable, tree.files["plain"].executable) == (True, False)


@pytest.mark.parametrize("name", ["t/../x", "../../etc/passwd", "t/a/../../x", "t//etc/passwd", "t/a/.."])
def test_a_name_that_leads_out_is_refused(name: str) -> None:
    with pytest.raises(BadArchive, match="cannot be taken"):
        unpack(archive(member(name, content=b"x")))


@pytest.mark.parametrize("name", ["t/.git/hooks/post-checkout", "t/a/.git/config", "t/.git"])
def test_gits_own_directory_is_refused(name: str) -> None:
    with pytest.raises(BadArchive, match="cannot be taken"):
        unpack(archive(member(name, content=b"x")))


@pytest.mark.parametrize("path", ["e\u0301.py", "a\\b", "tab\there", "caf\udce9"])
def test_an_odd_name_is_read_as_it_is_since_it_is_not_ours_to_write(path: str) -> None:
    tree = unpack(archive(member(f"t/{path}", content=b"x")))
    assert set(tree.files) == {path}
    with tarfile.open(fileobj=io.BytesIO(tree.pack())) as tar:
        assert tar.getnames() == [path]


def test_an_absolute_name_is_a_name_below_the_top_like_any_other() -> None:
    assert set(unpack(archive(member("/etc/passwd", content=b"x"))).files) == {"etc/passwd"}


@pytest.mark.parametrize("target", ["/etc/passwd", "../../etc/passwd", "../x", "a/../../x", "..", "/"])
def test_a_link_that_leads_out_is_left_out(target: str) -> None:
    tree = unpack(archive(member("t/link", tarfile.SYMTYPE, target), member("t/file")))
    assert (set(tree.files), dict(tree.links)) == ({"file"}, {})


@pytest.mark.parametrize(
    ("place", "target"), [("t/link", "src/a.py"), ("t/src/link", "../a.py"), ("t/x", ".")]
)
def test_a_link_that_stays_inside_is_kept(place: str, target: str) -> None:
    tree = unpack(archive(member(place, tarfile.SYMTYPE, target)))
    assert dict(tree.links) == {place.removeprefix("t/"): target}


@pytest.mark.parametrize(
    "kind",
    [
        tarfile.LNKTYPE,
        tarfile.CHRTYPE,
        tarfile.BLKTYPE,
        tarfile.FIFOTYPE,
        tarfile.DIRTYPE,
        tarfile.CONTTYPE,
        b"V",
    ],
)
def test_nothing_but_plain_files_and_links_comes_through(kind: bytes) -> None:
    tree = unpack(archive(member("t/odd", kind, "../../etc/passwd"), member("t/file")))
    assert "odd" not in tree.links
    assert tree.files.get("odd", File(b"")).content == b""


@pytest.mark.parametrize(
    "damaged",
    [
        b"",
        b"not gzip",
        gzip.compress(b""),
        gzip.compress(b"not tar"),
        tarball({"a": "b" * 999})[:60],
        b"\x1f\x8b",
    ],
    ids=["nothing", "not gzip", "gzip of nothing", "not tar", "cut off", "a magic number"],
)
def test_a_damaged_archive_says_so(damaged: bytes) -> None:
    with pytest.raises(BadArchive, match="cannot be read"):
        unpack(damaged)


def test_a_bomb_is_stopped_by_its_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_BYTES", 100_000)
    monkeypatch.setattr(module, "MAX_FILES", 10)
    with pytest.raises(BadArchive, match="larger than"):
        unpack(archive(*(member(f"t/{number}", content=b"\0" * 30_000) for number in range(5))))


def test_too_many_files_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_FILES", 10)
    assert len(unpack(archive(*(member(f"t/{number}") for number in range(10)))).files) == 10
    with pytest.raises(BadArchive, match="more than 10 files"):
        unpack(archive(*(member(f"t/{number}") for number in range(12))))


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.DIRTYPE, tarfile.FIFOTYPE])
def test_what_is_no_file_is_counted_too(kind: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_FILES", 10)
    with pytest.raises(BadArchive, match="more than 10 files"):
        unpack(archive(*(member(f"t/{number}", kind, "x") for number in range(12))))


@pytest.mark.parametrize("kind", [tarfile.XHDTYPE, tarfile.GNUTYPE_LONGNAME, b"V"])
def test_a_bomb_in_a_header_or_a_member_that_is_skipped_is_stopped_by_its_bytes(
    kind: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MAX_BYTES", 1_000_000)
    monkeypatch.setattr(module, "MAX_FILES", 10)
    header = tarfile.TarInfo("t/x")
    header.type, header.size = kind, 3_000_000
    bomb = gzip.compress(header.tobuf(tarfile.GNU_FORMAT) + b"\0" * 3_000_000)
    assert len(bomb) < 10_000
    with pytest.raises(BadArchive, match="larger than 1000000 bytes"):
        unpack(bomb)


def test_a_number_too_long_to_be_read_is_damage() -> None:
    record = b"9" * 5_000 + b" path=a\n"
    header = tarfile.TarInfo("h")
    header.type, header.size = tarfile.XHDTYPE, len(record)
    packed = header.tobuf(tarfile.USTAR_FORMAT) + record + b"\0" * (-len(record) % 512) + b"\0" * 1024
    with pytest.raises(BadArchive, match="cannot be read"):
        unpack(gzip.compress(packed))


@settings(deadline=None)
@given(st.binary(max_size=2_000))
def test_no_bytes_make_it_raise_anything_but_its_own_refusal(content: bytes) -> None:
    for data in (content, gzip.compress(content, 1)):
        with contextlib.suppress(BadArchive):
            unpack(data)


NAMES = st.lists(
    st.sampled_from(["..", ".", "", "a", "b", ".git", "C:", "é", "\u202e"]), min_size=1, max_size=5
).map("/".join)
KINDS = st.sampled_from([tarfile.REGTYPE, tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.DIRTYPE, tarfile.CHRTYPE])


@settings(deadline=None)
@given(st.lists(st.tuples(NAMES, KINDS, NAMES, st.binary(max_size=20)), max_size=6))
def test_no_archive_brings_a_path_or_a_link_that_leads_out(
    members: list[tuple[str, bytes, str, bytes]],
) -> None:
    packed = archive(
        *(
            member(name, kind, link, content if kind == tarfile.REGTYPE else b"")
            for name, kind, link, content in members
        )
    )
    try:
        tree = unpack(packed)
    except BadArchive:
        return
    for path in (*tree.files, *tree.links):
        assert not {"..", "", ".git"} & set(path.split("/"))
    for path, target in tree.links.items():
        assert not target.startswith("/")
        depth = path.count("/")
        for part in target.split("/"):
            depth += -1 if part == ".." else part not in {"", "."}
            assert depth >= 0 or part != ".."


FILES = st.dictionaries(st.sampled_from(["a", "b/c", "b/d", "é/ü.py"]), st.binary(max_size=50), max_size=4)


@settings(deadline=None)
@given(FILES, st.booleans())
def test_the_same_tree_is_packed_to_the_same_bytes(files: Mapping[str, bytes], executable: bool) -> None:
    tree = Tree({path: File(content, executable) for path, content in files.items()}, {"z": "a"})
    other = Tree({path: tree.files[path] for path in reversed(list(tree.files))}, dict(tree.links))
    assert tree.pack() == other.pack()


@settings(deadline=None)
@given(FILES)
def test_what_is_packed_can_be_read_back(files: Mapping[str, bytes]) -> None:
    tree = Tree({path: File(content, path == "a") for path, content in files.items()}, {"z": "b/c"})
    with tarfile.open(fileobj=io.BytesIO(tree.pack())) as tar:
        found = {info.name: (info.mode, tar.extractfile(info)) for info in tar if info.isreg()}
        assert {name: (content.read() if content else b"") for name, (_, content) in found.items()} == dict(
            files
        )
        assert all((mode == 0o755) is (name == "a") for name, (mode, _) in found.items())


def test_two_archives_joined_are_one_with_each_part_where_it_was_packed_for() -> None:
    tree, kit = Tree({"a/b": File(b"1")}, {"z": "a"}), Tree({"run": File(b"2")})
    both = joined(tree.pack("/workspace"), kit.pack("/tmp/kit"))
    with tarfile.open(fileobj=io.BytesIO(both)) as tar:
        assert tar.getnames() == ["workspace/a/b", "workspace/z", "tmp/kit/run"]


def test_a_patch_writes_deletes_and_keeps_what_is_executable() -> None:
    tree = Tree({"run": File(b"old", executable=True), "gone": File(b"")}, {"link": "run"})
    patched = tree.with_patch(
        Patch(
            changes=(
                FileChange(path="gone", content=None),
                FileChange(path="link", content="now a file"),
                FileChange(path="new", content="é"),
                FileChange(path="run", content="new"),
            )
        )
    )
    assert patched.files == {
        "run": File(b"new", executable=True),
        "link": File(b"now a file"),
        "new": File("é".encode()),
    }
    assert patched.links == {}
    assert set(tree.files) == {"run", "gone"}


def test_deleting_what_is_not_there_changes_nothing() -> None:
    tree = Tree({"a": File(b"")})
    assert tree.with_patch(Patch(changes=(FileChange(path="b", content=None),))) == tree


def test_what_is_not_text_is_not_shown_as_text() -> None:
    tree = Tree({"bin": File(b"a\0b"), "latin": File(b"caf\xe9"), "text": File("é".encode())})
    assert (tree.text("bin"), tree.text("latin"), tree.text("text"), tree.text("no")) == (
        None,
        "caf\ufffd",
        "é",
        None,
    )


def test_a_tree_knows_files_from_folders() -> None:
    tree = Tree({"a/b": File(b"")}, {"c/d": "x"})
    assert tree.is_leaf("a/b")
    assert tree.is_leaf("c/d")
    assert tree.is_folder("a")
    assert tree.is_folder("c")
    assert not tree.is_leaf("a")
    assert not tree.is_folder("a/b")
    assert not tree.has("ab")
