/** Runs many seeds on a few processes, each with a database of its own on one throw-away server. */
import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { startTestServer } from '@sluice/server/store/testing/server.ts';
import { addCounts } from './coverage.ts';
import type { Plans } from './database.ts';
import type { Verdict } from './verdict.ts';
import { type FromCrew, ToCrew } from './wire.ts';
import type { Size } from './world/climate.ts';

export type CrewOptions = {
  seeds: readonly number[];
  workers: number;
  size: Size;
  plant: string | null;
  /** Once a seed has failed no new one is begun. */
  stopAtFailure: boolean;
  onVerdict?(verdict: Verdict): void;
};

export type CrewReport = { verdicts: Verdict[]; coverage: Map<string, number> };

export type Crew = {
  run(options: Omit<CrewOptions, 'workers'>): Promise<CrewReport>;
  close(): Promise<void>;
};

/** Postgres as the simulator wants it: nothing happens in it that no statement asked for. */
export const serverSettings = { autovacuum: 'off', max_wal_size: '4GB', checkpoint_timeout: '1h' };

export async function gatherCrew(workers: number, plans: Plans = 'generic'): Promise<Crew> {
  const server = await startTestServer({ settings: serverSettings });
  const members = await Promise.all(
    Array.from({ length: workers }, () => startWorker(server.adminUrl, plans)),
  );
  return {
    run: async (options) => {
      const report: CrewReport = { verdicts: [], coverage: new Map() };
      const left = [...options.seeds];
      await Promise.all(members.map((member) => work(member, left, options, report)));
      report.verdicts.sort((one, other) => one.seed - other.seed);
      return report;
    },
    close: async () => {
      await Promise.all(members.map((member) => member.end()));
      await server.stop();
    },
  };
}

type Member = { ask(message: FromCrew): Promise<ToCrew>; end(): Promise<void> };

async function work(
  member: Member,
  left: number[],
  options: Omit<CrewOptions, 'workers'>,
  report: CrewReport,
): Promise<void> {
  const { size, plant } = options;
  for (let seed = left.shift(); seed !== undefined; seed = left.shift()) {
    const answer = await member.ask({ kind: 'run', seed, size, plant });
    if (answer.kind !== 'verdict') throw new Error('a worker answers a seed with a verdict');
    report.verdicts.push(answer.verdict);
    addCounts(report.coverage, answer.coverage);
    options.onVerdict?.(answer.verdict);
    if (options.stopAtFailure && !answer.verdict.ok) left.length = 0;
  }
}

async function startWorker(adminUrl: string, plans: Plans): Promise<Member> {
  const path = fileURLToPath(new URL('./worker.ts', import.meta.url));
  const child = fork(path, [adminUrl, plans], { execArgv: ['--import', 'tsx'] });
  await answerOf(child);
  return {
    ask: (message) => {
      const answer = answerOf(child);
      child.send(message);
      return answer;
    },
    end: async () => {
      const gone = new Promise((resolve) => child.once('exit', resolve));
      const message: FromCrew = { kind: 'end' };
      child.send(message);
      await gone;
    },
  };
}

function answerOf(child: ChildProcess): Promise<ToCrew> {
  return new Promise((resolve, reject) => {
    const died = (code: number | null) => reject(new Error(`a worker died with ${code}`));
    child.once('exit', died);
    child.once('message', (message) => {
      child.off('exit', died);
      resolve(ToCrew.parse(message));
    });
  });
}
