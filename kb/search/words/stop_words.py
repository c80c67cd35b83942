"""Words that say little about what is asked: weighed low, never dropped."""

from __future__ import annotations

from whoosh.lang.stopwords import stoplists

from kb.search.words.analysis import folded, lowered

CODES = {
    "danish": "da", "dutch": "nl", "english": "en", "finnish": "fi", "french": "fr",
    "german": "de", "hungarian": "hu", "italian": "it", "norwegian": "no", "portuguese": "pt",
    "russian": "ru", "spanish": "es", "swedish": "sv",
}  # fmt: skip
POLITE = """
    a about able actually advise afternoon again all also am an and any anyone anything are as
    asap ask asked asking assist assistance at be been being best but by bye call called calling
    came can cannot cant chat come contact contacted could couldnt customer customers day did
    didnt do does doesnt doing done dont each either else enquire enquiring enquiry even evening
    ever every find for from get gets getting give go going good got great greetings guess had
    happen happened happening happens has have havent having hello help helped helping hey hi how
    however i id if ill im in info information inquire inquiring into is isnt issue issues it its
    ive just kind kindly know let like little look looking lot made make many may maybe me mean
    might mine more morning most much must my myself need needed needs no now of off ok okay on
    once one only or other our out over perhaps please pls possible problem problems question
    questions quick quickly really regarding right said say says see seem seems she should so some
    someone something sorry still such sure take tell than thank thanks that thats the their them
    then there these they thing things think this those though through till to told too tried try
    trying ty u under understand until up ur us use very want wanted wanting wants was wasnt way we
    well went were what whats when where which while who whom whose why will wish with wonder
    wondering wont would yeah yes yet you your yours
"""


UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})
# What callers in other languages say before they come to the point.
GREETING = {
    "german": """
        abend bekomme bekommen bitte brauche danke dringend frage fragen geht gerne grüße gruß guten
        hallo helfen hi hilfe kunde kundin könnten leider liebes mochte moin morgen möchte möchten
        problem sagen schon sehr tag team vielen warum weiß wieso wissen wollte wäre würde
    """,
    "french": """
        aide aider aimerais aujourd besoin bonjour bonsoir bjr cher chère client cliente comment
        cordialement demande faire hui madame merci monsieur peux plaît pouvez pourriez pourquoi
        problème question quoi rapidement salut savoir souhaite souhaiterais stp svp urgent veux
        voudrais
    """,
    "spanish": """
        ayuda ayudar buenas buenos cliente cómo cordialmente días dígame favor gracias hacer hola
        necesito noches pregunta problema puede puedo quería querría quiero saber saludos señor
        señora tardes urgente
    """,
    "italian": """
        aiutare aiuto avrei bisogno buona buongiorno buonasera chiedere ciao cliente cortesia
        domanda favore gentile gradirei grazie potete potrei potreste problema prego salve sapere
        saluti scusi urgente voglio vorrei
    """,
    "portuguese": """
        ajuda ajudar bom boa cliente cumprimentos dia dúvida favor gostaria noite obrigada obrigado
        olá oi pergunta poderia posso preciso problema queria quero saber tarde urgente
    """,
    "dutch": """
        alstublieft alvast bedankt beste dag dank goedemiddag goedemorgen goedendag graag groet
        groeten hallo help helpen hoi hulp klant kunt mag middag morgen nodig probleem vraag weten
        wilde wou zou
    """,
}


def stop_words(language: str) -> frozenset[str]:
    """The stop words of one language: Snowball's, and the polite ones of our own lists."""
    words = (
        set(POLITE.split()) if language == "english" else set(GREETING.get(language, "").split())
    )
    words |= stoplists.get(CODES.get(language, ""), frozenset())
    known = {lowered(word) for word in words}
    greetings = {lowered(word) for word in GREETING.get(language, "").split()}
    known |= {folded(word) for word in greetings}  # as they are typed in a hurry
    if language == "german":
        known |= {folded(word.translate(UMLAUTS)) for word in greetings}
    return frozenset(known)
