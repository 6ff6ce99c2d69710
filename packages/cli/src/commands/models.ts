/** `sluice models [id]`: what each model can do here and what it costs. */
import type { ModeCapability, Model } from '@sluice/sdk';
import type { Command } from 'commander';
import type { Register } from '../invocation.ts';
import type { Paint } from '../output/output.ts';
import { type Field, fields, table } from '../output/table.ts';
import { clean, count, NOTHING, span } from '../output/text.ts';

export const register: Register = (command, context) => {
  command
    .argument('[model]', 'one model in full')
    .action(async (id: string | undefined, _flags: object, invoked: Command) => {
      const { connect, output } = context.begin(invoked);
      const sluice = await connect();
      if (id === undefined) {
        const page = await sluice.models.list();
        output.result(page, (paint) => listText(page.data, paint));
      } else {
        const model = await sluice.models.get(id);
        output.result(model, (paint) => modelText(model, paint));
      }
    });
};

function listText(models: Model[], paint: Paint): string {
  if (models.length === 0) return 'No models.';
  return table(
    [
      { title: 'model', cell: (model) => paint.color.bold(clean(model.id)) },
      {
        title: 'modes',
        cell: (model) =>
          capabilities(model)
            .map(([mode]) => mode)
            .join(', '),
        flexible: true,
      },
      { title: 'seconds', cell: (model) => secondsRange(model) },
      { title: 'up to', cell: (model) => topResolution(model) },
      { title: 'from', cell: (model) => cheapest(model), align: 'right' },
      { title: 'paths', cell: (model) => model.paths.map(clean).join(', ') || paint.color.yellow('none') },
    ],
    models,
    paint,
  );
}

type Capability = [mode: string, can: ModeCapability];

function capabilities(model: Model): Capability[] {
  return Object.entries(model.modes).filter((entry): entry is Capability => entry[1] !== undefined);
}

function secondsRange(model: Model): string {
  const all = capabilities(model).flatMap(([, can]) => can.seconds?.allowed ?? []);
  if (all.length === 0) return 'as the input';
  const [low, high] = [Math.min(...all), Math.max(...all)];
  return low === high ? String(low) : `${low} to ${high}`;
}

function topResolution(model: Model): string {
  const order = ['720p', '1080p', '4k'];
  const all = capabilities(model).flatMap(([, can]) => can.resolutions);
  return order.filter((resolution) => all.some((one) => one === resolution)).at(-1) ?? NOTHING;
}

/** The lowest price per second; compared as numbers, shown as it is. */
function cheapest(model: Model): string {
  const perSecond = model.prices.filter((price) => price.per === 'second');
  const [lowest] = perSecond.sort((a, b) => Number(a.price) - Number(b.price));
  return lowest ? `${lowest.price}/s` : NOTHING;
}

function modelText(model: Model, paint: Paint): string {
  const { bold, dim } = paint.color;
  const facts = fields(
    [
      ['slots', `counted together as ${clean(model.family)}`],
      ['ends after', span(model.deadline_seconds)],
      ['also as', model.aliases.map(({ name }) => clean(name)).join(', ') || null],
      ['paths', model.paths.map(clean).join(', ') || NOTHING],
      ['source', `${clean(model.source.name)}, ${model.source.reviewed_on}`],
    ],
    paint,
  );
  const modes = capabilities(model).map(
    ([mode, can]) => `${bold(mode)}\n${indent(fields(capabilityFields(can), paint))}`,
  );
  const rules = model.rules.map((rule) => `- ${clean(rule.message)} ${dim(`(${clean(rule.field)})`)}`);
  return [
    `${bold(clean(model.id))}  ${clean(model.name)}\n${clean(model.description)}`,
    facts,
    ...modes,
    ...(rules.length > 0 ? [`${bold('Rules')}\n${rules.join('\n')}`] : []),
    model.prices.length > 0 ? `${bold('Prices')}\n${pricesText(model, paint)}` : 'No prices.',
  ].join('\n\n');
}

function capabilityFields(can: ModeCapability): Field[] {
  const inputs = Object.entries(can.inputs).map(([role, range]) => {
    const { min = 0, max = 0 } = range ?? {};
    return `${role.replaceAll('_', ' ')} ${min === max ? min : `${min} to ${max}`}`;
  });
  const { seconds } = can;
  return [
    ['seconds', seconds ? `${seconds.allowed.join(', ')} (${seconds.default})` : 'as the input video'],
    ['quality', `${can.resolutions.join(', ')} (${can.resolution_default})`],
    ['aspect', can.aspect_ratios.length > 0 ? can.aspect_ratios.join(', ') : 'as the input'],
    ['sound', `${can.sound.join(', ')} (${can.sound_default})`],
    ['shots', can.multi_shot.some((kind) => kind !== 'off') ? `up to ${can.shots_max}` : null],
    ['prompt', `${can.prompt_required ? 'needed' : 'optional'}, up to ${count(can.prompt_max, 'character')}`],
    ['inputs', inputs.join(', ') || null],
  ];
}

function pricesText(model: Model, paint: Paint): string {
  return table(
    [
      { title: 'path', cell: (price) => clean(price.path) },
      { title: 'mode', cell: (price) => clean(price.mode), flexible: true },
      { title: 'quality', cell: (price) => clean(price.resolution) },
      { title: 'sound', cell: (price) => clean(price.sound) },
      { title: 'video input', cell: (price) => (price.video_input ? 'yes' : 'no') },
      { title: 'USD', cell: (price) => `${clean(price.price)}/${price.per}`, align: 'right' },
      { title: 'grade', cell: (price) => clean(price.grade) },
      {
        title: 'read',
        cell: (price) => (price.stale ? paint.color.yellow(`${clean(price.date)} (old)`) : clean(price.date)),
      },
    ],
    model.prices,
    paint,
  );
}

function indent(text: string): string {
  return text.replace(/^/gm, '  ');
}
