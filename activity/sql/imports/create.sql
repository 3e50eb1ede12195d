-- The tables of one import, of this connection alone: they go with it, so that a killed import leaves nothing behind.
CREATE TEMPORARY TABLE activity_import_line (
    line bigint NOT NULL,
    store_code text NOT NULL,
    order_no text NOT NULL,
    is_return boolean NOT NULL,
    placed_at timestamptz,
    member_key text NOT NULL,
    role char(1) NOT NULL,
    sku text NOT NULL,
    spu text NOT NULL,
    name text NOT NULL,
    brand text NOT NULL,
    category text NOT NULL,
    attributes text NOT NULL,
    quantity integer NOT NULL,
    price_micro bigint NOT NULL,
    amount_micro bigint NOT NULL,
    header text NOT NULL
);
CREATE TEMPORARY TABLE activity_import_match (
    return_line bigint NOT NULL,
    order_no text NOT NULL,
    line_no integer NOT NULL,
    quantity integer NOT NULL
);
CREATE TEMPORARY TABLE activity_import_flaw (
    line bigint NOT NULL,
    store_code text NOT NULL,
    order_no text NOT NULL,
    is_return boolean NOT NULL,
    field text NOT NULL,
    reason text NOT NULL
)
