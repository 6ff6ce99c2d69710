/** @sluice/sdk/testing: a scripted gateway and sample answers, for tests of programs that use the client. */
export * from './samples.ts';
export * from './scripted-gateway.ts';
