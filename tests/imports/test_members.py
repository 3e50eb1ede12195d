"""Importing a store's list of members (STO-03, A-44, OP-8)."""

import csv
import io
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.core.management import call_command
from django.utils import timezone

from core import clock, jobs
from core.csvio import NotACsvFile
from core.models import Job
from members.models import Identity, Member, MergeCase
from stores import member_files, member_import
from stores.member_import import MemberImportReport
from stores.models import Membership, Store
from tests import world
from tests.imports.files import Report, file_of, table
from tests.world import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop() -> Store:
    return world.store("S001")


def load(
    content: str | bytes, shop: Store, *, verified: bool = True, dry_run: bool = False, report: Report | None = None, mapping: str = ""
) -> MemberImportReport:
    said = member_files.read(f"phones_verified = {str(verified).lower()}\n{mapping}")
    return member_import.import_members(
        open_file=file_of(content),
        mapping=said,
        store=shop,
        actor="test",
        booked_at=NOW,
        dry_run=dry_run,
        report_to=report.open if report else None,
    )


def op_8() -> tuple[str, list[str]]:
    """A hundred lines: phones 0..59 are known on the platform, three are no phones."""
    phones = [f"1380000{number:04d}" for number in range(97)]
    rows = [[phone, f"会员{number}"] for number, phone in enumerate(phones)] + [["12345", "甲"], ["abc", "乙"], ["=1+1", "丙"]]
    return table(["手机号", "姓名"], *rows), phones


def test_op_8(shop: Store) -> None:
    content, phones = op_8()
    known = [world.enrol(None, f"+86{phone}").member_id for phone in phones[:60]]
    report = Report()
    first = load(content, shop, report=report)
    assert (first.lines, first.linked, first.new, first.errors) == (100, 60, 37, 3)
    assert set(Membership.objects.filter(programme=shop.programme).values_list("member_id", flat=True)) >= set(known)
    assert Membership.objects.filter(programme=shop.programme).count() == 97
    told = list(csv.reader(io.StringIO(report.text)))
    assert told[0] == ["line", "field", "reason", "手机号", "姓名"]
    assert [(row[0], row[1], row[3]) for row in told[1:]] == [("99", "phone", "12345"), ("100", "phone", "abc"), ("101", "phone", "'=1+1")]
    assert all(row[2] for row in told[1:])
    again = load(content, shop)
    assert (again.linked, again.new, again.errors, Member.objects.count()) == (97, 0, 3, 97)
    assert not MergeCase.objects.exists()


def test_a_dry_run_reports_the_same_and_keeps_nothing(shop: Store) -> None:
    content, phones = op_8()
    for phone in phones[:60]:
        world.enrol(None, f"+86{phone}")
    told = load(content, shop, dry_run=True)
    assert (told.linked, told.new, told.errors) == (60, 37, 3)
    assert (Member.objects.count(), Membership.objects.filter(programme=shop.programme).count()) == (60, 0)


def test_unproven_phones_link_nobody_and_become_merge_cases(shop: Store) -> None:
    owner = world.enrol(None, "+8613800138000", name="张三").member_id
    content = table(["phone", "name"], ["13800138000", "张三"], ["13900139000", "李四"])
    first = load(content, shop, verified=False)
    assert (first.linked, first.new, first.merge_cases) == (0, 2, 1)
    case = MergeCase.objects.get()
    assert (case.first_id, case.reason, "13800138000" in str(case.evidence)) == (owner, "unverified_phone", False)
    assert not Identity.objects.filter(member_id=case.second_id).exists()
    again = load(content, shop, verified=False)
    assert (again.linked, again.new, Member.objects.count()) == (2, 0, 3)


def test_an_unproven_phone_alone_refuses_its_line_and_no_other(shop: Store) -> None:
    report = Report()
    content = table(["电话", "昵称", "姓名"], ["13800138000", "三三", ""], ["13900139000", "", "李四"])
    told = load(content, shop, verified=False, report=report)
    assert (told.new, told.errors, Member.objects.get().name) == (1, 1, "李四")
    assert [row[:2] for row in csv.reader(io.StringIO(report.text))][1:] == [["2", "name"]]
    assert load(table(["电话"], ["13800138000"]), shop).new == 1  # proven, it needs none


def test_columns_that_were_not_read_are_named(shop: Store) -> None:
    told = load(table(["line", "field", "reason", "电话", "怎么称呼", "会员等级"], ["2", "phone", "", "13800138000", "张三", "金卡"]), shop)
    assert (told.new, told.unread) == (1, ["怎么称呼", "会员等级"])


def test_times_are_read_as_spreadsheets_in_chinese_save_them(shop: Store) -> None:
    assert load(table(["电话", "入会时间"], ["13800138000", "2024/5/1 10:01"]), shop).new == 1
    assert Membership.objects.get(programme=shop.programme).joined_at == datetime(2024, 5, 1, 2, 1, tzinfo=UTC)


def test_nobody_has_joined_in_the_future(shop: Store) -> None:
    report = Report()
    today = NOW.astimezone(timezone.get_default_timezone()).date()
    rows = [["13800138000", today.isoformat()], ["13900139000", today.replace(year=today.year + 1).isoformat()]]
    told = load(table(["电话", "开卡日期"], *rows), shop, report=report)
    assert (told.new, told.errors) == (1, 1)
    assert [row[:2] for row in csv.reader(io.StringIO(report.text))][1:] == [["3", "joined_at"]]


def test_an_unknown_key_is_told_which_there_are() -> None:
    with pytest.raises(member_files.BadMemberMapping) as refusal:
        member_files.read('[columns]\n"电话" = "手机号"')
    assert refusal.value.values == {"field": "columns.电话", "allowed": sorted(member_files.ALIASES)}


def test_the_same_unionid_links_and_brings_the_card_along(shop: Store) -> None:
    content = table(["unionid", "卡号", "姓名"], ["u-1", "6001", "张三"])
    load(content, shop)
    member = Member.objects.get()
    other = world.store("S002")
    told = load(content, other)
    assert (told.linked, told.new) == (1, 0)
    assert set(Identity.objects.filter(member=member).values_list("provider", "scope", "external_id")) == {
        ("wechat_unionid", "", "u-1"),
        ("pos_card", "S001", "6001"),
        ("pos_card", "S002", "6001"),
    }


def test_a_line_that_names_two_members_links_the_phone_and_opens_a_case(shop: Store) -> None:
    by_phone = world.enrol(None, "+8613800138000").member_id
    load(table(["unionid"], ["u-1"]), shop)
    by_union = Member.objects.exclude(pk=by_phone).get().pk
    told = load(table(["phone", "unionid"], ["13800138000", "u-1"]), shop)
    assert (told.linked, told.new, told.merge_cases) == (1, 0, 1)
    case = MergeCase.objects.get()
    assert (case.first_id, case.second_id, case.reason) == (by_phone, by_union, "identity_of_another")


def test_the_same_name_and_address_is_a_case_for_a_person(shop: Store) -> None:
    rows = [["13800138000", "张三", "科技园1号"], ["13900139000", "张三", "科技园1号"]]
    told = load(table(["phone", "name", "address"], *rows), shop)
    assert (told.new, told.merge_cases) == (2, 1)
    assert MergeCase.objects.get().reason == "name_and_address"


def test_a_person_twice_in_a_file_is_taken_once(shop: Store) -> None:
    report = Report()
    told = load(table(["phone", "name"], ["13800138000", "张三"], ["+86 138 0013 8000", "张叁"]), shop, report=report)
    assert (told.new, told.errors, Member.objects.count()) == (1, 1, 1)
    assert report.text.splitlines()[1].startswith("3,phone,与第 2 行是同一人。,")


@pytest.mark.parametrize(
    ("row", "field"),
    [
        (["", "张三", "", "", ""], "phone"),
        (["13800138000", "x" * 65, "", "", ""], "name"),
        (["13800138000", "", "猫", "", ""], "gender"),
        (["13800138000", "", "", "2999-01-01", ""], "birthday"),
        (["13800138000", "", "", "1992-02-30", ""], "birthday"),
        (["13800138000", "", "", "", "nobody"], "email"),
    ],
)
def test_a_bad_cell_refuses_its_line_alone(shop: Store, row: list[str], field: str) -> None:
    report = Report()
    told = load(
        table(["phone", "name", "gender", "birthday", "email"], ["13900139000", "李四", "女", "1992-06-15", "L@x.com"], row),
        shop,
        report=report,
    )
    assert (told.new, told.errors) == (1, 1)
    assert report.text.splitlines()[1].startswith(f"3,{field},")
    kept = Member.objects.get()
    assert (kept.name, kept.gender, str(kept.birthday), kept.email) == ("李四", "female", "1992-06-15", "l@x.com")


def test_all_that_is_wrong_with_a_line_is_said_at_once(shop: Store) -> None:
    report = Report()
    load(table(["phone", "name", "gender", "birthday"], ["12345", "李四", "猫", "1992-06-15"], ["", "李四", "猫", ""]), shop, report=report)
    first, second = list(csv.reader(io.StringIO(report.text)))[1:]
    assert first[1:3] == ["phone、gender", "phone：不是电话号码。；gender：不是允许的取值。"]
    assert second[1] == "gender"


def test_a_known_members_own_profile_is_left_alone(shop: Store) -> None:
    member = world.enrol(None, "+8613800138000", name="张三").member_id
    load(table(["phone", "name"], ["13800138000", "别的名字"]), shop)
    assert Member.objects.get(pk=member).name == "张三"


def test_a_file_without_anything_that_tells_people_apart_is_refused(shop: Store) -> None:
    with pytest.raises(member_files.BadMemberMapping):
        load(table(["name"], ["张三"]), shop)
    with pytest.raises(NotACsvFile):
        load("", shop)
    assert not Member.objects.exists()


def test_columns_may_be_named_by_a_mapping(shop: Store) -> None:
    told = load(table(["Mobile no.", "Who"], ["13800138000", "张三"]), shop, mapping='[columns]\nphone = "Mobile no."\nname = "Who"\n')
    assert (told.new, Member.objects.get().name) == (1, "张三")


def test_an_upload_runs_as_a_job(shop: Store) -> None:
    content, _phones = op_8()
    job = jobs.submit(
        kind="import_members",
        parameters={"phones_verified": True},
        created_at=NOW,
        store_id=shop.pk,
        upload=ContentFile(content.encode(), "list.csv"),
    )
    assert jobs.run(job.pk, now=clock.now)
    done = Job.objects.get(pk=job.pk)
    assert (done.state, done.result["new"], done.result["errors"]) == ("done", 97, 3)
    assert done.error_file.read().decode("utf-8-sig").count("\n") == 4


def test_the_command_says_what_it_did(shop: Store, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "list.csv"
    file.write_text(op_8()[0], encoding="gb18030")
    call_command("import_members", str(file), "--store", "S001", "--phones-verified", "--now", NOW.isoformat())
    assert Member.objects.count() == 97
    assert (tmp_path / "list.csv.errors.csv").exists()
    assert "共 100 行：关联 0，新建 97，未导入 3；" in capsys.readouterr().out


@pytest.mark.slow
def test_two_thousand_rows_take_seconds(shop: Store) -> None:
    """Processor time of the importing process, so that a busy machine does not decide it."""
    rows = ([f"13{number:09d}", f"会员{number}", f"C{number}"] for number in range(500_000_000, 500_002_000))
    began = time.process_time()
    told = load(table(["phone", "name", "card_no"], *rows), shop)
    assert (told.new, told.errors) == (2_000, 0)
    assert time.process_time() - began < 8


def test_the_mapping_of_the_page_is_one(shop: Store, project: Path) -> None:
    page = (project / "docs" / "import.md").read_text(encoding="utf-8")
    text = next(block.split("```")[0] for block in page.split("```toml\n")[1:] if "# members.toml" in block)
    content = table(["会员手机", "称呼", "会员编码", "首次到店"], ["13800138000", "张三", "K1", "2024/3/1"])
    told = member_import.import_members(
        open_file=file_of(content), mapping=member_files.read(text), store=shop, actor="test", booked_at=NOW, report_to=Report().open
    )
    assert (told.new, told.unread, Member.objects.get().name) == (1, [], "张三")
