-- The tables of a simulation of this session, no longer needed.
DROP TABLE IF EXISTS pg_temp.growth_simulated_value;
DROP TABLE IF EXISTS pg_temp.growth_simulated;
