// What the parts of the page hand to each other. For the type checker and for readers; it is no part of the page.

/** Text of each cell of a night by column, as diary.csv has it; "" is not recorded. */
type Cells = Record<string, string>;
/** A text by the code of its language. */
type InLanguages = Record<string, string>;

interface Choice { value: string; text: string }

/** A question as `nof1.record.diary.questions` defines it. */
interface Question {
  field: string;
  asks: string;
  kind: "rating" | "dose" | "side_effects" | "number" | "guess" | "choice" | "confidence" | "clock" | "text";
  scale: string;
  about: string;
  low: number | null;
  high: number | null;
  whole: boolean;
  unit: string;
  choices: Choice[];
  yes: string | null;
  no: string | null;
  only_if: { field: string; values: string[] } | null;
  empty: "not known" | "none";
}

interface StopRule {
  id: string;
  level: "emergency" | "stop";
  symptoms: string[];
  misspelt: string[];
  others: string[];
  harmless: string[];
  text: InLanguages;
  action: InLanguages;
  source: InLanguages;
}

interface StopWords {
  rules: StopRule[];
  sentences: Record<StopRule["level"], InLanguages>;
  general: InLanguages;
  harms: string[];
  none: string[];
  grammar: Record<"deny" | "fill" | "more" | "or" | "lacks" | "before_after" | "after" | "close" | "undo" | "cannot" | "someone" | "leading" | "verbs" | "beside" | "self" | "also" | "finite", string[]>;
  numbers: Record<"between" | "between_near" | "carried" | "short" | "long" | "alike", number>;
}
type Taken = "planned" | "none" | "unknown";
/** Nights, by their first and last evening, of which was told in one entry that nothing was recorded, and what was taken. */
interface Span { start: string; end: string; taken: Taken }
/** Such an entry as this browser keeps it; `sent` once the trial folder may have it. */
interface Told extends Span { entered: string; sent?: boolean; refused?: string }
interface Limit { says: string; mg: number; to?: number; limit: number; times_from: number; text: InLanguages; source: InLanguages }

/** Everything that the page was given; see `nof1.bedside.content`. */
interface Content {
  format: string;
  version: number;
  served: boolean;
  trial: string;
  title: InLanguages;
  simulated: boolean;
  unscreened: boolean;
  first: string;
  day_begins: number;
  columns: string[];
  outcome: string;
  stretches: [number, number, number, number, number, number][];
  pauses: number[];
  labels: InLanguages[];
  evenings: { text: InLanguages; takes: boolean; cell: string; missed: number }[];
  dose: string;
  forms: number[][];
  questions: Record<string, Question>[];
  no_guess: string;
  most_letters: number;
  stop: StopWords;
  grading: { questions: Record<string, Question>[]; open: string[]; serious: InLanguages; letters: number };
  missed: { together: number; lately: number; doses: Record<Taken, string>[] };
  other_mg: number;
  limits: Limit[];
  words: Record<string, Record<string, string>>;
}

/** A night of the trial; `date` is the evening, as 2026-11-23. */
interface Night { date: string; number: number; label: number; form: number; evening: number; pause: boolean }

interface Correction { column: string; old: string; new: string; at: string }
/** A night as this browser keeps it. */
interface Kept { cells: Cells; entered: string; corrected: Correction[] }
/** How often the trial folder has changed each cell of a night. */
type Revisions = Record<string, number>;
/** What is known of a night when somebody begins to answer: cells of the folder, and those of this page that waited for it. */
interface Begun { seen: Cells; revisions?: Revisions; mine: Cells }
/**
 * A night that the trial folder does not have yet, as far as this page knows: cells that differ from those `seen` there, or that were sent.
 * `own` are the texts that may have arrived, though no answer came; `number` grows with every edit. What another one has recorded meanwhile
 * stands in `conflict`, with its revisions in `found`.
 */
interface Waiting {
  cells: Cells; seen: Cells; revisions?: Revisions; own: Record<string, string[]>; number: number; entered: string;
  conflict?: Cells; found?: Revisions; refused?: string;
}
/**
 * What this browser keeps of a trial. `edits`, `recorded`, `revisions` and `waiting` are those of a served page, and so is `heard`: what the trial
 * folder was told of missed nights. `missed` is what was told here: all of it in a file, in a served page what the folder does not have yet.
 */
interface Store {
  version: 1;
  device: string;
  exported: string;
  told: string[];
  edits: number;
  nights: Record<string, Kept>;
  recorded: Record<string, Cells>;
  revisions: Record<string, Revisions>;
  waiting: Record<string, Waiting>;
  missed: Told[];
  heard: Span[];
}

/** What stands in a form, before it is saved, and what was known when it was begun. */
interface Draft extends Begun { raw: Record<string, RawAnswer> }
type RawAnswer = { picked: string[]; text: string };

/** A question on the screen. */
interface Field {
  question: Question;
  element: HTMLElement;
  /** As the person left it, for a draft. */
  raw(): RawAnswer;
  restore(raw: RawAnswer): void;
  /** The cell, or what is wrong with the answer. */
  answer(): { cell: string; problem: string };
  complain(problem: string): void;
}

interface Result {
  night: string; status: "recorded" | "same" | "conflict" | "refused" | "old"; latest?: number; recorded?: Cells; revisions?: Revisions; message?: string;
}
