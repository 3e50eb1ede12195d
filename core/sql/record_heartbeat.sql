-- Remember when somebody was last seen. An earlier moment changes nothing, so repeated and late calls are harmless.
INSERT INTO core_heartbeat (name, at) VALUES (%(name)s, %(at)s)
ON CONFLICT (name) DO UPDATE SET at = excluded.at WHERE core_heartbeat.at < excluded.at
