"""One pass over the facts that says which automatic tags come and go, and writes only those (design section 7). docs/rules/tags.md, Runs.

Every tag is a bit. A statement reads the programme's facts once, reckons the bits of all rules of a layer and compares them with what the
last run left; a member of whom nothing differs costs no write. Rules that ask for other tags are judged in a layer after those.
The caller holds the programme's runs and owns the transaction.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

import structlog
from django.db import connection
from psycopg.sql import SQL, Composable, Literal

from core import sql
from core.watching import Watcher
from tags.enums import TagKind
from tags.models import Tag, TagExclusion, TagVersion
from tags.rules import language, layers
from tags.selectors import matching
from tags.selectors import tags as selectors
from tags.selectors.matching import Compiled

log = structlog.get_logger(__name__)
BITS = 63  # of a word: the sign stays out of it
Tables = ("tags_seen", "tags_judged", "tags_flipped")


@dataclass
class Flips:
    """Rows that came and went, by tag id."""

    added: dict[int, int] = field(default_factory=lambda: defaultdict(int))
    removed: dict[int, int] = field(default_factory=lambda: defaultdict(int))

    @property
    def any(self) -> bool:
        return bool(self.added or self.removed)


@dataclass(frozen=True)
class _Judged:
    """A tag that is judged by a rule."""

    tag: Tag
    version: TagVersion
    rule: Compiled


class Judging:
    """One programme, judged as of a local day."""

    def __init__(self, *, programme_id: int, on: date, at: datetime, actor: str, watcher: Watcher) -> None:
        self.programme_id, self.on, self.at, self.actor, self.watcher = programme_id, on, at, actor, watcher
        self.tags = list(Tag.objects.filter(programme_id=programme_id, kind=TagKind.AUTO).order_by("slot"))
        self.versions = selectors.rules_in_force(programme_id)
        self.flips = Flips()

    def all_members(self) -> Flips:
        """Judge every tag of every member; what notes told of is seen to by that."""
        self._open()
        sql.run("tags/runs/see_notes", programme_id=self.programme_id)
        self._judge(None, only_seen=False)
        sql.run("tags/runs/drop_notes")
        return self.flips

    def members_noted(self) -> Flips:
        """Judge every tag of the members with notes."""
        self._open()
        if sql.run("tags/runs/see_notes", programme_id=self.programme_id):
            _execute(SQL("ANALYZE tags_seen"))
            self._judge(None, only_seen=True)
            sql.run("tags/runs/drop_notes")
        return self.flips

    def some_tags(self, tag_ids: Collection[int]) -> Flips:
        """Judge some tags, and those whose rules ask for them, of every member."""
        self._open()
        codes = {tag.code for tag in self.tags if tag.pk in set(tag_ids)}
        self._judge(layers.dependent(codes, {code: version.rule for code, version in self.versions.items()}), only_seen=False)
        return self.flips

    def _judge(self, codes: Collection[str] | None, *, only_seen: bool) -> None:
        """codes: of the tags to judge; None for all."""
        wanted = {tag.code: tag for tag in self.tags if codes is None or tag.code in codes}
        rules = {code: version for code, version in self.versions.items() if code in wanted}
        without = [tag for code, tag in wanted.items() if code not in rules]  # retired, or not published yet: nobody has them
        compiler = matching.Compiler(self.programme_id, self.on)
        in_order = layers.layers({code: version.rule for code, version in rules.items()}) or [[]]
        self.watcher.phase("judging", total=len(in_order))
        for number, of_layer in enumerate(in_order):
            judged = list(_compiled(compiler, [(wanted[code], rules[code]) for code in of_layer]))
            self._judge_layer(number, judged, without if number == 0 else [], only_seen=only_seen)
            self.watcher.at(number + 1)

    def _judge_layer(self, number: int, judged: Sequence[_Judged], without: Sequence[Tag], *, only_seen: bool) -> None:
        _execute(SQL("DELETE FROM tags_judged"))
        found = _execute(self._scan(judged, without, only_seen=only_seen))
        if number == 0:
            found += sql.run("tags/runs/judge_gone")  # of those who were noted
        if not found:
            return
        _execute(SQL("ANALYZE tags_judged"))
        slots = [tag.slot for tag in self.tags]
        sql.run("tags/runs/flip", tag_ids=[tag.pk for tag in self.tags], slots=slots, layer=number)
        _execute(SQL("ANALYZE tags_flipped"))
        for row in sql.rows("tags/runs/close", layer=number, at=self.at, actor=self.actor):
            self.flips.removed[row["tag_id"]] += row["members"]
        come = {row["tag_id"] for row in sql.rows("tags/runs/come", layer=number)}
        for each in judged:
            if each.tag.pk in come:
                self.flips.added[each.tag.pk] += self._open_rows(number, each)
        sql.run("tags/runs/write_bits")

    def _scan(self, judged: Sequence[_Judged], without: Sequence[Tag], *, only_seen: bool) -> Composable:
        """The statement that fills tags_judged: one row for each member of whom a bit of this layer comes or goes."""
        words = max((_word(tag) for tag in self.tags), default=1)
        masks = _bits([each.tag for each in judged] + list(without), words)
        never = self._never(judged, words)
        columns = [
            SQL("{held} & {mask} AS held_{place}, ({reckoned}) & ~{never} AS now_{place}").format(
                held=SQL("coalesce(bits.words[{}], 0)").format(Literal(place)),
                mask=_big(masks[place]),
                reckoned=_sum_of_bits([each for each in judged if _word(each.tag) == place]),
                never=SQL("coalesce(never.word_{}, 0)").format(SQL(str(place))) if never else _big(0),
                place=SQL(str(place)),
            )
            for place in range(1, words + 1)
        ]
        places = [SQL(str(place)) for place in range(1, words + 1)]
        return SQL(
            "INSERT INTO tags_judged (membership_id, on_words, off_words)"
            " SELECT membership_id, ARRAY[{on}]::bigint[], ARRAY[{off}]::bigint[] FROM (SELECT fact.membership_id, {columns}"
            " FROM {of} LEFT JOIN tags_memberbits AS bits ON bits.membership_id = fact.membership_id {joins} {never}"
            " WHERE fact.programme_id = {programme} OFFSET 0) AS judged WHERE {differs}"
        ).format(
            on=SQL(", ").join(SQL("now_{0} & ~held_{0}").format(place) for place in places),
            off=SQL(", ").join(SQL("held_{0} & ~now_{0}").format(place) for place in places),
            columns=SQL(", ").join(columns),
            of=SQL(
                "(SELECT DISTINCT membership_id FROM tags_seen) AS seen JOIN tags_memberfact AS fact USING (membership_id)"
                if only_seen
                else "tags_memberfact AS fact"
            ),
            joins=matching.once(each.rule.joins for each in judged),
            never=never or SQL(""),
            programme=Literal(self.programme_id),
            differs=SQL(" OR ").join(SQL("now_{0} <> held_{0}").format(place) for place in places),
        )

    def _never(self, judged: Sequence[_Judged], words: int) -> Composable | None:
        """The bits that members are never to have, where there are such members (A-34)."""
        listed = set(TagExclusion.objects.filter(tag__in=[each.tag for each in judged]).values_list("tag_id", flat=True).distinct())
        if not listed:
            return None
        tags = [each.tag for each in judged if each.tag.pk in listed]
        bits = SQL(", ").join(
            SQL("bit_or(CASE said.tag_id {cases} ELSE 0 END) AS word_{place}").format(
                cases=SQL(" ").join(
                    SQL("WHEN {} THEN {}").format(Literal(tag.pk), _big(_bit(tag) if _word(tag) == place else 0)) for tag in tags
                ),
                place=SQL(str(place)),
            )
            for place in range(1, words + 1)
        )
        return SQL(
            "LEFT JOIN (SELECT said.membership_id, {bits} FROM tags_tagexclusion AS said WHERE said.tag_id = ANY({tags})"
            " GROUP BY said.membership_id) AS never ON never.membership_id = fact.membership_id"
        ).format(bits=bits, tags=Literal([tag.pk for tag in tags]))

    def _open_rows(self, layer: int, each: _Judged) -> int:
        """Write who has a tag since now, with the values that matched (TAG-16); answers how many."""
        return _execute(
            SQL(
                "INSERT INTO tags_membertag"
                " (membership_id, tag_id, source, version_id, why, reason, started_at, started_by, ended_by, end_reason)"
                " SELECT fact.membership_id, {tag}, 'rule', {version}, {values}, '', {at}, {actor}, '', ''"
                " FROM tags_flipped AS flip JOIN tags_memberfact AS fact ON fact.membership_id = flip.membership_id {joins}"
                " WHERE flip.layer = {layer} AND flip.tag_id = {tag} AND flip.is_on ORDER BY fact.membership_id ON CONFLICT DO NOTHING"
            ).format(
                tag=Literal(each.tag.pk),
                version=Literal(each.version.pk),
                values=each.rule.values,
                at=Literal(self.at),
                actor=Literal(self.actor),
                joins=matching.once([each.rule.joins]),
                layer=Literal(layer),
            )
        )

    def _open(self) -> None:
        """Have this session's work tables, empty. Commits empty them; within one transaction this does."""
        _execute(SQL("SET LOCAL jit = off"))  # compiling so many conditions takes longer than they do
        _execute(SQL("SET LOCAL work_mem = '256MB'"))
        sql.run("tags/runs/create")
        for table in Tables:
            _execute(SQL("DELETE FROM {}").format(SQL(table)))


def _compiled(compiler: matching.Compiler, of_layer: Sequence[tuple[Tag, TagVersion]]) -> Iterator[_Judged]:
    """The rules as SQL. One that cannot be read any more is left out: who has its tag keeps it until somebody mends the rule."""
    for tag, version in of_layer:
        try:
            yield _Judged(tag, version, compiler.compile(version.rule))
        except language.InvalidRule:  # it asks for a derived variable that is no more
            log.exception("rule_cannot_be_read", tag_id=tag.pk, version_id=version.pk)


def _word(tag: Tag) -> int:
    """In which word of a member's bits a tag stands, from 1 on as in SQL."""
    assert tag.slot is not None, "automatic tags have a slot"
    return tag.slot // BITS + 1


def _bit(tag: Tag) -> int:
    assert tag.slot is not None, "automatic tags have a slot"
    return int(1 << (tag.slot % BITS))


def _bits(tags: Sequence[Tag], words: int) -> Mapping[int, int]:
    masks = dict.fromkeys(range(1, words + 1), 0)
    for tag in tags:
        masks[_word(tag)] |= _bit(tag)
    return masks


def _sum_of_bits(judged: Sequence[_Judged]) -> Composable:
    if not judged:
        return _big(0)
    return SQL(" | ").join(SQL("CASE WHEN {} THEN {} ELSE 0 END").format(each.rule.condition, _big(_bit(each.tag))) for each in judged)


def _big(number: int) -> Composable:
    return SQL("{}::bigint").format(Literal(number))


def _execute(statement: Composable) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement.as_string(cursor.connection))  # as text: the history reads what runs within a request
        return int(cursor.rowcount)
