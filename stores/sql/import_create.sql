-- The table of one import of members, of this connection alone: it goes with it, so that a killed import leaves nothing behind.
CREATE TEMPORARY TABLE stores_import_person (
    line bigint NOT NULL,
    phone text NOT NULL,
    name text NOT NULL,
    nickname text NOT NULL,
    gender text NOT NULL,
    birthday date,
    email text NOT NULL,
    unionid text NOT NULL,
    card_no text NOT NULL,
    customer_no text NOT NULL,
    address text NOT NULL,
    joined_at timestamptz,
    field text NOT NULL,
    reason text NOT NULL
)
