"""The people of the demo: user name, name, language, what they say of themselves."""

from typing import NamedTuple


class Person(NamedTuple):
    username: str
    name: str
    lang: str
    bio: str = ""
    locked: bool = False


PEOPLE = (
    Person("nora", "Nora Lindqvist", "en", "Keeps the tide tables. Asks first, then rows."),
    Person("ines", "Inês Carvalho", "pt", "Fotografo pontes. Às vezes elas olham de volta."),
    Person("mats", "Mats Holm", "en", "Deletes code for a living."),
    Person("shiori", "青木しおり", "ja", "図書館と川のあいだに住んでいます。"),
    Person(
        "friederike", "Dr. Friederike Sonnenschein-Oberhuber", "de", "Stadtarchiv. Findet alles, nur die Leiter nicht."
    ),
    Person("tomasz", "Tomasz Wrona", "pl", "Liczę kamienie.", locked=True),
    Person("nkechi", "Nkechi Obi", "en", "Queues, mostly. Also quilts."),
    Person("ravi", "Ravi Menon", "en", "On call every third week; in the garden for the other two."),
    Person("allotment27", "Allotment 27", "en", "Leaves yes, rain no."),
    Person("layla", "ليلى حداد", "ar", "قهوة، كتب، ورصيف."),
    Person("elif", "Elif Yıldız", "tr", "Fırıncının en iyi müşterisi."),
    Person("oksana", "Оксана Лісова", "uk", "Бібліотекарка. Часник і коміти."),
    Person("chloe", "Chloé Marchand", "fr", "Lit à voix haute sous les ponts."),
    Person("diego", "Diego Santamaría", "es", "Tomates y ríos lentos."),
    Person("yael", "יעל ברק", "he", "שעונים, סולמות, צהריים."),
    Person("anjali", "अंजलि राव", "hi", "घाट के पास रहती हूँ।"),
    Person("ferry", "The Ferry", "en", "Goes there. Comes back."),
    Person("library", "Riverside Library", "en", "Open 10 to 19. The north windows are the good ones."),
    Person("gauge", "River Gauge", "en", "Two readings a day, no opinions."),
    Person("jonas", "Jonas Krüger", "de", "Zwetschgen, Räder, Nachtjobs."),
    Person("maeve", "Maeve Ó Súilleabháin", "en", "Sings in fog, on request."),
    Person("pavel", "Pavel Dvořák", "en", "Mends clocks until they agree."),
    Person("lin", "Lin Wei", "en", "Tram timetables and other poems.", locked=True),
    Person("amara", "Amara Diallo", "fr", "Boulangère à l’aube."),
    Person("hugo", "Hugo Bergström", "en", "Counts birds. Has lost count."),
    Person("zeynep", "Zeynep Kaya", "tr", "Gözlük rafının sorumlusu."),
    Person("marta", "Marta Kowalczyk", "pl", "Ogród, deszcz, herbata."),
    Person("beatriz", "Beatriz Nunes", "pt", "Coentros e dúvidas."),
    Person("samuel", "Samuel Adeyemi", "en", "Boathouse. Bring your own mug."),
    Person("greta", "Greta Vogel", "de", "Liest Fahrpläne als Romane."),
    Person("omar", "عمر الخطيب", "ar", "أحذف أكثر مما أكتب."),
    Person("haruto", "佐藤はると", "ja", "大根を育てています。"),
    Person("iryna", "Ірина Коваль", "uk", "Парасолі та книжки."),
    Person("lucia", "Lucía Ferrer", "es", "Interfaces como puertas abiertas."),
    Person("theo", "Théo Lambert", "fr", "Range les poèmes par longueur."),
    Person("priya", "प्रिया नायर", "hi", "बगीचा और पड़ोस।"),
    Person("dov", "דב כהן", "he", "קורא ליד הנהר."),
    Person("freja", "Freja Madsen", "en", "Soup, leeks, time."),
    Person("kofi", "Kofi Mensah", "en", "Tool shed keeper. The wheelbarrow is fine."),
    Person("wanda", "Wanda Zielińska", "pl", "Zegar w bibliotece to ja."),
    Person("emil", "Emil Novák", "en", "Writes the tests first, on good days."),
    Person("rosa", "Rosa Almeida", "pt", "Eléctrico 4, lugar à janela."),
    Person("bao", "Bảo Nguyễn", "en", "Maps of places that moved."),
    Person("clara", "Clara Weiss", "de", "Pilze, Pegel, Papier.", locked=True),
    Person("idris", "Idris Owusu", "en", "Lamps and switches under arches."),
    Person("sofia", "Sofía Castaño", "es", "Niebla certificada."),
    Person("pierre", "Pierre Fontaine", "fr", "Ancien facteur, nouveau rameur."),
    Person("mina", "مينا يوسف", "ar", "رسومات صغيرة كل صباح."),
    Person("yuki", "山田ゆき", "ja", "朝の川の係。"),
    Person("andriy", "Андрій Мельник", "uk", "Мінус двісті рядків."),
    Person("can", "Can Demir", "tr", "Biber yetiştiricisi."),
    Person("ottilie", "Ottilie Brandt", "de", "Gießt auch bei Regen."),
    Person("felix", "Felix Okafor", "en", "Reading group, Thursdays."),
    Person("hana", "Hana Kim", "en", "Draws benches."),
    Person("luca", "Luca Moretti", "en", "Soup critic."),
    Person("tess", "Tess van Dijk", "en", "Low water, high boots."),
    Person("noam", "נועם לוי", "he", "סולמות."),
    Person("vera", "Vera Petrova", "en", "Last page left empty."),
    Person("arthur", "Arthur Bell", "en", "Rings it, when it is mended."),
    Person("quiet", "Quiet Corner", "en", "Says little.", locked=True),
)
