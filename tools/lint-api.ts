/**
 * The API document before two judges that nobody here wrote: Spectral with the rules for OpenAPI and those of OWASP,
 * and Redocly. Errors fail; Spectral's warnings are counted (it would like a pattern for each free text, prompts too).
 *
 *   npm run lint:api
 */
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const DOCUMENT = 'packages/contract/openapi.json';
const RULES = 'tools/api-rules';
const MOST_OUTPUT_BYTES = 64 * 1024 ** 2;

export type Finding = { rule: string; where: string; message: string };
export type Verdict = { judge: string; errors: Finding[]; warnings: number };

export async function lintApi(document = DOCUMENT): Promise<Verdict[]> {
  return Promise.all([spectral(document), redocly(document)]);
}

async function spectral(document: string): Promise<Verdict> {
  const text = await run('@stoplight/spectral-cli', 'spectral', [
    'lint',
    document,
    '--ruleset',
    `${RULES}/spectral.json`,
    '--format',
    'json',
    '--quiet',
  ]);
  type Result = { code: string; path: string[]; message: string; severity: number };
  const results: Result[] = JSON.parse(text);
  const errors = results.filter(({ severity }) => severity === 0);
  return {
    judge: 'spectral',
    errors: errors.map(({ code, path, message }) => ({ rule: code, where: path.join('/'), message })),
    warnings: results.length - errors.length,
  };
}

async function redocly(document: string): Promise<Verdict> {
  const text = await run('@redocly/cli', 'redocly', [
    'lint',
    document,
    '--config',
    `${RULES}/redocly.yaml`,
    '--format',
    'json',
  ]);
  type Problem = { ruleId: string; severity: string; message: string; location?: { pointer?: string }[] };
  const found: { totals: { errors: number; warnings: number }; problems: Problem[] } = JSON.parse(text);
  const errors = found.problems.filter(({ severity }) => severity === 'error');
  return {
    judge: 'redocly',
    errors: errors.map(({ ruleId, message, location }) => ({
      rule: ruleId,
      where: location?.[0]?.pointer ?? '',
      message,
    })),
    warnings: found.totals.warnings,
  };
}

/** What the program prints, whether it is content or not; a program that says nothing readable is a failure. */
function run(name: string, command: string, args: string[]): Promise<string> {
  const env = { ...process.env, REDOCLY_TELEMETRY: 'off', REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true' };
  const options = { cwd: ROOT, env, maxBuffer: MOST_OUTPUT_BYTES };
  return new Promise((resolve, reject) => {
    execFile(process.execPath, [programOf(name, command), ...args], options, (_error, stdout, stderr) => {
      if (/^\s*[[{]/.test(stdout)) resolve(stdout);
      else reject(new Error(`${name} gave no verdict: ${stderr || stdout}`));
    });
  });
}

function programOf(name: string, command: string): string {
  const description = createRequire(import.meta.url).resolve(`${name}/package.json`);
  const { bin }: { bin: Record<string, string> } = JSON.parse(readFileSync(description, 'utf8'));
  return join(dirname(description), bin[command] ?? '');
}

async function main(): Promise<void> {
  const verdicts = await lintApi();
  for (const { judge, errors, warnings } of verdicts) {
    for (const { rule, where, message } of errors) console.log(`${judge}  ${rule}  ${where}  ${message}`);
    console.log(`${judge}: ${errors.length} errors, ${warnings} warnings`);
  }
  if (verdicts.some(({ errors }) => errors.length > 0)) process.exitCode = 1;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await main();
