-- Score the active memberships of %(programme_id)s with ids in (%(after)s, %(upto)s] who joined before %(as_of)s, and reckon what their growth
-- value is asked to change by (growth/rules/rfm.py in plain words). From the states of %(version_id)s, or from rfm_fresh for a preview.
-- The level is the one held just before %(as_of)s: the row in hand, or history where it has changed since.
-- Nothing bought since %(period_on)s cuts a rise to 0. Where RFM does not count (%(counts)s) nothing is asked for.
WITH standing AS (
    SELECT membership_id, last_on, orders, amount_minor FROM growth_rfmstate
    WHERE version_id = %(version_id)s AND membership_id > %(after)s AND membership_id <= %(upto)s AND NOT %(is_preview)s
    UNION ALL
    SELECT membership_id, last_on, orders, amount_minor FROM rfm_fresh
    WHERE membership_id > %(after)s AND membership_id <= %(upto)s AND %(is_preview)s
), measured AS (
    SELECT
        membership.id AS membership_id, %(as_of_on)s::date - standing.last_on AS r_days, coalesce(standing.orders, 0) AS f_count,
        CASE WHEN standing.orders > 0 AND %(is_average)s THEN (2 * standing.amount_minor + standing.orders) / (2 * standing.orders)
            ELSE coalesce(standing.amount_minor, 0) END AS m_minor,
        coalesce(standing.last_on >= %(period_on)s::date, false) AS bought
    FROM stores_membership AS membership
    LEFT JOIN standing ON standing.membership_id = membership.id
    WHERE membership.programme_id = %(programme_id)s AND membership.status = 'active' AND membership.joined_at < %(as_of)s
        AND membership.id > %(after)s AND membership.id <= %(upto)s
), scored AS (
    SELECT
        measured.*,
        CASE WHEN r_days IS NULL THEN 1
            ELSE 5 - (r_days > (%(r_cuts)s::int8[])[1])::int - (r_days > (%(r_cuts)s::int8[])[2])::int
                - (r_days > (%(r_cuts)s::int8[])[3])::int - (r_days > (%(r_cuts)s::int8[])[4])::int END AS r,
        1 + (f_count >= (%(f_cuts)s::int8[])[1])::int + (f_count >= (%(f_cuts)s::int8[])[2])::int
            + (f_count >= (%(f_cuts)s::int8[])[3])::int + (f_count >= (%(f_cuts)s::int8[])[4])::int AS f,
        1 + (m_minor >= (%(m_cuts)s::int8[])[1])::int + (m_minor >= (%(m_cuts)s::int8[])[2])::int
            + (m_minor >= (%(m_cuts)s::int8[])[3])::int + (m_minor >= (%(m_cuts)s::int8[])[4])::int AS m
    FROM measured
), placed AS (
    SELECT
        scored.*, %(weight_r)s * r + %(weight_f)s * f + %(weight_m)s * m AS value_milli,
        CASE
            WHEN held.since < %(as_of)s AND held.level_until <= %(as_of)s THEN held.automatic_level_id
            WHEN held.since < %(as_of)s THEN held.level_id
            WHEN held.since IS NOT NULL THEN (
                SELECT history.level_to_id FROM growth_levelhistory AS history
                WHERE history.membership_id = scored.membership_id AND history.track = 'free' AND history.occurred_at < %(as_of)s
                ORDER BY history.occurred_at DESC, history.id DESC
                LIMIT 1
            )
        END AS level_id
    FROM scored
    LEFT JOIN growth_memberlevel AS held ON held.membership_id = scored.membership_id AND held.track = 'free'
), asked AS (
    SELECT
        placed.*, coalesce(terms.rfm_unit, lowest.rfm_unit, 0)::bigint AS rfm_unit,
        coalesce(terms.rfm_unit, lowest.rfm_unit, 0)::bigint
            * (%(weight_r)s * (r - 3) + %(weight_f)s * (f - 3) + %(weight_m)s * (m - 3)) AS exact_milli
    FROM placed
    LEFT JOIN growth_levelterms AS terms ON terms.version_id = %(scheme_version_id)s AND terms.level_id = placed.level_id
    LEFT JOIN growth_levelterms AS lowest ON lowest.version_id = %(scheme_version_id)s AND lowest.rank = 0
)
INSERT INTO rfm_judged (
    membership_id, r_days, f_count, m_minor, r_score, f_score, m_score, value_milli, rfm_class, customer_group, layer, level_id, rfm_unit,
    bought, requested, activity_growth, f_dropped
)
SELECT
    asked.membership_id, asked.r_days, asked.f_count, asked.m_minor, r, f, m, asked.value_milli,
    CASE WHEN r = 1 THEN 'dormant' WHEN r = 2 THEN 'churn_risk' WHEN m >= 4 THEN 'high' WHEN m = 3 THEN 'mid' WHEN f >= 3 THEN 'low'
        ELSE 'potential' END,
    CASE WHEN r <= 2 AND (f >= 3 OR m >= 3) THEN 'churn_risk' WHEN r <= 2 THEN 'other' WHEN f <= 2 THEN 'potential'
        WHEN m >= 4 THEN 'loyal' ELSE 'frequent_low' END,
    CASE WHEN r = 1 THEN 'dormant' WHEN r + f >= 8 THEN 'high' WHEN r + f >= 6 THEN 'medium' ELSE 'low' END,
    asked.level_id, asked.rfm_unit, asked.bought,
    CASE
        WHEN NOT %(counts)s THEN 0
        WHEN asked.exact_milli < 0 THEN -((500 - asked.exact_milli) / 1000)
        WHEN asked.bought THEN (asked.exact_milli + 500) / 1000
        ELSE 0
    END,
    coalesce(activity.growth, 0), coalesce(before.f_score - f >= 2, false)
FROM asked
LEFT JOIN rfm_activity AS activity ON activity.membership_id = asked.membership_id
LEFT JOIN growth_rfmsnapshot AS before ON before.run_id = %(run_before_id)s AND before.membership_id = asked.membership_id
