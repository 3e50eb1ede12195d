"""The first day: an empty database gets what it lacks, once."""

from io import StringIO

import pytest
from django.contrib.auth import authenticate, get_user_model
from django.core.management import CommandError, call_command
from django.test import Client
from django_celery_beat.models import PeriodicTask

from stores.enums import ProgrammeKind, StaffRole
from stores.models import Programme, StaffAssignment, Store

pytestmark = pytest.mark.django_db


def bootstrap(**options: str) -> str:
    output = StringIO()
    call_command("bootstrap", stdout=output, **options)
    return output.getvalue()


def password_in(output: str) -> str:
    return (
        next(line for line in output.splitlines() if "Password: " in line or "密码" in line).replace("：", ": ").split(": ")[1].split()[0]
    )


def test_an_empty_database_gets_platform_store_and_administrator(settings):
    settings.LANGUAGE_CODE = "en"
    output = bootstrap(store_code="S100", store_name="安禾母婴旗舰店", platform_name="安禾会员")
    platform = Programme.objects.get(kind=ProgrammeKind.PLATFORM)
    store = Store.objects.get()
    assert (platform.code, platform.name, platform.currency) == ("platform", "安禾会员", "CNY")
    assert (store.code, store.name, store.programme.kind) == ("S100", "安禾母婴旗舰店", ProgrammeKind.STORE)
    user = authenticate(request=Client().get("/").wsgi_request, username="admin", password=password_in(output))
    assert user is not None
    assert user.is_superuser
    assert StaffAssignment.objects.get().role == StaffRole.ADMIN
    assert StaffAssignment.objects.get().store is None
    assert set(settings.CELERY_BEAT_SCHEDULE) <= set(PeriodicTask.objects.values_list("name", flat=True))


def test_a_second_run_makes_nothing_and_tells_no_password():
    first = bootstrap()
    kept = get_user_model().objects.get().password
    second = bootstrap(store_code="S200", username="another")
    assert password_in(first) not in second
    assert (Programme.objects.count(), Store.objects.count(), get_user_model().objects.count()) == (2, 1, 1)
    assert get_user_model().objects.get().password == kept


def test_what_is_missing_alone_is_made():
    bootstrap()
    get_user_model().objects.update(is_superuser=False)
    output = bootstrap(username="second")
    assert get_user_model().objects.get(is_superuser=True).username == "second"
    assert password_in(output)
    assert Store.objects.count() == 1


def test_a_taken_user_name_is_refused_and_nothing_is_written():
    get_user_model().objects.create_user("admin")
    with pytest.raises(CommandError):
        bootstrap()
    assert not Programme.objects.exists()
    assert not Store.objects.exists()
    assert not get_user_model().objects.filter(is_superuser=True).exists()
