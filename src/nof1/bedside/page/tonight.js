// What there is to take this evening, and that it was taken: the same words as in the terminal, the calendar and the booklet.

/** The evening that is meant now: tonight's, or the first while that is to come; none after the last. */
function eveningMeant() {
  const tonight = thisEvening();
  return nightOf.get(tonight < content.first ? content.first : tonight) ?? null;
}

/**
 * The line of this evening, and what can be done about it.
 * @param {"h1" | "p"} tag
 */
function tonightCard(tag) {
  const night = eveningMeant();
  if (night === null) return [];
  const { text } = content.evenings[night.evening];
  const when = dates({ weekday: "short", day: "numeric", month: "short" }).format(day(night.date));
  const begun = night.date === thisEvening();
  const line = say(begun ? "tonight" : "first_evening", { day: when, what: text[language] });
  return [make("section", { class: "tonight" }, make(tag, { class: "line" }, ...together(line)), ...(begun ? doseOf(night) : []))];
}

/**
 * What is recorded of the evening's dose, or a button that records it as planned.
 * @param {Night} night
 */
function doseOf(night) {
  const { cell, takes } = content.evenings[night.evening];
  const question = questionsOf(night).find((one) => one.field === content.dose);
  const recorded = known(night.date)[content.dose] ?? "";
  if (question && recorded) {
    return [
      make("p", {}, say("tonight_recorded", { value: cellText(question, recorded) }), make("br"), make("span", { class: "small", id: "dose-state" }, stateText(night))),
      button(say("take_back"), () => putDown(night, ""), { class: "quiet", id: "take-back" }),
    ];
  }
  if (!question || !cell) return [];
  return [button(say(takes ? "record_done" : "record_nothing"), () => putDown(night, cell), { class: "main", id: "record-dose" })];
}

/**
 * @param {Night} night
 * @param {string} cell
 */
function putDown(night, cell) {
  enter(night.date, { [content.dose]: cell }, begunWith(night.date), stamp(new Date()));
  refresh();
  document.getElementById(cell ? "take-back" : "record-dose")?.focus();
  if (!safe) tell(say(storage === null ? "kept_in_memory" : "not_kept"));
  else if (!cell) tell(say("taken_back"));
  else if (content.served) tellServed(night.date);
  else tell(say("on_device"));
  void meet();
}

/** The page to which reminders of the evening lead. */
function tonightView() {
  const night = eveningMeant();
  if (night === null) return [make("header", {}, make("h1", {}, content.title[language])), make("p", {}, say("no_evening"))];
  return [
    ...tonightCard("h1"),
    make("p", { class: "small" }, bothDays(night.date), make("br"), bothDates(night.date), make("br"), placeOf(night)),
    conflictNote(night),
    ...around(night),
  ];
}
