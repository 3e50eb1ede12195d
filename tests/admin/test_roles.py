"""SEC-05, STO-06: what each role may do, in the table, in docs/roles.md and at the doors themselves."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.template.backends.django import Template
from django.urls import reverse

from core.masking import Role
from core.permissions import PLATFORM_ONLY, TABLE, allowed
from core.scope import Scope
from stores.enums import StaffRole
from tests import world
from tests.admin.conftest import Sit, Street
from tests.admin.neighbours import Shop

ORDER = [Role.ADMIN, Role.CUSTOMER_SERVICE, Role.APPROVER, Role.OPERATOR, Role.AUDITOR, Role.TILL_CLERK]


def table() -> list[str]:
    """The rows docs/roles.md must hold: subject, verb, and a mark for each role."""
    return [
        f"| `{subject}` | {verb}{' (platform)' if (subject, verb) in PLATFORM_ONLY else ''} | "
        + " | ".join("x" if role in roles else "" for role in ORDER)
        + " |"
        for subject, verbs in TABLE.items()
        for verb, roles in verbs.items()
    ]


def test_the_document_says_what_the_table_does(project: Path) -> None:
    text = (project / "docs" / "roles.md").read_text(encoding="utf-8").splitlines()
    assert [line for line in text if line.startswith("| `")] == table()
    assert len(table()) >= 30


def levels_doors(ours: Shop) -> dict[tuple[str, str], str]:
    """Those of levels, which stand for one programme: ours, also for somebody of the platform."""
    ids, programme = ours.ids, f"?programme={ours.store.programme.code}"
    return {
        ("growth.memberlevel", "view"): reverse("admin:members_member_panel", args=[ours.member_id, "level"]),
        ("growth.memberlevel", "override"): reverse("admin:growth_set_level", args=[ids["membership_id"]]),
        ("growth.leveloverride", "view"): reverse("admin:growth_overrides") + programme,
        ("growth.growthentry", "view"): reverse("admin:members_member_panel", args=[ours.member_id, "growth"]),
        ("growth.growthentry", "adjust"): reverse("admin:growth_adjust", args=[ids["membership_id"]]),
        ("growth.levelscheme", "view"): reverse("admin:growth_schemes") + programme,
        ("growth.levelscheme", "change"): reverse("admin:growth_version_publish", args=[ids["version_id"]]),
        ("growth.ruleset", "view"): reverse("admin:growth_rules") + programme,
        ("growth.ruleset", "change"): reverse("admin:growth_rules_publish", args=[ids["rule_set_id"]]),
        ("growth.rfmversion", "view"): reverse("admin:growth_rfm") + programme,
        ("growth.rfmversion", "change"): reverse("admin:growth_rfm_publish", args=[ids["rfm_version_id"]]),
        ("growth.rfmversion", "run"): reverse("admin:growth_rfm_preview") + programme,
        ("growth.levelreview", "view"): reverse("admin:growth_reviews") + programme,
        ("growth.levelreview", "run"): reverse("admin:growth_review_preview") + programme,
        ("growth.benefit", "view"): reverse("admin:growth_benefits") + programme,
        ("growth.benefit", "change"): reverse("admin:growth_benefit", args=[ids["benefit_id"]]),
        ("growth.paidplan", "view"): reverse("admin:growth_plans") + programme,
        ("growth.paidplan", "change"): reverse("admin:growth_plan", args=[ids["plan_id"]]),
        ("growth.levelmatch", "view"): reverse("admin:growth_matches") + programme,
        ("growth.levelmatch", "change"): reverse("admin:growth_match_add") + programme,
        ("growth.giftgrant", "view"): reverse("admin:growth_gifts") + programme,
        ("core.notice", "view"): reverse("admin:growth_notices") + programme,
        ("core.effectskipped", "view"): reverse("admin:growth_skipped") + programme,
    }


def points_doors(ours: Shop) -> dict[tuple[str, str], str]:
    """Those of points, likewise."""
    ids, programme = ours.ids, f"?programme={ours.store.programme.code}"
    return {
        ("points.pointsaccount", "view"): reverse("admin:members_member_panel", args=[ours.member_id, "points"]),
        ("points.pointsentry", "view"): reverse("admin:points_entries") + programme,
        ("points.pointsentry", "adjust"): reverse("admin:points_adjust", args=[ids["membership_id"]]),
        ("points.pointsentry", "reverse"): reverse("admin:points_reverse", args=[ids["entry_id"]]),
        ("points.pointsentry", "export"): reverse("admin:points_entries_csv") + f"{programme}&from_on=2024-05-20&until_on=2024-05-20",
        ("points.pointsadjustment", "view"): reverse("admin:points_adjustments") + programme,
        ("points.pointshold", "view"): reverse("admin:points_holds") + programme,
        ("points.pointsversion", "view"): reverse("admin:points_rules") + programme,
        ("points.pointsversion", "change"): reverse("admin:points_rules_publish", args=[ids["points_version_id"]]),
        ("points.reward", "view"): reverse("admin:points_rewards") + programme,
        ("points.reward", "change"): reverse("admin:points_reward", args=[ids["reward_id"]]),
        ("points.redemption", "view"): reverse("admin:points_redemptions") + programme,
        ("points.redemption", "cancel"): reverse("admin:points_redemption_cancel", args=[ids["redemption_id"]]),
        ("points.exchangepair", "view"): reverse("admin:points_exchanges") + programme,
        ("points.exchangepair", "change"): reverse("admin:points_exchange_add") + programme,
        ("points.liabilityday", "view"): reverse("admin:points_liability") + programme,
    }


def coupons_and_tags_doors(ours: Shop) -> dict[tuple[str, str], str]:
    """Those of coupons and tags, likewise."""
    ids, programme = ours.ids, f"?programme={ours.store.programme.code}"
    return {
        ("coupons.coupontemplate", "view"): reverse("admin:coupons_templates") + programme,
        ("coupons.coupontemplate", "change"): reverse("admin:coupons_template", args=[ids["template_id"]]),
        ("coupons.couponpack", "view"): reverse("admin:coupons_packs") + programme,
        ("coupons.couponpack", "change"): reverse("admin:coupons_pack", args=[ids["pack_id"]]),
        ("coupons.coupon", "view"): reverse("admin:coupons_coupons") + programme,
        ("coupons.coupon", "give"): reverse("admin:coupons_give", args=[ids["membership_id"]]),
        ("coupons.coupon", "revoke"): reverse("admin:coupons_revoke", args=[ids["coupon_id"]]),
        ("tags.tag", "view"): reverse("admin:tags_tags") + programme,
        ("tags.tag", "change"): reverse("admin:tags_tag_change", args=[ids["tag_id"]]),
        ("tags.membertag", "view"): reverse("admin:members_member_panel", args=[ours.member_id, "tags"]),
        ("tags.membertag", "give"): reverse("admin:tags_give", args=[ids["membership_id"]]),
        ("tags.membertag", "import"): reverse("admin:tags_upload", args=[ids["tag_id"]]),
        ("tags.tagrun", "view"): reverse("admin:tags_runs") + programme,
        ("tags.segment", "view"): reverse("admin:tags_segments") + programme,
        ("tags.segment", "change"): reverse("admin:tags_segment", args=[ids["segment_id"]]),
        ("engagement.campaign", "view"): reverse("admin:engagement_report", args=[ids["campaign_id"]]),
        ("engagement.campaign", "change"): reverse("admin:engagement_campaign_add") + programme,
        ("engagement.campaign", "run"): reverse("admin:engagement_stop", args=[ids["campaign_id"]]),
    }


def doors(street: Street) -> dict[tuple[str, str], str]:
    """An address for each right, standing for our own shop's row."""
    ours, ids = street.ours, street.ours.ids
    found = {
        ("members.member", "change"): reverse("admin:members_member_edit", args=[ours.member_id]),
        ("members.member", "freeze"): reverse("admin:members_member_freeze", args=[ours.member_id]),
        ("members.member", "import"): reverse("admin:import_members"),
        ("activity.order", "import"): reverse("admin:import_orders"),
        ("stores.servicenote", "add"): reverse("admin:members_member_note", args=[ours.member_id]),
    }
    found |= levels_doors(ours) | points_doors(ours) | coupons_and_tags_doors(ours)
    for subject, verbs in TABLE.items():
        label = subject.replace(".", "_")
        if subject.startswith(("growth.", "points.", "coupons.", "tags.", "engagement.")) or subject in (
            "core.notice",
            "core.effectskipped",
        ):
            continue
        if "view" in verbs and subject not in ("stores.membership", "activity.behaviourevent"):
            found[subject, "view"] = reverse(f"admin:{label}_changelist")
        if "add" in verbs and (subject, "add") not in found:
            found[subject, "add"] = reverse(f"admin:{label}_add")
        if "delete" in verbs and label in ids:
            found[subject, "delete"] = reverse(f"admin:{label}_delete", args=[ids[label]])
    found["activity.behaviourevent", "view"] = reverse("admin:members_member_panel", args=[ours.member_id, "behaviour"])
    return found


@pytest.fixture
def pages_are_not_drawn() -> Iterator[None]:
    """For what an address answers, not what it shows: most of a page's time goes into drawing it, and other tests read the pages."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Template, "render", lambda *_given, **_named: "")
        yield


@pytest.mark.usefixtures("pages_are_not_drawn")
@pytest.mark.parametrize("role", list(Role))
def test_every_door_opens_to_whom_the_table_says(street: Street, sit: Sit, role: Role) -> None:
    at_store = sit(street.staff[role])
    on_platform = sit(world.staff("on-the-platform", (StaffRole(role), None)))
    for (subject, verb), address in doors(street).items():
        for client, platform in ((at_store, False), (on_platform, True)):
            may = allowed(subject, verb, Scope(actor="staff:0", platform=platform, roles=frozenset({role})))
            status = client.get(address).status_code
            assert (status == 200) is may, (subject, verb, role, platform, status)
            assert status in (200, 403, 404), (subject, verb, status)


@pytest.mark.parametrize("role", list(Role))
def test_a_row_is_changed_by_whom_the_table_says(street: Street, sit: Sit, role: Role) -> None:
    """Where one may view but not change, the page has no Save."""
    client = sit(street.staff[role])
    for label in ("stores_programme", "stores_store", "stores_staffassignment", "stores_apiclient", "stores_webhookendpoint"):
        subject = label.replace("_", ".")
        scope = Scope(actor="staff:0", roles=frozenset({role}))
        answer = client.get(reverse(f"admin:{label}_change", args=[street.ours.ids[label]]))
        assert (answer.status_code == 200) is allowed(subject, "view", scope), (label, role)
        if answer.status_code == 200:
            may = allowed(subject, "change", scope)
            assert (
                ">Save<" in answer.content.decode().replace("\n", "").replace("  ", "") or 'name="_save"' in answer.content.decode()
            ) is may, (label, role)
