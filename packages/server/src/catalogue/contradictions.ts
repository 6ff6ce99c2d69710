/** What the shape alone cannot say about catalogue files: that they agree with themselves and each other. */
import {
  type DossierFile,
  factDefinitions,
  InputRole,
  Mode,
  type ModeCapability,
  type ModelDefinition,
  type PriceSheet,
} from '@sluice/contract';
import { unfitValue } from '../decide/dossier/values.ts';
import { ambiguousEntries } from '../decide/pricing.ts';
import { isFactExpression } from '../decide/rules.ts';

export function refuseContradictions(
  models: readonly ModelDefinition[],
  sheets: readonly PriceSheet[],
): void {
  refuseSharedNames(models);
  for (const model of models) checkModel(model);
  const ids = new Map(models.map((model) => [model.id, model]));
  const sheetIds = new Set<string>();
  for (const sheet of sheets) {
    ensure(!sheetIds.has(sheet.id), `two price sheets are called ${sheet.id}`);
    sheetIds.add(sheet.id);
    checkSheet(sheet, ids);
  }
}

function refuseSharedNames(models: readonly ModelDefinition[]): void {
  const owners = new Map<string, string>();
  for (const model of models) {
    for (const name of [model.id, ...model.aliases.map((alias) => alias.name)]) {
      ensure(!owners.has(name), `${model.id} and ${owners.get(name)} both answer to the name ${name}`);
      owners.set(name, model.id);
    }
  }
}

function checkModel(model: ModelDefinition): void {
  for (const mode of Mode.options) {
    const capability = model.modes[mode];
    if (capability !== undefined) checkCapability(`${model.id} ${mode}`, capability, model);
  }
  for (const alias of model.aliases) {
    const known = alias.mode === undefined || model.modes[alias.mode] !== undefined;
    ensure(known, `${model.id}: the alias ${alias.name} implies a mode that the model lacks`);
  }
  for (const rule of model.rules) {
    for (const term of [...rule.when, ...rule.then]) {
      ensure(isFactExpression(term.fact), `${model.id}: rule ${rule.id} asks for unknown fact ${term.fact}`);
    }
    ensure(rule.then.length > 0, `${model.id}: rule ${rule.id} demands nothing`);
    for (const mode of rule.modes ?? []) {
      ensure(model.modes[mode] !== undefined, `${model.id}: rule ${rule.id} is for a mode that it lacks`);
    }
  }
}

function checkCapability(where: string, capability: ModeCapability, model: ModelDefinition): void {
  const { seconds, aspect_ratio_default: aspect, sound, multi_shot: ways } = capability;
  ensure(capability.resolutions.includes(capability.resolution_default), `${where}: default resolution`);
  ensure(seconds === null || seconds.allowed.includes(seconds.default), `${where}: default length`);
  ensure(aspect === null || capability.aspect_ratios.includes(aspect), `${where}: default aspect ratio`);
  ensure(sound.includes(capability.sound_default), `${where}: default sound`);
  const shots = capability.shots_max > 0 && capability.shot_prompt_max > 0;
  ensure(!ways.includes('custom') || shots, `${where}: custom shots need shots_max and shot_prompt_max`);
  for (const role of InputRole.options) {
    const count = capability.inputs[role];
    if (count === undefined) continue;
    ensure(count.min >= 0 && count.min <= count.max, `${where}: count of ${role}`);
    const limited = role === 'element' || model.input_limits[role] !== undefined;
    ensure(limited, `${where}: ${role} has no input limit`);
  }
}

function checkSheet(sheet: PriceSheet, models: ReadonlyMap<string, ModelDefinition>): void {
  const oneDollar = Number(sheet.unit_price.amount) === 1;
  ensure(sheet.unit !== 'USD' || oneDollar, `${sheet.id}: one USD must cost one USD`);
  for (const [index, entry] of sheet.entries.entries()) {
    const model = models.get(entry.model);
    ensure(model !== undefined, `${sheet.id}: entry ${index} is for the unknown model ${entry.model}`);
    for (const mode of entry.modes ?? []) {
      ensure(model?.modes[mode] !== undefined, `${sheet.id}: entry ${index} is for a mode that is not there`);
    }
    ensure(!entry.amount.startsWith('-'), `${sheet.id}: entry ${index} has a negative price`);
  }
  const ambiguous = ambiguousEntries(sheet);
  ensure(ambiguous === null, `${sheet.id}: entries ${ambiguous?.join(' and ')} can both price one order`);
}

/** A fact of the wrong kind or without a unit would be read as something else. */
export function checkDossier({ id, facts }: DossierFile): void {
  for (const { fact, value, unit, grade } of facts) {
    const definition = factDefinitions[fact];
    const unfit = unfitValue(definition, value);
    ensure(unfit === null, `${id}: ${fact} must be ${unfit}`);
    const counted = definition.kind === 'number' && value !== null;
    ensure(definition.unit === null || unit === undefined, `${id}: ${fact} has its own unit`);
    ensure(!counted || definition.unit !== null || unit !== undefined, `${id}: ${fact} needs a unit`);
    ensure(
      (value === null) === (grade === 'unknown'),
      `${id}: ${fact} is unknown exactly when it has no value`,
    );
  }
}

function ensure(condition: boolean, complaint: string): void {
  if (!condition) throw new Error(`catalogue: ${complaint}`);
}
