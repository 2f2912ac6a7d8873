// Which stop rules own words meet, and which words say that there was nothing: as `nof1.record.diary.symptoms` and `side_effects` do
// it, which say why; words and numbers come from them with the page.

const DENYING =
  "(?:no(?:\\s+more)?|not|without|nor|neither|kein(?:e[mnrs]?)?|nicht|ohne|weder|(?:did|was|is|am|do)\\s?n'?t)" +
  "(?:\\s+(?:any|longer|further|real|signs?|of|feel|feeling|mehr))*";
const DENIAL = new RegExp(
  `^${DENYING}\\s+(.+?)(?:\\s+(?:at all|today|tonight|last night|any ?more|this time|so far|yet|heute|letzte nacht|mehr))?[ .!]*$`,
  "u",
);
const DENIED_TOO =
  /(?:\s*,\s*(?:and\s+|und\s+)?(?:no|kein(?:e[mnrs]?)?)|\s+(?:and|und)\s+(?:no|kein(?:e[mnrs]?)?)|\s*,?\s+(?:or|nor|oder|noch)(?:\s+(?:no|any|kein(?:e[mnrs]?)?))?)\s+(?:signs?\s+of\s+)?/u;
const WORD = /[\p{L}\p{N}]+(?:'[\p{L}\p{N}]+)*/gu;
const NUMBER = /^\p{Nd}+$/u;
const BREAK = /[,.;!?]/u;

/** @typedef {{ text: string, part: number, gap: string }} Word */
/** @typedef {{ symptoms: string[], misspelt: string[], others: string[], harmless: string[] }} Signs */

/** @param {string} text */
function plainly(text) {
  return text.toLowerCase().replaceAll("ß", "ss").replaceAll("\u2019", "'").split(/\s+/u).filter(Boolean).join(" ");
}

/**
 * The rules that an entered side effect meets.
 * @param {StopWords} stop
 * @param {string} entered
 */
function rulesMet(stop, entered) {
  return stop.rules.filter((rule) => says(stop, entered, rule));
}

/**
 * The sentences of a note, each to be looked through by itself.
 * @param {string} note
 */
function noteSentences(note) {
  return (note.match(/[^.;!?\n]+[.;!?]*/gu) ?? []).map((part) => part.trim()).filter(Boolean);
}

/**
 * Whether the words tell of such a sign: not if they deny it or mean something else.
 * @param {StopWords} stop
 * @param {string} entered
 * @param {Signs} signs
 */
function says(stop, entered, signs) {
  const words = wordsOf(plainly(entered));
  const harmless = harmlessPlaces(words, signs.harmless);
  return signs.symptoms.some((symptom) =>
    placesOf(stop, words, symptom, signs).some((places) =>
      !places.some((at) => harmless.has(at)) && !isDenied(stop, words, places) && !isOfAnother(stop, words, places)));
}

/**
 * Whether the words say no more than that there was no such harm; "no sleep" is one.
 * @param {StopWords} stop
 * @param {string[]} listed the short list
 * @param {string} entered
 */
function isDenial(stop, listed, entered) {
  const denied = DENIAL.exec(plainly(entered));
  return denied !== null && denied[1].split(DENIED_TOO).every((what) => isHarm(stop, listed, what));
}

/**
 * @param {StopWords} stop
 * @param {string[]} listed
 * @param {string} what
 */
function isHarm(stop, listed, what) {
  if (stop.harms.includes(what) || listed.includes(what)) return true;
  const words = wordsOf(what);
  const all = stop.rules.flatMap((rule) => rule.symptoms);
  const signs = { symptoms: all, misspelt: [], others: [], harmless: [] };
  return all.some((symptom) => placesOf(stop, words, symptom, signs).some((places) => places.length === words.length - 1));
}

/**
 * What was entered as the diary keeps it: parts with semicolons between, each once, denials left out.
 * @param {StopWords} stop
 * @param {string[]} listed
 * @param {string[]} picked from the short list
 * @param {string} own words, with commas or semicolons between
 */
function sideEffectsCell(stop, listed, picked, own) {
  const parts = own.split(own.includes(";") ? ";" : ",").map((part) => part.trim());
  const said = parts.filter((part) => part && !stop.none.includes(part.toLowerCase()) && !isDenial(stop, listed, part));
  const kept = new Map();
  for (const part of [...picked, ...said]) if (!kept.has(part.toLowerCase())) kept.set(part.toLowerCase(), part);
  return [...kept.values()].join("; ");
}

/**
 * The words of a text that was made plain, and one without letters that marks the end.
 * @param {string} text
 * @returns {Word[]}
 */
function wordsOf(text) {
  /** @type {Word[]} */
  const words = [];
  let part = 0;
  let end = 0;
  for (const match of text.matchAll(WORD)) {
    const gap = text.slice(end, match.index);
    if (BREAK.test(gap)) part += 1;
    words.push({ text: isSecond(words, gap) ? `/${match[0]}` : match[0], part, gap });
    end = match.index + match[0].length;
  }
  return words.length ? [...words, { text: "", part: part + 1, gap: text.slice(end) }] : words;
}

/**
 * Whether what follows is the second number of a pair such as 120/80 or 120 over 80, which says little by itself.
 * @param {Word[]} words
 * @param {string} gap
 */
function isSecond(words, gap) {
  const last = words[words.length - 1];
  if (gap === "/") return last !== undefined && NUMBER.test(last.text);
  return words.length > 1 && ["over", "zu"].includes(last.text) && NUMBER.test(words[words.length - 2].text);
}

/**
 * Where the words of a symptom stand together, in any order and in one part of the sentence.
 * @param {StopWords} stop
 * @param {Word[]} words
 * @param {string} symptom
 * @param {Signs} signs
 * @returns {number[][]}
 */
function placesOf(stop, words, symptom, signs) {
  const slots = symptom.split(" ");
  const all = [];
  for (let start = 0; start < words.length; start += 1) {
    const begin = slots.findIndex((slot) => inSlot(stop, words[start].text, slot, signs));
    if (begin < 0) continue;
    for (const places of placesFrom(stop, words, [start], slots.filter((_, at) => at !== begin), signs)) {
      const near = places.some((at) => isNear(stop, words[at].text));
      const between = near ? stop.numbers.between_near : stop.numbers.between;
      if (Math.max(...places) - start < slots.length + between) all.push(places);
    }
  }
  return all;
}

/**
 * Every choice of places behind the first for the other words of a symptom.
 * @param {StopWords} stop
 * @param {Word[]} words
 * @param {number[]} places
 * @param {string[]} slots
 * @param {Signs} signs
 * @returns {number[][]}
 */
function placesFrom(stop, words, places, slots, signs) {
  if (slots.length === 0) return [places];
  const reach = Math.min(places[0] + places.length + slots.length + stop.numbers.between, words.length);
  const all = [];
  for (let at = places[0] + 1; at < reach; at += 1) {
    if (places.includes(at) || words[at].part !== words[places[0]].part || !inSlot(stop, words[at].text, slots[0], signs)) continue;
    all.push(...placesFrom(stop, words, [...places, at], slots.slice(1), signs));
  }
  return all;
}

/**
 * Words that belong close to what they are about, and are never a misspelling of another.
 * @param {StopWords} stop
 * @param {string} word
 */
function isNear(stop, word) {
  return stop.grammar.deny.includes(word) || stop.grammar.cannot.includes(word);
}

/**
 * @param {StopWords} stop
 * @param {string} word
 * @param {string} slot words with | between
 * @param {Signs} signs
 */
function inSlot(stop, word, slot, signs) {
  if (!word) return false;
  const parts = slot.split("|");
  if (parts.some((part) => fits(word, part))) return true;
  if (signs.others.includes(word) || isNear(stop, word)) return false;
  const right = spelled(word, signs.misspelt, stop.numbers.alike);
  return parts.some((part) => fits(right, part) || nearly(word, part, stop.numbers));
}

/**
 * @param {string} word
 * @param {string[]} misspelt
 * @param {number} enough so much of a misspelt word is that of the right one
 */
function spelled(word, misspelt, enough) {
  const near = misspelt
    .filter((right) => right[0] === word[0])
    .map((right) => ({ right, alike: likeness(right, word) }))
    .filter(({ alike }) => alike >= enough)
    .sort((a, b) => b.alike - a.alike || (a.right < b.right ? 1 : -1));
  return near.length ? near[0].right : word;
}

/**
 * Whether a word is a long one but for a letter too many, too few, another or two exchanged; the first letter is right, or exchanged.
 * Of a short one two letters may be exchanged.
 * @param {string} word
 * @param {string} part
 * @param {StopWords["numbers"]} numbers
 */
function nearly(word, part, numbers) {
  const stem = part.endsWith("*") ? part.slice(0, -1) : part;
  if (stem.length < numbers.short) return false;
  if (isSwapped(stem === part ? word : word.slice(0, stem.length), stem)) return true;
  if (stem.length < numbers.long || word[0] !== stem[0]) return false;
  if (stem === part) return oneSlip(word, stem);
  return [-1, 0, 1].some((more) => oneSlip(word.slice(0, stem.length + more), stem));
}

/**
 * @param {string} one
 * @param {string} other
 */
function oneSlip(one, other) {
  if (Math.abs(one.length - other.length) > 1) return false;
  let at = 0;
  while (at < one.length && at < other.length && one[at] === other[at]) at += 1;
  const here = one.slice(at);
  const there = other.slice(at);
  return here.slice(1) === there.slice(1) || here.slice(1) === there || here === there.slice(1);
}

/**
 * Whether two letters that stand together are exchanged.
 * @param {string} one
 * @param {string} other
 */
function isSwapped(one, other) {
  if (one.length !== other.length) return false;
  const unlike = [...one].map((_, at) => at).filter((at) => one[at] !== other[at]);
  const [first, second] = unlike;
  return unlike.length === 2 && second === first + 1 && one[first] === other[second] && one[second] === other[first];
}

/**
 * Places of words that stand together, as they are, and mean something else.
 * @param {Word[]} words
 * @param {string[]} phrases
 * @returns {Set<number>}
 */
function harmlessPlaces(words, phrases) {
  const places = new Set();
  for (const phrase of phrases) {
    const wanted = phrase.split(" ");
    for (let at = 0; at + wanted.length <= words.length; at += 1) {
      if (wanted.every((part, more) => fits(words[at + more].text, part))) wanted.forEach((_, more) => places.add(at + more));
    }
  }
  return places;
}

/**
 * Whether somebody else is what the part of the sentence is about, and nobody but them.
 * @param {StopWords} stop
 * @param {Word[]} words
 * @param {number[]} places
 */
function isOfAnother(stop, words, places) {
  const { someone, leading, verbs, beside, self, also, finite } = stop.grammar;
  const first = Math.min(...places);
  const here = words.map((_, at) => at).filter((at) => words[at].part === words[first].part);
  const who = here.find((at) => !leading.includes(words[at].text)) ?? first;
  if (who >= first || !someone.includes(words[who].text)) return false;
  if (words.slice(who + 1, first + 1).some((word) => word.gap.trim())) return false;
  const between = words.slice(who + 1, first).map((word) => word.text);
  if (between.some((text) => !verbs.includes(text) && !beside.includes(text))) return false;
  if (!between.some((text) => verbs.includes(text)) && !finite.some((end) => words[first].text.endsWith(end))) return false;
  if (words.slice(who + 1).some((word) => also.includes(word.text))) return false;
  return !here.some((at) => at > who && self.includes(words[at].text));
}

/**
 * @param {StopWords} stop
 * @param {Word[]} words
 * @param {number[]} places
 */
function isDenied(stop, words, places) {
  const last = Math.max(...places);
  const behind = words.slice(last + 1).filter((word) => word.part === words[last].part);
  if (behind.some((word) => stop.grammar.undo.includes(word.text))) return false;
  return places.some((at) => deniedBefore(stop, words, at, places)) || deniedAfter(stop, words, last);
}

/**
 * Whether a denial goes before a word, with no more between them than what changes nothing.
 * @param {StopWords} stop
 * @param {Word[]} words
 * @param {number} at
 * @param {number[]} places
 */
function deniedBefore(stop, words, at, places) {
  const { deny, more, fill, or, lacks } = stop.grammar;
  let room = 0;
  let passed = 0;
  let lacking = false;
  for (let back = at - 1; back >= 0; back -= 1) {
    const word = words[back].text;
    if (words[back].part !== words[at].part || words[back + 1].gap.trim()) return false;
    if (places.includes(back)) continue;
    if (deny.includes(word)) return !lacking && passed <= room;
    if (more.includes(word) && back && words[back - 1].text === "no") continue;
    if (fill.includes(word)) continue;
    if (or.includes(word)) {
      room = passed + stop.numbers.carried;
      continue;
    }
    passed += 1;
    lacking ||= lacks.includes(word);
    if (passed > room) return false;
  }
  return false;
}

/**
 * Whether what was said is denied by the end of it, such as "chest pain: none".
 * @param {StopWords} stop
 * @param {Word[]} words
 * @param {number} last
 */
function deniedAfter(stop, words, last) {
  if (!["", ":", "?", "-", "\u2013", "=", "("].includes(words[last + 1].gap.trim())) return false;
  const texts = words.slice(last + 1).filter((word) => word.part === words[last + 1].part).map((word) => word.text);
  const rest = without(texts, stop.grammar.before_after);
  return rest.length > 0 && stop.grammar.after.includes(rest[0]) && without(rest.slice(1), stop.grammar.close).length === 0;
}

/**
 * The words from the first on that is none of a list.
 * @param {string[]} words
 * @param {string[]} list
 */
function without(words, list) {
  const at = words.findIndex((word) => !list.includes(word));
  return at < 0 ? [] : words.slice(at);
}

/**
 * @param {string} word
 * @param {string} part
 */
function fits(word, part) {
  if (NUMBER.test(part[0])) {
    const [low, high] = part.split("-");
    return word.length === low.length && NUMBER.test(word) && Number(low) <= Number(word) && Number(word) <= Number(high);
  }
  return part.endsWith("*") ? word.startsWith(part.slice(0, -1)) : word === part;
}

/**
 * Twice the letters in common over all letters, as Python's difflib counts them (Ratcliff and Obershelp).
 * @param {string} one
 * @param {string} other
 */
function likeness(one, other) {
  return (2 * inCommon(one, other)) / (one.length + other.length);
}

/**
 * Letters of the longest stretch in common, and of those on both sides of it.
 * @param {string} one
 * @param {string} other
 * @returns {number}
 */
function inCommon(one, other) {
  let best = { at: 0, there: 0, length: 0 };
  for (let at = 0; at < one.length; at += 1) {
    for (let there = 0; there < other.length; there += 1) {
      let length = 0;
      while (at + length < one.length && one[at + length] === other[there + length]) length += 1;
      if (length > best.length) best = { at, there, length };
    }
  }
  if (best.length === 0) return 0;
  const { at, there, length } = best;
  const before = inCommon(one.slice(0, at), other.slice(0, there));
  return before + length + inCommon(one.slice(at + length), other.slice(there + length));
}
