DROP TABLE IF EXISTS pg_temp.activity_import_line, pg_temp.activity_import_match, pg_temp.activity_import_flaw, pg_temp.activity_import_order
