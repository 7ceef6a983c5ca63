"""What columns are called by those who make data sets: names that tell what is in them."""

import re

LABELS = (
    "label", "labels", "class", "classes", "category", "categories", "target", "sentiment", "topic", "intent", "tag",
    "stars", "rating", "queue", "team", "department", "verdict", "polarity", "genre", "outcome", "spam", "is_spam",
    "is_fake", "toxic", "emotion", "language", "etikett", "klasse", "kategorie", "thema", "etiqueta", "categoria",
    "étiquette", "catégorie", "метка", "класс", "категория", "тема", "标签", "类别", "分类", "ラベル", "カテゴリ",
    "التصنيف", "الفئة",
)  # fmt: skip
TEXTS = (
    "text", "texts", "body", "content", "contents", "message", "review", "reviews", "comment", "tweet", "article",
    "statement", "sentence", "document", "description", "utterance", "question", "post", "abstract", "nachricht",
    "texte", "texto", "testo", "текст", "сообщение", "отзыв", "文本", "内容", "正文", "テキスト", "本文", "النص", "نص",
)  # fmt: skip
TITLES = (
    "title", "headline", "heading", "subject", "summary", "betreff", "titel", "überschrift", "titre", "titulo",
    "título", "заголовок", "название", "标题", "題名", "タイトル", "العنوان",
)  # fmt: skip
TIMES = (
    "date", "time", "timestamp", "datetime", "created", "created_at", "published", "published_at", "publish_date",
    "datum", "zeit", "fecha", "дата", "время", "日期", "时间", "日付", "التاريخ",
)  # fmt: skip
IDENTITIES = ("id", "uuid", "guid", "key", "number", "no", "nr", "index", "row", "url", "link", "uri", "path", "file")

_PARTS = re.compile(r"[\W_]+")
_HUMPS = re.compile(r"(?<=[a-z])(?=[A-Z])")


def plain(name: str) -> str:
    """Return a name in small letters, its parts joined by `_`."""
    return _PARTS.sub("_", _HUMPS.sub("_", name.strip()).casefold()).strip("_")


def likeness(name: str, known: tuple[str, ...]) -> float:
    """Return 1 where a name is one of the known ones, 0.6 where a part of it is, else 0."""
    simple = plain(name)
    if simple in known:
        return 1.0
    return 0.6 if any(part in known for part in simple.split("_")) else 0.0


def is_telling(name: str) -> bool:
    """Tell whether somebody gave a column this name, because values do not look so."""
    return any(plain(name) in names for names in (LABELS, TEXTS, TITLES, TIMES, IDENTITIES))
