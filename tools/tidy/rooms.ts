/**
 * The rooms and the arrows between them: the one table that says which room may import which. A file
 * belongs to the first room whose pattern matches its path. Widening an arrow is a decision, so it comes
 * with a record in docs/decisions/.
 */

export type Room = {
  name: string;
  files: RegExp;
  /** Rooms that its production code may import. Its own room is always allowed, unless `apart`. */
  may: RoomName[];
  /** What its tests may import on top of that. */
  mayInTests?: RoomName[];
  /** Rooms of which it may import types only. */
  typesOf?: RoomName[];
  /** The first group of `files` names a part that must not know its neighbours (a provider folder). */
  apart?: boolean;
  /** What to do instead, in one sentence. */
  advice: string;
};

export type RoomName = string;

/** The type file of each effect (`clock/clock.ts`), and what is pure although it lives among effects. */
const EFFECT_TYPES =
  /^packages\/server\/src\/effects\/(?:(\w+)\/\1\.ts$|random\/id\.ts$|(?:secrets|telemetry)\/(?!.*\.test\.))/;

const SERVER_ROOMS: RoomName[] = [
  'config',
  'decide',
  'catalogue',
  'plan',
  'providers/contract',
  'providers/registry',
  'providers/drive',
  'provider',
  'store',
  'payments',
  'lifecycle',
  'http',
  'runtime',
  'effects interfaces',
  'effects',
];

/** Tests of the server build whatever they need, emulators included; emulators stay out of its source. */
const SERVER_TESTS: RoomName[] = [
  ...SERVER_ROOMS,
  'main',
  'testing',
  'providers/exam',
  'contract',
  'emulators',
];

export const ROOMS: Room[] = [
  {
    name: 'contract',
    files: /^packages\/contract\/src\//,
    may: [],
    advice: 'The wire shapes import nothing of ours: move what is shared into contract, or the import out.',
  },
  {
    name: 'testing',
    files: /^packages\/server\/src\/(?:.*\/)?(?:testing|exam)\//,
    may: [...SERVER_ROOMS, 'providers/exam', 'contract', 'emulators'],
    mayInTests: SERVER_TESTS,
    advice: 'A test kit builds from the rooms, not from main.ts.',
  },
  {
    name: 'server entry',
    files: /^packages\/server\/src\/index\.ts$/,
    may: [...SERVER_ROOMS, 'main', 'contract'],
    advice: 'index.ts is the public face of the server: it re-exports and does nothing else.',
  },
  {
    name: 'main',
    files: /^packages\/server\/src\/(?:main|maintenance)\.ts$/,
    may: [...SERVER_ROOMS, 'contract'],
    mayInTests: SERVER_TESTS,
    advice: 'main.ts composes the server; emulators and clients are other processes to it.',
  },
  {
    name: 'config',
    files: /^packages\/server\/src\/config(?:\.test)?\.ts$/,
    may: ['contract', 'decide', 'effects interfaces'],
    mayInTests: SERVER_TESTS,
    advice: 'config.ts parses settings; main.ts builds things out of them.',
  },
  {
    name: 'decide',
    files: /^packages\/server\/src\/decide\//,
    may: ['contract'],
    // What an adapter declares and answers are the inputs of decisions; its values stay out.
    typesOf: ['providers/contract'],
    mayInTests: SERVER_TESTS,
    advice: 'decide/ is pure: take the value as a parameter and let lifecycle/ fetch it.',
  },
  {
    name: 'catalogue',
    files: /^packages\/server\/src\/catalogue\//,
    may: ['decide', 'contract'],
    mayInTests: SERVER_TESTS,
    advice: 'The catalogue is data and its checks: main.ts reads the files and hands the texts in.',
  },
  {
    name: 'plan',
    files: /^packages\/server\/src\/plan\//,
    may: ['decide', 'catalogue', 'contract'],
    mayInTests: SERVER_TESTS,
    advice:
      'The planner is pure like decide/: facts are handed in by lifecycle/, and a thread of effects/ runs it.',
  },
  {
    name: 'providers/contract',
    files: /^packages\/server\/src\/providers\/(?:contract|answers|guarantee)(?:\.test)?\.ts$/,
    may: ['contract'],
    mayInTests: SERVER_TESTS,
    advice: 'The adapter contract knows no vendor and no engine: describe the need in its own words.',
  },
  {
    name: 'providers/registry',
    files: /^packages\/server\/src\/providers\/registry(?:\.test)?\.ts$/,
    may: ['provider', 'providers/contract', 'contract'],
    mayInTests: SERVER_TESTS,
    advice: 'The registry is a list of adapters: one line for each.',
  },
  {
    name: 'providers/drive',
    files: /^packages\/server\/src\/providers\/(?:[^/]+\.ts$|drive\/)/,
    may: ['providers/contract', 'contract', 'effects interfaces'],
    mayInTests: SERVER_TESTS,
    advice: 'drive.ts runs any adapter over the outbound client: vendor facts belong to the adapter as data.',
  },
  {
    name: 'providers/exam',
    files: /^packages\/server\/src\/providers\/conformance\//,
    may: ['providers/contract', 'providers/drive', 'contract', 'effects interfaces', 'effects'],
    mayInTests: SERVER_TESTS,
    advice: 'The exam is the same for each adapter: let the adapter hand in what is particular to it.',
  },
  {
    name: 'provider',
    files: /^packages\/server\/src\/providers\/([^/]+)\//,
    may: ['providers/contract', 'contract'],
    mayInTests: [
      'providers/exam',
      'providers/drive',
      'testing',
      'decide',
      'effects interfaces',
      'effects',
      'emulators',
    ],
    apart: true,
    advice:
      'An adapter knows only the adapter contract and its own files. Copying twenty lines is cheaper than ' +
      'coupling two vendors.',
  },
  {
    name: 'store',
    files: /^packages\/server\/src\/store\//,
    may: ['decide', 'contract', 'effects interfaces'],
    mayInTests: SERVER_TESTS,
    advice: 'The store reads and writes rows. Decisions belong to decide/, the story to lifecycle/.',
  },
  {
    name: 'payments',
    files: /^packages\/server\/src\/payments\//,
    may: ['decide', 'contract'],
    mayInTests: SERVER_TESTS,
    advice: 'A payment service is read and written here, purely: lifecycle/ sends the requests.',
  },
  {
    name: 'lifecycle',
    files: /^packages\/server\/src\/lifecycle\//,
    may: [
      'decide',
      'catalogue',
      'plan',
      'providers/contract',
      'providers/drive',
      'providers/registry',
      'payments',
      'store',
      'contract',
      'effects interfaces',
    ],
    mayInTests: SERVER_TESTS,
    advice: 'A stage uses effects that are handed in (import the type file) and no provider by name.',
  },
  {
    name: 'http',
    files: /^packages\/server\/src\/http\//,
    // `/mcp` serves the tools, which reach the API as any client does.
    may: ['lifecycle', 'store', 'decide', 'catalogue', 'plan', 'contract', 'effects interfaces', 'mcp'],
    mayInTests: SERVER_TESTS,
    advice: 'A route parses, authorises, and calls one lifecycle function or one read of the store.',
  },
  {
    name: 'runtime',
    files: /^packages\/server\/src\/runtime\//,
    may: [
      'lifecycle',
      'store',
      'http',
      'catalogue',
      'plan',
      'decide',
      'config',
      'contract',
      'effects interfaces',
      'effects',
    ],
    mayInTests: SERVER_TESTS,
    advice: 'runtime/ decides when things run; what they do lives in lifecycle/.',
  },
  {
    name: 'effects interfaces',
    files: EFFECT_TYPES,
    may: [],
    mayInTests: SERVER_TESTS,
    advice: 'An effect knows nothing of the product: hand it what it needs.',
  },
  {
    name: 'effects',
    files: /^packages\/server\/src\/effects\//,
    may: ['effects interfaces'],
    mayInTests: SERVER_TESTS,
    advice: 'An effect knows nothing of the product: hand it what it needs.',
  },
  {
    name: 'sdk',
    files: /^packages\/sdk\/src\//,
    may: [],
    typesOf: ['contract'],
    mayInTests: ['contract', 'server entry'],
    advice: 'The SDK has no dependency at run time: import types of contract only (`import type`).',
  },
  {
    name: 'ai-sdk-provider',
    files: /^packages\/ai-sdk-provider\/src\//,
    may: ['sdk'],
    typesOf: ['contract'],
    mayInTests: ['contract', 'emulators'],
    advice: 'It is a client like any other: use the SDK.',
  },
  {
    name: 'mcp',
    files: /^packages\/mcp\/src\//,
    may: ['sdk'],
    typesOf: ['contract'],
    advice: 'The tools are a client like any other: use the SDK.',
  },
  {
    name: 'cli composition',
    files:
      /^packages\/cli\/src\/(?:commands\/)?(?:serve|backup|restore|migrate|doctor)(?:\.test)?(?:\.ts$|\/)/,
    may: ['cli', 'cli demo', 'sdk', 'server entry', 'console build'],
    typesOf: ['contract'],
    advice: 'Commands that start or inspect a server use its entry, @sluice/server.',
  },
  {
    name: 'cli demo',
    files: /^packages\/cli\/src\/(?:commands\/)?demo(?:\.test)?(?:\.ts$|\/)/,
    may: ['cli', 'cli composition', 'sdk', 'server entry', 'emulators'],
    typesOf: ['contract'],
    advice: 'The demo composes a server and the emulators; everything else goes through the SDK.',
  },
  {
    name: 'cli',
    files: /^packages\/cli\/src\//,
    may: ['sdk', 'mcp', 'cli composition', 'cli demo'],
    typesOf: ['contract'],
    mayInTests: ['server entry', 'emulators'],
    advice: 'The command line is a remote control: it reaches the gateway through the SDK only.',
  },
  {
    name: 'console build',
    files: /^packages\/console\/(?:build\/|vite\.config\.ts$)/,
    may: [],
    advice: 'The build bundles the console and knows nothing of it but its folder.',
  },
  {
    name: 'console',
    files: /^packages\/console\//,
    may: ['sdk'],
    typesOf: ['contract'],
    mayInTests: ['contract'],
    advice: 'The console reaches the gateway through the SDK only.',
  },
  {
    name: 'emulators',
    files: /^packages\/emulators\/src\//,
    may: [],
    advice:
      'An emulator is its own reading of the vendor documents; sharing code with an adapter would examine ' +
      'the adapter by its own misunderstanding.',
  },
  {
    name: 'simulation',
    files: /^simulation\//,
    may: [...SERVER_ROOMS, 'providers/exam', 'testing', 'server entry', 'contract', 'emulators'],
    advice: 'The simulator runs the real server core; build it from the rooms, not from main.ts.',
  },
  {
    name: 'e2e',
    files: /^e2e\//,
    // The entry that is killed at named points wraps what `openEffects` opened; a database comes from the test kit.
    may: ['sdk', 'ai-sdk-provider', 'emulators', 'server entry', 'testing', 'console build'],
    typesOf: ['contract'],
    advice: 'End-to-end runs treat the server as a process and talk to it through the SDK.',
  },
  {
    name: 'bench',
    files: /^bench\//,
    // The console is measured in the house that its tests visit.
    may: [...SERVER_ROOMS, 'testing', 'server entry', 'contract', 'sdk', 'emulators', 'e2e'],
    advice: 'A benchmark measures the rooms from outside; nothing imports it.',
  },
  {
    name: 'tools',
    files: /^tools\//,
    may: [...SERVER_ROOMS, 'providers/exam', 'testing', 'contract'],
    advice: 'A tool reads the project; nothing imports it.',
  },
  {
    name: 'examples',
    files: /^examples\//,
    may: ['sdk', 'ai-sdk-provider'],
    advice: 'An example shows what a user would write: the SDK and public packages only.',
  },
];

export function roomOf(path: string): Room | undefined {
  return ROOMS.find((room) => room.files.test(path));
}
