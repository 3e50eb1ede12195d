"""A rule means the same in SQL, in Python, and to an oracle that knows only the source rows (issue 5 item 1, ruling 28)."""

from collections import Counter

import pytest
from django.db import connection
from psycopg.sql import SQL, Literal

from tags.models import Segment
from tags.rules import evaluate, language
from tags.rules.fields import FIELDS
from tags.selectors import catalogue, facts, matching
from tags.services import facts as facts_services
from tests.tags import population
from tests.tags.population import NOW, ON
from tests.tags.rule_oracle import Oracle
from tests.tags.rules_made import Rules

MEMBERS, RULES, WATCHED = 400, 250, 60


@pytest.mark.slow
@pytest.mark.django_db
@pytest.mark.ledgers_may_disagree
def test_a_hundred_thousand_rules_and_members_mean_the_same_in_sql_and_in_python():
    """TAG-03..TAG-07: 100,000 pairs, 0 differences between SQL, Python over the facts row, and plain Python over the sources."""
    # given members with every kind of fact, rules over all of them, and some figures that are kept in the rows while others are not
    made = population.make(MEMBERS, seed=20240520)
    oracle = Oracle(made.programme, ON, NOW, (population.R_CUTS, population.F_CUTS, population.M_CUTS))
    seen = {
        code: sorted({oracle.value(number, {"var": code}) for number in oracle.people} - {None})
        for code, field in FIELDS.items()
        if field.choices is None
    }
    rules = Rules(20240520, catalogue(made.programme.pk), seen)
    documents = [rules.rule() for _rule in range(RULES)]
    assert [language.problems(each, rules.catalogue) for each in documents] == [[]] * RULES
    for number, document in enumerate(documents[:WATCHED]):
        Segment.objects.create(programme=made.programme, code=f"s{number}", name="s", rule=document)
    facts_services.refresh(now=NOW, programme_id=made.programme.pk)
    # when each is judged
    compiler = matching.Compiler(made.programme.pk, ON)
    asked = {basket for document in documents for basket in language.baskets(language.read(document))}
    rows = facts.facts_of(oracle.people, compiler.at, asked)
    met: Counter[str] = Counter()
    differences = []
    for number, document in enumerate(documents):
        compiled = compiler.compile(document)
        node = language.read(document)
        with connection.cursor() as cursor:
            cursor.execute(
                SQL("SELECT fact.membership_id FROM tags_memberfact AS fact {} WHERE fact.programme_id = {} AND {}").format(
                    matching.once([compiled.joins]), Literal(made.programme.pk), compiled.condition
                )
            )
            by_sql = {row[0] for row in cursor.fetchall()}
        by_rows = {membership_id for membership_id, own in rows.items() if evaluate.holds(node, own, compiler.at)}
        by_sources = {membership_id for membership_id in oracle.people if oracle.holds(membership_id, document, met)}
        met["pairs"] += len(oracle.people)
        met["true"] += len(by_sql)
        differences += [(number, membership_id) for membership_id in (by_sql ^ by_sources) | (by_rows ^ by_sources)]
    # then they agree everywhere, and what is difficult was met often
    print(dict(met))
    assert [(documents[number], membership_id) for number, membership_id in differences[:3]] == []
    assert met["pairs"] == 100_000
    assert met["true"] > 15_000 and met["pairs"] - met["true"] > 15_000
    assert met["tie"] > 5_000 and met["missing"] > 5_000
