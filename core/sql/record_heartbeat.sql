-- Remember when somebody was last seen, and what came of it. An earlier moment changes nothing, so repeated and late calls are harmless.
INSERT INTO core_heartbeat (name, at, found) VALUES (%(name)s, %(at)s, %(found)s)
ON CONFLICT (name) DO UPDATE SET at = excluded.at, found = excluded.found WHERE core_heartbeat.at < excluded.at
