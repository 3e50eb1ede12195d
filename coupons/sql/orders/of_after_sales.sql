-- The orders of the after-sales %(after_sale_ids)s that have coupons. Reads activity.
SELECT DISTINCT bought.id AS order_id
FROM activity_aftersale AS refund
JOIN activity_order AS bought ON bought.id = refund.order_id
WHERE refund.id = ANY(%(after_sale_ids)s)
    AND EXISTS (
        SELECT FROM coupons_coupon AS coupon
        WHERE coupon.store_id = bought.store_id AND coupon.order_no = bought.order_no AND coupon.order_no <> ''
    )
ORDER BY bought.id
