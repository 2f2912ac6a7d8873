// Taking out what is kept here: a file for `nof1 import`, and a table for people.

const WEEK = 7 * 24 * 60 * 60 * 1000;
// What spreadsheet programs take for the beginning of a formula: as in `nof1.cells`.
const SIGNS = "=+\\-@\uff1d\uff0b\uff0d\uff20";
const FORMULA = new RegExp(`^'*[${SIGNS}\\t\\r\\n]`);
const INNER = new RegExp(`([;\\t\\r\\n])(?=["' ]*[${SIGNS}])`, "g");

/** Nights that a file should hold: those kept here; of a served page those that the trial folder does not have yet. */
function nightsToExport() {
  const from = content.served ? store.waiting : store.nights;
  return Object.keys(from).sort().map((night) => ({
    night,
    cells: from[night].cells,
    entered: from[night].entered,
    corrected: content.served ? [] : store.nights[night].corrected,
  }));
}

/** @param {Date} now */
function exportedText(now) {
  const file = {
    format: content.format,
    version: content.version,
    trial: content.trial,
    title: content.title.en,
    exported: stamp(now),
    device: store.device,
    nights: nightsToExport(),
    missed: missedToExport(),
  };
  return `${JSON.stringify(file, null, 1)}\n`;
}

/** The columns of diary.csv. */
function tableText() {
  const rows = nightsToExport().map(({ night, cells }) => content.columns.map((column) => column === "night" ? night : cells[column] ?? ""));
  return [content.columns, ...rows].map((row) => `${row.map((cell) => quoted(shielded(cell))).join(",")}\n`).join("");
}

/** @param {string} cell */
function shielded(cell) {
  if (/^-?\d+(\.\d+)?(e[+-]?\d+)?$/.test(cell)) return cell;
  const inner = cell.replace(INNER, "$1'");
  return FORMULA.test(cell) ? `'${inner}` : inner;
}

/** @param {string} cell */
function quoted(cell) {
  return /[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}

/**
 * Hands a file over: by the share sheet where there is one that takes it, else as a download.
 * @param {string} name
 * @param {string} text
 * @param {string} type
 * @returns {Promise<boolean>} whether the person went through with it
 */
async function handOver(name, text, type) {
  const file = new File([text], name, { type });
  if (navigator.canShare?.({ files: [file] })) {
    try {
      await navigator.share({ files: [file] });
      return true;
    } catch (problem) {
      if (problem instanceof DOMException && problem.name === "AbortError") return false;
    }
  }
  const address = URL.createObjectURL(file);
  const link = make("a", { href: address, download: name, hidden: true });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
  return true;
}

/** @param {"json" | "csv"} kind */
async function exportNights(kind) {
  const now = new Date();
  const name = `nof1-diary-${content.first}.${kind}`;
  const done = kind === "json"
    ? await handOver(name, exportedText(now), "application/json")
    : await handOver(name, tableText(), "text/csv");
  if (!done) return;
  if (kind === "json") keep((all) => { all.exported = stamp(now); });
  refresh();
  tell(say("handed_over", { name }));
}

/** When something was entered that is in no export yet. */
function notExported() {
  const last = store.exported ? Date.parse(store.exported) : -Infinity;
  const nights = Object.values(store.nights).filter((night) => changedAt(night) > last);
  return [...nights, ...store.missed.filter((told) => Date.parse(told.entered) > last)].map(({ entered }) => Date.parse(entered));
}

/** Whether something entered has been in no export for a week. */
function exportIsDue(now = new Date()) {
  const open = notExported();
  if (content.served || !open.length) return false;
  const since = store.exported ? Date.parse(store.exported) : Math.min(...open);
  return now.getTime() - since >= WEEK;
}

/** Files of what could not be read any more. */
async function exportDamaged() {
  const parts = damagedKeys().map((key) => `${key}\n${storage?.getItem(key)}\n`);
  await handOver(`nof1-diary-${content.first}-unreadable.txt`, parts.join("\n"), "text/plain");
}
