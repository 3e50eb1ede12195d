-- Note for the next run that memberships do not have the automatic tag with this slot (tags.MemberBits). A second run changes nothing.
UPDATE tags_memberbits
SET words[%(slot)s / 63 + 1] = words[%(slot)s / 63 + 1] & ~(1::bigint << (%(slot)s %% 63))
WHERE membership_id = ANY(%(membership_ids)s) AND words[%(slot)s / 63 + 1] & (1::bigint << (%(slot)s %% 63)) <> 0
