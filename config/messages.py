"""`make messages`: take the words people read into locale/, and compile them. With `--check` only say what is missing.

Words of ours come from Python (`_`, `gettext` and their kin) and from templates. Words of libraries that bring no Chinese are taken in
beside them, as long as nobody else translates them, or not well. Entries nobody uses any more are dropped, never guessed at.
"""

import argparse
import importlib.util
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import django
from babel.messages import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_python
from babel.messages.mofile import read_mo, write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parents[1]
LOCALE = "zh_Hans"
PO = ROOT / "locale" / LOCALE / "LC_MESSAGES" / "django.po"
OURS = ("config", "demo", "engagement", "tags", "coupons", "points", "growth", "activity", "stores", "members", "core", "templates")
LIBRARIES = ("unfold", "axes", "django_celery_beat")  # the ones whose words the back office shows
NOT_INSTALLED = (
    "constance",
    "guardian",
    "import_export",
    "simple_history",
    "location_field",
    "unfold_crispy",
)  # parts of unfold we do not use
SAID_BETTER = (  # words of Django whose Chinese reads oddly, or says something else (注销 ends an account): ours goes first
    "Log out",
    "Filters",
    " By %(filter_title)s ",
    "Add %(name)s",
    "Please enter the correct %(username)s and password for a staff account. Note that both fields may be case-sensitive.",
)
Words = str | tuple[str, ...] | list[str]  # a message, or its singular and plural
KEYWORDS: Mapping[str, Any] = {
    **DEFAULT_KEYWORDS,
    **dict.fromkeys(("gettext", "gettext_lazy", "gettext_noop", "noop"), None),
    **dict.fromkeys(("ngettext", "ngettext_lazy"), (1, 2)),
    **dict.fromkeys(("pgettext", "pgettext_lazy"), ((1, "c"), 2)),
    **dict.fromkeys(("npgettext", "npgettext_lazy"), ((1, "c"), 2, 3)),
}
HEADER = "# The words of Guanxi in simplified Chinese. `make messages` takes new ones in; docs/glossary.md says which word is which."


def wanted() -> Catalog:
    """Every message the catalogue should hold, untranslated."""
    catalog = Catalog()
    for name in OURS:
        _take(catalog, ROOT / name, ROOT)
    translated = _translated_elsewhere()
    for name in LIBRARIES:
        spec = importlib.util.find_spec(name)
        assert spec is not None
        assert spec.origin is not None
        folder = Path(spec.origin).parent
        theirs = Catalog()
        _take(theirs, folder, folder.parent)
        for message in theirs:
            key = _key(message.id, message.context)
            if message.id and key not in translated and catalog.get(message.id, message.context) is None:
                catalog.add(message.id, locations=message.locations, context=message.context)
    for words in SAID_BETTER:
        catalog.add(words, locations=[("django", 0)])
    return catalog


def _take(catalog: Catalog, folder: Path, base: Path) -> None:
    for path in sorted(folder.rglob("*")):
        source = path.suffix == ".py" or (path.suffix in (".html", ".txt") and "templates" in path.parts)
        if not source or {"migrations", *NOT_INSTALLED} & set(path.parts):
            continue
        for found, context in _messages(path):
            catalog.add(found, locations=[(str(path.relative_to(base)), 0)], context=context)


def _messages(path: Path) -> Iterator[tuple[str | tuple[str, ...], str | None]]:
    """(msgid, or singular and plural; context) of one file."""
    source = path.read_text(encoding="utf-8")
    if path.suffix != ".py":
        source = templatize(source, origin=str(path)).replace("\n", " ")  # one line: what is left of the page knows no indentation
    for _line, function, said, _comments in extract_python(BytesIO(source.encode()), KEYWORDS, [], {"encoding": "utf-8"}):
        words = [word for word in said if word] if isinstance(said, tuple | list) else [said] if said else []
        context = words.pop(0) if "pgettext" in function and words else None
        if "ngettext" in function or "npgettext" in function:
            if len(words) >= 2:
                yield (words[0], words[1]), context
        elif words:
            yield words[0], context


def _translated_elsewhere() -> set[tuple[str, str | None]]:
    """What Django and the libraries translate by themselves."""
    folders = [Path(django.__file__).parent]
    for name in LIBRARIES:
        spec = importlib.util.find_spec(name)
        assert spec is not None
        assert spec.origin is not None
        folders.append(Path(spec.origin).parent)
    found: set[tuple[str, str | None]] = set()
    for folder in folders:
        for path in folder.rglob(f"locale/{LOCALE}/LC_MESSAGES/django.mo"):
            with path.open("rb") as file:
                found |= {_key(message.id, message.context) for message in read_mo(file) if message.id and message.string}
    return found


def _key(msgid: Words, context: str | None) -> tuple[str, str | None]:
    return (msgid if isinstance(msgid, str) else msgid[0]), context


def known() -> Catalog:
    """The catalogue as it lies in locale/."""
    if not PO.exists():
        return Catalog(locale=LOCALE)
    with PO.open("rb") as file:
        return read_po(file, locale=LOCALE)


def problems() -> list[str]:
    """What is wrong with the catalogue, a line each: missing, untranslated, fuzzy, unused, other placeholders, not compiled."""
    ours, should = known(), wanted()
    found = []
    for message in should:
        here = ours.get(message.id, message.context) if message.id else None
        if not message.id:
            continue
        name = _key(message.id, message.context)[0]
        if here is None:
            found.append(f"missing: {name!r}")
        elif here.fuzzy or not (all(here.string) if isinstance(here.string, tuple | list) else here.string):
            found.append(f"untranslated: {name!r}")
        elif not _same_placeholders(here.id, here.string):
            found.append(f"other placeholders: {name!r}")
    found += [
        f"unused: {_key(message.id, message.context)[0]!r}"
        for message in ours
        if message.id and should.get(message.id, message.context) is None
    ]
    compiled = PO.with_suffix(".mo")
    if not compiled.exists() or compiled.read_bytes() != _compiled(ours):
        found.append("locale/zh_Hans/LC_MESSAGES/django.mo is not what django.po says")
    return found


def _same_placeholders(msgid: Words, said: Words | None) -> bool:
    originals = [msgid] if isinstance(msgid, str) else list(msgid)
    translations = [said] if isinstance(said, str) else list(said or ())
    allowed = [_placeholders(original) for original in originals]
    return all(_placeholders(translation) in allowed for translation in translations)


def _placeholders(text: str) -> frozenset[str]:
    return frozenset(re.findall(r"%\(\w+\)[sd]|%[sd]|\{\w*(?::[^}]*)?\}", text))


def _compiled(catalog: Catalog) -> bytes:
    out = BytesIO()
    catalog.creation_date = catalog.revision_date = datetime(2024, 1, 1, tzinfo=UTC)  # in the header: the same words, the same bytes
    write_mo(out, catalog)
    return out.getvalue()


def update() -> Catalog:
    """Bring the files of locale/ to what the source says; translations of messages that stay are kept."""
    kept, fresh = known(), Catalog(locale=LOCALE, project="Guanxi", header_comment=HEADER, charset="utf-8", fuzzy=False)
    for message in wanted():
        if not message.id:
            continue
        before = kept.get(message.id, message.context)
        string = before.string if before is not None and not before.fuzzy else ""
        comments = before.user_comments if before is not None else []
        fresh.add(message.id, string, locations=sorted(set(message.locations)), user_comments=comments, context=message.context)
    PO.parent.mkdir(parents=True, exist_ok=True)
    out = BytesIO()
    write_po(out, fresh, width=140, sort_by_file=True, include_lineno=False)
    text = re.sub(
        r'^"(POT-Creation-Date|PO-Revision-Date|Last-Translator|Language-Team|Report-Msgid-Bugs-To|Generated-By):.*\n',
        "",
        out.getvalue().decode(),
        flags=re.M,
    )
    PO.write_text(text, encoding="utf-8")
    PO.with_suffix(".mo").write_bytes(_compiled(known()))
    return known()


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m config.messages")
    parser.add_argument("--check", action="store_true", help="change nothing, and fail when something is missing")
    if not parser.parse_args().check:
        update()
    found = problems()
    print("\n".join(found) if found else f"{len(known())} messages, all translated.")  # noqa: T201
    raise SystemExit(bool(found))


if __name__ == "__main__":
    main()
