"""Random histories against the whole running system while its parts are killed: `python -m tests.storm` (docs/reliability.md, Storm)."""
