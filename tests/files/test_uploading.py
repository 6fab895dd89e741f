"""An upload waits a day, goes to one claimant, and never leaves anything behind."""

from __future__ import annotations

import errno
import io
import threading
import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.core.files.storage import FileSystemStorage
from django.db import connection, transaction

from linli.files import rules, services
from linli.files.models import LooseObject, StoredFile, Upload
from linli.files.services import sealing, storage
from linli.kernel.errors import NotFound
from linli.kernel.rows import Batch

from . import makers

NOW = datetime(2026, 3, 3, 4, 0, tzinfo=UTC)
HOLDER = "a" * 64


def keep(content: bytes = b"", name: str = "井盖.jpg", holder: str | None = HOLDER) -> Upload:
    return services.store(
        content=io.BytesIO(content or makers.photo()),
        name=name,
        owner=None,
        holder=holder,
        now=NOW,
    )


def claim(*uploads: Upload | str | uuid.UUID, holder: str = HOLDER) -> list[StoredFile]:
    ids = [u.pk if isinstance(u, Upload) else u for u in uploads]
    with transaction.atomic():
        return services.claim(upload_ids=ids, owner=None, holder=holder, now=NOW)


@pytest.mark.django_db
def test_a_photo_is_kept_clean_with_a_thumbnail_and_its_original_sealed(folder: Path) -> None:
    original = makers.photo()
    upload = keep(original)
    assert upload.kind == "photo"
    assert upload.name == "井盖.jpg"
    upload.refresh_from_db()
    lon_lat = rules.place_of(upload.place)
    assert lon_lat == pytest.approx((86.5640, 27.5916), abs=1e-6)
    kept = {path.relative_to(folder).as_posix(): path for path in makers.files_in(folder)}
    assert set(kept) == {upload.key, upload.thumb_key, upload.sealed_key}
    assert all(path.stat().st_mode & 0o077 == 0 for path in kept.values())
    for path in kept.values():
        assert b"Linliphone" not in path.read_bytes()
    with (
        storage.reading(upload.sealed_key) as locked,
        sealing.opened(locked, context=upload.sealed_key) as opened,
    ):
        assert opened.read() == original
    assert not LooseObject.objects.exists()


@pytest.mark.django_db
def test_the_place_is_not_readable_in_the_database() -> None:
    upload = keep()
    with connection.cursor() as cursor:
        cursor.execute("SELECT place FROM files_upload WHERE id = %s", [upload.pk])
        (raw,) = cursor.fetchone()
    assert b"86.56" not in bytes(raw)


@pytest.mark.django_db
@pytest.mark.parametrize("mime", makers.EVERY_KIND)
def test_every_kind_is_kept_with_its_true_length_and_sum(mime: str, folder: Path) -> None:
    import hashlib

    upload = keep(makers.EVERY_KIND[mime], name="x.html")
    content = (folder / upload.key).read_bytes()
    assert upload.size_bytes == len(content)
    assert upload.sha256 == hashlib.sha256(content).hexdigest()
    assert not upload.name.endswith("html")


@pytest.mark.django_db
def test_a_claim_hands_over_the_facts_in_the_order_asked_for() -> None:
    first, second = keep(name="1.jpg"), keep(makers.pdf(), name="2.pdf")
    stored = claim(second, str(first.pk))
    assert [file.name for file in stored] == ["2.pdf", "1.jpg"]
    assert stored[1].place == first.place
    assert stored[1].sealed_key == first.sealed_key
    assert not Upload.objects.exists()


@pytest.mark.django_db
def test_a_claim_needs_one_query(django_assert_num_queries: Any) -> None:
    uploads = [keep(makers.pdf()) for _ in range(3)]
    with transaction.atomic(), django_assert_num_queries(1):
        services.claim(upload_ids=[u.pk for u in uploads], owner=None, holder=HOLDER, now=NOW)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "why", ["unknown", "nonsense", "foreign", "nobody", "staff", "twice at once", "twice", "old"]
)
def test_a_claim_of_what_is_not_there_is_refused_and_takes_nothing(why: str) -> None:
    mine = keep(makers.pdf())
    other = keep(makers.pdf(), holder="b" * 64)
    ids: list[Any] = [mine.pk]
    arguments: dict[str, Any] = {"owner": None, "holder": HOLDER, "now": NOW}
    match why:
        case "unknown":
            ids.append(uuid.uuid4())
        case "nonsense":
            ids.append("'; DROP TABLE files_upload")
        case "foreign":
            ids.append(other.pk)
        case "nobody":
            arguments["holder"] = None
        case "staff":
            arguments["owner"] = get_user_model().objects.create(username="zhang")
        case "twice at once":
            ids.append(mine.pk)
        case "twice":
            claim(other, holder="b" * 64)
            ids.append(other.pk)
        case "old":
            arguments["now"] = NOW + rules.WAITING
    with pytest.raises(NotFound) as refusal, transaction.atomic():
        services.claim(upload_ids=ids, **arguments)
    assert refusal.value.field == "files"
    assert Upload.objects.filter(pk=mine.pk).exists()


@pytest.mark.django_db
def test_an_upload_waits_again_when_the_claimants_transaction_fails() -> None:
    upload = keep(makers.pdf())
    with transaction.atomic():
        services.claim(upload_ids=[upload.pk], owner=None, holder=HOLDER, now=NOW)
        transaction.set_rollback(True)
    assert claim(upload)


@pytest.mark.django_db(transaction=True)
def test_of_two_claims_at_once_one_wins() -> None:
    upload = keep(makers.pdf())
    ready, outcomes = threading.Barrier(2), []

    def run() -> None:
        try:
            with transaction.atomic():
                ready.wait(timeout=10)
                services.claim(upload_ids=[upload.pk], owner=None, holder=HOLDER, now=NOW)
            outcomes.append("won")
        except NotFound:
            outcomes.append("refused")
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=20)
    assert sorted(outcomes) == ["refused", "won"]


@pytest.mark.django_db(transaction=True)
def test_a_claim_outside_a_transaction_is_a_bug() -> None:
    upload = keep(makers.pdf())
    with pytest.raises(transaction.TransactionManagementError):
        services.claim(upload_ids=[upload.pk], owner=None, holder=HOLDER, now=NOW)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "content",
    [
        b"<html><script>alert(1)</script></html>",
        makers.photo()[:3000],
        makers.office_bomb(),
        b"\xff\xd8\xff\xe0" + makers.archive(),
        b"a" * 10_000_000,
        makers.png_of_huge_dimensions(60_000, 60_000),
        b"",
    ],
)
def test_what_is_refused_leaves_nothing_behind(content: bytes, folder: Path) -> None:
    with pytest.raises((rules.NotAccepted, rules.TooBig)):
        services.store(
            content=io.BytesIO(content), name="x.jpg", owner=None, holder=HOLDER, now=NOW
        )
    assert not makers.files_in(folder)
    assert not Upload.objects.exists()


@pytest.mark.django_db
def test_a_photo_of_more_than_its_bytes_is_refused_before_it_is_read() -> None:
    content = makers.photo() + bytes(rules.MOST_BYTES[rules.Kind.PHOTO])
    with pytest.raises(rules.TooBig):
        keep(content)


class FullDisk(FileSystemStorage):
    """Takes one object and then no more."""

    taken = 0

    def _save(self, name: str, content: Any) -> str:
        FullDisk.taken += 1
        if FullDisk.taken > 1:
            Path(self.path(name)).write_bytes(b"half")
            raise OSError(errno.ENOSPC, "No space left on device")
        return str(super()._save(name, content))


@pytest.fixture
def full_disk(settings: Any, folder: Path) -> None:
    FullDisk.taken = 0
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {
            "BACKEND": f"{__name__}.FullDisk",
            "OPTIONS": {"location": str(folder)},
        },
    }


@pytest.mark.django_db
@pytest.mark.usefixtures("full_disk")
def test_a_full_disk_is_told_in_a_sentence_and_nothing_is_half_kept(folder: Path) -> None:
    with pytest.raises(rules.StorageDown) as refusal:
        keep()
    assert refusal.value.status == 503
    assert "No space" not in str(refusal.value)
    assert not makers.files_in(folder)
    assert not Upload.objects.exists()
    assert not LooseObject.objects.exists()


@pytest.mark.django_db
def test_what_a_killed_process_wrote_is_removed_a_day_later(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(*args: Any, **kwargs: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Batch, "remove", killed)  # the parts are there, their row is not
    with pytest.raises(KeyboardInterrupt):
        keep()
    assert len(makers.files_in(folder)) == 3
    assert services.prune(now=NOW + timedelta(hours=23)) == 0
    assert services.prune(now=NOW + timedelta(hours=24)) == 3
    assert not makers.files_in(folder)


@pytest.mark.django_db(transaction=True)
def test_what_nobody_claims_within_a_day_is_removed(folder: Path) -> None:
    keep()
    claimed = keep(makers.pdf())
    claim(claimed)
    assert services.prune(now=NOW + timedelta(hours=23)) == 0
    assert services.prune(now=NOW + timedelta(hours=24)) == 3
    assert services.prune(now=NOW + timedelta(hours=24)) == 0
    assert [path.name for path in makers.files_in(folder)] == [Path(claimed.key).name]


@pytest.mark.django_db(transaction=True)
def test_an_upload_taken_back_is_gone(folder: Path) -> None:
    upload = keep()
    with pytest.raises(NotFound):
        services.discard_upload(upload_id=upload.pk, owner=None, holder="b" * 64, now=NOW)
    services.discard_upload(upload_id=upload.pk, owner=None, holder=HOLDER, now=NOW)
    assert not makers.files_in(folder)
    assert not LooseObject.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_objects_stay_when_the_transaction_that_drops_them_fails(folder: Path) -> None:
    upload = keep(makers.pdf())
    with transaction.atomic():
        services.discard_objects(keys=[upload.key, ""], now=NOW)
        transaction.set_rollback(True)
    assert len(makers.files_in(folder)) == 1


@pytest.mark.django_db(transaction=True)
def test_an_object_that_cannot_be_removed_now_is_removed_later(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    upload = keep(makers.pdf())

    def stuck(self: Any, name: str) -> None:
        raise OSError(errno.EIO, "stuck")

    with monkeypatch.context() as broken:
        broken.setattr(FileSystemStorage, "delete", stuck)
        services.discard_objects(keys=[upload.key], now=NOW)
        assert LooseObject.objects.count() == 1
    assert services.prune(now=NOW + rules.WAITING) == 1
    assert not makers.files_in(folder)


@pytest.mark.parametrize("size", [0, 1, sealing.PIECE - 1, sealing.PIECE, sealing.PIECE * 2 + 7])
def test_a_sealed_original_opens_again_and_only_whole(size: int) -> None:
    content = bytes(range(256)) * (size // 256) + bytes(size % 256)
    with sealing.sealed(io.BytesIO(content), context="k") as locked:
        kept = locked.read()
    assert content not in kept or size < 16
    with sealing.opened(io.BytesIO(kept), context="k") as opened:
        assert opened.read() == content
    spoilt = [kept[:-1], kept[:17], b"", kept[:20] + bytes([kept[20] ^ 1]) + kept[21:]]
    if size > sealing.PIECE:
        piece = sealing.PIECE + 16
        spoilt += [kept[: 18 + piece], kept[:18] + kept[18 + piece :]]
    for wrong in spoilt:
        with pytest.raises(sealing.NotOpened):
            sealing.opened(io.BytesIO(wrong), context="k")
    with pytest.raises(sealing.NotOpened):
        sealing.opened(io.BytesIO(kept), context="another object")
