"""What a database holds of orders, without the ids its rows happened to get (digests hold them too): to compare one load with another."""

from collections import Counter

from django.db import connection

CONTENT = {
    "orders": """
        SELECT store.code, bought.order_no, bought.version, bought.status, bought.currency, bought.goods_minor,
            bought.paid_minor, bought.settled_minor, bought.refunded_minor, bought.postage_minor, bought.source_settled_minor,
            bought.placed_at, bought.completed_at, bought.country, bought.booked_at, bought.origin, identity.external_id
        FROM activity_order AS bought
        JOIN stores_store AS store ON store.id = bought.store_id
        JOIN members_identity AS identity ON identity.member_id = bought.member_id AND identity.scope = store.code
    """,
    "order lines": """
        SELECT bought.order_no, line.line_no, line.sku, line.name, line.category, line.quantity, line.unit_price_minor, line.paid_minor,
            line.refunded_minor, line.refunded_quantity, line.source_paid_minor
        FROM activity_orderline AS line JOIN activity_order AS bought ON bought.id = line.order_id
    """,
    "after-sales": """
        SELECT after_sale.after_sale_no, after_sale.order_no, bought.order_no, after_sale.refund_minor, after_sale.postage_minor,
            after_sale.status, after_sale.settled_at, after_sale.effects_at
        FROM activity_aftersale AS after_sale LEFT JOIN activity_order AS bought ON bought.id = after_sale.order_id
    """,
    "after-sale lines": """
        SELECT after_sale.after_sale_no, line.line_no, line.quantity, line.refund_minor, line.applied_minor, line.sku
        FROM activity_aftersaleline AS line JOIN activity_aftersale AS after_sale ON after_sale.id = line.after_sale_id
    """,
    "members": """
        SELECT identity.provider, identity.scope, identity.external_id, identity.verified_at, member.registered_at, member.country
        FROM members_identity AS identity JOIN members_member AS member ON member.id = identity.member_id
    """,
    "memberships": """
        SELECT programme.code, membership.joined_at, membership.source, identity.external_id
        FROM stores_membership AS membership
        JOIN stores_programme AS programme ON programme.id = membership.programme_id
        JOIN members_identity AS identity ON identity.member_id = membership.member_id
    """,
}


Content = dict[str, Counter[str]]


def content() -> Content:
    """The rows of each kind as text, without ids."""
    found = {}
    with connection.cursor() as cursor:
        for name, query in CONTENT.items():
            cursor.execute(query)
            found[name] = Counter(map(repr, cursor.fetchall()))
    return found


def differences(one: Content, other: Content) -> dict[str, tuple[list[str], list[str]]]:
    """By kind, the first rows that only one of them has; empty when both hold the same."""
    return {name: (list(one[name] - other[name])[:3], list(other[name] - one[name])[:3]) for name in CONTENT if one[name] != other[name]}


def leftovers() -> int:
    """Rows that wait in staging though nobody works on them."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT (SELECT count(*) FROM activity_staged_order) + (SELECT count(*) FROM activity_staged_after_sale)")
        return int(cursor.fetchone()[0])
