from django.apps import AppConfig


class CassandraJournalConfig(AppConfig):
    name = "apps.journal.backends.cassandra"
    label = "journal_cassandra"
