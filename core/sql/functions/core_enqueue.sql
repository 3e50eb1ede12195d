-- Put a fact on its way out, from a function of the app that owns the fact: as core.outbox.enqueue, which says what the values are.
CREATE FUNCTION core_enqueue(
    p_topic text, p_ordering_key text, p_store_ids bigint[], p_payload jsonb, p_occurred_at timestamptz, p_booked_at timestamptz
) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO core_outboxmessage (topic, ordering_key, store_ids, payload, occurred_at, created_at)
    VALUES (p_topic, p_ordering_key, p_store_ids, p_payload, p_occurred_at, p_booked_at);
END $$
