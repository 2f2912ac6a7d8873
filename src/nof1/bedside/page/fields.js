// Questions as things to tap and type into: radio buttons, checkboxes, text fields of the browser's own.

const OTHER = "other";
const MOST_BUTTONS = 11;
const SURE = ["0", "10", "20", "30", "40", "50", "60", "70", "80", "90", "100"];

/**
 * @param {Question} question
 * @param {string} cell what is recorded
 * @param {() => void} changed
 * @returns {Field}
 */
function fieldFor(question, cell, changed) {
  if (question.kind === "side_effects") return sideEffectsField(question, cell, changed);
  if (question.kind === "text") return textField(question, cell, changed);
  return choiceField(question, cell, changed);
}

/**
 * What can be tapped, and whether an amount can be typed as well.
 * @param {Question} question
 * @returns {{ choices: Choice[], typed: boolean, numbers: boolean }}
 */
function tapped(question) {
  const plain = (/** @type {string[]} */ values) => values.map((value) => ({ value, text: number(Number(value)) }));
  if (question.kind === "confidence") return { choices: plain(SURE), typed: false, numbers: true };
  if (question.kind === "clock") return { choices: question.choices, typed: true, numbers: false };
  if (question.choices.length) return { choices: question.choices, typed: false, numbers: false };
  const { low, high } = question;
  if (question.kind === "rating" && question.whole && low !== null && high !== null && high - low < MOST_BUTTONS) {
    const values = Array.from({ length: high - low + 1 }, (_, i) => String(low + i));
    return { choices: plain(values), typed: false, numbers: true };
  }
  return { choices: doseChoices(question), typed: true, numbers: false };
}

/**
 * One answer of several, or an amount that is typed.
 * @param {Question} question
 * @param {string} cell
 * @param {() => void} changed
 * @returns {Field}
 */
function choiceField(question, cell, changed) {
  const { choices, typed, numbers } = tapped(question);
  const name = `field-${question.field}`;
  const all = [...choices];
  if (cell && !typed && !all.some((choice) => choice.value === cell)) all.push({ value: cell, text: cellText(question, cell) });
  if (typed && all.length) all.push({ value: OTHER, text: say(otherWords(question)) });
  const radios = all.map((choice, i) => make("input", { type: "radio", name, id: `${name}-${i}`, value: choice.value, change: update }));
  const clear = button("×", () => { restore({ picked: [], text: "" }); radios[0]?.focus(); update(); }, {
    class: "clear", id: `clear-${question.field}`, "aria-label": say("clear", { question: question.asks }),
  });
  const amount = typed ? amountInput(question, all.length > 0, update) : null;
  const group = make("div", { class: numbers ? "choices numbers" : "choices" },
    ...radios.map((radio, i) => make("label", { class: "choice" }, radio, make("span", {}, all[i].text))),
  );
  const frame = framed(question, radios.length ? group : null, amount?.line ?? null, radios.length ? clear : null);

  function picked() {
    return radios.find((radio) => radio.checked)?.value ?? "";
  }
  function show() {
    clear.classList.toggle("away", !picked());
    if (amount && radios.length) amount.line.hidden = picked() !== OTHER;
  }
  function update() {
    show();
    frame.complain("");
    changed();
  }
  /** @param {RawAnswer} raw */
  function restore(raw) {
    for (const radio of radios) radio.checked = raw.picked.includes(radio.value);
    if (amount) amount.input.value = raw.text;
    show();
  }
  const known = choices.some((choice) => choice.value === cell) || !typed;
  const written = !cell || known ? "" : question.kind === "clock" ? cell : number(Number(cell));
  restore({ picked: !cell ? [] : [known ? cell : OTHER], text: written });
  return {
    question,
    element: frame.element,
    complain: frame.complain,
    restore,
    raw: () => ({ picked: picked() ? [picked()] : [], text: amount?.input.value ?? "" }),
    answer() {
      const value = picked();
      if (!amount || (radios.length && value !== OTHER)) return { cell: value, problem: "" };
      if (radios.length && !amount.input.value.trim()) return { cell: "", problem: say(question.kind === "clock" ? "which_time" : "how_much") };
      return question.kind === "clock" ? clockAnswer(amount.input.value) : numberAnswer(question, amount.input.value);
    },
  };
}

/**
 * What the button says that opens the field for typing.
 * @param {Question} question
 */
function otherWords(question) {
  if (question.kind === "clock") return "at_a_time";
  return question.kind === "dose" && !question.unit ? "other_share" : "other_amount";
}

/**
 * @param {Question} question
 * @param {boolean} among whether it stands below buttons
 * @param {() => void} changed
 */
function amountInput(question, among, changed) {
  const id = `amount-${question.field}`;
  if (question.kind === "clock") {
    const time = make("input", { id, type: "time", change: changed, input: changed });
    return { input: time, line: make("div", { class: "amount" }, make("label", { for: id, class: "small" }, say("time")), time) };
  }
  const below = question.low !== null && question.low < 0; // some keyboards for numbers have no minus
  const input = make("input", {
    id, type: "text", autocomplete: "off", maxlength: 40, inputmode: below || !question.unit && question.kind === "dose" ? "text" : "decimal", input: changed,
  });
  const share = question.kind === "dose" && !question.unit;
  const text = share ? say("share") : question.unit ? say("amount_in", { unit: question.unit }) : say("amount");
  const label = make("label", { for: id, class: "small" }, among || question.unit ? text : say("number"));
  return { input, line: make("div", { class: "amount" }, label, input) };
}

/**
 * Any of the short list, and own words; stop rules are told at once.
 * @param {Question} question
 * @param {string} cell
 * @param {() => void} changed
 * @returns {Field}
 */
function sideEffectsField(question, cell, changed) {
  const listed = question.choices.map((choice) => choice.value);
  const boxes = listed.map((value, i) => make("input", { type: "checkbox", id: `side-effect-${i}`, value, change: update }));
  const own = make("input", { id: "own-words", type: "text", autocomplete: "off", maxlength: content.most_letters, input: update });
  const told = make("div", { class: "told", "aria-live": "assertive" });
  const frame = framed(question,
    make("p", { class: "small" }, say("none_if_empty")),
    make("div", { class: "choices" }, ...boxes.map((box, i) => make("label", { class: "choice" }, box, make("span", {}, question.choices[i].text)))),
    make("div", { class: "amount" }, make("label", { for: "own-words", class: "small" }, say("own_words")), own),
    told,
  );
  const value = () => sideEffectsCell(content.stop, listed, boxes.filter((box) => box.checked).map((box) => box.value), own.value);
  function show() {
    const sentences = stopSentences(value());
    if (sentences.join() === [...told.children].map((one) => one.textContent).join()) return;
    told.replaceChildren(...sentences.map((sentence) => make("p", { class: "alert" }, sentence)));
    told.scrollIntoView({ block: "nearest" }); // it must not stay below the edge
  }
  function update() {
    show();
    frame.complain("");
    changed();
  }
  /** @param {RawAnswer} raw */
  function restore(raw) {
    for (const box of boxes) box.checked = raw.picked.includes(box.value);
    own.value = raw.text;
    show();
  }
  const parts = cell.split(";").map((part) => part.trim()).filter(Boolean);
  const inList = (/** @type {string} */ part) => listed.find((value) => value.toLowerCase() === part.toLowerCase());
  restore({
    picked: parts.flatMap((part) => inList(part) ?? []),
    text: parts.filter((part) => !inList(part)).join("; "),
  });
  return {
    question,
    element: frame.element,
    complain: frame.complain,
    restore,
    raw: () => ({ picked: boxes.filter((box) => box.checked).map((box) => box.value), text: own.value }),
    answer: () => value().length > content.most_letters ? { cell: "", problem: say("too_long") } : { cell: value(), problem: "" },
  };
}

/**
 * What the stop rules say to side effects and to a note.
 * @param {string} cell
 * @param {string} note
 */
function stopSentences(cell, note = "") {
  const list = content.questions.map((one) => one[language]).find((one) => one.kind === "side_effects")?.choices ?? [];
  const parts = [...cell.split(";").map((part) => part.trim()).filter(Boolean), ...noteSentences(note)];
  const met = parts.flatMap((entered) =>
    rulesMet(content.stop, entered).map((rule) => ({ entered, rule })));
  const first = [...met.filter(({ rule }) => rule.level === "emergency"), ...met.filter(({ rule }) => rule.level !== "emergency")];
  return first.map(({ entered, rule }) => filled(content.stop.sentences[rule.level][language], {
    entered: say("quoted", { text: list.find((one) => one.value === entered)?.text ?? entered }),
    rule: rule.text[language], action: rule.action[language], source: rule.source[language],
  }));
}

/**
 * @param {Question} question
 * @param {string} cell
 * @param {() => void} changed
 * @returns {Field}
 */
function textField(question, cell, changed) {
  const id = `text-${question.field}`;
  const told = make("div", { class: "told", "aria-live": "polite" });
  const show = () => told.replaceChildren(...stopSentences("", area.value).map((sentence) => make("p", { class: "alert" }, sentence)));
  const area = make("textarea", { id, rows: 2, maxlength: content.most_letters, input: () => { show(); changed(); } });
  area.value = cell;
  show();
  const element = make("div", { class: "question", "data-field": question.field }, make("label", { for: id }, question.asks), area, told);
  return {
    question,
    element,
    complain: () => {},
    restore: (raw) => { area.value = raw.text; show(); },
    raw: () => ({ picked: [], text: area.value }),
    answer: () => ({ cell: area.value.trim(), problem: "" }),
  };
}

/**
 * A question with its answers in a group that a screen reader names by the question.
 * @param {Question} question
 * @param {...(HTMLElement | null)} parts
 */
function framed(question, ...parts) {
  const id = `problem-${question.field}`;
  const problem = make("p", { class: "problem", id, role: "alert" });
  const about = `about-${question.field}`;
  const element = make("fieldset", { class: "question", "data-field": question.field, "aria-describedby": question.about ? about : false },
    make("legend", {}, question.asks),
    question.scale ? make("p", { class: "small" }, question.scale) : null,
    question.about ? make("p", { class: "about", id: about }, ...together(question.about)) : null,
    ...parts,
    problem,
  );
  /** @param {string} text */
  function complain(text) {
    problem.textContent = text;
    for (const input of element.querySelectorAll("input[type=text], input[type=time]")) {
      if (text) {
        input.setAttribute("aria-invalid", "true");
        input.setAttribute("aria-describedby", id);
      } else {
        input.removeAttribute("aria-invalid");
        input.removeAttribute("aria-describedby");
      }
    }
  }
  return { element, complain };
}
