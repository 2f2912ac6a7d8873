// The form of one night: a draft at every tap, and what is saved in the end.

/**
 * @param {Night} night
 * @param {() => void} saved
 * @param {(() => void) | null} left where there is something to go back to
 */
function nightForm(night, saved, left) {
  const recorded = known(night.date);
  const draft = draftOf(night.date);
  const begun = draft ?? begunWith(night.date);
  const fields = questionsOf(night).map((question) => fieldFor(question, recorded[question.field] ?? "", changed));
  if (draft) for (const field of fields) if (isRaw(draft.raw[field.question.field])) field.restore(draft.raw[field.question.field]);
  const correcting = isRecorded(night.date);
  const form = make("form", { novalidate: true, submit },
    ...fields.map((field) => field.element),
    make("div", { class: "bar" },
      left === null ? null : button(say("cancel"), () => { keepDraft(night.date, null); left(); }, { class: "quiet" }),
      make("button", { type: "submit", class: "main" }, say(correcting ? "save_correction" : "save")),
    ),
  );

  function changed() {
    const raw = Object.fromEntries(fields.map((field) => [field.question.field, field.raw()]));
    tell("");
    if (!keepDraft(night.date, { seen: begun.seen, revisions: begun.revisions, mine: begun.mine, raw })) safe = false;
    showConditions();
  }

  function showConditions() {
    const cells = Object.fromEntries(fields.map((field) => [field.question.field, field.answer().cell]));
    for (const { question, element } of fields) {
      if (question.only_if) element.hidden = !question.only_if.values.includes(cells[question.only_if.field]);
    }
  }

  /** @param {Event} event */
  function submit(event) {
    event.preventDefault();
    /** @type {Cells} */
    const cells = {};
    /** @type {Field[]} */
    const unfit = [];
    for (const field of fields) {
      const { cell, problem } = field.element.hidden ? { cell: "", problem: "" } : field.answer();
      cells[field.question.field] = cell;
      field.complain(problem);
      if (problem) unfit.push(field);
    }
    if (unfit.length) {
      /** @type {HTMLElement | null} */ (unfit[0].element.querySelector("input[type=text], input[type=time]"))?.focus();
      tell(say("look_again"));
      return;
    }
    if (![...Object.values(cells), ...Object.values(known(night.date))].some(Boolean)) {
      tell(say("nothing_answered"));
      return;
    }
    const kept = enter(night.date, { ...cells, ...goneGrades(night.date, cells) }, begun, stamp(new Date()));
    if (kept || storage === null) keepDraft(night.date, null);
    answered = night.date;
    saved();
    void meet();
    if (kept) void navigator.storage?.persist?.().catch(() => false);
  }

  showConditions();
  return form;
}

/** @param {any} raw */
function isRaw(raw) {
  return isTable(raw) && Array.isArray(raw.picked) && typeof raw.text === "string";
}
