-- Give coupons of a template to memberships that the caller has locked, p_quantity each or none: for one and for 10,000 of them.
-- The template row is held until the transaction ends; what is left of stock and budget goes to memberships in id order.
-- Answers each membership once: 'new' or 'replay' with its coupons, or why it gets none (codes of coupons.errors; 'effect_conflict' where
-- the key has given coupons of another template). The same key again gives nothing: it answers the first coupons, whatever is left.
-- Nothing is answered where there is no such template. Reads stores' memberships and programmes, and members' states.
CREATE FUNCTION coupons_issue(
    p_template bigint, p_memberships bigint[], p_quantity integer, p_source text, p_source_id text, p_effect_key text, p_reason text,
    p_actor text, p_at timestamptz
) RETURNS TABLE (membership_id bigint, verdict text, coupon_ids bigint[]) LANGUAGE plpgsql
SET plan_cache_mode = force_generic_plan  -- one plan serves one and 10,000: to plan so long a statement anew costs more than to run it
SET enable_seqscan = off  -- the plan that is kept may have been made when the tables were small
AS $$
#variable_conflict use_column
DECLARE
    terms coupons_coupontemplate;
    programme record;
    starts_at timestamptz;
    ends_at timestamptz;
    closed text;
    keys text[];
BEGIN
    SELECT * INTO terms FROM coupons_coupontemplate WHERE id = p_template FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RETURN;
    END IF;
    SELECT coupons_on, time_zone INTO programme FROM stores_programme WHERE id = terms.programme_id;
    starts_at := CASE WHEN terms.validity = 'fixed' THEN coalesce(terms.valid_from, p_at) ELSE greatest(p_at, terms.valid_from) END;
    ends_at := coupons_valid_until(terms.validity, terms.valid_amount, terms.valid_until, p_at, programme.time_zone);
    closed := CASE
        WHEN NOT programme.coupons_on THEN 'coupons_off'
        WHEN NOT terms.is_on OR ends_at <= greatest(p_at, starts_at) THEN 'template_not_active'
    END;
    SELECT array_agg(p_effect_key || CASE WHEN number > 1 THEN '#' || number ELSE '' END ORDER BY number) INTO keys
    FROM generate_series(1, p_quantity) AS number;
    RETURN QUERY
    WITH judged AS (
        SELECT
            asked.id, known.ids,
            CASE
                WHEN known.is_same THEN 'replay'
                WHEN known.ids IS NOT NULL THEN 'effect_conflict'
                WHEN closed IS NOT NULL THEN closed
                WHEN membership.id IS NULL THEN 'not_a_member'
                WHEN membership.status <> 'active' OR member.status <> 'active' THEN 'member_not_active'
                WHEN had.coupons + p_quantity > terms.per_member THEN 'per_member_exceeded'
                ELSE 'new'
            END AS verdict
        FROM (SELECT DISTINCT id FROM unnest(p_memberships) AS id) AS asked
        -- Each step finds its few rows by the one before (OFFSET 0): a plan that is kept may have been made when tables were small.
        LEFT JOIN LATERAL (
            SELECT * FROM stores_membership WHERE id = asked.id AND programme_id = terms.programme_id OFFSET 0
        ) AS membership ON true
        LEFT JOIN LATERAL (SELECT * FROM members_member WHERE id = membership.member_id OFFSET 0) AS member ON true
        CROSS JOIN LATERAL (
            SELECT array_agg(coupon.id ORDER BY coupon.id) AS ids, bool_and(coupon.template_id = p_template) AS is_same
            FROM (SELECT id, template_id, effect_key FROM coupons_coupon WHERE membership_id = asked.id OFFSET 0) AS coupon
            WHERE coupon.effect_key = ANY(keys)
        ) AS known
        CROSS JOIN LATERAL (
            SELECT count(*) AS coupons
            FROM (SELECT template_id, state FROM coupons_coupon WHERE membership_id = asked.id OFFSET 0) AS coupon
            WHERE terms.per_member IS NOT NULL AND coupon.template_id = p_template AND coupon.state <> 'revoked'
        ) AS had
    ),
    decided AS (
        SELECT
            id, ids,
            CASE
                WHEN verdict = 'new' AND place * p_quantity > terms.stock - terms.issued THEN 'quantity_exceeded'
                WHEN verdict = 'new' AND place * p_quantity * terms.cost_minor > terms.budget_minor - terms.committed_minor
                    THEN 'budget_exhausted'
                ELSE verdict
            END AS verdict
        FROM (SELECT *, row_number() OVER (PARTITION BY verdict ORDER BY id) AS place FROM judged) AS placed
    ),
    made AS (
        INSERT INTO coupons_coupon (
            template_id, membership_id, code, state, source, source_id, effect_key, name, kind, face_minor, pay_rate, cap_minor,
            min_spend_minor, store_ids, categories, skus, stackable, first_order, return_on_refund, cost_bearer, cost_minor,
            validity_words, received_at, valid_from, valid_until, order_no
        )
        SELECT
            p_template, decided.id, coupons_code(), 'available', p_source, p_source_id, key.text, terms.name, terms.kind,
            terms.face_minor, terms.pay_rate, terms.cap_minor, terms.min_spend_minor, terms.store_ids, terms.categories, terms.skus,
            terms.stackable, terms.first_order, terms.return_on_refund, terms.cost_bearer, terms.cost_minor,
            CASE terms.validity WHEN 'fixed' THEN '' ELSE terms.validity || ':' || terms.valid_amount END,
            p_at, starts_at, ends_at, ''
        FROM decided
        CROSS JOIN unnest(keys) WITH ORDINALITY AS key (text, number)
        WHERE decided.verdict = 'new'
        ORDER BY decided.id, key.number
        RETURNING id, membership_id
    ),
    stepped AS (
        INSERT INTO coupons_couponstep (
            coupon_id, membership_id, state_from, state_to, cause, order_no, reason, actor, occurred_at, booked_at
        )
        SELECT made.id, made.membership_id, '', 'available', 'issued', '', p_reason, p_actor, p_at, p_at
        FROM made
        ORDER BY made.id
    ),
    counted AS (
        UPDATE coupons_coupontemplate AS template
        SET issued = template.issued + sums.coupons, committed_minor = template.committed_minor + sums.coupons * terms.cost_minor
        FROM (SELECT count(*) AS coupons FROM made) AS sums
        WHERE template.id = p_template AND sums.coupons > 0
    )
    SELECT decided.id, decided.verdict, decided.ids FROM decided WHERE decided.verdict <> 'new'
    UNION ALL
    SELECT made.membership_id, 'new', array_agg(made.id ORDER BY made.id) FROM made GROUP BY made.membership_id
    ORDER BY 1;
END $$
