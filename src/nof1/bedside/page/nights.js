// The nights of the trial, and what is asked of each.

/** @type {Night[]} */
const nights = [];
for (const [at, [count, number, label, usual, last, evening]] of content.stretches.entries()) {
  for (let left = count; left > 0; left -= 1) {
    const form = left === 1 ? last : usual;
    nights.push({ date: later(content.first, nights.length), number, label, form, evening, pause: content.pauses.includes(at) });
  }
}
const nightOf = new Map(nights.map((night) => [night.date, night]));
const counted = nights.filter((night) => !night.pause);

/** The night that a person means by "last night": who is up after midnight has not slept yet. */
function lastNight(now = new Date()) {
  const early = now.getHours() < content.day_begins;
  const evening = new Date(Date.UTC(now.getFullYear(), now.getMonth(), now.getDate() - (early ? 2 : 1), 12));
  return evening.toISOString().slice(0, 10);
}

/** The date of this evening; after midnight it is still that of the evening before. */
function thisEvening(now = new Date()) {
  return later(lastNight(now), 1);
}

/**
 * @param {Night} night
 * @returns {Question[]}
 */
function questionsOf(night) {
  return content.forms[night.form].map((index) => {
    const question = content.questions[index][language];
    return { ...question, asks: filled(question.asks, { number: String(night.number) }) };
  });
}

/** @param {Night} night */
function placeOf(night) {
  const belongs = filled(content.labels[night.label][language], { number: String(night.number) });
  const at = counted.indexOf(night);
  return at < 0 ? belongs : say("place", { place: at + 1, count: counted.length, belongs });
}

/** Nights that are over and have no rating, the latest first; not those of pauses, nor those of which was told that nothing was recorded. */
function missingNights() {
  const latest = lastNight();
  return counted.filter((night) => night.date <= latest && !known(night.date)[content.outcome] && !isTold(night.date)).reverse();
}
