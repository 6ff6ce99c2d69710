/**
 * What has to be known of an access path before anybody builds on it: a closed list of facts, grouped by the five
 * things to verify (money up front, throughput, integration, asynchronous tasks, retention) and the price. Each has the
 * question that goes to the vendor while nobody knows the answer.
 */
import { z } from 'zod';

export const Check = z.enum(['balance', 'throughput', 'integration', 'async', 'retention', 'price']).meta({
  id: 'Check',
  description:
    'What is verified before a path is chosen: 1 `balance` (prepaid balance, deposit, approval), 2 `throughput` ' +
    '(concurrency, bursts, scaling), 3 `integration` (authentication and effort), 4 `async` (task creation, ' +
    'polling, callbacks), 5 `retention` (how long results stay), and the `price`.',
});
export type Check = z.infer<typeof Check>;

export type CheckDefinition = { number: number; title: string };

export const checkDefinitions: Readonly<Record<Check, CheckDefinition>> = {
  balance: { number: 1, title: 'Prepaid balance, deposit and approval' },
  throughput: { number: 2, title: 'Throughput and concurrency' },
  integration: { number: 3, title: 'Authentication and integration effort' },
  async: { number: 4, title: 'Asynchronous task handling' },
  retention: { number: 5, title: 'Result retention' },
  price: { number: 6, title: 'Price' },
};

export const FactName = z
  .enum([
    'prepaid_required',
    'deposit_minimum',
    'approval_required',
    'payment_terms',
    'balance_readable',
    'concurrency_limit',
    'burst_limit',
    'overload_behaviour',
    'limit_scope',
    'scaling_approval',
    'authentication',
    'regions',
    'adapter',
    'models_covered',
    'task_creation',
    'status_query',
    'callbacks',
    'callback_signature',
    'callback_retries',
    'cancel',
    'idempotency',
    'lost_answer',
    'result_link_life',
    'result_kept',
    'result_link_access',
    'price_list',
    'price_unit',
    'failed_work_billed',
    'delivered_price',
  ])
  .meta({ id: 'FactName' });
export type FactName = z.infer<typeof FactName>;

export type FactDefinition = {
  check: Check;
  title: string;
  /** What a value is: a yes or no, a number of the unit, a decimal amount of the unit, or words. */
  kind: 'yes_no' | 'number' | 'amount' | 'words';
  /** Null where words need none, or where each statement names its own. */
  unit: string | null;
  /** Ready to be sent to the vendor; null: only your own traffic can tell. */
  question: string | null;
};

const fact = (
  check: Check,
  kind: FactDefinition['kind'],
  title: string,
  question: string | null,
  unit: string | null = null,
): FactDefinition => ({ check, title, kind, unit, question });

export const factDefinitions: Readonly<Record<FactName, FactDefinition>> = {
  prepaid_required: fact(
    'balance',
    'yes_no',
    'Prepaid balance needed',
    'Must a balance or a pack be paid for before the first job runs, and does unused balance expire?',
  ),
  deposit_minimum: fact(
    'balance',
    'amount',
    'Smallest deposit',
    'What is the smallest deposit or first purchase for our plan and region, and is it refundable?',
    'USD',
  ),
  approval_required: fact(
    'balance',
    'yes_no',
    'Approval before production',
    'Does production use of these models need an approval or a contract, and how long does it take?',
  ),
  payment_terms: fact(
    'balance',
    'words',
    'How it is paid',
    'How are we billed (packs, credits, pay as you go, invoice), in which currency and on which terms?',
  ),
  balance_readable: fact(
    'balance',
    'yes_no',
    'Balance readable by API',
    'Can the remaining balance be read by API, and how late may the figure be?',
  ),
  concurrency_limit: fact(
    'throughput',
    'number',
    'Tasks at once',
    'How many generation tasks may be in flight at once on our plan, per account, per key or per model?',
    'tasks',
  ),
  burst_limit: fact(
    'throughput',
    'number',
    'Creates in a short time',
    'How many tasks may be created within a second and within a minute before requests are refused?',
  ),
  overload_behaviour: fact(
    'throughput',
    'words',
    'Above the limit',
    'What happens to a task above the limit: is it refused or queued, and does a queued task ever expire?',
  ),
  limit_scope: fact(
    'throughput',
    'words',
    'What the limit counts',
    'Is the limit counted by account, by key, by model version or by pack, and do several packs add up?',
  ),
  scaling_approval: fact(
    'throughput',
    'words',
    'How it grows',
    'How is a higher limit obtained (self-service, spend, sales), how long does it take and what does it cost?',
  ),
  authentication: fact(
    'integration',
    'words',
    'Authentication',
    'How do requests authenticate, how long do credentials live and how are they rotated without an outage?',
  ),
  regions: fact(
    'integration',
    'words',
    'Regions',
    'In which regions are inputs and results processed and stored, and are accounts bound to a region?',
  ),
  adapter: fact(
    'integration',
    'words',
    'Effort on our side',
    'Which API documentation, in which version, describes the production interface we would integrate?',
  ),
  models_covered: fact(
    'integration',
    'words',
    'Models covered',
    'Which of the models and modes that we order are served in production today, under which ids?',
  ),
  task_creation: fact(
    'async',
    'words',
    'Task creation',
    'Does a create return a task id at once, and which answers mean that nothing was created?',
  ),
  status_query: fact(
    'async',
    'words',
    'Status query',
    'How many tasks fit into one status query, how often may we ask, and do queries count against a limit?',
  ),
  callbacks: fact(
    'async',
    'yes_no',
    'Callbacks',
    'Are callbacks sent for every end of a task, to which addresses, and within what time?',
  ),
  callback_signature: fact(
    'async',
    'words',
    'Callback signature',
    'How are callbacks signed, does the signature cover the body, and how are its keys rotated?',
  ),
  callback_retries: fact(
    'async',
    'words',
    'Callback retries',
    'How often and for how long is a callback repeated when our endpoint does not answer?',
  ),
  cancel: fact(
    'async',
    'words',
    'Cancel',
    'Can a queued or a running task be cancelled by API, and is a cancelled task billed?',
  ),
  idempotency: fact(
    'async',
    'words',
    'Idempotent create',
    'Is a create with a repeated client key refused or answered with the first task, and for how long?',
  ),
  lost_answer: fact(
    'async',
    'words',
    'A lost answer',
    'If the answer to a create is lost, how do we find out whether the task exists?',
  ),
  result_link_life: fact(
    'retention',
    'number',
    'Life of a result link',
    'For how long does a result link work, counted from which moment, and can it be renewed?',
    's',
  ),
  result_kept: fact(
    'retention',
    'number',
    'Results kept',
    'After how long are results deleted for good, and can we delete them earlier?',
    's',
  ),
  result_link_access: fact(
    'retention',
    'words',
    'Who can open a link',
    'Can anybody with the link open a result, or does it need our credential?',
  ),
  price_list: fact(
    'price',
    'words',
    'Price list',
    'Which price list applies to our account, from which date, and how long is it guaranteed?',
  ),
  price_unit: fact(
    'price',
    'amount',
    'Price of one unit',
    'What does one unit or credit cost us, by pack size and currency?',
    'USD',
  ),
  failed_work_billed: fact(
    'price',
    'yes_no',
    'Failed work billed',
    'Are failed, moderated and cancelled tasks billed, and when is a refund visible?',
  ),
  delivered_price: fact('price', 'amount', 'Price of a delivered second', null, 'USD'),
};

export function factsOf(check: Check): FactName[] {
  return FactName.options.filter((name) => factDefinitions[name].check === check);
}
