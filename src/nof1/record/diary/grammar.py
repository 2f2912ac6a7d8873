"""Words around a sign that change what it says: what denies it, and who it befell; and how near words stand together.

The phone's page takes the same.
"""

# What denies a harm. "never" is none: "never so weak" and "never passed out before" tell of one.
_DENY = """no not without nor neither none kein keine keinen keinem keiner keines keinerlei nicht ohne weder didn't didnt wasn't wasnt isn't
isnt don't dont doesn't doesnt haven't havent hasn't hasnt hadn't hadnt weren't werent aren't arent ain't aint n't"""
# May stand between a denial and what it denies, and change nothing: "no signs of", "mir war gar nicht mehr".
_FILL = """any longer further real sign signs of feel feeling at all have had has get got getting experience experienced notice noticed even the a
an my i me to been be become from mehr gar überhaupt irgendwelche irgendeine anzeichen von für ein eine einen einer mich mir ich zu am im"""
# After "no", and after these alone: "no more weakness", but not "never felt more weak" or "have not felt more weak".
_MORE = "more"
# Carry a denial on: "no nausea or weakness"; so many words may be between, and none of those whose lack is a harm of its own.
_OR = "or nor oder noch"
_LACKS = "sleep sleeping slept appetite rest energy relief break schlaf schlafen geschlafen appetit ruhe pause energie"
# After what it denies: "chest pain: none", "Atemnot hatte ich keine", "ohnmächtig bin ich nicht geworden".
_BEFORE_AFTER = """had have has i was were there did felt feel hatte habe hab ich war bin gab es gabs is am are traten trat diesmal today heute
tonight auch either gar überhaupt at all"""
_AFTER = "no none not nein nope kein keine keinen keiner keins nicht"
_CLOSE = """geworden gehabt bekommen gespürt bemerkt gemerkt aufgetreten vorhanden present noticed occur happen experienced today heute tonight
mehr more at all gewesen auf diesmal"""
# A denial with one of these behind it says how bad it was: "haven't had chest pain like this for years".
_UNDO = "like years jahren jemals before"
# Somebody else as the subject of a part of a sentence: "my husband fainted", "Sohn hatte Durchfall". Where anything else stands before or
# between, or a word that tells of the person who writes ("my wife saw me faint"), it counts as theirs; so does "she fainted", which who
# keeps the diary for somebody may write.
_SOMEONE = """husband wife partner boyfriend girlfriend son daughter baby child kid kids children mother mum mom father dad parents sister
brother grandma grandpa grandmother grandfather aunt uncle friend neighbour neighbor colleague flatmate dog cat mann ehemann frau ehefrau
partnerin freund freundin sohn tochter kind kinder mutter mama vater papa eltern schwester bruder oma opa tante onkel nachbar nachbarin
kollege kollegin hund katze"""
_LEADING = "my the our a an and but then today tonight yesterday mein meine unser unsere der die das und aber dann heute gestern"
_VERBS = """had has have was is were are got gets became becomes felt feels hatte hat haben hatten wurde wurden war waren ist wird werden
bekam bekommt fühlte"""
_BESIDE = "a an the very really so quite some slight severe bad ein eine einen sehr ganz so richtig starke starken leichte leichten etwas"
_SELF = """i i'm i've i'd i'll im ive me my mine myself we us our you ich mir mich mein meine meinen meinem meiner wir uns unser unsere
as like wie noticed notices saw sees found says said thinks thought told bemerkt gemerkt gesehen gefunden sagt sagte
meint meinte"""
_ALSO = "too also auch ebenfalls both beide same me ebenso"  # anywhere behind it: "my wife had diarrhoea, me too"
FINITE = ("ed", "te")  # the ends of "fainted" and "erstickte", which need no verb before them
# In a sign of its own ("can't breathe"), these belong close to what they are about.
_CANNOT = "can't cant cannot couldn't couldnt unable never nothing nichts kaum barely hardly"

GRAMMAR: dict[str, list[str]] = {
    name: words.split()
    for name, words in (
        ("deny", _DENY),
        ("fill", _FILL),
        ("more", _MORE),
        ("or", _OR),
        ("lacks", _LACKS),
        ("before_after", _BEFORE_AFTER),
        ("after", _AFTER),
        ("close", _CLOSE),
        ("undo", _UNDO),
        ("cannot", _CANNOT),
        ("someone", _SOMEONE),
        ("leading", _LEADING),
        ("verbs", _VERBS),
        ("beside", _BESIDE),
        ("self", _SELF),
        ("also", _ALSO),
        ("finite", " ".join(FINITE)),
    )
}
NUMBERS = {
    "between": 4,  # other words that may stand between those of a sign
    "between_near": 2,  # where one of them is "not" or "can't"
    "carried": 2,  # words before "or" that a denial may pass over
    "short": 4,  # letters from which on a word is known by two exchanged
    "long": 6,  # letters from which on a word is known by nearly all of them
    "alike": 0.75,  # so much of a word of `misspelt` is that of the right one
}
