-- Put facts on their way out, in the order given, from a function of the app that owns them: as core.outbox.enqueue, which says what the
-- values are. One statement, however many they are.
CREATE FUNCTION core_enqueue(p_topic text, p_messages core_outgoing[], p_occurred_at timestamptz, p_booked_at timestamptz) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO core_outboxmessage (topic, ordering_key, store_ids, payload, occurred_at, created_at)
    SELECT p_topic, message.ordering_key, message.store_ids, message.payload, p_occurred_at, p_booked_at
    FROM unnest(p_messages) AS message;
END $$
