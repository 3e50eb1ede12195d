-- Tables of this session alone for reckoning RFM. Emptied by the end of the transaction that filled them, so a kill leaves nothing.
CREATE TEMPORARY TABLE IF NOT EXISTS rfm_scope (
    version_id bigint NOT NULL,
    programme_id bigint NOT NULL,
    is_platform boolean NOT NULL
) ON COMMIT DELETE ROWS;
CREATE TEMPORARY TABLE IF NOT EXISTS rfm_stale (note_id bigint NOT NULL, membership_id bigint NOT NULL) ON COMMIT DELETE ROWS;
CREATE TEMPORARY TABLE IF NOT EXISTS rfm_fresh (
    version_id bigint NOT NULL,
    membership_id bigint NOT NULL,
    last_on date,
    orders bigint NOT NULL,
    amount_minor bigint NOT NULL
) ON COMMIT DELETE ROWS;
CREATE TEMPORARY TABLE IF NOT EXISTS rfm_judged (
    membership_id bigint NOT NULL,
    r_days integer,
    f_count bigint NOT NULL,
    m_minor bigint NOT NULL,
    r_score integer NOT NULL,
    f_score integer NOT NULL,
    m_score integer NOT NULL,
    value_milli integer NOT NULL,
    rfm_class text NOT NULL,
    customer_group text NOT NULL,
    layer text NOT NULL,
    level_id bigint,
    rfm_unit bigint NOT NULL,
    bought boolean NOT NULL,
    requested bigint NOT NULL,
    activity_growth bigint NOT NULL,
    f_dropped boolean NOT NULL
) ON COMMIT DELETE ROWS
