"""Two shops that must not see each other, everything a shop can have in each, and words by which a leak is recognised."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.core.files.base import ContentFile

from activity import services as activity_services
from activity.inputs import AfterSaleIn, AfterSaleLineIn, EventIn, OrderIn, OrderLineIn, WalletIn
from activity.models import AfterSale, Order
from core import clock, jobs
from core.masking import FieldClass
from core.models import Job, OutboxMessage
from members import services as members_services
from members.models import Address, Child, Consent, Identity, Member, MergeCase
from members.rules import AddressIn, IdentityClaim
from stores import services as stores_services
from stores.enums import StaffRole
from stores.models import ApiClient, Membership, StaffAssignment, Store, WebhookDelivery, WebhookEndpoint
from stores.webhooks import services as webhooks
from tests import world
from tests.admin import campaign_rows, coupon_rows, growth_rows, points_rows, tag_rows

CURRENCY = "CNY"


@dataclass
class Shop:
    """A store and one row of everything it can have. traces: what only this shop's pages may hold.  secrets: by kind of personal data."""

    store: Store
    tag: str
    member_id: int = 0
    twin_id: int = 0
    ids: dict[str, int] = field(default_factory=dict)  # row ids by what the admin's addresses call them
    traces: list[str] = field(default_factory=list)
    secrets: dict[FieldClass, str] = field(default_factory=dict)


def order_in(store: Store, member_id: int, number: str, at: datetime, *, name: str = "羊毛大衣", **more: Any) -> OrderIn:
    """A paid order of one coat for 199.00, to be sent to the member."""
    line = OrderLineIn(line_no=1, sku="COAT", name=name, quantity=1, unit_price_minor=19900, paid_minor=19900, attributes={"size": "M"})
    return OrderIn(
        **{
            "store_id": store.pk,
            "order_no": number,
            "member_id": member_id,
            "status": "paid",
            "channel": "app",
            "currency": CURRENCY,
            "goods_minor": 19900,
            "paid_minor": 19900,
            "placed_at": at,
            "paid_at": at,
            "lines": (line,),
            **more,
        }
    )


def many_orders(store: Store, member_id: int, count: int, *, until: datetime, prefix: str = "N") -> None:
    """Orders an hour apart, the newest last."""
    orders = [order_in(store, member_id, f"{prefix}{number:05d}", until - timedelta(hours=count - number)) for number in range(count)]
    assert all(answer.ok for answer in activity_services.record_orders(orders=orders, actor="test", booked_at=until)), (
        "the test's own orders were refused"
    )


def open_shop(tag: str, code: str, digits: str, last_four: str, created_by: Any, now: datetime) -> Shop:
    """Fill a store. digits, last_four: in the numbers of this shop and of no other."""
    store = world.store(code, name=f"店铺{tag}", order_url_template=f"https://{tag}.example/o/{{order_no}}")
    shop = Shop(store, tag)
    phone, email, street, card = f"+86138{digits}{last_four}", f"{tag}-only@example.com", f"{tag}街9527号", f"CARD{tag}{digits}99"
    shop.member_id = world.enrol(store, phone, name=f"甄{tag}人", birthday=date(1991, 2, 3), email=email, nickname=f"昵称{tag}").member_id
    shop.twin_id = world.enrol(store, f"+86139{digits}8642", name=f"双{tag}子").member_id
    shop.secrets = {
        FieldClass.PHONE: phone[3:],
        FieldClass.EMAIL: email,
        FieldClass.ADDRESS: street,
        FieldClass.EXTERNAL_ID: card,
        FieldClass.NAME: f"甄{tag}人",
    }
    member = shop.member_id
    said: dict[str, Any] = {"actor": f"staff:{created_by.pk}", "at": now}
    members_services.link_identity(member_id=member, claim=IdentityClaim("pos_card", card, scope=code, verified_at=now), **said)
    address = AddressIn(receiver=f"甄{tag}人", phone=phone, street=street)
    members_services.add_address(member_id=member, address=address, **said)
    members_services.add_address(member_id=member, address=AddressIn(receiver="x", phone=phone, street=f"{street}二"), **said)
    members_services.give_consent(member_id=member, purpose="children", policy_version="1", channel="app", **said)
    members_services.add_child(member_id=member, birth_month=date(2022, 1, 1), gender="female", guardian_consent_at=now, **said)
    members_services.update_profile(member_id=member, changes={"nickname": f"新昵称{tag}"}, reason=f"因为{tag}", **said)
    receiver: dict[str, Any] = {"receiver_name": f"甄{tag}人", "receiver_phone": phone, "receiver_address": street}
    answers = activity_services.record_orders(
        orders=[order_in(store, member, f"O-{tag}-1", now - timedelta(days=3), name=f"大衣{tag}", **receiver)], actor="test", booked_at=now
    )
    answers += activity_services.record_after_sales(
        after_sales=[
            AfterSaleIn(
                store_id=store.pk, after_sale_no=f"AS-{tag}-1", order_no=f"O-{tag}-1", member_id=member, kind="return", status="reviewing",
                currency=CURRENCY, refund_minor=19900, applied_at=now - timedelta(days=1), reason=f"尺码{tag}",
                lines=(AfterSaleLineIn(line_no=1, refund_minor=19900, quantity=1),), **receiver,
            )
        ],
        actor="test",
        booked_at=now,
    )  # fmt: skip
    answers += activity_services.record_events(
        events=[
            EventIn(
                source=code, event_id="1", member_id=member, store_id=store.pk, kind="view", channel="app", occurred_at=now, spu=f"SPU{tag}"
            )
        ],
        actor="test",
        booked_at=now,
    )
    answers += activity_services.record_wallets(
        wallets=[
            WalletIn(member_id=member, store_id=store.pk, currency=CURRENCY, balance_minor=8880, as_of=now, recharge_total_minor=8880)
        ],
        actor="test",
        booked_at=now,
    )
    assert all(answer.ok for answer in answers), [answer for answer in answers if not answer.ok]
    note = stores_services.add_service_note(
        member_id=member, programme_id=store.programme_id, body=f"备注{tag}", author_id=created_by.pk, at=now
    )
    client = stores_services.create_api_client(store_id=store.pk, name=f"程序{tag}", scopes=["members:read"])
    endpoint = webhooks.create_endpoint(store_id=store.pk, url=f"http://127.0.0.1:9/{tag}", actor="test", at=now)
    message = OutboxMessage.objects.create(
        topic="member.updated",
        ordering_key=f"key{tag}",
        store_ids=[store.pk],
        payload={},
        occurred_at=now,
        created_at=now,
        fanned_out_at=now,
    )
    delivery = WebhookDelivery.objects.create(
        endpoint_id=endpoint.endpoint_id, message=message, ordering_key=f"key{tag}", queued_at=now, next_attempt_at=now, state="given_up"
    )
    job = jobs.submit(
        kind="import_orders",
        parameters={"dry_run": True},
        created_at=now,
        created_by_id=created_by.pk,
        store_id=store.pk,
        upload=ContentFile(f"order_no,phone\nX,{phone}\n".encode(), name=f"{tag}.csv"),
    )
    Job.objects.filter(pk=job.pk).update(state="done", result={"lines": 1})
    case = MergeCase.objects.create(
        first_id=min(member, shop.twin_id), second_id=max(member, shop.twin_id), reason="unverified_phone", created_at=now
    )
    colleague = world.staff(f"worker-{tag}", (StaffRole.CUSTOMER_SERVICE, store))
    membership = Membership.objects.get(member_id=member, programme=store.programme)
    shop.ids = {
        "members_member": member,
        "members_mergecase": case.pk,
        "stores_programme": store.programme_id,
        "stores_store": store.pk,
        "stores_staffassignment": StaffAssignment.objects.get(user=colleague).pk,
        "stores_apiclient": client.client_pk,
        "stores_webhookendpoint": endpoint.endpoint_id,
        "stores_webhookdelivery": delivery.pk,
        "stores_servicenote": note.pk,
        "activity_order": Order.objects.get(store=store).pk,
        "activity_aftersale": AfterSale.objects.get(store=store).pk,
        "activity_walletbalance": membership.wallet.pk,
        "core_job": job.pk,
        "auth_user": colleague.pk,
        "address_id": Address.objects.filter(member_id=member).order_by("-id")[0].pk,
        "child_id": Child.objects.get(member_id=member).pk,
        "consent_id": Consent.objects.get(member_id=member).pk,
        "identity": Identity.objects.get(member_id=member, provider="pos_card").pk,
    }
    growth_ids, growth_traces = growth_rows.fill(store.programme, member, tag, now)
    points_ids, points_traces = points_rows.fill(store.programme, member, tag, now)
    coupon_ids, coupon_traces = coupon_rows.fill(store.programme, member, tag, now)
    tag_ids, tag_traces = tag_rows.fill(store.programme, member, tag, now)
    campaign_ids, campaign_traces = campaign_rows.fill(store.programme, tag, now)
    shop.ids |= growth_ids | points_ids | coupon_ids | tag_ids | campaign_ids
    shop.traces = [
        *shop.secrets.values(),
        *(f"新昵称{tag}", f"O-{tag}-1", f"AS-{tag}-1", f"大衣{tag}", f"备注{tag}", f"程序{tag}", f"SPU{tag}", f"因为{tag}"),
        *(f"店铺{tag}", f"key{tag}", f"127.0.0.1:9/{tag}", f"worker-{tag}", membership.member_no),
        ApiClient.objects.get(pk=client.client_pk).client_id,
        WebhookEndpoint.objects.get(pk=endpoint.endpoint_id).secret,
        Member.objects.get(pk=member).one_id,
        *growth_traces,
        *points_traces,
        *coupon_traces,
        *tag_traces,
        *campaign_traces,
    ]
    return shop


def found(traces: Iterable[str], text: str) -> list[str]:
    """Which of the words stand in an answer."""
    return [trace for trace in traces if trace in text]


def moment() -> datetime:
    """A now without microseconds, in this month, so that partitions are the ordinary ones."""
    return clock.now().astimezone(UTC).replace(microsecond=0)
