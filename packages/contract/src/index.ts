/** The wire: every shape, error code and event of the API. Imports nothing of ours. */
export * from './accounts.ts';
export * from './errors.ts';
export * from './events.ts';
export * from './models.ts';
export * from './money.ts';
export * from './openapi.ts';
export * from './operation.ts';
export * from './operations.ts';
export * from './order.ts';
export * from './paths.ts';
export * from './plan-operations.ts';
export * from './plan-request.ts';
export * from './plan-result.ts';
export * from './routing.ts';
export * from './tasks.ts';
