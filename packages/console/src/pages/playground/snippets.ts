/**
 * An order in other words: by our API, and through each door whose clients have a name for the model. Whatever a prompt
 * holds, it stays inside its quotes. They run as they stand, given SLUICE_KEY and the files that they name: a test does
 * it.
 */
import type { CreateGeneration, Model } from '@sluice/sdk';
import { doors } from './door-snippets.ts';
import { pretty, type Snippet, shellQuoted } from './snippet.ts';
import { filesOf, inShell, opensBlobs, uploads, variableOf, withExpressions } from './snippet-inputs.ts';

export function snippets(order: CreateGeneration, model: Model, baseUrl: string): Snippet[] {
  return [curl(order, baseUrl), sdk(order, baseUrl), cli(order, baseUrl), ...doors(order, model, baseUrl)];
}

function curl(order: CreateGeneration, baseUrl: string): Snippet {
  const files = filesOf(order);
  const lines = [
    ...uploads(files, baseUrl),
    `curl ${baseUrl}/v1/videos/generations \\`,
    '  -H "Authorization: Bearer $SLUICE_KEY" \\',
    '  -H "Idempotency-Key: order-$(date +%s)" \\',
    '  -H "Content-Type: application/json" \\',
    `  -d ${inShell(shellQuoted(pretty(order)), files)}`,
  ];
  return {
    name: 'curl',
    text: lines.join('\n'),
    note: 'Repeating it with the same Idempotency-Key never orders twice: use the number of your own job.',
  };
}

function sdk(order: CreateGeneration, baseUrl: string): Snippet {
  const files = filesOf(order);
  const opened = files.map(
    (file) => `const ${variableOf(file)} = await sluice.files.upload(await openAsBlob('${file}'));\n`,
  );
  const asked = withExpressions(pretty(order), files, (file) => `${variableOf(file)}.reference`);
  const text = `${opensBlobs(files)}import { createSluice } from '@sluice/sdk';

const sluice = createSluice({ baseUrl: '${baseUrl}', apiKey: process.env.SLUICE_KEY });

${opened.join('')}const task = await sluice.tasks.createAndWait(${asked});
console.log(task.status, task.results);`;
  return { name: 'SDK', text };
}

function cli(order: CreateGeneration, baseUrl: string): Snippet {
  return {
    name: 'CLI',
    text: `export SLUICE_URL=${baseUrl}\nsluice generate --from - <<'ORDER'\n${pretty(order)}\nORDER`,
  };
}
