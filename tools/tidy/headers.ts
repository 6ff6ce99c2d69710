/** Headers: a stage, a statement file and a decision record each begin by saying what they promise. */
import { posix } from 'node:path';
import type { Tree, TreeFile, Violation } from './tree.ts';

const STAGE = /^packages\/server\/src\/lifecycle\/(\d-[^/]+|cancel|recover)\.ts$/;
const STATEMENTS = /^packages\/server\/src\/store\/sql\/[^/]+\.ts$/;
const CODE_ROOMS = /^(packages\/[^/]+\/src|simulation|e2e|bench|tools)\//;
const RECORD = /^docs\/decisions\/[^/]+\.md$/;
const RECORD_NAME = /^\d{4}-[a-z0-9-]+\.md$/;
const RECORD_HEADINGS = ['Context', 'Decision', 'Consequences'];
const MAX_RECORD_LINES = 60;

/** What each stage must answer before its code. */
const STAGE_WORDS: [word: string, asks: string][] = [
  ['enters', 'what enters'],
  ['leaves', 'what leaves'],
  ['dies', 'what it means when the process dies in the middle'],
];

export function checkHeaders(tree: Tree): Violation[] {
  return tree.files.flatMap((file) => {
    if (RECORD.test(file.path)) return checkRecord(file);
    if (!file.isCode || file.isTest) return [];
    if (STAGE.test(file.path)) return checkStage(file);
    if (STATEMENTS.test(file.path)) {
      return requireHeader(file, 'start with /** … */: the table, its columns in words, and who writes it');
    }
    return CODE_ROOMS.test(file.path) && !isIndex(file)
      ? requireHeader(file, 'add a line or two of /** … */: what this file is for')
      : [];
  });
}

function checkStage(file: TreeFile): Violation[] {
  const header = headerOf(file);
  if (header === null) {
    return requireHeader(file, 'start with /** … */: what enters, what leaves, what if the process dies');
  }
  return STAGE_WORDS.filter(([word]) => !new RegExp(`\\b${word}\\b`, 'i').test(header)).map(
    ([word, asks]) => ({
      check: 'headers',
      file: file.path,
      line: 1,
      message: `the header of this stage does not say ${asks}`,
      fix: `add a sentence with the word "${word}"`,
    }),
  );
}

function requireHeader(file: TreeFile, fix: string): Violation[] {
  if (headerOf(file) !== null) return [];
  return [{ check: 'headers', file: file.path, line: 1, message: 'no doc comment at the top', fix }];
}

/** The first doc comment, when only imports (or a #! line) stand before it. */
function headerOf(file: TreeFile): string | null {
  const match = /^(?:#![^\n]*\n)?\s*((?:import\b[^;]*;\s*)*)(\/\*\*[\s\S]*?\*\/)/.exec(file.text);
  return match?.[2] ?? null;
}

function isIndex(file: TreeFile): boolean {
  return posix.basename(file.path) === 'index.ts';
}

function checkRecord(file: TreeFile): Violation[] {
  const found: Violation[] = [];
  const report = (line: number, message: string, fix: string): void => {
    found.push({ check: 'headers', file: file.path, line, message, fix });
  };
  const name = posix.basename(file.path);
  if (name === 'README.md') return [];
  if (!RECORD_NAME.test(name)) report(1, 'a record is named NNNN-title-in-words.md', 'rename it');
  for (const heading of RECORD_HEADINGS) {
    if (!file.lines.some((line) => line.trim() === `## ${heading}`)) {
      report(1, `no heading "## ${heading}"`, `a record has ${RECORD_HEADINGS.join(', ')}`);
    }
  }
  if (file.lines.length - 1 > MAX_RECORD_LINES) {
    report(
      MAX_RECORD_LINES,
      `longer than ${MAX_RECORD_LINES} lines`,
      'keep the facts that decided; drop the rest',
    );
  }
  return found;
}
