// Skipping back in: nights on which nothing was recorded are told in one entry, with what was taken on them, as `nof1.record.diary.missed` does it.
// Ratings are never filled in afterwards.

const FEW = 4; // more nights than these are told only after a second tap
/** @type {Taken | ""} what was chosen and is to be confirmed */
let chosenTaken = "";
/** Whether the trial folder takes nothing any more, as it was told last. */
let locked = false;

/**
 * @param {Span} span
 * @param {string} night
 */
function covers(span, night) {
  return span.start <= night && night <= span.end;
}

/**
 * The entry of this browser that tells of a night, while the folder has not got it, as far as is known.
 * @param {string} night
 */
function toldHere(night) {
  return store.missed.find((one) => covers(one, night) && one.refused === undefined);
}

/**
 * Whether it was told of a night, here or elsewhere, that nothing was recorded.
 * @param {string} night
 */
function isTold(night) {
  return toldHere(night) !== undefined || store.heard.some((one) => covers(one, night));
}

/**
 * The dose of a night as the diary will hold it because of an entry of this browser; nothing where nobody can say.
 * @param {string} date
 * @returns {Cells}
 */
function toldCells(date) {
  const told = toldHere(date);
  const night = nightOf.get(date);
  if (!told || !night || night.pause) return {};
  const cell = content.missed.doses[content.evenings[night.evening].missed][told.taken];
  return cell ? { [content.dose]: cell } : {};
}

/**
 * The latest nights in a row before last night without a word, where they are enough for one entry and ended but lately.
 * @returns {Night[]}
 */
function missedTogether() {
  if (content.served && reach !== "reached" && !Object.keys(store.recorded).length) return []; // nobody has said yet what is recorded
  const latest = lastNight();
  const planned = counted.filter((night) => night.date < latest);
  const isMissed = (/** @type {Night} */ night) =>
    !isTold(night.date) && draftOf(night.date) === null && !Object.values(known(night.date)).some(Boolean);
  let end = planned.length;
  while (end > 0 && !isMissed(planned[end - 1])) end -= 1;
  let start = end;
  while (start > 0 && isMissed(planned[start - 1])) start -= 1;
  if (start === 0 && !content.served) return []; // what was recorded before this file was opened, it cannot know
  const found = planned.slice(start, end);
  const enough = !locked && found.length >= content.missed.together;
  return enough && later(found[found.length - 1].date, content.missed.lately) >= latest ? found : [];
}

/** @param {Span} span */
function spanText({ start, end }) {
  return dates({ day: "numeric", month: "short", year: "numeric" }).formatRange(day(start), day(end));
}

/** @param {Span} span */
function spanCount(span) {
  return counted.filter((night) => covers(span, night.date)).length;
}

/** What was told of missed nights and can be taken back or needs the person, and the offer to tell of those that are missing. */
function missedView() {
  return [...store.missed.filter(isOpen).map(toldView), ...missedOffer()];
}

/**
 * Whether an entry is in no file and in no folder yet.
 * @param {Told} told
 */
function isOpen(told) {
  return content.served || !store.exported || Date.parse(told.entered) > Date.parse(store.exported);
}

function missedOffer() {
  const found = missedTogether();
  if (!found.length || store.missed.some((one) => one.refused !== undefined)) {
    chosenTaken = "";
    return [];
  }
  const span = { start: found[0].date, end: found[found.length - 1].date };
  const values = { count: found.length, span: spanText({ ...span, taken: "unknown" }) };
  const tellNow = (/** @type {Taken} */ taken) => tellMissed({ ...span, taken });
  const choose = (/** @type {Taken} */ taken) => {
    if (found.length <= FEW) return tellNow(taken);
    chosenTaken = taken;
    refresh();
    document.getElementById("missed-yes")?.focus();
  };
  const one = (/** @type {Taken} */ taken) => button(say(`missed_${taken}`), () => choose(taken), { class: "quiet", id: `missed-${taken}` });
  const leave = () => {
    const from = chosenTaken;
    chosenTaken = "";
    refresh();
    document.getElementById(`missed-${from}`)?.focus();
  };
  const sure = chosenTaken;
  return [make("section", { class: "missed", "aria-labelledby": "missed-title" },
    make("h2", { id: "missed-title" }, say("missed_title", values)),
    ...(sure ? [
      make("p", {}, say("missed_sure", { ...values, taken: say(`missed_${sure}`) })),
      make("div", { class: "row" },
        button(say("missed_yes"), () => tellNow(sure), { class: "main", id: "missed-yes" }), button(say("cancel"), leave, { class: "quiet" })),
    ] : [
      make("p", { class: "small" }, say("missed_why", values)),
      make("p", {}, say("missed_asks")),
      make("div", { class: "row" }, one("planned"), one("none"), one("unknown")),
    ]),
  )];
}

/** @param {Span} span */
function tellMissed(span) {
  chosenTaken = "";
  let told = false;
  const kept = keep((all) => {
    const found = missedTogether(); // what another tab has written meanwhile counts
    told = found[0]?.date === span.start && found[found.length - 1]?.date === span.end;
    if (told) all.missed.push({ ...span, entered: stamp(new Date()) });
  });
  refresh({ head: true });
  if (!told) return; // what is missing now is on the screen
  if (!kept) tell(say(storage === null ? "kept_in_memory" : "not_kept"));
  else tell(say(content.served ? "saved_waiting" : "on_device"));
  void meet();
}

/** @param {Told} told */
function toldView(told) {
  const same = (/** @type {Told} */ one) => one.start === told.start && one.end === told.end;
  const drop = () => {
    keep((all) => { all.missed = all.missed.filter((one) => !same(one) || (one.sent && one.refused === undefined)); });
    refresh();
    void meet();
  };
  const retry = () => {
    keep((all) => { for (const one of all.missed.filter(same)) delete one.refused; });
    refresh();
    void meet();
  };
  const text = saySome(spanCount(told), "missed_told", { span: spanText(told), taken: say(`missed_${told.taken}`) });
  if (told.refused !== undefined) {
    const there = counted.filter((night) => covers(told, night.date) && Object.values(store.recorded[night.date] ?? {}).some(Boolean));
    const why = there.length
      ? make("p", {}, say("missed_recorded", { nights: there.map((night) => bothDates(night.date)).join("; ") })) : make("p", { lang: "en" }, told.refused);
    return make("section", { class: "conflict", role: "alert" },
      make("h2", {}, say("missed_refused")), make("p", {}, text), why,
      make("div", { class: "row" }, button(say("try_again"), retry, { class: "quiet" }), button(say("drop"), drop, { class: "quiet" })));
  }
  const back = () => {
    drop();
    tell(say("taken_back"));
  };
  return make("section", { class: "missed" },
    make("p", {}, text, make("br"), make("span", { class: "small" }, !safe ? say("not_kept") : say(content.served ? "waits" : "on_device"))),
    told.sent ? null : button(say("take_back"), back, { class: "quiet", id: `take-back-${told.start}` }));
}

/**
 * What is said of a night of which was told that nothing was recorded.
 * @param {Night} night
 */
function toldNote(night) {
  return isTold(night.date) && !isRecorded(night.date) ? [make("p", { class: "note" }, say("missed_note"))] : [];
}

// --- to the trial folder, and into a file

/** Entries that the trial folder, or the file, is to get. */
function missedToExport() {
  return store.missed.map(({ start, end, taken, entered }) => ({ start, end, taken, entered }));
}

/** @param {Set<string>} left first evenings that were sent just now */
function missedToSend(left) {
  return store.missed.filter((one) => one.refused === undefined && !left.has(one.start)).slice(0, MOST_ENTRIES);
}

/**
 * Puts on record that the folder may have these from now on: they are not taken back here any more.
 * @param {Told[]} sent
 */
function missedGoOut(sent) {
  if (!sent.length) return;
  keep((all) => {
    for (const one of all.missed) if (sent.some(({ start, end }) => start === one.start && end === one.end)) one.sent = true;
  });
}

/** @param {any} results */
function settleMissed(results) {
  if (!Array.isArray(results) || !results.length) return;
  keep((all) => {
    for (const { start, end, status, message } of results) {
      const told = all.missed.find((one) => one.start === start && one.end === end);
      if (!told) continue;
      if (status === "refused") told.refused = String(message ?? "");
      else {
        all.missed = all.missed.filter((one) => one !== told);
        all.heard.push({ start, end, taken: told.taken });
      }
    }
  });
  again = true; // the folder has doses of these nights now, or something else
  refresh();
  if (!results.some(({ status }) => status === "refused")) tell(say("in_folder"));
}
