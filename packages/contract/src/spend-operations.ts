/** Reading what was spent. */
import { json, type Operation } from './operation.ts';
import * as spend from './spend.ts';

export const spendOperations = {
  getSpend: {
    method: 'get',
    path: '/v1/spend',
    tag: 'Money',
    summary: 'What was spent, by day, model, path or key',
    access: 'billing:read',
    query: spend.SpendQuery,
    response: json(spend.Spend, 'The sums.'),
    errors: ['invalid_input', 'unknown_field'],
  },
  getStatement: {
    method: 'get',
    path: '/v1/statements',
    tag: 'Money',
    summary: 'The statement of a month',
    access: 'billing:read',
    query: spend.StatementMonthQuery,
    response: json(spend.AccountStatement, 'The statement.'),
    errors: ['invalid_input', 'unknown_field', 'not_found'],
  },
  exportStatement: {
    method: 'get',
    path: '/v1/statements/export',
    tag: 'Money',
    summary: 'The lines of a month as CSV',
    description: 'One line for each movement of the posted balance, oldest first, with the balance after it.',
    access: 'billing:read',
    query: spend.StatementMonthQuery,
    response: { status: 200, contentType: 'text/csv', description: 'RFC 4180, UTF-8.' },
    errors: ['invalid_input', 'unknown_field', 'not_found'],
  },
} satisfies Record<string, Operation>;
