/** `sluice compare`: paths and vendors beside each other for your mix of orders, with a verdict. */
import { readFile, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import {
  type CompareRequest,
  type Comparison,
  comparisonCsv,
  comparisonMarkdown,
  type MixLine,
} from '@sluice/sdk';
import { type Command, Option } from 'commander';
import { integer, list } from '../arguments.ts';
import { UsageError } from '../endings.ts';
import { comparisonText } from '../evidence/comparison-words.ts';
import { comparisonHtml } from '../evidence/html.ts';
import type { Register } from '../invocation.ts';
import type { Surroundings } from '../surroundings.ts';

type Format = 'table' | 'md' | 'csv' | 'html';

type CompareFlags = {
  mix?: string;
  model: string;
  mode?: MixLine['mode'];
  seconds?: number;
  resolution?: MixLine['resolution'];
  sound?: MixLine['sound'];
  count: number;
  peak?: number;
  paths?: string[];
  vendors: boolean;
  sandboxes?: boolean;
  format?: Format;
  output?: string;
};

const writers: Readonly<Record<Exclude<Format, 'table'>, (comparison: Comparison) => string>> = {
  md: comparisonMarkdown,
  csv: comparisonCsv,
  html: comparisonHtml,
};

export const register: Register = (command, context) => {
  command
    .option('--mix <file>', 'a JSON list of { model, mode, seconds, resolution, sound, count }; `-` reads it')
    .option('--model <model>', 'one kind of clip instead of a file', 'kling-3.0')
    .option('--mode <mode>', 'text-to-video, image-to-video, …')
    .option('--seconds <n>', 'length of a clip', integer)
    .addOption(new Option('--resolution <size>', 'how large').choices(['720p', '1080p', '4k']))
    .addOption(new Option('--sound <sound>', 'with sound').choices(['on', 'off', 'original']))
    .option('--count <n>', 'how many clips, say in a month', integer, 1000)
    .option('--peak <n>', 'clips that render at once at your real peak', integer)
    .option('--paths <names>', 'only these, as in kling,fal', list)
    .option('--no-vendors', 'only paths that are set up')
    .option('--sandboxes', 'also paths to emulators')
    .addOption(new Option('--format <format>', 'how it is written').choices(['table', 'md', 'csv', 'html']))
    .option('-o, --output <file>', 'write it there; the ending names the format')
    .addHelpText('after', EXAMPLES)
    .action(async (flags: CompareFlags, invoked: Command) => {
      const { connect, output, surroundings } = context.begin(invoked);
      const format = formatOf(flags);
      const request = await requestOf(flags, surroundings);
      const comparison = await (await connect('operator')).comparisons.create(request);
      if (flags.output !== undefined) {
        const text =
          format === 'table' ? `${JSON.stringify(comparison, null, 2)}\n` : writers[format](comparison);
        await writeFile(resolve(surroundings.cwd, flags.output), text);
        output.note(`Written to ${flags.output}.`);
      } else if (format !== 'table') {
        output.raw(writers[format](comparison));
        return;
      }
      output.result(comparison, (paint) => comparisonText(comparison, paint));
    });
};

const EXAMPLES = `
Examples:
  $ sluice compare --model kling-3.0 --seconds 5 --count 20000 --peak 12
  $ sluice compare --mix mix.json --format md
  $ sluice compare --mix mix.json -o comparison.html      a page for procurement, ready to print
`;

function formatOf({ format, output }: CompareFlags): Format {
  if (format !== undefined) return format;
  const ending = output === undefined ? null : (/\.(md|csv|html)$/i.exec(output)?.[1]?.toLowerCase() ?? null);
  return (['md', 'csv', 'html'] as const).find((each) => each === ending) ?? 'table';
}

async function requestOf(flags: CompareFlags, surroundings: Surroundings): Promise<CompareRequest> {
  const { mode, seconds, resolution, sound } = flags;
  const one: MixLine = {
    model: flags.model,
    count: flags.count,
    ...(mode === undefined ? {} : { mode }),
    ...(seconds === undefined ? {} : { seconds }),
    ...(resolution === undefined ? {} : { resolution }),
    ...(sound === undefined ? {} : { sound }),
  };
  return {
    mix: flags.mix === undefined ? [one] : await readMix(flags.mix, surroundings),
    vendors: flags.vendors,
    sandboxes: flags.sandboxes ?? false,
    ...(flags.peak === undefined ? {} : { peak_in_flight: flags.peak }),
    ...(flags.paths === undefined ? {} : { paths: flags.paths }),
  };
}

/** Its lines are checked by the gateway, which names the field at fault. */
async function readMix(path: string, { cwd, stdin }: Surroundings): Promise<MixLine[]> {
  const text = path === '-' ? await stdin.readAll() : await readText(resolve(cwd, path));
  const mix = parseOrNull(text);
  if (Array.isArray(mix)) return mix as MixLine[];
  throw new UsageError(`${path === '-' ? 'Standard input' : path} is no list of orders in JSON.`);
}

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch {
    throw new UsageError(`${path} cannot be read.`);
  }
}

function parseOrNull(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
