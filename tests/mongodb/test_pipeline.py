"""Pages: what may use an index comes first."""

from uuid import UUID

from django.db.models import F, Value
from django.db.models.functions import Lower

from project.mongodb.profiler import examined

from .rows import author, book, entries
from .shelf import Author, Book, Entry
from .traps import ALIAS, create, trap


@trap("$addFields before $sort: reads all that match")
def test_the_first_page_of_all_reads_no_more_than_the_page(engine):
    create(engine, Entry)
    entries(authors=2, each=100)
    with examined(using=ALIAS) as seen:
        page = list(Entry.objects.using(ALIAS).order_by("-pk")[:20])
    assert [row.pk.int for row in page] == list(range(200, 180, -1))
    assert seen.rows == 20


@trap("$project before $sort: reads all that match")
def test_a_page_of_some_columns_reads_no_more_than_the_page(engine):
    create(engine, Entry)
    (person, _) = entries(authors=2, each=100)
    with examined(using=ALIAS) as seen:
        rows = Entry.objects.using(ALIAS).filter(author=person).order_by("-pk").values_list("pk", "text")[10:20]
        assert [pk.int for pk, _ in rows] == list(range(179, 159, -2))
    assert seen.rows == 20


@trap("'exists and is not null' beside every < makes it fetch documents where the index would do")
def test_a_page_of_ids_is_answered_by_the_index_alone(engine):
    create(engine, Entry)
    (person, _) = entries(authors=2, each=100)
    rows = Entry.objects.using(ALIAS).filter(author=person, pk__lt="0" * 30 + "64").order_by("-pk")
    with examined(using=ALIAS) as seen:
        assert len(rows.values_list("pk", flat=True)[:20]) == 20
    assert (seen.keys, seen.documents) == (20, 0)


@trap("$lookup of all that match, then $sort")
def test_a_page_with_a_join_joins_no_more_than_the_page(engine):
    create(engine, Author, Book)
    people = [author(name) for name in "ab"]
    rows = Book.objects.using(ALIAS)
    rows.bulk_create(Book(id=UUID(int=at), author=people[at % 2], editor=people[at % 2]) for at in range(1000))
    with examined(using=ALIAS) as seen:
        page = list(rows.select_related("editor").order_by("pk")[:5])
        assert {row.editor.name for row in page} == {"a", "b"}
    assert seen.rows <= 10


def test_every_kind_of_order_and_join_gives_what_python_would(engine):
    create(engine, Author, Book)
    people = [author(name) for name in ("b", "A", "c")]
    books = [book(people[at % 3], title=f"{at % 4}{'xYz'[at % 3]}", pages=at or None) for at in range(12)]
    rows = Book.objects.using(ALIAS)

    def titles(found: object) -> list[str]:
        return [row.title for row in found]

    by_title = sorted(books, key=lambda row: (row.title, -(row.pages or 0)))
    assert titles(rows.order_by("title", "-pages")) == titles(by_title)
    assert titles(rows.order_by("title", "-pages")[3:7]) == titles(by_title[3:7])
    by_name = sorted(books, key=lambda row: (row.author.name, row.title, row.pages or 0))
    assert titles(rows.order_by("author__name", "title", "pages")) == titles(by_name)
    theirs = [row for row in by_title if row.author.name == "A"]
    assert titles(rows.filter(author__name="A").order_by("title", "-pages")[:2]) == titles(theirs[:2])
    nulls_last = sorted(books, key=lambda row: (row.pages is None, row.pages))
    assert titles(rows.order_by(F("pages").asc(nulls_last=True))) == titles(nulls_last)
    lowered = sorted(books, key=lambda row: (row.title.lower(), row.pages or 0))
    assert titles(rows.order_by(Lower("title"), "pages")) == titles(lowered)
    assert list(rows.annotate(one=Value(1)).order_by("-title").values_list("title", "one")[:1]) == [
        (by_title[-1].title, 1)
    ]
    assert list(rows.order_by("title").values_list("title", flat=True).distinct()) == sorted(
        {row.title for row in books}
    )
    few = Author.objects.using(ALIAS).filter(name__in=["A", "c"])
    assert titles(rows.filter(author__in=few).order_by("title", "-pages")[:3]) == titles(
        [row for row in by_title if row.author.name != "b"][:3]
    )
    assert titles(rows.filter(title=F("author__name")).order_by("title")) == []
    named = Author.objects.using(ALIAS).filter(books__title__startswith="0").order_by("name")
    assert [row.name for row in named] == sorted(row.author.name for row in books if row.title.startswith("0"))


@trap("the key is projected unasked, and the index does not hold it: every document is fetched")
def test_one_column_is_answered_by_its_index_alone(engine):
    create(engine, Author)
    author("ada")
    with examined(using=ALIAS) as seen:
        assert list(Author.objects.using(ALIAS).filter(name="ada").values_list("name", flat=True)) == ["ada"]
    assert (seen.keys, seen.documents) == (1, 0)
