/** Capacity plans: would these paths carry this traffic, at what cost, and what gives way first? */
import { Deleted, INPUT, json, list, type Operation, PageQuery } from './operation.ts';
import { CreatePlan } from './plan-request.ts';
import { Plan, PlanHead } from './plan-result.ts';

export const planOperations = {
  createPlan: {
    method: 'post',
    path: '/v1/plans',
    tag: 'Plans',
    summary: 'Simulate traffic over paths with the decisions that production takes',
    description:
      'Answers at once with a plan that is worked on beside the gateway; read it until it is done. Nothing is ' +
      'ordered and nobody is asked: what is not measured here is declared, given or assumed, and named so.',
    access: 'operator',
    body: CreatePlan,
    response: json(Plan, 'The plan, to be read again.', 202),
    errors: [...INPUT, 'unknown_model', 'no_route', 'payload_too_large', 'overloaded', 'not_found'],
  },
  listPlans: {
    method: 'get',
    path: '/v1/plans',
    tag: 'Plans',
    summary: 'List plans, newest first',
    access: 'operator',
    query: PageQuery,
    response: json(list(PlanHead, 'PlanList'), 'A page of plans.'),
    errors: ['invalid_input'],
  },
  getPlan: {
    method: 'get',
    path: '/v1/plans/{id}',
    tag: 'Plans',
    summary: 'Read a plan: its progress, and its result when it is done',
    access: 'operator',
    response: json(Plan, 'The plan.'),
    errors: ['not_found'],
  },
  getPlanReport: {
    method: 'get',
    path: '/v1/plans/{id}/report',
    tag: 'Plans',
    summary: 'The result as one page to read, print and send on',
    access: 'operator',
    response: {
      status: 200,
      contentType: 'text/html',
      description: 'A page that loads nothing from elsewhere.',
    },
    errors: ['not_found', 'conflict'],
  },
  deletePlan: {
    method: 'delete',
    path: '/v1/plans/{id}',
    tag: 'Plans',
    summary: 'Stop and forget a plan',
    access: 'operator',
    response: json(Deleted, 'Deleted.'),
    errors: ['not_found'],
  },
} satisfies Record<string, Operation>;
