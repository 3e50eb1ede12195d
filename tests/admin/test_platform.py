"""Stores and platform, system: secrets shown once, deliveries sent again, uploads, the menu, and a site that fails closed."""

import re
from typing import Any

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.auth import get_user_model
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.test import Client, override_settings
from django.urls import reverse
from django_celery_beat.models import IntervalSchedule, PeriodicTask

from core import clock, jobs, permissions, scope
from core.backoffice import site
from core.backoffice.scoped import ReadOnlyAdmin, ScopedAdmin, check_narrowed
from core.masking import Role
from core.models import Job, OutboxMessage
from core.scope import Scope, ScopeError
from members.models import Member, MergeCase
from stores.enums import MemberImportPhase, StaffRole
from stores.models import ApiClient, Membership, StaffAssignment, Store, WebhookDelivery, WebhookEndpoint
from tests import world
from tests.admin.conftest import Sit, Street

User = get_user_model()


@pytest.fixture
def root(db: None, sit: Sit) -> Client:
    """A superuser's browser."""
    return sit(User.objects.create_superuser("root", password="guanxi-test-password"))


# Fails closed


def test_a_model_nobody_narrowed_raises_instead_of_showing(street: Street, sit: Sit, monkeypatch: pytest.MonkeyPatch) -> None:
    client = sit(street.staff[Role.CUSTOMER_SERVICE])
    assert client.get(reverse("admin:activity_order_changelist")).status_code == 200
    monkeypatch.delitem(scope._narrowers, "activity.order")
    with pytest.raises(ScopeError):
        client.get(reverse("admin:activity_order_changelist"))


def test_the_check_names_an_admin_class_on_an_unnarrowed_model(monkeypatch: pytest.MonkeyPatch) -> None:
    assert check_narrowed() == []
    monkeypatch.delitem(scope._narrowers, "activity.order")
    assert [problem.id for problem in check_narrowed()] == ["guanxi.E101"]


def test_the_check_names_a_filter_that_is_not_narrowed(monkeypatch: pytest.MonkeyPatch) -> None:
    registered = admin.site._registry[apps.get_model("activity", "Order")]
    monkeypatch.setattr(type(registered), "list_filter", ["store"])
    assert [problem.id for problem in check_narrowed()] == ["guanxi.E102"]


def test_classes_that_know_no_scope_are_left_out() -> None:
    assert all(isinstance(model_admin, ScopedAdmin) for model_admin in site.registered().values())
    assert not any(model._meta.app_label in ("oauth2_provider", "pghistory", "sessions") for model in site.registered())
    assert not any("token" in model._meta.label_lower for model in site.registered())


def test_what_the_table_of_roles_does_not_name_is_refused() -> None:
    everything = Scope(actor="staff:1", platform=True, roles=frozenset(Role))
    assert not permissions.allowed("members.member", "delete", everything)
    assert not permissions.allowed("nobody.knows", "view", everything)
    assert not permissions.allowed("members.member", "view", Scope(actor="staff:1", platform=True))


def test_every_model_of_the_admin_has_its_line_in_the_table() -> None:
    for model, model_admin in site.registered().items():
        verbs = permissions.TABLE[model._meta.label_lower]
        assert "view" in verbs
        if isinstance(model_admin, ReadOnlyAdmin):
            assert not {"add", "change"} & set(verbs) or model._meta.label_lower in ("members.member", "stores.servicenote")


def test_the_themes_search_over_all_models_is_gone(root: Client) -> None:
    assert root.get(reverse("admin:search"), {"s": "a"}).status_code == 404
    assert root.get("/admin/members/").status_code == 302


# The menu

ENGLISH = ["Member lookup", "Levels", "Assets", "Member profiles", "Tags", "Stores and platform", "System"]
CHINESE = ["会员查询", "会员等级", "会员资产", "会员信息（画像）", "会员标签", "店铺与平台", "系统"]


@pytest.mark.parametrize(("language", "titles"), [("en", ENGLISH), ("zh-hans", CHINESE)])
def test_the_menu_reads_as_the_house_does(root: Client, language: str, titles: list[str]) -> None:
    text = root.get("/admin/", headers={"accept-language": language}).content.decode()
    assert re.findall(r"<summary[^>]*><h2>([^<]+)</h2>", text) == titles


@pytest.mark.parametrize("role", list(Role))
def test_every_entry_of_a_roles_menu_opens(street: Street, sit: Sit, role: Role) -> None:
    client = sit(street.staff[role])
    text = client.get("/admin/").content.decode()
    links = re.findall(r'<a href="(/admin/[^"]+)" class="flex h-\[38px\]', text)
    assert "/admin/lookup/" in links
    for link in links:
        assert client.get(link).status_code == 200, link
    assert ("/admin/auth/user/" in links) is False  # a store's people do not manage logins


@override_settings(SITE_BANNER="演示数据", SITE_CREDITS=[("online_retail, CC BY 4.0", "https://example.org/data")])
def test_a_banner_and_credits_stand_on_every_page(root: Client) -> None:
    for client, address in ((Client(), "/admin/login/"), (root, "/admin/"), (root, reverse("admin:stores_store_changelist"))):
        text = client.get(address).content.decode()
        assert "演示数据" in text, address
        assert "online_retail" in text, address


# Secrets


def test_a_clients_secret_is_shown_once(street: Street, sit: Sit) -> None:
    client = sit(street.staff[Role.ADMIN])
    body = {"name": "新程序", "store": street.ours.store.pk, "scopes": ["orders:write"], "requests_per_minute": 60}
    shown = client.post(reverse("admin:stores_apiclient_add"), body)

    assert shown.status_code == 200
    made = ApiClient.objects.get(name="新程序")
    secret = next(text for text in re.findall(r'data-copy="([^"]+)"', shown.content.decode()) if text != made.client_id)
    assert made.client_id in shown.content.decode()
    assert made.client_secret != secret  # the database keeps a hash
    assert (made.store_id, made.scopes, made.requests_per_minute) == (street.ours.store.pk, ["orders:write"], 60)
    for address in (reverse("admin:stores_apiclient_change", args=[made.pk]), reverse("admin:stores_apiclient_history", args=[made.pk])):
        text = client.get(address).content.decode()
        assert secret not in text
        assert made.client_secret not in text


def test_scopes_are_chosen_by_the_codes_that_refusals_name(street: Street, sit: Sit) -> None:
    client = sit(street.staff[Role.ADMIN])
    for address in (
        reverse("admin:stores_apiclient_add"),
        reverse("admin:stores_apiclient_change", args=[street.ours.ids["stores_apiclient"]]),
    ):
        assert "orders:write - push orders and after-sales" in client.get(address).content.decode(), address


def test_what_is_switched_on_is_not_said_to_be_well(street: Street, sit: Sit) -> None:
    """A webhook that fails is still switched on; the times of its messages are times."""
    client = sit(street.staff[Role.ADMIN])
    for page, words, wrong in (
        ("webhookendpoint_changelist", "启用", "正常"),
        ("apiclient_changelist", "启用", "正常"),
        ("webhookdelivery_changelist", "排队时间", "排队中"),
    ):
        text = client.get(reverse(f"admin:stores_{page}"), headers={"Accept-Language": "zh-hans"}).content.decode()
        heads = re.findall(r"<th\b.*?</th>", text, re.DOTALL)
        assert [words in head for head in heads].count(True) == 1, page
        assert not any(wrong in head for head in heads), page


def test_a_client_is_changed_but_never_moved_to_another_store(street: Street, sit: Sit) -> None:
    pk = street.ours.ids["stores_apiclient"]
    body = {"name": "改名", "scopes": ["members:read"], "requests_per_minute": 7, "store": street.theirs.store.pk, "client_id": "mine"}
    sit(street.staff[Role.ADMIN]).post(reverse("admin:stores_apiclient_change", args=[pk]), body)
    changed = ApiClient.objects.get(pk=pk)
    assert (changed.name, changed.requests_per_minute, changed.is_active, changed.store_id) == ("改名", 7, False, street.ours.store.pk)
    assert changed.client_id != "mine"


def test_a_webhooks_secret_is_shown_once(street: Street, sit: Sit) -> None:
    client = sit(street.staff[Role.OPERATOR])
    shown = client.post(reverse("admin:stores_webhookendpoint_add"), {"url": "http://127.0.0.1:9/new", "store": street.ours.store.pk})
    made = WebhookEndpoint.objects.get(url="http://127.0.0.1:9/new")
    assert made.secret in shown.content.decode()
    assert made.secret not in client.get(reverse("admin:stores_webhookendpoint_change", args=[made.pk])).content.decode()


def test_a_webhook_is_changed_tested_and_its_delivery_sent_again(street: Street, sit: Sit) -> None:
    client, endpoint = sit(street.staff[Role.OPERATOR]), street.ours.ids["stores_webhookendpoint"]
    address = reverse("admin:stores_webhookendpoint_change", args=[endpoint])
    assert client.post(address, {"url": "http://127.0.0.1:9/moved", "topics": ["order.recorded"], "is_active": "on"}).status_code == 302
    changed = WebhookEndpoint.objects.get(pk=endpoint)
    assert (changed.url, changed.topics) == ("http://127.0.0.1:9/moved", ["order.recorded"])
    assert client.post(address, {"url": "ftp://x", "is_active": "on"}).status_code == 400

    client.post(reverse("admin:stores_webhookendpoint_test", args=[endpoint]))
    assert OutboxMessage.objects.filter(topic="webhook.test").count() == 1

    delivery = street.ours.ids["stores_webhookdelivery"]
    page = client.get(reverse("admin:stores_webhookdelivery_change", args=[delivery])).content.decode()
    assert "Send again" in page
    message = WebhookDelivery.objects.get(pk=delivery).message
    assert f"webhook-id msg_{message.pk}" in page
    assert f"&quot;type&quot;:&quot;{message.topic}&quot;" in page  # the very bytes that are sent
    again = reverse("admin:stores_webhookdelivery_resend", args=[delivery])
    assert client.get(again).status_code == 405
    said = client.post(again, follow=True).content.decode()
    assert "sent again" in said
    assert WebhookDelivery.objects.get(pk=delivery).state == "waiting"
    assert sit(street.staff[Role.AUDITOR]).post(again).status_code == 403


# Staff


def test_a_stores_administrator_gives_roles_in_that_store_only(street: Street, sit: Sit) -> None:
    client, colleague = sit(street.staff[Role.ADMIN]), street.staff[Role.TILL_CLERK]
    body: dict[str, Any] = {"user": colleague.pk, "role": "operator", "valid_from_0": "2024-01-01", "valid_from_1": "00:00:00"}
    address = reverse("admin:stores_staffassignment_add")
    assert client.post(address, {**body, "store": street.ours.store.pk}).status_code == 302
    for store in ("", street.theirs.store.pk):
        assert client.post(address, {**body, "role": "approver", "store": store}).status_code == 200
    assert sorted(StaffAssignment.objects.filter(user=colleague).values_list("role", "store_id")) == [
        ("operator", street.ours.store.pk),
        ("till_clerk", street.ours.store.pk),
    ]


def test_a_platforms_administrator_cannot_become_a_superuser(sit: Sit, root: Client) -> None:
    person = world.staff("chief", (StaffRole.ADMIN, None))
    chief, superuser = sit(person), User.objects.get(username="root")
    assert chief.get(reverse("admin:auth_user_changelist")).status_code == 200
    assert chief.post(reverse("admin:auth_user_change", args=[superuser.pk]), {"username": "root", "is_active": ""}).status_code == 403
    password = reverse("admin:auth_user_password_change", args=[superuser.pk])
    assert chief.post(password, {"password1": "a-new-password-1", "password2": "a-new-password-1"}).status_code == 403
    chief.post(
        reverse("admin:auth_user_change", args=[person.pk]),
        {"username": "chief", "is_active": "on", "is_staff": "on", "is_superuser": "on"},
    )
    person.refresh_from_db()
    assert not person.is_superuser
    superuser.refresh_from_db()
    assert superuser.check_password("guanxi-test-password")


def test_a_store_is_made_with_a_programme_of_its_own(root: Client) -> None:
    world.platform()
    body = {
        "code": "S777", "name": "新店", "kind": "merchant", "currency": "CNY", "time_zone": "Asia/Shanghai", "business_model": "b2c",
        "order_url_template": "https://oms.example/o/{order_no}",
    }  # fmt: skip
    assert root.post(reverse("admin:stores_store_add"), {**body, "order_url_template": "javascript:{order_no}"}).status_code == 400
    assert root.post(reverse("admin:stores_store_add"), body).status_code == 302
    made = Store.objects.get(code="S777")
    assert (made.name, made.programme.code, made.programme.name) == ("新店", "s777", "新店")
    assert "S777" in root.get(reverse("admin:stores_store_changelist")).content.decode()


def test_the_schedule_is_edited_in_its_times_only(root: Client) -> None:
    every, other = (IntervalSchedule.objects.create(every=number, period="seconds") for number in (5, 9))
    task = PeriodicTask.objects.create(name="Run waiting jobs", task="core.tasks.run_jobs", interval=every)
    address = reverse("admin:django_celery_beat_periodictask_change", args=[task.pk])
    assert root.get(address).status_code == 200
    assert root.post(address, {"interval": other.pk, "crontab": "", "task": "evil.task", "name": "x"}).status_code == 302
    task.refresh_from_db()
    assert (task.interval_id, task.enabled, task.task, task.name) == (other.pk, False, "core.tasks.run_jobs", "Run waiting jobs")


# Uploads


def upload(client: Client, kind: str, store: Store, text: str, **more: Any) -> Any:
    file = SimpleUploadedFile("list.csv", text.encode())
    return client.post(reverse(f"admin:import_{kind}"), {"store": store.pk, "upload": file, **more})


MEMBERS = "phone,name\n13911110001,新一\n13911110002,新二\n139x,坏的\n"


def run(job: Job) -> Job:
    jobs.run(job.pk, now=clock.now)
    job.refresh_from_db()
    return job


def test_a_list_is_tried_first_and_then_taken_over(street: Street, sit: Sit) -> None:
    client, before = sit(street.staff[Role.OPERATOR]), Membership.objects.count()
    answer = upload(client, "members", street.ours.store, MEMBERS, dry_run="on", phones_verified="on")
    dry = Job.objects.order_by("-id")[0]
    assert answer["Location"] == reverse("admin:core_job_change", args=[dry.pk])
    assert (dry.kind, dry.store_id, dry.created_by, dry.state) == (
        "import_members",
        street.ours.store.pk,
        street.staff[Role.OPERATOR],
        "queued",
    )
    page = client.get(answer["Location"]).content.decode()
    assert "Waiting for a worker" in page
    assert "hx-get" in page
    assert "13911110001" in page  # the first rows, for whoever uploaded them

    assert run(dry).state == "done"
    assert Membership.objects.count() == before  # a dry run keeps nothing
    page = client.get(answer["Location"]).content.decode()
    assert "Import for real" in page
    assert "Download the refused lines" in page
    assert '<td class="gx-num">4</td>' in page  # the refused line, with its reason, is seen without the file
    assert reverse("admin:import_members") in page
    listed = client.get(reverse("admin:core_job_changelist")).content.decode()
    assert not any(phase in listed for phase in MemberImportPhase.values)

    real = client.post(reverse("admin:core_job_real", args=[dry.pk]))
    job = run(Job.objects.order_by("-id")[0])
    assert real["Location"] == reverse("admin:core_job_change", args=[job.pk])
    assert (job.result["new"], job.result["errors"], job.result["dry_run"]) == (2, 1, False)
    assert Membership.objects.filter(programme=street.ours.store.programme).count() == 2 + 2

    refused = client.get(reverse("admin:core_job_errors", args=[job.pk]))
    assert refused["Content-Disposition"].startswith("attachment")
    lines = b"".join(refused.streaming_content).decode("utf-8-sig").splitlines()  # type: ignore[attr-defined]
    assert len(lines) == 2
    assert "139x" in lines[1]
    assert lines[1].startswith("4,")


def test_what_was_uploaded_is_seen_by_whoever_did(street: Street, sit: Sit) -> None:
    upload(sit(street.staff[Role.OPERATOR]), "members", street.ours.store, MEMBERS, dry_run="on")
    job = run(Job.objects.order_by("-id")[0])

    colleague = sit(street.staff[Role.ADMIN])
    page = colleague.get(reverse("admin:core_job_change", args=[job.pk]))
    assert page.status_code == 200
    assert "13911110001" not in page.content.decode()
    assert colleague.get(reverse("admin:core_job_errors", args=[job.pk])).status_code == 403
    assert colleague.post(reverse("admin:core_job_real", args=[job.pk])).status_code == 403
    assert Job.objects.filter(kind="import_members").count() == 1


def test_an_upload_goes_to_ones_own_store_and_role_only(street: Street, sit: Sit) -> None:
    before = Job.objects.count()
    assert upload(sit(street.staff[Role.OPERATOR]), "members", street.theirs.store, MEMBERS).status_code == 400
    assert upload(sit(street.staff[Role.CUSTOMER_SERVICE]), "members", street.ours.store, MEMBERS).status_code == 403
    assert Job.objects.count() == before


def test_orders_are_uploaded_with_and_without_a_mapping(street: Street, sit: Sit) -> None:
    client = sit(street.staff[Role.OPERATOR])
    text = "order_no,customer_no,status,placed_at,sku,name,quantity,unit_price\nU1,C1,paid,2024-05-01 10:00,S,货,1,9.90\n"
    assert upload(client, "orders", street.ours.store, text, shift_days=0).status_code == 302
    job = run(Job.objects.order_by("-id")[0])
    assert (job.state, job.result["applied"]) == ("done", 1), job.problem
    page = client.get(reverse("admin:core_job_change", args=[job.pk])).content.decode()
    assert "taken over" in page
    page = client.get(reverse("admin:import_orders")).content.decode()
    names = ("customer_no", "order_no", "placed_at", "sku", "quantity", "unit_price", "status")
    assert [name for name in names if f"<code>{name}</code> (" not in page] == []  # each with another heading it may have
    assert "<code>placed</code> (awaiting payment)" in page
    assert f'<option value="{street.ours.store.pk}" selected>' in page  # the only store there is to choose

    broken = SimpleUploadedFile("map.toml", b"[columns\n")
    before = Job.objects.count()
    assert upload(client, "orders", street.ours.store, text, shift_days=0, mapping=broken).status_code == 400
    assert Job.objects.count() == before


def test_members_are_uploaded_with_a_mapping(street: Street, sit: Sit) -> None:
    """As the command takes it: a wrong one is refused at once, naming the key and what is allowed."""
    client = sit(street.staff[Role.OPERATOR])
    text = "会员手机,称呼\n13911110009,映九\n"

    def answered(mapping: str) -> Any:
        return upload(client, "members", street.ours.store, text, mapping=SimpleUploadedFile("map.toml", mapping.encode()))

    before = Job.objects.count()
    for mapping, words in (
        ("[columns\n", "mapping: "),
        ('[columns]\n"会员手机" = "phone"\n', "columns.会员手机: Unknown key. Allowed: address, birthday,"),
        ("columns = 7\n", "columns: "),
        ('zone = "Asia/Nowhere"\n', "zone: Unknown time zone."),
        ('phones_verified = "yes"\n', "phones_verified: "),
    ):
        refused = answered(mapping)
        assert (refused.status_code, words in refused.content.decode()) == (400, True), words
    assert Job.objects.count() == before
    assert answered('phones_verified = true\n[columns]\nphone = "会员手机"\nname = "称呼"\n').status_code == 302
    job = run(Job.objects.order_by("-id")[0])
    assert (job.state, job.result["new"], job.result["errors"]) == ("done", 1, 0), job.problem
    assert Member.objects.get(phone="+8613911110009").phone_verified_at is not None


@pytest.mark.parametrize(("kind", "column"), [("import_orders", "order_no"), ("import_members", "phone")])
def test_a_template_holds_the_column_names(street: Street, sit: Sit, kind: str, column: str) -> None:
    answer = sit(street.staff[Role.OPERATOR]).get(reverse("admin:import_template", args=[kind]))
    assert column in answer.content.decode("utf-8-sig").splitlines()[0].split(",")
    assert sit(street.staff[Role.TILL_CLERK]).get(reverse("admin:import_template", args=[kind])).status_code == 404


def test_the_list_of_merge_cases_names_both(street: Street, sit: Sit) -> None:
    case = MergeCase.objects.select_related("first", "second").get(pk=street.ours.ids["members_mergecase"])
    page = sit(street.staff[Role.CUSTOMER_SERVICE]).get(reverse("admin:members_mergecase_changelist")).content.decode()
    for member in (case.first, case.second):
        assert (member.name or member.nickname) in page
        assert f"****{member.phone[-4:]}" in page


def test_one_english_word_for_two_things_is_two_words_in_chinese(root: Client, street: Street) -> None:
    """The moment an after-sale was settled is no settled amount, a tag is not given like a consent."""
    root.defaults["HTTP_ACCEPT_LANGUAGE"] = "zh-hans"
    code = {"programme": street.ours.store.programme.code}
    said = {
        "activity_aftersale_changelist": ({}, ["申请时间", "完成时间"], ["结算金额", ">已申请<"]),
        "growth_gifts": (code, ["已发放"], ["授权时间"]),
        "tags_tag_add": (code, ["打标方式"], ["授权时间"]),
        "coupons_template_add": (code, ["类目", "每人限领"], ["常买类目", "每人限兑"]),
        "stores_apiclient_changelist": ({}, ["名称"], ["姓名"]),
    }
    for name, (query, there, not_there) in said.items():
        page = root.get(reverse(f"admin:{name}"), query).content.decode()
        heads = "".join(re.findall(r"<th[^>]*>.*?</th>|<label.*?</label>|<a href=\"\?.*?</a>", page, re.S))
        assert [word for word in there if word not in heads] == [], name
        assert [word for word in not_there if word in heads] == [], name


def test_a_merge_case_shows_both_side_by_side(street: Street, sit: Sit) -> None:
    case = MergeCase.objects.get(pk=street.ours.ids["members_mergecase"])
    text = sit(street.staff[Role.CUSTOMER_SERVICE]).get(reverse("admin:members_mergecase_change", args=[case.pk])).content.decode()
    for seen in ("甄甲人", "双甲子", "138****7531", "139****8642", "same phone, not verified", "gx-differs"):
        assert seen in text, seen


def test_lists_of_members_call_them_by_name(street: Street, sit: Sit) -> None:
    client = sit(street.staff[Role.CUSTOMER_SERVICE])
    cases = client.get(reverse("admin:members_mergecase_changelist")).content.decode()
    for seen in ("甄甲人 138****7531", "双甲子 139****8642"):
        assert seen in cases, seen
    members = client.get(reverse("admin:members_member_changelist")).content.decode()
    assert re.search(rf'<a href="/admin/members/member/{street.ours.member_id}/change/[^>]*>\s*甄甲人\s*</a>', members)


def test_the_site_passes_its_own_checks() -> None:
    call_command("check", "--fail-level", "WARNING")
