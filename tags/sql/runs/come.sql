-- Which tags come to somebody in a layer.
SELECT DISTINCT tag_id FROM tags_flipped WHERE layer = %(layer)s AND is_on
