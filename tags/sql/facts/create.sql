-- This session's work tables for reckoning facts; they are emptied by every commit. Nobody else sees them.
CREATE TEMPORARY TABLE IF NOT EXISTS facts_note (note_id bigint NOT NULL, membership_id bigint NOT NULL) ON COMMIT DELETE ROWS;
CREATE TEMPORARY TABLE IF NOT EXISTS facts_wanted (
    membership_id bigint PRIMARY KEY, member_id bigint NOT NULL, is_active boolean NOT NULL
) ON COMMIT DELETE ROWS;
CREATE TEMPORARY TABLE IF NOT EXISTS facts_order (
    membership_id bigint NOT NULL, order_id bigint NOT NULL, day_on date NOT NULL, completed_at timestamptz NOT NULL,
    counts boolean NOT NULL, is_own boolean NOT NULL, came_back boolean NOT NULL, channel text NOT NULL,
    net_minor bigint NOT NULL, goods_minor bigint NOT NULL, discount_minor bigint NOT NULL
) ON COMMIT DELETE ROWS;
CREATE TEMPORARY TABLE IF NOT EXISTS facts_line (
    membership_id bigint NOT NULL, order_id bigint NOT NULL, day_on date NOT NULL, is_own boolean NOT NULL,
    category text NOT NULL, brand text NOT NULL, spu text NOT NULL, sku text NOT NULL, amount bigint NOT NULL, quantity bigint NOT NULL
) ON COMMIT DELETE ROWS;
CREATE TEMPORARY TABLE IF NOT EXISTS facts_event (
    membership_id bigint NOT NULL, day_on date NOT NULL, kind text NOT NULL, is_visit boolean NOT NULL,
    category text NOT NULL, spu text NOT NULL, sku text NOT NULL, path text NOT NULL
) ON COMMIT DELETE ROWS;
CREATE TEMPORARY TABLE IF NOT EXISTS facts_figure (
    membership_id bigint PRIMARY KEY, figures jsonb NOT NULL, leaves_on date NOT NULL
) ON COMMIT DELETE ROWS;
