/** Leftovers: notes to oneself, a test that silences the others, a breakpoint. */
import type { Tree, Violation } from './tree.ts';

/** Written in halves, so that this file passes its own check. */
const NOTES = new RegExp(`\\b(${['TO' + 'DO', 'FIX' + 'ME', 'X' + 'XX'].join('|')})\\b`);

const LEFTOVERS: { sign: RegExp; codeOnly: boolean; what: string; fix: string }[] = [
  {
    sign: NOTES,
    codeOnly: false,
    what: 'a note to oneself',
    fix: 'do it now, or write what a reader must know instead; what is left to do belongs in the tracker',
  },
  {
    sign: /\b(describe|it|test|suite)(\.\w+)*\.only\b/,
    codeOnly: true,
    what: 'a test that runs alone',
    fix: 'remove .only: every other test of the file is skipped without a word',
  },
  { sign: /^\s*debugger;/, codeOnly: true, what: 'a breakpoint', fix: 'remove it' },
];

export function checkMarkers(tree: Tree): Violation[] {
  const found: Violation[] = [];
  for (const file of tree.files) {
    for (const [index, text] of file.lines.entries()) {
      for (const { sign, codeOnly, what, fix } of LEFTOVERS) {
        const match = codeOnly && !file.isCode ? null : sign.exec(text);
        if (!match) continue;
        const message = `${what}: ${match[0].trim()}`;
        found.push({ check: 'markers', file: file.path, line: index + 1, message, fix });
      }
    }
  }
  return found;
}
