"""The servers a demo, a test run or a day of development stands on: Postgres and Valkey from wheels. Never used in production."""
