/** Terminals before a scripted gateway, both fresh for each test of a file. */
import { type ScriptedGateway, startScriptedGateway } from '@sluice/sdk/testing';
import { afterEach, beforeEach, expect } from 'vitest';
import { openTerminal, type Terminal, type TerminalOptions } from './terminal.ts';

export type Terminals = {
  gateway: Pick<ScriptedGateway, 'on' | 'requests' | 'url'>;
  lastRequest(): ScriptedGateway['requests'][number] | undefined;
  open(options?: TerminalOptions): Promise<Terminal>;
  /** What a command prints that ends well. */
  shown(...argv: string[]): Promise<string>;
};

/** At the top of a test file. What is returned may be used inside tests only. */
export function useTerminals(): Terminals {
  let running: ScriptedGateway;
  const terminals: Terminal[] = [];
  beforeEach(async () => {
    running = await startScriptedGateway();
  });
  afterEach(async () => {
    await running.close();
    await Promise.all(terminals.splice(0).map((terminal) => terminal.close()));
  });
  const open: Terminals['open'] = async (options = {}) => {
    const terminal = await openTerminal({ url: running.url, terminal: true, columns: 106, ...options });
    terminals.push(terminal);
    return terminal;
  };
  return {
    gateway: {
      on: (...wanted) => running.on(...wanted),
      get requests() {
        return running.requests;
      },
      get url() {
        return running.url;
      },
    },
    lastRequest: () => running.requests.at(-1),
    open,
    shown: async (...argv) => {
      const { code, out, err } = await (await open()).run(...argv);
      expect({ code, err: err.includes('✗') ? err : '' }).toEqual({ code: 0, err: '' });
      return out;
    },
  };
}
