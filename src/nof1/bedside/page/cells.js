// From an answer to the text of a cell, and back: as `nof1.record.questions` does it, which checks it again.

/** @typedef {{ cell: string, problem: string }} Answer */

/** @param {string} problem */
const wrong = (problem) => ({ cell: "", problem });

/**
 * @param {Question} question
 * @param {string} text
 * @returns {Answer}
 */
function numberAnswer(question, text) {
  const said = text.trim().toLowerCase();
  if (!said) return { cell: "", problem: "" };
  if (isAmbiguous(withoutUnit(question, said))) return wrong(say("two_ways", { text: short(text) }));
  const share = question.kind === "dose" && !question.unit ? shareOf(said) : null;
  const value = share ?? plainNumber(withoutUnit(question, said));
  const { low, high } = question;
  if (value === null) return wrong(say("no_number", { text: short(text) }));
  if ((low !== null && value < low) || (high !== null && value > high)) {
    return wrong(say("outside", { text: short(text), low: low ?? 0, high: high ?? 0 }));
  }
  if (question.whole && !Number.isInteger(value)) return wrong(say("not_whole", { text: short(text) }));
  return { cell: String(value === 0 ? 0 : value), problem: "" };
}

/**
 * @param {string} text as a browser's own field for clock times gives it
 * @returns {Answer}
 */
function clockAnswer(text) {
  const said = text.trim();
  return /^(?:(?:[01][0-9]|2[0-3]):[0-5][0-9])?$/.test(said) ? { cell: said, problem: "" } : wrong(say("no_clock", { text: short(text) }));
}

/**
 * @param {Question} question
 * @param {string} said
 */
function withoutUnit(question, said) {
  const unit = question.unit.toLowerCase();
  return unit && said.endsWith(unit) ? said.slice(0, -unit.length).trim() : said;
}

/**
 * 1,230 is one and a bit to some, a thousand and more to others.
 * @param {string} said
 */
function isAmbiguous(said) {
  return /^[^.,]*,[^.,]{3}$/.test(said) && !/^-?0,/.test(said);
}

/**
 * A number with a point or a comma; null if it is none.
 * @param {string} said
 */
function plainNumber(said) {
  const pointed = said.includes(".") ? said : said.replace(",", ".");
  if (!/^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/.test(pointed)) return null;
  const value = Number(pointed);
  return Number.isFinite(value) ? value : null;
}

/**
 * A share as a fraction or in percent; null if it is neither.
 * @param {string} said
 */
function shareOf(said) {
  const fraction = /^(\d{1,9})\s*\/\s*(\d{1,9})$/.exec(said);
  if (fraction && Number(fraction[2])) return Number(fraction[1]) / Number(fraction[2]);
  const percent = /^(\d{1,9})\s*%$/.exec(said);
  return percent ? Number(percent[1]) / 100 : null;
}

/** @param {string} text */
function short(text) {
  return text.trim().length <= 40 ? text.trim() : `${text.trim().slice(0, 39)}…`;
}

/**
 * A cell in words, such as "200 mg".
 * @param {Question} question
 * @param {string} cell
 */
function cellText(question, cell) {
  if (!cell && question.kind === "side_effects") return say("none_entered");
  if (!cell) return say(question.empty === "none" ? "none" : "not_known");
  const texts = new Map(question.choices.map((choice) => [choice.value.toLowerCase(), choice.text]));
  if (question.kind === "side_effects") {
    return cell.split(";").map((part) => texts.get(part.trim().toLowerCase()) ?? part.trim()).join("; ");
  }
  if (question.kind === "text") return cell;
  const choice = texts.get(cell.toLowerCase());
  if (choice !== undefined) return choice;
  if (question.kind === "dose" && cell === question.no) return say("nothing");
  const quick = doseChoices(question).find((one) => one.value === cell);
  if (quick && !question.unit) return quick.text;
  const value = plainNumber(cell);
  const amount = value === null ? cell : number(value);
  return question.unit ? `${amount} ${question.unit}` : amount;
}

/**
 * The answers to a question about an amount that need no typing.
 * @param {Question} question
 * @returns {Choice[]}
 */
function doseChoices(question) {
  if (question.kind !== "dose") {
    const both = question.yes !== null && question.no !== null;
    const yes = question.yes === null ? [] : [{ value: question.yes, text: say("yes") }];
    return question.no === null ? yes : [...yes, { value: question.no, text: both ? say("no", { end: "" }) : say("none") }];
  }
  const share = question.unit === "";
  const all = share ? say("all") : say("as_planned", { dose: number(Number(question.yes)), unit: question.unit });
  return [
    ...(question.yes === null ? [] : [{ value: question.yes, text: all }]),
    ...(share ? [{ value: "0.5", text: say("half") }] : []),
    ...(question.no === null ? [] : [{ value: question.no, text: say("nothing") }]),
  ];
}
