-- The packs of every level passed by the changes staged under %(batch)s are due, an item at a time: once per membership and level in
-- 365 days (LVL-28, ruling 22). Answers the new grants.
INSERT INTO growth_giftgrant (membership_id, level_id, item_id, state, effect_key, granted_at)
SELECT c.membership_id, t.level_id, g.id, 'pending', 'gift:' || c.history_id || ':' || g.id, c.occurred_at
FROM growth_staged_change c
JOIN growth_levelterms t ON t.version_id = c.version_id AND t.rank > c.gifts_above AND t.rank <= c.gifts_up_to
JOIN growth_giftitem g ON g.terms_id = t.id
WHERE c.batch = %(batch)s
  AND NOT EXISTS (
      SELECT 1 FROM growth_giftgrant given
      WHERE given.membership_id = c.membership_id AND given.level_id = t.level_id
        AND given.granted_at > c.occurred_at - interval '365 days'
  )
ORDER BY c.item, t.rank, g.position, g.id
RETURNING id
