-- The orders and returns of the file, in the order they are recorded in (ruling 5): by time, purchases before returns, by number.
-- problem: why one is not recorded: "line" (a line of it cannot be read), "members" (its lines name two), "no_goods".
CREATE TEMPORARY TABLE activity_import_order AS
WITH heads AS (
    SELECT
        store_code, order_no, is_return, min(placed_at) AS placed_at, min(line) AS first_line, count(*) AS lines,
        count(*) FILTER (WHERE role <> 'p') AS goods, min(member_key) AS member_key, max(member_key) AS other_key
    FROM activity_import_line
    WHERE role <> 'x'
    GROUP BY store_code, order_no, is_return
), unreadable AS (
    SELECT DISTINCT order_no FROM activity_import_line WHERE role = 'x' AND order_no <> ''
)
SELECT
    row_number() OVER (ORDER BY heads.placed_at, heads.is_return, heads.order_no, heads.store_code) AS seq,
    heads.store_code, heads.order_no, heads.is_return, heads.placed_at, heads.first_line, heads.lines, heads.member_key,
    CASE
        WHEN unreadable.order_no IS NOT NULL THEN 'line'
        WHEN heads.member_key <> heads.other_key THEN 'members'
        WHEN heads.goods = 0 AND NOT heads.is_return THEN 'no_goods'
        ELSE ''
    END AS problem
FROM heads
LEFT JOIN unreadable ON unreadable.order_no = heads.order_no;
CREATE INDEX ON activity_import_order (order_no);
ANALYZE activity_import_order
