/** Every metric, with its meaning and labels. `docs/reference/metrics.md` is made from this table. */
export type MetricDefinition = {
  kind: 'counter' | 'gauge' | 'histogram';
  help: string;
  labels: readonly string[];
  buckets?: readonly number[];
};

const SECONDS = [0.005, 0.02, 0.1, 0.5, 1, 2, 5, 10, 30, 60, 120, 300, 600, 1800, 3600];
const SHORT_SECONDS = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5];

export const metricCatalogue = {
  sluice_slots_occupied: gauge('Upstream slots taken: attempts in sending, unknown or accepted.', [
    'path',
    'family',
  ]),
  sluice_slots_limit: gauge('Slots that may be taken: the smaller of configured and learned.', [
    'path',
    'family',
  ]),
  sluice_unknown_attempts: gauge('Attempts whose submit answer was lost and is being looked up.', [
    'path',
    'family',
  ]),
  sluice_unknown_attempts_total: counter('Submits whose answer was lost.', ['path']),
  sluice_tasks: gauge('Tasks by state.', ['state']),
  sluice_tasks_ended_total: counter('Tasks that ended, by outcome.', ['outcome']),
  sluice_task_seconds: histogram('From accept to end.', ['outcome'], SECONDS),
  sluice_queue_wait_seconds: histogram('From accept to the first admission.', ['family'], SECONDS),
  sluice_detection_lag_seconds: histogram(
    'From the upstream’s end of a render to our knowing it.',
    ['path'],
    SECONDS,
  ),
  sluice_mirror_lag_seconds: histogram(
    'From knowing a render’s end to the clip being stored.',
    ['path'],
    SECONDS,
  ),
  sluice_mirrored_bytes_total: counter('Bytes of clips stored.', ['path']),
  sluice_copy_troubles_total: counter('Copies that had to be tried again or given up.', ['path', 'kind']),
  sluice_refusals_total: counter('Submits that an upstream refused, by class.', ['path', 'kind']),
  sluice_questions_failed_total: counter('Status questions without a usable answer.', ['path', 'kind']),
  sluice_unrecognised_words_total: counter('Status words that the adapter does not know.', ['path']),
  sluice_callbacks_rejected_total: counter('Callbacks with a bad signature or form.', ['path']),
  sluice_upstream_requests_total: counter('Requests to upstreams.', ['path', 'operation', 'result']),
  sluice_upstream_seconds: histogram(
    'Duration of requests to upstreams.',
    ['path', 'operation'],
    SHORT_SECONDS,
  ),
  sluice_deliveries_total: counter('Webhook deliveries tried, by verdict.', ['outcome']),
  sluice_alerts_told_total: counter('Alerts told to be there or to be over, by whom they concern.', [
    'event',
    'to',
  ]),
  sluice_http_requests_total: counter('Requests answered, by operation and status.', ['operation', 'status']),
  sluice_http_seconds: histogram('Duration of requests, by operation.', ['operation'], SHORT_SECONDS),
  sluice_statement_seconds: histogram(
    'Duration of database statements by name.',
    ['statement'],
    SHORT_SECONDS,
  ),
  sluice_loop_errors_total: counter('Rounds of a stage that failed and will be repeated.', ['stage']),
  sluice_ledger_drift_micros: gauge(
    'Difference between balances and their postings; anything but 0 is an alarm.',
    [],
  ),
  sluice_ledger_checked_seconds: gauge('When the drift was looked for, in unix seconds.', []),
} as const satisfies Record<string, MetricDefinition>;

export type MetricName = keyof typeof metricCatalogue;

function counter(help: string, labels: readonly string[]): MetricDefinition {
  return { kind: 'counter', help, labels };
}

function gauge(help: string, labels: readonly string[]): MetricDefinition {
  return { kind: 'gauge', help, labels };
}

function histogram(help: string, labels: readonly string[], buckets: readonly number[]): MetricDefinition {
  return { kind: 'histogram', help, labels, buckets };
}
