// What is on the screen: one night, asked or recorded, or the list of all nights.

const LISTED = 60; // nights of the list that are shown at once
const MISSING = 5; // missing nights that are named below a night
/** The night that is being corrected, "" for none. */
let correcting = "";
/** The night that was just answered, though it may be with its dose alone. */
let answered = "";

/** @param {Night} night */
function nightView(night) {
  const head = make("header", {}, make("h1", {}, bothDays(night.date)), make("p", { class: "small" }, bothDates(night.date), make("br"), placeOf(night)));
  if (night.date > lastNight()) {
    const morning = dates({ weekday: "long", day: "numeric", month: "long" }).format(day(later(night.date, 1)));
    return [head, conflictNote(night), make("p", {}, say("not_over", { morning }))];
  }
  const again = () => { correcting = ""; grading = ""; refresh({ head: true }); };
  const draft = draftOf(night.date) !== null;
  const told = isRecorded(night.date) || (answered === night.date && Object.values(known(night.date)).some(Boolean));
  if (grading && told && gradable(known(night.date)).includes(grading)) return [head, conflictNote(night), gradeForm(night, grading, again)];
  if (told && !draft && correcting !== night.date) return [head, ...recordedView(night)];
  if (night.pause && !draft && correcting !== night.date) {
    return [head, make("p", {}, say("in_pause")), button(say("record_anyway"), () => correct(night), { class: "quiet" }), ...around(night)];
  }
  const form = nightForm(night, () => { again(); tellSaved(night); }, told || night.pause ? again : null);
  return [head, conflictNote(night), ...toldNote(night), form];
}

/** @param {Night} night */
function correct(night) {
  correcting = night.date;
  tell("");
  refresh({ head: true });
}

/** @param {Night} night */
function tellSaved(night) {
  if (!safe) tell(say(storage === null ? "kept_in_memory" : "not_kept"));
  else if (content.served) tellServed(night.date);
  else tell(saySome(ratedCount(), "saved", { of: counted.length }));
}

function ratedCount() {
  return counted.filter((night) => known(night.date)[content.outcome]).length;
}

/** @param {Night} night */
function recordedView(night) {
  const cells = known(night.date);
  const rows = questionsOf(night)
    .filter((question) => !question.only_if || question.only_if.values.includes(cells[question.only_if.field] ?? ""))
    .flatMap((question) => [make("dt", {}, question.asks), make("dd", {}, cellText(question, cells[question.field] ?? ""))]);
  return [
    ...stopSentences(cells.side_effects ?? "", cells.note ?? "").map((sentence) => make("p", { class: "alert" }, sentence)),
    ...limitSentences(cells.dose_mg ?? "").map((sentence) => make("p", { class: "alert" }, sentence)),
    ...seriousSentences(cells).map((sentence) => make("p", { class: "alert" }, sentence)),
    conflictNote(night),
    make("p", { class: "state", id: "state" }, stateText(night)),
    make("dl", {}, ...rows),
    button(say("correct"), () => correct(night), { class: "quiet" }),
    ...gradesView(night),
    ...around(night),
  ];
}

/**
 * Where the night is kept.
 * @param {Night} night
 */
function stateText(night) {
  if (!safe) return say(storage === null ? "kept_in_memory" : "not_kept");
  if (content.served) return say(night.date in store.waiting ? "waits" : "in_folder");
  return say("on_device");
}

/**
 * The upper levels, and limits of nof1's own, that a dose goes above with what other products hold.
 * @param {string} cell
 */
function limitSentences(cell) {
  const taken = Number(cell);
  if (!(taken > 0)) return [];
  const other = content.other_mg;
  const dose = Math.round((taken + other) * 1e6) / 1e6;
  const amount = other ? say("dose_amount_other", { dose, taken, other }) : say("dose_amount", { dose });
  return content.limits.filter((limit) => dose > limit.mg && dose <= (limit.to ?? Infinity)).map((limit) => {
    const times = Number((dose / limit.mg).toPrecision(2));
    const key = limit.says === "above" && dose >= limit.times_from * limit.mg ? "above_times" : limit.says;
    return say(key, { amount, mg: limit.limit, text: limit.text[language], source: limit.source[language], times });
  });
}

/**
 * What may be done next: missing nights, the export.
 * @param {Night} night
 */
function around(night) {
  const missing = missingNights().filter((one) => one !== night);
  const links = missing.slice(0, MISSING).map((one) => make("li", {}, nightLink(one)));
  return [
    ...(links.length ? [make("h2", {}, saySome(missing.length, "missing")), make("ul", { class: "links" }, ...links)] : []),
    ...furtherGrades(night),
    ...exportView(),
  ];
}

/** @param {Night} night */
function nightLink(night) {
  return make("a", { href: `#night=${night.date}` }, bothDays(night.date), make("span", { class: "small" }, bothDates(night.date)));
}

function exportView() {
  if (!nightsToExport().length && !missedToExport().length) return [];
  const last = store.exported ? say("last_export", { moment: momentText(store.exported) }) : say("never_exported");
  return [
    make("section", { class: exportIsDue() ? "export due" : "export" },
      make("h2", {}, say("export_title")),
      exportIsDue() ? make("p", { class: "reminder" }, say("export_due")) : null,
      make("p", { class: "small" }, content.served ? say("export_waiting") : `${say("export_why")} ${last}`),
      make("div", { class: "row" },
        button(say("export"), () => void exportNights("json"), { class: exportIsDue() ? "main" : "quiet" }),
        button(say("export_table"), () => void exportNights("csv"), { class: "quiet" }),
      ),
    ),
  ];
}

let shownNights = LISTED;

function listView() {
  const latest = lastNight();
  const past = nights.filter((night) => night.date <= latest).reverse();
  const rows = past.slice(0, shownNights).map((night) => make("li", { class: stateOf(night) }, nightLink(night), make("span", { class: "mark" }, markOf(night))));
  const more = past.length > shownNights
    ? button(say("earlier_nights"), () => { shownNights += LISTED; refresh(); }, { class: "quiet" }) : null;
  return [
    make("header", {}, make("h1", {}, say("all_nights")), make("p", { class: "small" }, content.title[language], make("br"), saySome(ratedCount(), "recorded_count", { of: counted.length }))),
    make("ul", { class: "links nights" }, ...rows),
    ...(more ? [more] : []),
    make("p", { class: "small" }, past.length < nights.length ? saySome(nights.length - past.length, "to_come") : say("over")),
    ...exportView(),
  ];
}

/** @param {Night} night */
function stateOf(night) {
  if (store.waiting[night.date]?.conflict || store.waiting[night.date]?.refused) return "open";
  if (known(night.date)[content.outcome]) return "done";
  if (night.pause) return "pause";
  return isTold(night.date) ? "told" : "missing";
}

/** @param {Night} night */
function markOf(night) {
  const state = stateOf(night);
  const rating = known(night.date)[content.outcome];
  if (state === "open") return say("mark_open");
  if (state === "done") return number(Number(rating));
  if (state === "pause") return say("mark_pause");
  if (draftOf(night.date)) return say("mark_draft");
  return say(state === "told" ? "mark_told" : "mark_missing");
}

/** Before the first night, and after the last. */
function outsideView() {
  const title = make("h1", {}, content.title[language]);
  if (lastNight() < content.first) {
    const when = dates({ weekday: "long", day: "numeric", month: "long" });
    const text = say(content.first === thisEvening() ? "first_night" : "not_begun", { night: bothDays(content.first), morning: when.format(day(later(content.first, 1))) });
    return [make("header", {}, title), make("p", {}, ...together(text))];
  }
  return listView();
}
