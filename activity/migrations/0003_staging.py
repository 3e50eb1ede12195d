"""Where facts wait while their batch is judged: unlogged, emptied by the transaction that filled them.

A column named like one of the fact's table holds what will be written there; `verdict` is what judging found. Rows of different
calls are kept apart by `batch`. The indexes by number keep large batches fast: nobody analyses these tables, and without one the
planner compares every new row with every staged one. An import hides these tables behind temporary ones of the same shape
(activity.services.staging).
"""

from django.db import migrations

STAGING = """
CREATE SEQUENCE activity_batch;
CREATE UNLOGGED TABLE activity_staged_order (
    batch bigint NOT NULL,
    item integer NOT NULL,
    store_id bigint NOT NULL,
    order_no text NOT NULL,
    version integer NOT NULL,
    digest text NOT NULL,
    member_id bigint NOT NULL,
    status text NOT NULL,
    channel text NOT NULL,
    currency text NOT NULL,
    goods_minor bigint NOT NULL,
    discount_minor bigint NOT NULL,
    coupon_minor bigint NOT NULL,
    points_minor bigint NOT NULL,
    points_used bigint NOT NULL,
    postage_minor bigint NOT NULL,
    paid_minor bigint NOT NULL,
    settled_minor bigint NOT NULL,
    source_currency text NOT NULL,
    source_rate numeric(14, 6),
    source_settled_minor bigint,
    placed_at timestamptz NOT NULL,
    paid_at timestamptz,
    shipped_at timestamptz,
    received_at timestamptz,
    completed_at timestamptz,
    cancelled_at timestamptz,
    receiver_name text NOT NULL,
    receiver_phone text NOT NULL,
    receiver_address text NOT NULL,
    country text NOT NULL,
    coupon_codes jsonb NOT NULL,
    verdict text NOT NULL DEFAULT '',
    order_id bigint,
    was_status text,
    PRIMARY KEY (batch, item)
);
CREATE INDEX activity_staged_order_of_number ON activity_staged_order (batch, order_no);
CREATE UNLOGGED TABLE activity_staged_order_line (
    batch bigint NOT NULL,
    item integer NOT NULL,
    line_no integer NOT NULL,
    sku text NOT NULL,
    spu text NOT NULL,
    name text NOT NULL,
    brand text NOT NULL,
    category text NOT NULL,
    attributes jsonb NOT NULL,
    unit_price_minor bigint NOT NULL,
    quantity integer NOT NULL,
    paid_minor bigint NOT NULL,
    source_paid_minor bigint,
    is_virtual boolean NOT NULL,
    is_gift_card boolean NOT NULL
);
CREATE INDEX activity_staged_order_line_of_item ON activity_staged_order_line (batch, item);
CREATE UNLOGGED TABLE activity_staged_after_sale (
    batch bigint NOT NULL,
    item integer NOT NULL,
    store_id bigint NOT NULL,
    after_sale_no text NOT NULL,
    version integer NOT NULL,
    digest text NOT NULL,
    order_no text NOT NULL,
    member_id bigint,
    kind text NOT NULL,
    status text NOT NULL,
    names_lines boolean NOT NULL,
    currency text NOT NULL,
    refund_minor bigint NOT NULL,
    postage_minor bigint NOT NULL,
    source_currency text NOT NULL,
    source_rate numeric(14, 6),
    source_refund_minor bigint,
    reason text NOT NULL,
    applied_at timestamptz NOT NULL,
    settled_at timestamptz,
    receiver_name text NOT NULL,
    receiver_phone text NOT NULL,
    receiver_address text NOT NULL,
    verdict text NOT NULL DEFAULT '',
    after_sale_id bigint,
    order_id bigint,
    was_status text,
    PRIMARY KEY (batch, item)
);
CREATE INDEX activity_staged_after_sale_of_number ON activity_staged_after_sale (batch, after_sale_no);
CREATE UNLOGGED TABLE activity_staged_after_sale_line (
    batch bigint NOT NULL,
    item integer NOT NULL,
    line_no integer NOT NULL,
    quantity integer NOT NULL,
    refund_minor bigint NOT NULL,
    sku text NOT NULL,
    name text NOT NULL
);
CREATE INDEX activity_staged_after_sale_line_of_item ON activity_staged_after_sale_line (batch, item);
CREATE UNLOGGED TABLE activity_staged_event (
    batch bigint NOT NULL,
    item integer NOT NULL,
    source text NOT NULL,
    event_id text NOT NULL,
    digest text NOT NULL,
    member_id bigint NOT NULL,
    store_id bigint,
    kind text NOT NULL,
    channel text NOT NULL,
    occurred_at timestamptz NOT NULL,
    spu text NOT NULL,
    sku text NOT NULL,
    order_no text NOT NULL,
    line_no integer,
    path text NOT NULL,
    dwell_seconds integer,
    entrance text NOT NULL,
    attributes jsonb NOT NULL,
    verdict text NOT NULL DEFAULT '',
    behaviour_id bigint,
    PRIMARY KEY (batch, item)
);
CREATE UNLOGGED TABLE activity_staged_wallet (
    batch bigint NOT NULL,
    item integer NOT NULL,
    membership_id bigint NOT NULL,
    currency text NOT NULL,
    balance_minor bigint NOT NULL,
    red_packet_minor bigint NOT NULL,
    recharge_total_minor bigint NOT NULL,
    spent_total_minor bigint NOT NULL,
    gift_total_minor bigint NOT NULL,
    as_of timestamptz NOT NULL,
    verdict text NOT NULL DEFAULT '',
    PRIMARY KEY (batch, item)
);
"""
GONE = """
DROP TABLE activity_staged_order, activity_staged_order_line, activity_staged_after_sale, activity_staged_after_sale_line,
    activity_staged_event, activity_staged_wallet;
DROP SEQUENCE activity_batch;
"""


class Migration(migrations.Migration):
    dependencies = [("activity", "0002_behaviour_by_month")]

    operations = [migrations.RunSQL(STAGING, GONE)]
