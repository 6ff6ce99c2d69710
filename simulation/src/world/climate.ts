/**
 * What goes wrong in a world, and how often. Drawn from the seed, so that every run is a different climate: one where
 * only storage lies, one where everything is slow and nothing fails, one where it pours.
 */
import type { FaultChance } from '@sluice/emulators';
import type { Dice } from '../dice.ts';
import { surelyChances, vendorChances } from './vendor-faults.ts';
import { type PathName, pathNames } from './vendors/vendor.ts';

export type Outage = {
  fromMs: number;
  untilMs: number;
  kind: 'refused' | 'silent' | 'throttled' | 'arrears' | 'forbidden' | 'no_model';
};

/** A path of a world with several vendors. */
export type PathClimate = {
  name: PathName;
  lostAnswer: 'hold' | 'resubmit';
  regions: string[];
  /** Null: it leads to Kling, whose climate stands beside. */
  reseller: ResellerClimate | null;
};

export type ResellerClimate = {
  /** Draws a rate out of the most it may be; the first figure, where there is one, is what it is at least. */
  rate: (least: number, most: number) => number;
  queueMs: number;
  renderMsPerSecond: number;
  concurrency: number;
  poor: boolean;
  alike: boolean;
  signed: boolean;
  outages: Outage[];
};

export type Climate = {
  nodes: number;
  intents: number;
  /** Faults begin at once and end then; intents are spread over the same time. */
  faultsUntilMs: number;
  deadlineSeconds: number;
  /** Constant difference of each node's wall clock from the true time. */
  skewMs: number[];
  settings: {
    submitConcurrency: number;
    copyConcurrency: number;
    deliveryConcurrency: number;
    queryRate: number;
    queryBurst: number;
  };
  pace: { effectMs: number; holdRate: number; holdMostMs: number };
  processes: {
    killRate: number;
    pauseRate: number;
    /** How often a process is stopped for long just as a paid request leaves, while another looks after its work. */
    sleepRate: number;
    stopRate: number;
    loseBeforeRate: number;
    loseAfterRate: number;
  };
  network: {
    notSentRate: number;
    lostBeforeRate: number;
    lostAfterRate: number;
    silentRate: number;
    cutRate: number;
    latencyMs: number;
  };
  vendor: {
    /** How long lookups may miss a new task. Within what the adapter declares. */
    lagMs: number;
    /** Whether a repeated external id makes a second task. The vendor documents neither. */
    takesDuplicates: boolean;
    legacyPath: boolean;
    secondPath: boolean;
    signedCallbacks: boolean;
    callbackRetries: number;
    concurrency: number;
    units: string;
    linkLifeMs: number;
    alike: boolean;
    queueMs: number;
    renderMsPerSecond: number;
    chances: FaultChance[];
    outages: Outage[];
    forgets: number;
    /** Answers that give the tasks of a list each other's ids. */
    swapRate: number;
    strangers: number;
  };
  /** Null: there is only the vendor above. */
  paths: PathClimate[] | null;
  storage: {
    failRate: number;
    failAfterRate: number;
    lieRate: number;
    flipRate: number;
    /** Which of the two is full for a while: where copies are spooled, or where they are kept. */
    full: 'append' | 'publish';
    fullFromMs: number;
    fullUntilMs: number;
    ownSpools: boolean;
  };
  receivers: {
    failRate: number;
    goneRate: number;
    slowRate: number;
    silentRate: number;
    dropRate: number;
    moveRate: number;
  };
  clients: {
    accounts: number;
    lostAnswerRate: number;
    cancelRate: number;
    keyedShare: number;
    batchShare: number;
    limitedShare: number;
    poor: boolean;
    capped: boolean;
    retentionDays: number | null;
  };
};

/** What is fixed from outside; the rest is drawn. Without `paths`, everything goes to Kling. */
export type Size = {
  nodes: number | null;
  intents: number | null;
  paths: { least: number; most: number } | null;
};

const MINUTE_MS = 60_000;

export function drawClimate(dice: Dice, size: Size): Climate {
  // One seed in eight is calm: what breaks there breaks without help.
  const storm = dice.chance(0.125) ? 0 : 1;
  const rate = (most: number): number => storm * dice.rate(most);
  const nodes = size.nodes ?? (dice.chance(0.15) ? 3 : 2);
  // One in ten of the others stops over paid requests while clients change their minds: what was given up turns up.
  const sleepy = dice.fork('sleepy').chance(0.1 * storm);
  const drawnMs = dice.whole(3, 12) * MINUTE_MS;
  const faultsUntilMs = sleepy ? Math.max(drawnMs, 9 * MINUTE_MS) : drawnMs;
  const paths = size.paths === null ? null : drawPaths(dice.fork('paths'), size.paths, faultsUntilMs, storm);
  return {
    nodes,
    intents: size.intents ?? dice.whole(8, 16),
    faultsUntilMs,
    deadlineSeconds: dice.pick([600, 900, 1800]),
    skewMs: Array.from({ length: nodes }, () => (dice.chance(0.3) ? dice.whole(-1_000, 1_000) : 0)),
    settings: {
      submitConcurrency: dice.pick([1, 2, 8, 64]),
      copyConcurrency: dice.pick([1, 2, 8]),
      deliveryConcurrency: dice.pick([1, 4, 32]),
      queryRate: dice.pick([0.2, 1, 10]),
      queryBurst: dice.pick([1, 5, 20]),
    },
    pace: {
      effectMs: dice.pick([1, 3, 10]),
      holdRate: rate(0.02),
      holdMostMs: dice.pick([2_000, 40_000, 250_000]),
    },
    processes: {
      killRate: rate(0.01),
      pauseRate: rate(0.006),
      sleepRate: sleepy ? 0.5 : 0,
      stopRate: rate(0.002),
      loseBeforeRate: rate(0.02),
      loseAfterRate: rate(0.02),
    },
    network: {
      notSentRate: rate(0.15),
      lostBeforeRate: rate(0.15),
      lostAfterRate: rate(0.25),
      silentRate: rate(0.1),
      cutRate: rate(0.15),
      latencyMs: dice.pick([0, 50, 400]),
    },
    vendor: withSureFaults(
      drawVendor(dice, rate, faultsUntilMs, storm),
      paths === null ? 0 : drawSurer(dice.fork('surer'), storm),
    ),
    paths,
    storage: drawStorage(dice, rate, faultsUntilMs, storm),
    receivers: {
      failRate: rate(0.4),
      goneRate: rate(0.05),
      slowRate: rate(0.2),
      silentRate: rate(0.2),
      dropRate: rate(0.2),
      moveRate: rate(0.2),
    },
    clients: {
      accounts: dice.whole(2, 3),
      lostAnswerRate: rate(0.4),
      cancelRate: Math.max(rate(0.9), sleepy ? 0.7 : 0),
      keyedShare: dice.fraction(),
      batchShare: dice.pick([0, 0, 0.15]),
      limitedShare: dice.pick([0, 0.2, 0.4]),
      poor: dice.chance(0.3),
      capped: dice.chance(0.4),
      retentionDays: dice.chance(0.15) ? 1 : null,
    },
  };
}

type Rate = (most: number) => number;

function drawVendor(dice: Dice, rate: Rate, untilMs: number, storm: number): Climate['vendor'] {
  return {
    lagMs: dice.chance(0.4) ? dice.whole(500, 25_000) : 0,
    takesDuplicates: dice.chance(0.4),
    legacyPath: dice.chance(0.3),
    secondPath: dice.chance(0.3),
    signedCallbacks: dice.chance(0.5),
    callbackRetries: dice.whole(0, 2),
    concurrency: dice.whole(1, 8),
    units: dice.chance(0.15 * storm) ? '12' : '100000',
    linkLifeMs: dice.chance(0.2 * storm) ? dice.whole(20_000, 120_000) : 30 * 24 * 3_600_000,
    alike: dice.chance(0.2),
    queueMs: dice.whole(0, 5_000),
    renderMsPerSecond: dice.pick([500, 3_000, 12_000]),
    chances: vendorChances(rate),
    outages: storm === 1 && dice.chance(0.3) ? [drawOutage(dice, untilMs)] : [],
    forgets: dice.chance(0.1 * storm) ? 1 : 0,
    swapRate: rate(0.2),
    strangers: dice.chance(0.3) ? dice.whole(1, 4) : 0,
  };
}

/** Several paths are there to be fallen back on: each loses answers, refuses and kills links now and then. */
function withSureFaults(vendor: Climate['vendor'], surer: number): Climate['vendor'] {
  const surely = surelyChances.map((each) => ({ ...each, chance: surer * each.chance }));
  return surer === 0 ? vendor : { ...vendor, chances: [...vendor.chances, ...surely] };
}

/** Some vendors do that all the time. */
function drawSurer(dice: Dice, storm: number): number {
  return storm === 0 ? 1 : dice.pick([1, 1, 1, 5, 15]);
}

function drawPaths(
  dice: Dice,
  { least, most }: { least: number; most: number },
  untilMs: number,
  storm: number,
): PathClimate[] {
  const left: PathName[] = [...pathNames];
  const paths: PathClimate[] = [];
  for (let count = dice.whole(least, most); count > 0; count -= 1) {
    const name = dice.pick(left);
    left.splice(left.indexOf(name), 1);
    paths.push({
      name,
      lostAnswer: dice.chance(0.5) ? 'resubmit' : 'hold',
      regions: dice.pick([[], [], ['eu'], ['us'], ['eu', 'us']]),
      reseller: name.startsWith('kling-') ? null : drawReseller(dice.fork(name), untilMs, storm),
    });
  }
  return paths;
}

function drawReseller(dice: Dice, untilMs: number, storm: number): ResellerClimate {
  const surer = drawSurer(dice, storm);
  return {
    rate: (least, most) => surer * least + storm * dice.rate(most),
    queueMs: dice.whole(0, 5_000),
    renderMsPerSecond: dice.pick([500, 3_000, 12_000]),
    concurrency: dice.whole(1, 8),
    poor: dice.chance(0.15 * storm),
    alike: dice.chance(0.2),
    signed: dice.chance(0.5),
    outages: storm === 1 && dice.chance(0.3) ? [drawOutage(dice, untilMs)] : [],
  };
}

function drawOutage(dice: Dice, untilMs: number): Outage {
  const fromMs = dice.whole(0, untilMs / 2);
  const kind = dice.pick(['refused', 'silent', 'throttled', 'arrears', 'forbidden', 'no_model'] as const);
  return { fromMs, untilMs: fromMs + dice.whole(5_000, 120_000), kind };
}

function drawStorage(dice: Dice, rate: Rate, untilMs: number, storm: number): Climate['storage'] {
  const full = dice.chance(0.25 * storm);
  const fullFromMs = full ? dice.whole(0, untilMs / 2) : untilMs;
  return {
    failRate: rate(0.15),
    failAfterRate: rate(0.1),
    lieRate: rate(0.2),
    flipRate: rate(0.1),
    full: dice.pick(['append', 'publish'] as const),
    fullFromMs,
    fullUntilMs: full ? fullFromMs + dice.whole(10_000, 180_000) : untilMs,
    ownSpools: dice.chance(0.5),
  };
}
