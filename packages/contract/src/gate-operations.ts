/** Reading the gate. */
import * as gate from './gate.ts';
import { json, type Operation } from './operation.ts';

export const gateOperations = {
  getGate: {
    method: 'get',
    path: '/v1/gate',
    tag: 'Gate',
    summary: 'Slots, queue and finished clips as they are now',
    access: 'tasks:read',
    response: json(gate.GateSnapshot, 'The gate.'),
    errors: [],
  },
} satisfies Record<string, Operation>;
