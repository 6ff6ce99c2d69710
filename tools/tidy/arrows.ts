/** Import arrows: each import of ours must follow the table in rooms.ts. */
import { type Import, importsOf, workspacesOf } from './imports.ts';
import { type Room, roomOf } from './rooms.ts';
import type { Tree, TreeFile, Violation } from './tree.ts';

const PLACED = /^(packages\/[^/]+\/src|simulation|e2e|bench|tools|examples)\//;

export function checkArrows(tree: Tree): Violation[] {
  const workspaces = workspacesOf(tree);
  const found: Violation[] = [];
  for (const file of tree.files) {
    if (!file.isCode || !PLACED.test(file.path)) continue;
    const room = roomOf(file.path);
    if (!room) {
      found.push(homeless(file));
      continue;
    }
    for (const imported of importsOf(file, tree, workspaces)) {
      if (imported.target.kind === 'outside') continue;
      const problem = problemOf(file, room, imported, imported.target.path);
      if (problem) found.push({ check: 'arrows', file: file.path, line: imported.line, ...problem });
    }
  }
  return found;
}

function homeless(file: TreeFile): Violation {
  return {
    check: 'arrows',
    file: file.path,
    line: 1,
    message: 'this file is in no room that the arrows know',
    fix: 'move it into a room, or add the room to tools/tidy/rooms.ts with a record in docs/decisions/',
  };
}

type Problem = { message: string; fix: string };

function problemOf(file: TreeFile, room: Room, imported: Import, path: string): Problem | null {
  const leaves = imported.specifier.startsWith('.') && packageOf(path) !== packageOf(file.path);
  if (leaves && room.name !== 'tools') {
    return {
      message: `'${imported.specifier}' leaves the package by a relative path`,
      fix: `import it by package name (${packageOf(path)}), so that package.json tells the truth`,
    };
  }
  const target = roomOf(path);
  if (!target) return null;
  if (target === room) {
    if (!room.apart || partOf(room, file.path) === partOf(room, path)) return null;
    return refusal(`${room.name} ${partOf(room, file.path)}`, `${room.name} ${partOf(room, path)}`, room);
  }
  if (room.may.includes(target.name)) return null;
  if (room.typesOf?.includes(target.name) && imported.typeOnly) return null;
  if (file.isTest && room.mayInTests?.includes(target.name)) return null;
  return refusal(room.name, target.name, room);
}

function refusal(from: string, to: string, room: Room): Problem {
  const allowed = [...room.may, ...(room.typesOf ?? []).map((name) => `types of ${name}`)];
  return {
    message: `${from} must not import ${to}; it may import: ${allowed.join(', ') || 'nothing of ours'}`,
    fix: room.advice,
  };
}

function partOf(room: Room, path: string): string {
  return room.files.exec(path)?.[1] ?? '';
}

/** `packages/server/src/decide/task.ts` to `packages/server`; `tools/tidy.ts` to `tools`. */
function packageOf(path: string): string {
  const parts = path.split('/');
  return parts[0] === 'packages' ? parts.slice(0, 2).join('/') : (parts[0] ?? '');
}
