// Where the trial folder has another value than what was entered here, or did not take it: the person chooses.

/**
 * Columns of a night in which another value was recorded meanwhile.
 * @param {Waiting} entry
 */
function contested(entry) {
  const there = entry.conflict ?? {};
  return Object.keys(entry.cells).filter((column) => {
    const recorded = there[column] ?? "";
    if (recorded === entry.cells[column] || entry.own[column]?.includes(recorded)) return false;
    const changed = entry.revisions !== undefined && (entry.revisions[column] ?? 0) !== (entry.found?.[column] ?? 0);
    return changed || (recorded !== "" && recorded !== (entry.seen[column] ?? ""));
  });
}

/** @param {Night} night */
function conflictNote(night) {
  const entry = store.waiting[night.date];
  if (!entry?.conflict) return entry?.refused === undefined ? make("div", { hidden: true }) : refusedNote(night, entry);
  const columns = contested(entry);
  const choices = columns.map((column) => {
    const question = questionFor(night, column);
    const text = (/** @type {string} */ cell) => question ? cellText(question, cell) : cell;
    const radio = (/** @type {string} */ value, /** @type {string} */ words) =>
      make("label", { class: "choice" }, make("input", { type: "radio", name: `conflict-${column}`, value }), make("span", {}, words));
    return make("fieldset", { class: "question", "data-conflict": column },
      make("legend", {}, question?.asks ?? column),
      make("div", { class: "choices" },
        radio("theirs", say("theirs", { value: text(entry.conflict?.[column] ?? "") })),
        radio("mine", say("mine", { value: text(entry.cells[column]) }))),
    );
  });
  return make("section", { class: "conflict" },
    make("h2", {}, say("conflict")),
    make("p", { class: "small" }, say("conflict_why")),
    ...choices,
    button(say("settle"), () => chosen(night.date, columns), { class: "main" }),
  );
}

/**
 * @param {string} night
 * @param {string[]} columns
 */
function chosen(night, columns) {
  const picks = columns.map((column) => document.querySelector(`input[name="conflict-${CSS.escape(column)}"]:checked`));
  if (picks.some((pick) => pick === null)) {
    tell(say("choose_each"));
    return;
  }
  const left = columns.filter((_, at) => /** @type {HTMLInputElement} */ (picks[at]).value === "theirs");
  keep((all) => {
    const entry = all.waiting[night];
    if (!entry?.conflict) return;
    all.recorded[night] = entry.conflict;
    // A guess and how sure it is belong together.
    const together = left.some((column) => ["guess", "confidence"].includes(column)) ? [...left, "guess", "confidence"] : left;
    const cells = Object.entries(entry.cells).filter(([column]) => !together.includes(column));
    if (cells.length) {
      const { own, conflict: seen, found: revisions } = entry;
      all.waiting[night] = { cells: Object.fromEntries(cells), seen, revisions, own, number: numbered(all), entered: stamp(new Date()) };
    } else delete all.waiting[night];
  });
  refresh({ head: true });
  void meet();
}

/**
 * @param {Night} night
 * @param {Waiting} entry
 */
function refusedNote(night, entry) {
  const retry = () => {
    keep((all) => { delete all.waiting[night.date]?.refused; });
    void meet();
  };
  const drop = () => {
    keep((all) => { delete all.waiting[night.date]; });
    refresh({ head: true });
    void meet(); // what the folder has of the night is shown, not what it had
  };
  return make("section", { class: "conflict" },
    make("h2", {}, say("refused")),
    make("p", { lang: "en" }, entry.refused ?? ""),
    make("div", { class: "row" }, button(say("try_again"), retry, { class: "quiet" }), button(say("drop"), drop, { class: "quiet" })),
  );
}
