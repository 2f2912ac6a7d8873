// Which stop rules own words meet, and which words say that there was nothing: as `nof1.record.side_effects` does it, which says why.

const DENYING =
  "(?:no(?:\\s+more)?|not|without|nor|neither|kein(?:e[mnrs]?)?|nicht|ohne|weder|(?:did|was|is|am|do)\\s?n'?t)" +
  "(?:\\s+(?:any|longer|further|real|signs?|of|feel|feeling|mehr))*";
const DENIED = new RegExp(
  `(?:^|[^\\p{L}\\p{N}_])${DENYING}(?:\\s+[\\p{L}\\p{N}_]+\\s+(?:or|nor|oder|noch))*(?:\\s+any)?\\s+$`, "u",
);
const DENIAL = new RegExp(
  `^${DENYING}\\s+(.+?)(?:\\s+(?:at all|today|tonight|last night|any ?more|this time|so far|yet|heute|letzte nacht|mehr))?[ .!]*$`,
  "u",
);
const DENIED_TOO =
  /(?:\s*,\s*(?:and\s+|und\s+)?(?:no|kein(?:e[mnrs]?)?)|\s+(?:and|und)\s+(?:no|kein(?:e[mnrs]?)?)|\s*,?\s+(?:or|nor|oder|noch)(?:\s+(?:no|any|kein(?:e[mnrs]?)?))?)\s+(?:signs?\s+of\s+)?/u;
const WORD = /[\p{L}\p{N}]+(?:'[\p{L}\p{N}]+)*/gu;
const BETWEEN = 4; // other words that may stand between those of a symptom
const ALIKE = 0.75; // so much of a misspelt word is that of the right one

/** @typedef {{ start: number, word: string }} Placed */

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
  return stop.rules.filter((rule) => saysSymptom(entered, rule));
}

/**
 * @param {string} entered
 * @param {StopRule} rule
 */
function saysSymptom(entered, rule) {
  const text = plainly(entered);
  const words = wordsIn(text, rule.misspelt);
  return rule.symptoms.some((symptom) => places(words, symptom).some((start) => !DENIED.test(text.slice(0, start))));
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
  const words = wordsIn(what, []);
  const all = stop.rules.flatMap((rule) => rule.symptoms);
  return all.some((symptom) => symptom.split(" ").length === words.length && places(words, symptom).includes(0));
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
 * The words of a text and where each begins; one that is nearly a word that people misspell is that word.
 * @param {string} text
 * @param {string[]} misspelt
 * @returns {Placed[]}
 */
function wordsIn(text, misspelt) {
  return [...text.matchAll(WORD)].map((match) => ({ start: match.index, word: spelled(match[0], misspelt) }));
}

/**
 * @param {string} word
 * @param {string[]} misspelt
 */
function spelled(word, misspelt) {
  const near = misspelt
    .filter((right) => right[0] === word[0])
    .map((right) => ({ right, alike: likeness(right, word) }))
    .filter(({ alike }) => alike >= ALIKE)
    .sort((a, b) => b.alike - a.alike || (a.right < b.right ? 1 : -1));
  return near.length ? near[0].right : word;
}

/**
 * Where the words of a symptom begin to stand together, in any order.
 * @param {Placed[]} words
 * @param {string} symptom
 */
function places(words, symptom) {
  const parts = symptom.split(" ");
  return words
    .filter(({ word }, at) => {
      if (!parts.some((part) => fits(word, part))) return false;
      const near = words.slice(at, at + parts.length + BETWEEN);
      return parts.every((part) => near.some((one) => fits(one.word, part)));
    })
    .map(({ start }) => start);
}

/**
 * @param {string} word
 * @param {string} part
 */
function fits(word, part) {
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
