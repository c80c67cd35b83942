"""What headers mean, in English, German, Dutch, French, Spanish, Italian and Portuguese. Pure."""

from __future__ import annotations

import re
import unicodedata
from functools import cache

from msgspec import Struct

from kb.importing.mapping import ColumnMeaning


class HeaderGuess(Struct, frozen=True):
    """What a header means. `language`: of the text below, where the header tells.

    `spoken` are the languages that the header itself may be in; none where it names one.
    """

    meaning: ColumnMeaning
    language: str = ""
    spoken: tuple[str, ...] = ()


LANGUAGES = {
    "en": "english englisch engels anglais inglés inglese inglês",
    "de": "german deutsch duits allemand alemán tedesco alemão",
    "nl": "dutch niederländisch nederlands néerlandais neerlandés olandese holandês",
    "fr": "french französisch frans français francés francese francês",
    "es": "spanish spanisch spaans espagnol español spagnolo espanhol",
    "it": "italian italienisch italiaans italien italiano",
    "pt": "portuguese portugiesisch portugees portugais portugués portoghese português",
    "ja": "japanese japanisch 日本語 jp",
    "pl": "polish polnisch polski",
    "sv": "swedish schwedisch svenska se",
    "da": "danish dänisch dansk dk",
    "tr": "turkish türkisch türkçe",
}
# By language, the words of each meaning; "|" stands between words that may each stand alone.
_WORDS: dict[ColumnMeaning, dict[str, str]] = {
    ColumnMeaning.TITLE: {
        "en": "title|question|procedure|customer asks|customer says|issue|problem|subject|article|"
        "kb article|article title|faq|scenario|situation|name of procedure|what customer says|"
        "query|enquiry|inquiry|topic question|q|process|how to|request|reason for contact",
        "de": "titel|frage|kundenfrage|anliegen|problem|vorgang|anfrage|betreff|fall|verfahren|"
        "prozess|kunde fragt|kunde sagt|frage des kunden|artikel",
        "nl": "titel|vraag|klantvraag|probleem|procedure|onderwerp vraag|klant vraagt|artikel",
        "fr": "titre|question|problème|procédure|demande|demande du client|cas|question du client",
        "es": "título|pregunta|problema|procedimiento|consulta|caso|asunto|pregunta del cliente",
        "it": "titolo|domanda|problema|procedura|richiesta|caso|oggetto|domanda del cliente",
        "pt": "título|pergunta|problema|procedimento|pedido|caso|assunto|pergunta do cliente",
        "ja": "質問|タイトル|件名",
    },
    ColumnMeaning.ALSO_ASKED: {
        "en": "also asked as|variants|other questions|similar questions|alternative questions|"
        "other wording|phrasings",
        "de": "andere fragen|ähnliche fragen|varianten|auch gefragt als",
        "nl": "andere vragen|varianten",
        "fr": "autres questions|variantes",
        "es": "otras preguntas|variantes",
        "it": "altre domande|varianti",
        "pt": "outras perguntas|variantes",
    },
    ColumnMeaning.ANSWER: {
        "en": "answer|a|response|reply|solution|resolution|body|content|text|what to do|"
        "what to say and do|instructions|description|steps|action|actions|how to answer|"
        "standard answer|details|procedure steps|article body|what we do|handling",
        "de": "antwort|lösung|beschreibung|text|inhalt|vorgehen|anleitung|schritte|was tun|"
        "vorgehensweise|maßnahme|standardantwort|bearbeitung",
        "nl": "antwoord|oplossing|beschrijving|tekst|inhoud|stappen|werkwijze|wat te doen|actie",
        "fr": "réponse|solution|description|texte|contenu|étapes|que faire|marche à suivre",
        "es": "respuesta|solución|descripción|texto|contenido|pasos|qué hacer|instrucciones",
        "it": "risposta|soluzione|descrizione|testo|contenuto|passi|passaggi|cosa fare|istruzioni",
        "pt": "resposta|solução|descrição|texto|conteúdo|passos|o que fazer|instruções",
        "ja": "回答|答え|本文",
    },
    ColumnMeaning.OTHER_METHOD: {
        "en": "other answer|other method|other accepted method|alternative|alternative answer|"
        "other solution|option|workaround|exception|other way|or|alternate answer|second answer",
        "de": "andere antwort|alternative|alternative antwort|weitere antwort|andere lösung|"
        "ausnahme|zweite antwort|sonst",
        "nl": "ander antwoord|alternatief|andere oplossing|uitzondering|tweede antwoord",
        "fr": "autre réponse|alternative|autre solution|exception|variante de réponse",
        "es": "otra respuesta|alternativa|otra solución|excepción",
        "it": "altra risposta|alternativa|altra soluzione|eccezione",
        "pt": "outra resposta|alternativa|outra solução|exceção",
        "ja": "別の回答",
    },
    ColumnMeaning.KEYWORDS: {
        "en": "keywords|keyword|tags|tag|search words|search terms|labels|synonyms|also known as",
        "de": "schlagworte|schlagwörter|schlagwort|stichworte|stichwörter|suchbegriffe|tags|label",
        "nl": "trefwoorden|zoekwoorden|trefwoord|labels|tags|steekwoorden",
        "fr": "mots clés|mots-clés|mot clé|étiquettes|tags",
        "es": "palabras clave|palabra clave|etiquetas|tags",
        "it": "parole chiave|parola chiave|etichette|tag",
        "pt": "palavras-chave|palavras chave|etiquetas|tags",
        "ja": "キーワード|タグ",
    },
    ColumnMeaning.CATEGORY: {
        "en": "category|topic|area|group|section|type|theme|categories|subject area|product",
        "de": "kategorie|thema|bereich|themengebiet|gruppe|art|rubrik|produkt|oberbegriff",
        "nl": "categorie|onderwerp|thema|rubriek|soort|groep",
        "fr": "catégorie|thème|sujet|rubrique|type|domaine",
        "es": "categoría|tema|área|tipo|grupo|sección",
        "it": "categoria|argomento|tema|tipo|area|gruppo|sezione",
        "pt": "categoria|tema|assunto geral|tipo|área|grupo|secção",
        "ja": "カテゴリ|分類",
    },
    ColumnMeaning.DEPARTMENT: {
        "en": "department|dept|team|responsible team|owner group|responsible|"
        "responsible department|handled by|escalate to|queue|owning team|assigned team|unit|who|"
        "resp team|resp dept",
        "de": "abteilung|abt|team|zuständig|zuständige abteilung|verantwortlich|fachbereich|"
        "verantwortliches team|zuständiges team|wer",
        "nl": "afdeling|team|verantwoordelijk|verantwoordelijke afdeling|verantwoordelijk team|wie",
        "fr": "service|département|équipe|responsable|équipe responsable|service responsable",
        "es": "departamento|equipo|responsable|área responsable|equipo responsable",
        "it": "reparto|dipartimento|team|responsabile|ufficio|squadra",
        "pt": "departamento|equipa|equipe|responsável|setor|equipa responsável",
        "ja": "部署|担当部署",
    },
    ColumnMeaning.OWNER: {
        "en": "owner|author|contact|e-mail|email|owner e-mail|owner email|maintained by|expert",
        "de": "eigentümer|autor|ansprechpartner|verfasser|e-mail|gepflegt von|ansprechpartnerin",
        "nl": "eigenaar|auteur|contactpersoon|e-mail|beheerder",
        "fr": "propriétaire|auteur|contact|e-mail|courriel",
        "es": "propietario|autor|contacto|correo|correo electrónico",
        "it": "proprietario|autore|contatto|e-mail|referente",
        "pt": "proprietário|autor|contacto|contato|e-mail",
        "ja": "担当者",
    },
    ColumnMeaning.REVIEWED: {
        "en": "reviewed|last reviewed|last checked|checked|review date|last review|verified|"
        "last verified|date|updated|last updated|last update|date reviewed|as of|checked on",
        "de": "geprüft|geprüft am|zuletzt geprüft|datum|stand|aktualisiert|letzte prüfung|"
        "letzte änderung|aktualisiert am",
        "nl": "gecontroleerd|gecontroleerd op|laatst gecontroleerd|datum|bijgewerkt|"
        "laatst bijgewerkt",
        "fr": "vérifié|vérifié le|date|dernière vérification|mis à jour|mise à jour",
        "es": "revisado|fecha|última revisión|actualizado|fecha de revisión",
        "it": "verificato|data|ultima verifica|aggiornato|ultima revisione|data di revisione",
        "pt": "revisto|data|última revisão|atualizado|data de revisão|verificado",
        "ja": "確認日|更新日",
    },
    ColumnMeaning.LINK: {
        "en": "link|links|url|see|see also|more|web page|source|reference|document",
        "de": "link|links|siehe|siehe auch|verweis|webseite|quelle|mehr",
        "nl": "link|links|zie|zie ook|webpagina|bron",
        "fr": "lien|liens|voir|voir aussi|source|url",
        "es": "enlace|enlaces|ver|ver también|vínculo|fuente",
        "it": "link|collegamento|vedi|vedi anche|fonte",
        "pt": "ligação|link|links|ver|ver também|fonte|hiperligação",
        "ja": "リンク",
    },
    ColumnMeaning.KEY: {
        "en": "no|nr|number|id|key|#|ref|article id|faq id|article number|row|item",
        "de": "nr|nummer|id|lfd nr|schlüssel|kennung|artikelnummer",
        "nl": "nr|nummer|id|sleutel",
        "fr": "n°|no|numéro|id|réf|référence",
        "es": "n°|núm|número|id|ref",
        "it": "n°|numero|id|rif",
        "pt": "n°|número|id|ref",
        "ja": "番号",
    },
    ColumnMeaning.LEAVE_OUT: {
        "en": "internal note|internal notes|internal|note to self|do not use|comments|comment|"
        "to do|remarks internal",
        "de": "interne notiz|intern|interne bemerkung|kommentar|kommentare|notiz intern",
        "nl": "interne notitie|intern|opmerking intern",
        "fr": "note interne|interne|commentaire interne",
        "es": "nota interna|interno|comentario interno",
        "it": "nota interna|interno|commento interno",
        "pt": "nota interna|interno|comentário interno",
    },
}
_STEP_WORD = r"(?:step|schritt|stap|etape|etapa|paso|passo|passaggio|action|aktion|手順)"
_ORDINAL = r"(?:st|nd|rd|th|er|ere|re|e|eme|de|ste|o|a|°)?"  # as they stand behind a number
_STEP = re.compile(
    rf"{_STEP_WORD}\s*(?:no|nr|n°|#)?\s*\d{{1,2}}|\d{{1,2}}\s*{_ORDINAL}\s*{_STEP_WORD}"
)
_NUMBER = re.compile(r"[\s_-]*\(?\d{1,2}\)?$")
_REMARK = re.compile(r"[(\[{][^)\]}]*[)\]}]")
_LONGEST = 200  # letters of a header
_BETWEEN = re.compile(r"[/|,;:\n]| [-–] ")


def guessed(header: str) -> HeaderGuess | None:
    """What a header means; None where it is none of the words known.

    What it says in brackets, behind a stroke or on its next lines is looked at last.
    """
    if len(header) > _LONGEST:
        return None
    without = _REMARK.sub(" ", header)
    for said in dict.fromkeys((header, without, *_BETWEEN.split(without))):
        if found := _guessed(_folded(said)):
            return found
    return None


def _guessed(text: str) -> HeaderGuess | None:
    if not text:
        return None
    if _STEP.fullmatch(text):
        return HeaderGuess(ColumnMeaning.STEP)
    bare, language = _without_language(text)
    found = _known().get(bare) or _known().get(_NUMBER.sub("", bare))
    if found is None:
        return None
    meaning, spoken = found
    if language:
        return HeaderGuess(meaning, language)
    return HeaderGuess(meaning, spoken[0] if len(spoken) == 1 else "", spoken)


def _without_language(text: str) -> tuple[str, str]:
    """The header without the language that it names: "question (en)" is a question, in English."""
    words = re.split(r"[\s()\[\]/_:-]+", text)
    words = [word for word in words if word]
    for place in (-1, 0):
        if len(words) > 1 and (language := _languages().get(words[place])):
            rest = words[:-1] if place else words[1:]
            return " ".join(rest), language
    return " ".join(words) if re.search(r"[()\[\]/_:]", text) else text, ""


@cache
def _languages() -> dict[str, str]:
    named = {_folded(word): code for code, words in LANGUAGES.items() for word in words.split()}
    return named | {code: code for code in LANGUAGES}


@cache
def _known() -> dict[str, tuple[ColumnMeaning, tuple[str, ...]]]:
    """Meaning and languages by the folded header."""
    found: dict[str, tuple[ColumnMeaning, tuple[str, ...]]] = {}
    for meaning, languages in _WORDS.items():
        for language, words in languages.items():
            for word in map(_folded, words.split("|")):
                first, spoken = found.get(word, (meaning, ()))
                if first is meaning and language not in spoken:
                    found[word] = (meaning, (*spoken, language))
    return found


def _folded(text: str) -> str:
    """Small letters, one line, without accents, full stops and the marks around."""
    plain = unicodedata.normalize("NFKC", " ".join(text.replace(".", " ").split())).casefold()
    plain = unicodedata.normalize("NFD", plain)
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return unicodedata.normalize("NFC", plain).strip(" .:?*!-")
