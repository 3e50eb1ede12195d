-- Tables of this session alone for reckoning days. Emptied by the end of the transaction that filled them, so a kill leaves nothing.
-- summary_who: members at stores whose days are asked for; all of them where is_whole.  summary_wanted: the single days.
CREATE TEMPORARY TABLE IF NOT EXISTS summary_note (id bigint NOT NULL, member_id bigint NOT NULL, store_id bigint NOT NULL, day_on date)
    ON COMMIT DELETE ROWS;
CREATE TEMPORARY TABLE IF NOT EXISTS summary_who (
    member_id bigint NOT NULL,
    store_id bigint NOT NULL,
    membership_id bigint NOT NULL,
    time_zone text NOT NULL,
    is_whole boolean NOT NULL
) ON COMMIT DELETE ROWS;
CREATE TEMPORARY TABLE IF NOT EXISTS summary_wanted (membership_id bigint NOT NULL, store_id bigint NOT NULL, day_on date NOT NULL)
    ON COMMIT DELETE ROWS;
CREATE TEMPORARY TABLE IF NOT EXISTS summary_fresh (
    membership_id bigint NOT NULL,
    store_id bigint NOT NULL,
    day_on date NOT NULL,
    paid_minor bigint,
    deals integer,
    pieces bigint,
    postage_minor bigint,
    discount_minor bigint,
    second_discount_minor bigint,
    discounted_deals integer,
    twice_discounted_deals integer,
    highest_price_minor bigint,
    categories integer,
    top_category text,
    pieces_by_band bigint[],
    refunds integer,
    refund_minor bigint,
    cart_adds integer,
    cart_removes integer,
    favourites integer,
    unfavourites integer,
    items_clicked integer,
    clicks integer,
    dwell_seconds bigint,
    good_reviews integer,
    PRIMARY KEY (membership_id, day_on, store_id)
) ON COMMIT DELETE ROWS;
CREATE TEMPORARY TABLE IF NOT EXISTS summary_touched (membership_id bigint NOT NULL, member_id bigint NOT NULL, is_platform boolean NOT NULL)
    ON COMMIT DELETE ROWS;
CREATE TEMPORARY TABLE IF NOT EXISTS summary_months (membership_id bigint NOT NULL, indicator text NOT NULL, newest integer, months bigint[])
    ON COMMIT DELETE ROWS
