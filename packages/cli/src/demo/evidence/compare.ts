/**
 * `sluice demo compare`: the question that a team starts with, answered on a machine where nothing is set up yet. Every
 * vendor is held against one ordinary month of clips, by what is stated in public and when somebody last looked; the
 * same page, for procurement, is written beside it.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import type { Comparison, MixLine } from '@sluice/sdk';
import { comparisonText } from '../../evidence/comparison-words.ts';
import { comparisonHtml } from '../../evidence/html.ts';
import type { Invocation } from '../../invocation.ts';
import { onStage } from '../stage.ts';

/** An ordinary month: many short silent clips, some longer ones from pictures, with sound. */
const MIX: MixLine[] = [
  { model: 'kling-3.0', mode: 'text-to-video', seconds: 5, resolution: '720p', sound: 'off', count: 12_000 },
  { model: 'kling-3.0', mode: 'image-to-video', seconds: 10, resolution: '1080p', sound: 'on', count: 3_000 },
];
const PEAK = 12;
const PAGE = 'comparison.html';

type Flags = { output: string; dataDir?: string };

export async function demoComparison(invocation: Invocation, flags: Flags): Promise<void> {
  const { output, surroundings } = invocation;
  await onStage(invocation, { vendors: [], dataDir: flags.dataDir }, async ({ operator }) => {
    const comparison: Comparison = await operator.comparisons.create({ mix: MIX, peak_in_flight: PEAK });
    const folder = resolve(surroundings.cwd, flags.output);
    await mkdir(folder, { recursive: true });
    const page = join(folder, PAGE);
    await writeFile(page, comparisonHtml(comparison));
    output.result(comparison, (paint) => comparisonText(comparison, paint));
    const shown = join(relative(surroundings.cwd, folder), PAGE);
    output.note(
      `\nThe same as a page to print: ${shown}. With your own orders: sluice compare --mix <file>.`,
    );
    if (comparison.verdict.recommended === null) invocation.endBadly();
  });
}
