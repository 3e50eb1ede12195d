"""What runs remember: which automatic tags each membership had when it was last judged, and who is to be judged again."""

from django.contrib.postgres.fields import ArrayField
from django.db import models


class MemberBits(models.Model):
    """The automatic tags of a membership, a bit each, as the last run left them: the rows of tags.MemberTag by rule say the same.

    words: tag number `slot` of the programme is bit slot % 63 of word slot // 63, the first word first; missing words are 0.
    Rows exist for memberships that ever had an automatic tag. The database does not look up what the key refers to: rows are reckoned
    from memberships in the same statement, by the million.
    """

    membership = models.OneToOneField("stores.Membership", models.CASCADE, primary_key=True, db_constraint=False, related_name="+")
    words = ArrayField(models.BigIntegerField())


class TagDue(models.Model):
    """A note that a membership's tags must be judged again: its facts, its tags by hand or its exclusions have changed.

    Only added, and deleted by its id in the transaction that judged the membership: nobody waits for anybody, and a change committed
    while tags are judged leaves a note that is still there afterwards.
    """

    membership = models.ForeignKey("stores.Membership", models.CASCADE, db_index=False, related_name="+")
