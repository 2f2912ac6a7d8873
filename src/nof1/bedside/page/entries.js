// What was entered of nights, on top of what the store keeps: whole nights of a file, what waits for the folder of a served page, and drafts.

/**
 * The cells of a night, as far as this page knows them.
 * @param {string} night
 * @returns {Cells}
 */
function known(night) {
  if (content.served) return { ...toldCells(night), ...store.recorded[night], ...store.waiting[night]?.cells };
  return { ...toldCells(night), ...store.nights[night]?.cells };
}

/**
 * Whether a night has been answered: more is known of it than the dose, which is put down in the evening.
 * @param {string} night
 */
function isRecorded(night) {
  return Object.entries(known(night)).some(([column, cell]) => cell && column !== content.dose);
}

/**
 * What is known of a night when the person begins to answer.
 * @param {string} night
 * @returns {Begun}
 */
function begunWith(night) {
  if (!content.served) return { seen: { ...known(night) }, mine: {} };
  return { seen: { ...store.recorded[night] }, revisions: { ...store.revisions[night] }, mine: { ...toldCells(night), ...store.waiting[night]?.cells } };
}

/**
 * Keeps a night as entered; the values that it replaces stay in `corrected`.
 * @param {string} night
 * @param {Cells} cells all that were asked
 * @param {Begun} begun what was shown when the person began
 * @param {string} at
 */
function enter(night, cells, begun, at) {
  if (content.served) return keep((all) => wait(all, night, cells, begun, at));
  return keep((all) => {
    const before = all.nights[night];
    if (before === undefined) {
      all.nights[night] = { cells, entered: at, corrected: [] };
      return;
    }
    for (const [column, cell] of Object.entries(cells)) {
      const old = before.cells[column] ?? "";
      if (column in before.cells && old !== cell) before.corrected.push({ column, old, new: cell, at });
    }
    before.cells = { ...before.cells, ...cells };
  });
}

/**
 * Lets a night wait for the trial folder: what was changed, and what may have been sent before, even where that is taken back. An answer that was
 * lost on its way does not tell that the folder has not got it.
 * @param {Store} all
 * @param {string} night
 * @param {Cells} cells
 * @param {Begun} begun
 * @param {string} at
 */
function wait(all, night, cells, begun, at) {
  const earlier = all.waiting[night];
  // What waited when the form was begun, and does not any more, is in the folder by now.
  const own = earlier?.own ?? Object.fromEntries(Object.entries(begun.mine).map(([column, cell]) => [column, [cell]]));
  const { seen, revisions } = earlier ?? begun;
  const shown = { ...begun.seen, ...begun.mine };
  const changed = Object.entries(cells).filter(([column, cell]) => cell !== (shown[column] ?? ""));
  const entered = Object.entries({ ...earlier?.cells, ...Object.fromEntries(changed) })
    .filter(([column, cell]) => column in own || cell !== (seen[column] ?? ""));
  if (entered.length) all.waiting[night] = { cells: Object.fromEntries(entered), seen, revisions, own, number: numbered(all), entered: at };
  else delete all.waiting[night];
}

/**
 * A number for something entered, higher than all before: whatever is sent later takes the place of what was sent earlier.
 * @param {Store} all
 */
function numbered(all) {
  all.edits += 1;
  return all.edits;
}

// --- drafts

/**
 * @param {string} night
 * @returns {Draft | null}
 */
function draftOf(night) {
  try {
    const draft = JSON.parse(storage?.getItem(DRAFT + night) ?? "null");
    if (!isTable(draft) || !isTable(draft.raw) || !isCells(draft.seen)) return null;
    return { ...draft, mine: isCells(draft.mine) ? draft.mine : {}, revisions: isRevisions(draft.revisions) ? draft.revisions : undefined };
  } catch {
    return null;
  }
}

/**
 * @param {string} night
 * @param {Draft | null} draft
 */
function keepDraft(night, draft) {
  if (draft !== null) return written(DRAFT + night, JSON.stringify(draft));
  storage?.removeItem(DRAFT + night);
  return true;
}
