// Side effects that are graded: what nof1 log asks once a night is recorded, offered here and never asked for by itself. A grade is a cell of its
// night, by a name such as "headache: severity"; what can be graded, and when it is asked, is as in `nof1.record.diary.events`.

const BETWEEN = ": ";
const GRADES = content.grading.questions.map((question) => parted(question.en.field).field);
/** The side effect of the night on the screen that is being graded, "" for none. */
let grading = "";

/** @param {string} column */
function parted(column) {
  const at = column.lastIndexOf(BETWEEN);
  return at < 0 ? { what: "", field: column } : { what: column.slice(0, at), field: column.slice(at + BETWEEN.length) };
}

/** @param {string} column */
function isGrade(column) {
  const { what, field } = parted(column);
  return what.trim() !== "" && GRADES.includes(field);
}

/** @param {string} cell */
function sideEffectsIn(cell) {
  return cell.split(";").map((part) => part.trim()).filter(Boolean);
}

/**
 * What of a night can be graded: its side effects, and sentences of its note that tell a sign with which to stop.
 * @param {Cells} cells
 */
function gradable(cells) {
  const signs = noteSentences(cells.note ?? "").filter((sentence) => rulesMet(content.stop, sentence).length);
  const found = new Map();
  for (const word of [...sideEffectsIn(cells.side_effects ?? ""), ...signs]) {
    if (!found.has(word.toLowerCase())) found.set(word.toLowerCase(), word);
  }
  return [...found.values()];
}

/**
 * What was said of a side effect, by what was asked.
 * @param {Cells} cells of its night
 * @param {string} what
 * @returns {Cells}
 */
function gradesOf(cells, what) {
  const said = GRADES.map((field) => [field, cells[what + BETWEEN + field] ?? ""]);
  return Object.fromEntries(said.filter(([, code]) => code));
}

/** All side effects that were graded, with their nights, in calendar order. */
function events() {
  return nights.flatMap((night) => {
    const cells = known(night.date);
    const whats = new Set(Object.keys(cells).filter((column) => cells[column] && isGrade(column)).map((column) => parted(column).what));
    return [...whats].map((what) => ({ night, what, said: gradesOf(cells, what) }));
  });
}

/** Those that were not over when they were graded. */
function goingOn() {
  return events().filter(({ said }) => content.grading.open.includes(said.outcome ?? ""));
}

/** Side effects of which nobody has said how bad they were, each with the first night that has it. */
function ungraded() {
  const graded = new Set(events().map(({ what }) => what.toLowerCase()));
  const listed = listedEffects().map((one) => one.value);
  const found = new Map();
  for (const night of nights) {
    for (const what of sideEffectsIn(known(night.date).side_effects ?? "")) {
      const key = what.toLowerCase();
      const none = content.stop.none.includes(key) || isDenial(content.stop, listed, what);
      if (!none && !graded.has(key) && !found.has(key)) found.set(key, { night, what });
    }
  }
  return [...found.values()];
}

function listedEffects() {
  return content.questions.map((one) => one[language]).find((one) => one.kind === "side_effects")?.choices ?? [];
}

/**
 * A side effect in the language of the page, as long as a question has room for.
 * @param {string} what
 */
function effectText(what) {
  const text = listedEffects().find((one) => one.value === what)?.text ?? what;
  const letters = [...text];
  return letters.length <= content.grading.letters ? text : `${letters.slice(0, content.grading.letters - 1).join("")}…`;
}

/**
 * The questions about a side effect; their fields are without its words, which no identifier could hold.
 * @param {string} what
 * @returns {Question[]}
 */
function gradeQuestions(what) {
  return content.grading.questions.map((question, at) => {
    const one = question[language];
    return { ...one, field: `grade-${GRADES[at]}`, asks: filled(one.asks, { what: effectText(what) }) };
  });
}

/**
 * The question that a cell answers: of the night itself, or of one of its side effects.
 * @param {Night} night
 * @param {string} column
 */
function questionFor(night, column) {
  if (!isGrade(column)) return questionsOf(night).find((one) => one.field === column);
  const { what, field } = parted(column);
  return gradeQuestions(what)[GRADES.indexOf(field)];
}

/**
 * Grades that go because their side effect does, with empty cells.
 * @param {string} night
 * @param {Cells} cells as they are entered now
 * @returns {Cells}
 */
function goneGrades(night, cells) {
  const before = known(night);
  const words = gradable({ ...before, ...cells });
  const gone = Object.keys(before).filter((column) => before[column] && isGrade(column) && !words.includes(parted(column).what));
  return Object.fromEntries(gone.map((column) => [column, ""]));
}

/**
 * Whom to tell of a side effect that is recorded as serious.
 * @param {Cells} cells
 */
function seriousSentences(cells) {
  return gradable(cells).filter((what) => isSerious(gradesOf(cells, what).serious)).map(seriousSentence);
}

/** @param {string | undefined} code */
function isSerious(code) {
  return code !== undefined && !["", "no"].includes(code);
}

/** @param {string} what */
function seriousSentence(what) {
  return filled(content.grading.serious[language], { what: say("quoted", { text: effectText(what) }) });
}

// --- on the screen

/**
 * What was said of the night's side effects, and the offer to say more.
 * @param {Night} night
 */
function gradesView(night) {
  const cells = known(night.date);
  const earlier = goingOn().filter((event) => event.night.date < night.date);
  const rows = gradable(cells).flatMap((what, at) => {
    const said = gradesOf(cells, what);
    const begun = draftOf(gradeDraft(night, what)) !== null;
    const open = (/** @type {string} */ text) => locked ? [] : [button(text, () => grade(what), { class: "quiet", id: `grade-${at}` })];
    if (Object.keys(said).length) {
      const told = gradeQuestions(what).flatMap((question, i) => said[GRADES[i]] ? [cellText(question, said[GRADES[i]])] : []);
      return [make("p", { class: "said" }, make("strong", {}, effectText(what)), make("br"), told.join("; ")), ...open(say("grade_change"))];
    }
    const before = earlier.find((event) => event.what.toLowerCase() === what.toLowerCase());
    if (before && !begun) return [make("p", { class: "said" }, say("goes_on", { what: effectText(what) }), " ", nightLink(before.night))];
    return open(say(begun ? "grade_begun" : "grade_offer", { what: effectText(what) }));
  });
  return rows.length ? [make("section", { class: "grades" }, make("h2", {}, say("grade_title")), ...rows)] : [];
}

/** @param {string} what */
function grade(what) {
  grading = what;
  tell("");
  refresh({ head: true });
}

/**
 * The key of a draft.
 * @param {Night} night
 * @param {string} what
 */
function gradeDraft(night, what) {
  return `${night.date} ${what}`;
}

/**
 * The questions about a side effect, each to be left open.
 * @param {Night} night
 * @param {string} what
 * @param {() => void} left
 */
function gradeForm(night, what, left) {
  const key = gradeDraft(night, what);
  const draft = draftOf(key);
  const begun = draft ?? begunWith(night.date);
  const said = gradesOf(known(night.date), what);
  const told = make("div", { class: "told", "aria-live": "assertive" });
  const fields = gradeQuestions(what).map((question, at) => fieldFor(question, said[GRADES[at]] ?? "", changed));
  if (draft) for (const field of fields) if (isRaw(draft.raw[field.question.field])) field.restore(draft.raw[field.question.field]);
  const serious = GRADES.indexOf("serious");
  fields[serious].element.append(told);

  function show() {
    const sentences = isSerious(fields[serious].answer().cell) ? [seriousSentence(what)] : [];
    if (sentences.length === told.childElementCount) return;
    told.replaceChildren(...sentences.map((sentence) => make("p", { class: "alert" }, sentence)));
    told.scrollIntoView({ block: "nearest" });
  }

  function changed() {
    tell("");
    const raw = Object.fromEntries(fields.map((field) => [field.question.field, field.raw()]));
    if (!keepDraft(key, { seen: begun.seen, revisions: begun.revisions, mine: begun.mine, raw })) safe = false;
    show();
  }

  function leave() {
    keepDraft(key, null);
    left();
  }

  /** @param {Event} event */
  function submit(event) {
    event.preventDefault();
    const answers = fields.map((field, at) => [what + BETWEEN + GRADES[at], field.answer().cell, said[GRADES[at]] ?? ""]);
    const cells = Object.fromEntries(answers.filter(([, cell, before]) => cell || before).map(([column, cell]) => [column, cell]));
    if (!Object.keys(cells).length) {
      tell(say("nothing_answered"));
      return;
    }
    const kept = enter(night.date, cells, begun, stamp(new Date()));
    if (kept || storage === null) keepDraft(key, null);
    left();
    tellSaved(night);
    void meet();
  }

  show();
  return make("form", { novalidate: true, submit },
    make("p", { class: "small" }, say("grade_why")),
    ...fields.map((field) => field.element),
    make("div", { class: "bar" }, button(say("cancel"), leave, { class: "quiet" }), make("button", { type: "submit", class: "main" }, say("save"))),
  );
}

/**
 * Side effects of other nights of which more can be said: ungraded, or not over when they were entered.
 * @param {Night} night
 */
function furtherGrades(night) {
  if (locked) return [];
  const links = (/** @type {{ night: Night, what: string }[]} */ found) => found.filter((one) => one.night !== night).slice(-MISSING).map((one) =>
    make("li", {}, make("a", { href: `#night=${one.night.date}` }, effectText(one.what), make("span", { class: "small" }, bothDates(one.night.date)))));
  const [open, more] = [links(goingOn()), links(ungraded())];
  return [
    ...(more.length ? [make("h2", {}, say("ungraded")), make("ul", { class: "links" }, ...more)] : []),
    ...(open.length ? [make("h2", {}, say("not_over_yet")), make("ul", { class: "links" }, ...open)] : []),
  ];
}
