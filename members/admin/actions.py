"""What can be done on the member page, a form each."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.html import escape
from django.utils.translation import gettext as _

from core import clock
from core.backoffice.forms import ConfirmForm, ReasonForm, form_page, posted
from core.backoffice.reveal import called
from core.backoffice.site import page
from core.enums import Channel
from members import regions, selectors, services
from members.admin.reach import page_url, reach_to
from members.forms import AddressChangeForm, AddressForm, ChildForm, ConsentForm, PreferencesForm, ProfileForm
from members.models import Address, Child, Consent, Member


def edit(request: HttpRequest, member_id: int) -> HttpResponse:
    """Change the profile; refused when somebody else changed it since the form was opened (MEM-24)."""
    member, scope = reach_to(request, member_id, "change")
    form = ProfileForm(posted(request), initial=ProfileForm.initial_of(member))

    def act(values: dict[str, Any]) -> None:
        services.update_profile(
            member_id=member.pk,
            changes=form.changes(),
            expected_version=values["version"],
            actor=scope.actor,
            at=clock.now(),
            reason=values["reason"],
            channel=Channel.ADMIN,
        )

    return form_page(
        request,
        title=_("Edit profile"),
        whose=called(member, scope),
        form=form,
        act=act,
        done=_("The profile has been changed."),
        back=page_url(member.pk),
        submit=_("Save"),
    )


def freeze(request: HttpRequest, member_id: int) -> HttpResponse:
    member, scope = reach_to(request, member_id, "freeze")
    return form_page(
        request,
        title=_("Freeze member"),
        whose=called(member, scope),
        explanation=_("A frozen member earns and spends nothing, in any store, until somebody lifts it. Orders are still recorded."),
        form=ReasonForm(posted(request)),
        act=lambda values: services.freeze_member(member_id=member.pk, reason=values["reason"], actor=scope.actor, at=clock.now()),
        done=_("The member is frozen."),
        back=page_url(member.pk),
        submit=_("Freeze"),
        danger=True,
    )


def unfreeze(request: HttpRequest, member_id: int) -> HttpResponse:
    member, scope = reach_to(request, member_id, "freeze")
    return form_page(
        request,
        title=_("Lift the freeze"),
        whose=called(member, scope),
        form=ReasonForm(posted(request)),
        act=lambda values: services.unfreeze_member(member_id=member.pk, reason=values["reason"], actor=scope.actor, at=clock.now()),
        done=_("The member is active again."),
        back=page_url(member.pk),
        submit=_("Lift the freeze"),
    )


def add_address(request: HttpRequest, member_id: int) -> HttpResponse:
    member, scope = reach_to(request, member_id, "change")
    form = AddressForm(posted(request))
    return form_page(
        request,
        title=_("Add an address"),
        whose=called(member, scope),
        form=form,
        act=lambda values: services.add_address(member_id=member.pk, address=form.address(), actor=scope.actor, at=clock.now()),
        done=_("The address has been added."),
        back=page_url(member.pk),
        submit=_("Save"),
    )


def change_address(request: HttpRequest, member_id: int, address_id: int) -> HttpResponse:
    member, scope = reach_to(request, member_id, "change")
    old = _address(member, address_id)
    form = AddressChangeForm(posted(request), initial=AddressChangeForm.initial_of(old))
    return form_page(
        request,
        title=_("Change the address"),
        whose=called(member, scope),
        form=form,
        act=lambda values: services.change_address(
            member_id=member.pk, address_id=old.pk, address=form.address_over(old), actor=scope.actor, at=clock.now()
        ),
        done=_("The address has been changed."),
        back=page_url(member.pk),
        submit=_("Save"),
    )


def make_default(request: HttpRequest, member_id: int, address_id: int) -> HttpResponse:
    member, scope = reach_to(request, member_id, "change")
    address = _address(member, address_id)
    return form_page(
        request,
        title=_("Make this the default address"),
        whose=called(member, scope),
        form=ConfirmForm(posted(request)),
        act=lambda values: services.make_default_address(member_id=member.pk, address_id=address.pk, actor=scope.actor, at=clock.now()),
        done=_("The default address has been changed."),
        back=page_url(member.pk),
        submit=_("Make default"),
    )


def remove_address(request: HttpRequest, member_id: int, address_id: int) -> HttpResponse:
    member, scope = reach_to(request, member_id, "change")
    address = _address(member, address_id)
    return form_page(
        request,
        title=_("Remove the address"),
        whose=called(member, scope),
        form=ConfirmForm(posted(request)),
        act=lambda values: services.remove_address(member_id=member.pk, address_id=address.pk, actor=scope.actor, at=clock.now()),
        done=_("The address has been removed."),
        back=page_url(member.pk),
        submit=_("Remove"),
        danger=True,
    )


def _address(member: Member, address_id: int) -> Address:
    address = Address.objects.filter(member=member, pk=address_id).first()
    if address is None:
        raise Http404
    return address


def add_child(request: HttpRequest, member_id: int) -> HttpResponse:
    member, scope = reach_to(request, member_id, "change")
    return form_page(
        request,
        title=_("Add a child"),
        whose=called(member, scope),
        explanation=_("Only the birth month and the gender are kept, never a name, and only with the guardian's consent."),
        form=ChildForm(posted(request)),
        act=lambda values: services.add_child(
            member_id=member.pk,
            birth_month=values["birth_month"],
            gender=values["gender"],
            guardian_consent_at=clock.now(),
            actor=scope.actor,
            at=clock.now(),
        ),
        done=_("The child has been added."),
        back=page_url(member.pk),
        submit=_("Save"),
    )


def remove_child(request: HttpRequest, member_id: int, child_id: int) -> HttpResponse:
    member, scope = reach_to(request, member_id, "change")
    if not Child.objects.filter(member=member, pk=child_id).exists():
        raise Http404
    return form_page(
        request,
        title=_("Remove the child"),
        whose=called(member, scope),
        form=ConfirmForm(posted(request)),
        act=lambda values: services.remove_child(member_id=member.pk, child_id=child_id, actor=scope.actor, at=clock.now()),
        done=_("The child has been removed."),
        back=page_url(member.pk),
        submit=_("Remove"),
        danger=True,
    )


def give_consent(request: HttpRequest, member_id: int) -> HttpResponse:
    member, scope = reach_to(request, member_id, "change")
    return form_page(
        request,
        title=_("Record a consent"),
        whose=called(member, scope),
        form=ConsentForm(posted(request)),
        act=lambda values: services.give_consent(member_id=member.pk, **values, actor=scope.actor, at=clock.now()),
        done=_("The consent has been recorded."),
        back=page_url(member.pk),
        submit=_("Save"),
    )


def withdraw_consent(request: HttpRequest, member_id: int, consent_id: int) -> HttpResponse:
    member, scope = reach_to(request, member_id, "change")
    consent = Consent.objects.filter(member=member, pk=consent_id, withdrawn_at=None).first()
    if consent is None:
        raise Http404
    return form_page(
        request,
        title=_("Withdraw the consent"),
        whose=called(member, scope),
        explanation=consent.get_purpose_display(),
        form=ConfirmForm(posted(request)),
        act=lambda values: services.withdraw_consent(member_id=member.pk, purpose=consent.purpose, actor=scope.actor, at=clock.now()),
        done=_("The consent has been withdrawn."),
        back=page_url(member.pk),
        submit=_("Withdraw"),
        danger=True,
    )


def preferences(request: HttpRequest, member_id: int) -> HttpResponse:
    member, scope = reach_to(request, member_id, "change")
    form = PreferencesForm(posted(request), switches=selectors.preferences(member.pk))
    return form_page(
        request,
        title=_("What the member wants to hear"),
        whose=called(member, scope),
        form=form,
        act=lambda values: services.set_preferences(member_id=member.pk, switches=form.switches(), actor=scope.actor, at=clock.now()),
        done=_("The preferences have been changed."),
        back=page_url(member.pk),
        submit=_("Save"),
    )


@page("regions/", name="regions")
def region_options(request: HttpRequest) -> HttpResponse:
    """What lies in a province or city, as options of the next box (MEM-11)."""
    parent = request.GET.get("province_code") or request.GET.get("city_code") or ""
    below = regions.children(parent) if parent else []
    options = "".join(f'<option value="{escape(region.code)}">{escape(region.name)}</option>' for region in below)
    return HttpResponse(f'<option value="">—</option>{options}')
