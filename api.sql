api: cpu 11.97 ms, wall 17.39 ms, statements 5, bytes 2357
    0.001 
    SELECT t.secret_hash, t.id, t.last_used_on, p.xmin::text, p.ctid::text, u.xmin::text,
        u.ctid::text, t.grants,
        (SELECT array_agg(DISTINCT d.grid_id) FROM staff_gridduty d
         WHERE d.post_id = p.id AND d.valid_from <= '2026-11-22 04:24:36.565215+00:00'::timestamptz
            AND (d.valid_to IS NULL OR d.valid_to > '2026-11-22 04:24:36.565215+00:00'::timestamptz)),
        (SELECT stamp FROM staff_staffstate WHERE id = 1)
    FROM staff_apitoken t
        JOIN staff_post p ON p.id = t.post_id JOIN staff_user u ON u.id = p.user_id
    WHERE t.prefix = '137fa4efc1' AND t.revoked_at IS NULL AND u.is_active
        AND (t.expires_at IS NULL OR t.expires_at > '2026-11-22 04:24:36.565215+00:00'::timestamptz)
        AND p.valid_from <= '2026-11-22 04:24:36.565215+00:00'::timestamptz AND (p.valid_to IS NULL OR p.valid_to > '2026-11-22 04:24:36.565215+00:00'::timestamptz)
    0.000 SELECT version FROM catalogue_cataloguestate
    0.004 SELECT "cases_case"."id" AS "id", "cases_case"."reported_at" AS "reported_at", "cases_case"."stage" AS "stage", "cases_case"."stage_since" AS "stage_since", "cases_case"."urgency" AS "urgency", "cases_case"."handling" AS "handling", "cases_case"."channel" AS "channel", "cases_case"."description" AS "description", "cases_case"."address" AS "address", "cases_case"."due_at" AS "due_at", "cases_case"."warn_at" AS "warn_at", "cases_case"."suspended_until" AS "suspended_until", "cases_case"."event_count" AS "event_count", "cases_case"."report_count" AS "report_count", "cases_case"."rating" AS "rating", "cases_case"."case_class_id" AS "case_class_id", "cases_case"."grid_id" AS "grid_id", "cases_case"."community_id" AS "community_id", "cases_case"."street_id" AS "street_id", "cases_case"."district_id" AS "district_id", "cases_case"."centre_id" AS "centre_id", "cases_case"."lead_unit_id" AS "lead_unit_id", ST_X("cases_case"."place") AS "lon", ST_Y("cases_case"."place") AS "lat" FROM "cases_case" WHERE "cases_case"."id" IN (SELECT id FROM ((SELECT "cases_case"."reported_at" AS "reported_at", "cases_case"."id" AS "id" FROM "cases_case" WHERE ("cases_case"."tracker_id" = 3 AND "cases_case"."stage" = 'evaluated' AND "cases_case"."case_class_id" = 129 AND "cases_case"."street_id" = 31 AND "cases_case"."reported_at" >= '2025-10-22 00:00:00+08:00'::timestamptz AND "cases_case"."reported_at" < '2026-10-23 00:00:00+08:00'::timestamptz) ORDER BY 1 DESC, 2 DESC LIMIT 51) UNION (SELECT "cases_cas
    0.000 SELECT version FROM catalogue_cataloguestate
    0.000 SELECT "staff_staffstate"."stamp" AS "stamp" FROM "staff_staffstate" WHERE "staff_staffstate"."id" = 1 ORDER BY "staff_staffstate"."id" ASC LIMIT 1
