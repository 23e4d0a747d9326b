"""Archives: what comes out, and what is refused (cases 31 to 34 of the forty bad inputs)."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import stat
import tarfile
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from builder.model import Reject
from builder.readers import archive, inflating, text_file
from builder.readers.blobs import File
from builder.readers.dispatch import Readers
from builder.reading import Reading
from tests.readers.archives import lying, overlapping, tarred, told, zipped
from tests.readers.measuring import measured

if TYPE_CHECKING:
    from typing_extensions import Buffer

TWO = {"a.txt": b"one", "b/c.txt": "会议".encode()}
BOTH = [("!/a.txt", b"one"), ("!/b/c.txt", "会议".encode())]
LIMIT = 256
"""MiB at the peak."""


def parts(found: list[tuple[str, bytes | str]]) -> list[tuple[str, bytes | str]]:
    """Leave out the archive's own name."""
    return [(name[name.find("!") :] if "!" in name else name, what) for name, what in found]


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2])
def test_the_members_of_a_zip_come_out_in_order(method: int, tmp_path: Path) -> None:
    assert BOTH == parts(told(tmp_path, zipped(TWO, method)))


@pytest.mark.parametrize(
    ("name", "mode"),
    [("a.tar", "w"), ("a.tar.gz", "w:gz"), ("a.tgz", "w:gz"), ("a.tar.bz2", "w:bz2"), ("a.tar.xz", "w:xz"),
     ("a.txt", "w:gz")],
)  # fmt: skip
def test_the_members_of_a_tar_come_out_in_order(name: str, mode: str, tmp_path: Path) -> None:
    assert BOTH == parts(told(tmp_path, tarred(TWO, mode), name))


@pytest.mark.parametrize(
    ("name", "content"),
    [("a.txt.gz", gzip.compress(b"one")), ("a.txt.bz2", bz2.compress(b"one")), ("a.txt.xz", lzma.compress(b"one")),
     ("a.txt.gz", gzip.compress(b"o") + gzip.compress(b"ne")), ("a.txt.gz", gzip.compress(b"one") + b"\0" * 9)],
)  # fmt: skip
def test_a_packed_file_is_one_member(name: str, content: bytes, tmp_path: Path) -> None:
    assert [(f"{name}!/a.txt", b"one")] == told(tmp_path, content, name)


def test_a_member_is_read_by_the_reader_of_its_kind(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    path.write_bytes(zipped({"in.zip": zipped({"x.txt": b"Deep."})}))
    readings = [f for f in Readers([archive.build({}), text_file.build({})]).read(File(path)) if isinstance(f, Reading)]

    assert [(f"{path}!/in.zip!/x.txt", "Deep.")] == [(r.source.path, r.text) for r in readings]
    assert all(reading.source.container for reading in readings)


@pytest.mark.parametrize("megabytes", [50, 4000])
def test_case_31_a_zip_bomb_is_refused_within_its_memory(megabytes: int, tmp_path: Path) -> None:
    path = tmp_path / "bomb.zip"
    with (
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as made,
        made.open("zeros.txt", "w", force_zip64=True) as member,
    ):
        for _ in range(megabytes if megabytes < 100 else 300):
            member.write(bytes(10**6))
    found = measured(path, "archive", "text_file")

    assert [["bomb.zip", "E_BOMB"]] == found["rejects"]
    assert found["mebibytes"] < LIMIT


def test_case_31_a_bomb_that_lies_about_its_size_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "bomb.zip"
    path.write_bytes(lying(zipped({"zeros.txt": bytes(300 * 10**6)}), 1000))
    found = measured(path, "archive", "text_file")

    assert [["bomb.zip", "E_BOMB"]] == found["rejects"]
    assert found["mebibytes"] < LIMIT


def test_case_31_members_that_share_their_bytes_are_refused(tmp_path: Path) -> None:
    assert [("a.zip", "E_BOMB")] == told(tmp_path, overlapping(3, 100))


@pytest.mark.parametrize("mode", ["w:gz", "w:bz2", "w:xz"])
def test_case_31_a_packed_tar_bomb_is_refused(mode: str, tmp_path: Path) -> None:
    path = tmp_path / "bomb.tar"
    path.write_bytes(tarred({"zeros.txt": bytes(60 * 10**6)}, mode))
    found = measured(path, "archive", "text_file")

    assert [["bomb.tar", "E_BOMB"]] == found["rejects"]
    assert found["mebibytes"] < LIMIT


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, lzma.compress])
def test_case_31_a_packed_bomb_is_refused(pack: object, tmp_path: Path) -> None:
    assert callable(pack)

    assert [("a.gz", "E_BOMB")] == told(tmp_path, pack(bytes(10**7)), "a.gz")


def test_case_31_a_tar_header_without_end_is_refused(tmp_path: Path) -> None:
    long = tarfile.TarInfo("a")
    long.type, long.size = tarfile.XHDTYPE, 2**30

    assert [("a.tar", "E_BOMB")] == told(tmp_path, long.tobuf() + bytes(1024), "a.tar")


def test_case_31_what_nested_archives_hold_is_counted_together(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of 8 x 8 members, each sound by itself, no more come out than one file is allowed."""
    monkeypatch.setattr(inflating.Allowance, "__init__", lambda self: self.__dict__.update(left=10**9, members=20))
    inner = zipped({f"{number}.txt": b"Page." for number in range(8)})
    path = tmp_path / "nest.zip"
    path.write_bytes(zipped({f"{number}.zip": inner for number in range(8)}))
    found = list(Readers([archive.build({}), text_file.build({})]).read(File(path)))

    assert sum(isinstance(part, Reading) for part in found) < 20
    assert {"E_BOMB"} == {part.code for part in found if isinstance(part, Reject)}


def test_case_31_too_many_members_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inflating.Allowance, "__init__", lambda self: self.__dict__.update(left=10**9, members=1))

    assert ["!/a.txt", "a.zip"] == [name for name, _ in parts(told(tmp_path, zipped(TWO)))]


def test_case_31_a_member_larger_than_memory_allows_is_refused_by_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("builder.readers.members.LARGEST", 4)

    assert [("!/a.txt", b"one"), ("!/b/c.txt", "E_TOO_LARGE")] == parts(told(tmp_path, zipped(TWO)))


UNSAFE = ["../x.txt", "/x.txt", "C:\\x.txt", "a/../../x.txt", "..\\x.txt", "\\\\host\\x.txt"]


@pytest.mark.parametrize("name", UNSAFE)
def test_case_32_a_name_that_leads_out_of_a_zip_is_refused(name: str, tmp_path: Path) -> None:
    packed = zipped({"q" * len(name): b"evil", "b.txt": b"good"}).replace(b"q" * len(name), name.encode())

    assert ["E_PATH", b"good"] == [what for _, what in told(tmp_path, packed)]


@pytest.mark.parametrize("name", UNSAFE)
def test_case_32_a_name_that_leads_out_of_a_tar_is_refused(name: str, tmp_path: Path) -> None:
    found = told(tmp_path, tarred({name: b"evil", "b.txt": b"good"}), "a.tar")

    assert ["E_PATH", b"good"] == [what for _, what in found]


def test_case_32_a_name_with_a_nul_is_refused_and_shown_escaped(tmp_path: Path) -> None:
    packed = zipped({"a.txtq.exe": b"evil"}).replace(b"a.txtq.exe", b"a.txt\0.exe")

    assert [("a.zip!/a.txt\\x00.exe", "E_PATH")] == told(tmp_path, packed)


def test_case_33_a_link_in_a_zip_is_refused(tmp_path: Path) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as made:
        link = zipfile.ZipInfo("link.txt")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        made.writestr(link, "/etc/passwd")
        made.writestr("b.txt", "good")

    assert [("!/link.txt", "E_MEMBER"), ("!/b.txt", b"good")] == parts(told(tmp_path, packed.getvalue()))


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.BLKTYPE, tarfile.FIFOTYPE])
def test_case_33_a_link_or_device_in_a_tar_is_refused(kind: bytes, tmp_path: Path) -> None:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as made:
        odd = tarfile.TarInfo("odd.txt")
        odd.type, odd.linkname = kind, "/etc/passwd"
        made.addfile(odd)
        good = tarfile.TarInfo("b.txt")
        good.size = 4
        made.addfile(good, io.BytesIO(b"good"))

    assert [("!/odd.txt", "E_MEMBER"), ("!/b.txt", b"good")] == parts(told(tmp_path, packed.getvalue(), "a.tar"))


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_case_34_members_of_one_name_are_both_kept(tmp_path: Path) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as made:
        for content in ("one", "two", "three"):
            made.writestr("d/a.txt", content)
    expected = [("!/d/a.txt", b"one"), ("!/d/a (2).txt", b"two"), ("!/d/a (3).txt", b"three")]

    assert expected == parts(told(tmp_path, packed.getvalue()))


def test_case_34_archives_nest_no_deeper_than_four(tmp_path: Path) -> None:
    content = zipped({"x.txt": b"Deep."})
    for number in range(4):
        content = zipped({f"{number}.zip": content})
    path = tmp_path / "a.zip"
    path.write_bytes(content)
    found = list(Readers([archive.build({}), text_file.build({})]).read(File(path, "a.zip")))

    assert [("a.zip!/3.zip!/2.zip!/1.zip!/0.zip!/x.txt", "E_DEPTH")] == [
        (part.subject, part.code) for part in found if isinstance(part, Reject)
    ]


def test_an_encrypted_member_is_refused_by_itself(tmp_path: Path) -> None:
    packed = bytearray(zipped(TWO))
    packed[6] |= 1
    packed[packed.find(b"PK\x01\x02") + 8] |= 1

    assert [("!/a.txt", "E_ENCRYPTED"), BOTH[1]] == parts(told(tmp_path, bytes(packed)))


def test_a_member_whose_checksum_is_wrong_is_refused_by_itself(tmp_path: Path) -> None:
    packed = zipped(TWO, zipfile.ZIP_STORED).replace(b"one", b"two", 1)

    assert [("!/a.txt", "E_CORRUPT"), BOTH[1]] == parts(told(tmp_path, packed))


def test_what_a_truncated_zip_still_holds_is_read(tmp_path: Path) -> None:
    packed = zipped(TWO)
    cut = packed[: packed.find(b"PK\x01\x02")]

    assert [*BOTH, ("a.zip", "E_CORRUPT")] == parts(told(tmp_path, cut))


def test_what_a_truncated_zip_holds_is_read_though_sizes_follow_the_bytes(tmp_path: Path) -> None:
    class Pipe(io.RawIOBase):
        """A file that cannot seek, so that sizes are written behind the bytes."""

        def __init__(self) -> None:
            self.content = bytearray()

        def writable(self) -> bool:
            return True

        def write(self, content: Buffer) -> int:
            self.content += content
            return len(bytes(content))

    pipe = Pipe()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in TWO.items():
            made.writestr(name, content)
    cut = bytes(pipe.content[: pipe.content.find(b"PK\x01\x02")])

    assert [*BOTH, ("a.zip", "E_CORRUPT")] == parts(told(tmp_path, cut))


@pytest.mark.parametrize("mode", ["w", "w:gz"])
def test_what_a_truncated_tar_still_holds_is_read(mode: str, tmp_path: Path) -> None:
    noise = bytes(range(256)) * 40
    packed = tarred({"a.txt": b"one", "b.txt": noise}, mode)
    found = parts(told(tmp_path, packed[: 512 * 5] if mode == "w" else packed[:-60], "a.tar"))

    assert [("!/a.txt", b"one"), ("a.tar", "E_CORRUPT")] == [found[0], found[-1]]


def test_a_damaged_header_in_a_tar_is_not_taken_for_its_end(tmp_path: Path) -> None:
    packed = bytearray(tarred(TWO))
    packed[1024 + 148 : 1024 + 156] = b"9999999\0"

    assert [BOTH[0], ("a.tar", "E_CORRUPT")] == parts(told(tmp_path, bytes(packed), "a.tar"))


def test_a_packed_file_that_ends_too_early_is_refused(tmp_path: Path) -> None:
    assert [("a.txt.gz", "E_CORRUPT")] == told(tmp_path, gzip.compress(b"one" * 99)[:-6], "a.txt.gz")


@pytest.mark.parametrize("encoding", ["gb18030", "utf-8"])
def test_a_chinese_name_that_says_no_encoding_is_readable(encoding: str, tmp_path: Path) -> None:
    name = "新闻.txt".encode(encoding)
    packed = zipped({"q" * len(name): b"x"}).replace(b"q" * len(name), name)

    assert [("a.zip!/新闻.txt", b"x")] == told(tmp_path, packed)


def test_a_chinese_name_in_a_tar_is_readable(tmp_path: Path) -> None:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w", encoding="gb18030", format=tarfile.GNU_FORMAT) as made:
        made.addfile(tarfile.TarInfo("新闻.txt"))

    assert [("a.tar!/新闻.txt", b"")] == told(tmp_path, packed.getvalue(), "a.tar")


def test_folders_and_what_macos_leaves_are_no_members(tmp_path: Path) -> None:
    extra = {"b/": b"", "__MACOSX/._a.txt": b"x", "b/.DS_Store": b"x", ".DS_Store": b"x"}

    assert BOTH == parts(told(tmp_path, zipped({**extra, **TWO})))
    assert BOTH == parts(told(tmp_path, tarred({**{k: v for k, v in extra.items() if k != "b/"}, **TWO}), "a.tar"))


@pytest.mark.parametrize("name", ["a.zip", "a.tar", "a.gz", "a.tar.gz", "a.xz"])
def test_what_is_no_archive_is_refused(name: str, tmp_path: Path) -> None:
    assert [(name, "E_CORRUPT")] == told(tmp_path, b"Plain words.", name)
    assert [(name, "E_EMPTY")] == told(tmp_path, b"", name)
