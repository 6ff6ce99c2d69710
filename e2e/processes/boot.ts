/**
 * Runs the bundle that it is given (`node boot.cjs <file>`) with the compiled code of an earlier process at hand, which
 * halves what a start costs the machine: these runs start gateways by the thousand. Told to remember, a process that
 * found no compiled code writes down its own, for those after it.
 */
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { constants, Script } from 'node:vm';

const file = process.argv[2] ?? '';
const compiled = `${file}.compiled`;
const source = readFileSync(file, 'utf8');
const script = new Script(`(function (exports, require, module, __filename, __dirname) {${source}\n})`, {
  filename: file,
  importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
  ...(existsSync(compiled) ? { cachedData: readFileSync(compiled) } : {}),
});
const module = { exports: {} };
script.runInThisContext()(module.exports, createRequire(file), module, file, dirname(file));

process.on('message', (told) => {
  const remember = typeof told === 'object' && told !== null && 'do' in told && told.do === 'remember';
  if (!remember || existsSync(compiled)) return;
  const fresh = `${compiled}.${process.pid}`;
  writeFileSync(fresh, script.createCachedData());
  renameSync(fresh, compiled);
});
