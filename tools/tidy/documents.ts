/** Documents: one title each, and links that lead somewhere. */
import { posix } from 'node:path';
import type { Tree, TreeFile, Violation } from './tree.ts';

export function checkDocuments(tree: Tree): Violation[] {
  return tree.files
    .filter((file) => file.path.endsWith('.md'))
    .flatMap((file) => {
      const prose = withoutCode(file.lines);
      return [...checkTitle(file, prose), ...checkLinks(file, prose, tree)];
    });
}

/** The lines with fenced blocks and code spans emptied: examples may hold any link. */
function withoutCode(lines: string[]): string[] {
  let fence: string | null = null;
  return lines.map((line) => {
    const mark = /^\s*(```+|~~~+)/.exec(line)?.[1];
    if (mark && fence === null) {
      fence = mark;
      return '';
    }
    if (mark && fence !== null && line.trim().startsWith(fence)) fence = null;
    else if (fence === null) return line.replace(/`[^`]*`/g, '');
    return '';
  });
}

function checkTitle(file: TreeFile, prose: string[]): Violation[] {
  const titles = prose.flatMap((line, index) => (/^# \S/.test(line) ? [index + 1] : []));
  if (titles.length === 1) return [];
  const message = titles.length === 0 ? 'no title' : `${titles.length} titles`;
  const fix = 'a document has exactly one line "# Title"; its parts are ## and ###';
  return [{ check: 'documents', file: file.path, line: titles[1] ?? 1, message, fix }];
}

function checkLinks(file: TreeFile, prose: string[], tree: Tree): Violation[] {
  const found: Violation[] = [];
  for (const [index, line] of prose.entries()) {
    for (const match of line.matchAll(/\]\(<?([^)\s>]+)>?(?:\s+"[^"]*")?\)|^\[[^\]]+\]:\s*(\S+)/g)) {
      const link = match[1] ?? match[2] ?? '';
      const problem = problemOf(file, link, tree);
      if (!problem) continue;
      const message = `the link ${link} leads nowhere: ${problem}`;
      const fix = 'correct the path (relative to this file), or drop the link';
      found.push({ check: 'documents', file: file.path, line: index + 1, message, fix });
    }
  }
  return found;
}

function problemOf(file: TreeFile, link: string, tree: Tree): string | null {
  if (/^[a-z][a-z+.-]*:/i.test(link)) return null;
  if (link.startsWith('/')) return 'an absolute path works on no host';
  const [rawPath = '', anchor] = link.split('#');
  const path = rawPath === '' ? file.path : posix.join(posix.dirname(file.path), decodeURI(rawPath));
  const clean = path.replace(/\/$/, '');
  if (clean !== '.' && !tree.paths.has(clean)) return `no ${clean} in the project`;
  const target = tree.file(clean);
  if (!anchor || !target?.path.endsWith('.md')) return null;
  return anchorsOf(target).has(anchor.toLowerCase()) ? null : `no heading #${anchor} there`;
}

/** Headings as the usual renderers slug them: lower case, punctuation dropped, spaces to dashes. */
function anchorsOf(file: TreeFile): Set<string> {
  const anchors = new Set<string>();
  for (const line of file.lines) {
    const heading = /^#{1,6}\s+(.+?)\s*#*$/.exec(line)?.[1];
    if (heading === undefined) {
      for (const match of line.matchAll(/<a (?:id|name)="([^"]+)"/g)) anchors.add(match[1] ?? '');
      continue;
    }
    const slug = heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .replace(/\s/g, '-');
    let unique = slug;
    for (let again = 1; anchors.has(unique); again += 1) unique = `${slug}-${again}`;
    anchors.add(unique);
  }
  return anchors;
}
