/** Whole, valid answers with plausible values; a test overrides what it is about. */
import type {
  Account,
  Asset,
  Balance,
  Checkout,
  Endpoint,
  Key,
  Page,
  Path,
  Quote,
  SystemStatus,
  Task,
} from '../types.ts';

export function pageOf<T>(data: T[], nextCursor: string | null = null): Page<T> {
  return { object: 'list', data, next_cursor: nextCursor };
}

export function sampleTask(over: Partial<Task> = {}): Task {
  return {
    id: 'task_1',
    object: 'video.generation.task',
    type: 'video',
    created: 1_790_856_000,
    model: 'kling-3.0',
    mode: 'text-to-video',
    status: 'pending',
    stage: 'queued',
    version: 1,
    progress: 0,
    sandbox: false,
    prompt: 'a fox in the snow',
    duration: 5,
    quality: '1080p',
    aspect_ratio: '16:9',
    sound: 'off',
    path: null,
    priority: 'normal',
    created_at: '2026-10-01T12:00:00.000Z',
    started_at: null,
    finished_at: null,
    start_by: null,
    finish_by: null,
    deadline_at: '2026-10-01T14:00:00.000Z',
    wait: {
      reason: 'no_free_slot',
      position: 3,
      expected_start: '2026-10-01T12:02:00.000Z',
      expected_end: '2026-10-01T12:05:00.000Z',
      expected_end_range: { early: '2026-10-01T12:04:10.000Z', late: '2026-10-01T12:06:40.000Z' },
      basis: 'measured',
    },
    cancel_requested: false,
    quote: {
      currency: 'USD',
      minimum: '0.56',
      maximum: '0.56',
      price_sheet: 'kling-official',
      price_date: '2026-09-20',
      unit_price: '0.112',
      per: 'second',
    },
    held: { amount: '0.56', currency: 'USD' },
    charge: null,
    error: null,
    assets: [],
    results: [],
    result_data: [],
    flags: [],
    task_info: { can_cancel: true, estimated_time: 300, video_duration: null },
    usage: {
      billing_rule: 'per_second',
      credits_reserved: 0.56,
      credits_used: null,
      cost: null,
      user_group: 'default',
    },
    metadata: {},
    ...over,
  };
}

export function sampleAsset(over: Partial<Asset> = {}): Asset {
  return {
    id: 'asset_1',
    object: 'asset',
    kind: 'video',
    url: 'http://localhost:8080/v1/assets/asset_1?expires=1&signature=s',
    expires_at: '2026-10-02T12:00:00.000Z',
    content_type: 'video/mp4',
    bytes: 11,
    sha256: '',
    width: 1920,
    height: 1080,
    duration_seconds: 5.04,
    video_codec: 'avc1',
    audio_codec: null,
    deletes_at: null,
    ...over,
  };
}

/** A task that came to a good end: 2 minutes of waiting, 3 of rendering. */
export function completedTask(over: Partial<Task> = {}): Task {
  const asset = sampleAsset();
  return sampleTask({
    status: 'completed',
    stage: 'succeeded',
    version: 9,
    progress: 100,
    path: 'kling-main',
    wait: null,
    started_at: '2026-10-01T12:02:00.000Z',
    finished_at: '2026-10-01T12:05:00.000Z',
    held: null,
    charge: { amount: '0.56', currency: 'USD' },
    assets: [asset],
    results: [asset.url],
    result_data: [{ url: asset.url, type: 'video' }],
    task_info: { can_cancel: false, estimated_time: null, video_duration: 5.04 },
    ...over,
  });
}

export function sampleBalance(over: Partial<Balance> = {}): Balance {
  return {
    object: 'balance',
    currency: 'USD',
    posted: '100.00',
    held: '0.56',
    available: '99.44',
    credit_limit: '0.00',
    ...over,
  };
}

export function sampleCheckout(over: Partial<Checkout> = {}): Checkout {
  return {
    id: 'chk_1',
    object: 'checkout',
    account: 'acct_1',
    state: 'pending',
    amount: '25.00',
    currency: 'USD',
    credited: '0.00',
    taken_back: '0.00',
    disputed: false,
    test: true,
    url: 'https://checkout.stripe.com/c/pay/cs_test_1',
    payment_reference: 'cs_test_1',
    problem: null,
    created_at: '2026-10-01T12:00:00.000Z',
    expires_at: '2026-10-02T12:00:00.000Z',
    ended_at: null,
    ...over,
  };
}

export function sampleAccount(over: Partial<Account> = {}): Account {
  return {
    id: 'acct_1',
    object: 'account',
    name: 'Studio',
    status: 'active',
    currency: 'USD',
    weight: 1,
    credit_limit: '0.00',
    max_in_flight: null,
    max_queued: null,
    retention_days: 30,
    markup_percent: 20,
    routing: { policy: 'cheapest' },
    created_at: '2026-09-01T08:00:00.000Z',
    balance: sampleBalance(),
    ...over,
  };
}

export function sampleKey(over: Partial<Key> = {}): Key {
  return {
    id: 'key_1',
    object: 'key',
    name: 'render farm',
    account: 'acct_1',
    prefix: 'sk-sluice-Ab3x',
    scopes: ['tasks:read', 'tasks:write'],
    budget: '50.00',
    budget_period: 'month',
    budget_used: '12.50',
    budget_renews_at: '2026-11-01T00:00:00.000Z',
    max_in_flight: null,
    created_at: '2026-09-01T08:00:00.000Z',
    created_by: 'operator',
    expires_at: null,
    revoked_at: null,
    last_used_at: '2026-10-01T11:59:00.000Z',
    ...over,
  };
}

export function samplePath(over: Partial<Path> = {}): Path {
  return {
    name: 'kling-main',
    object: 'path',
    provider: 'kling',
    base_url: 'https://api-singapore.klingai.com',
    sandbox: false,
    state: 'active',
    health: 'ok',
    health_detail: null,
    health_until: null,
    guarantee: { level: 'L2', text: 'A lost answer is looked up by our own id; it is never sent again.' },
    lost_answer: 'hold',
    regions: [],
    credential: {
      version: 2,
      since: '2026-11-01T00:00:00.000Z',
      earlier: [{ version: 1, replaced_at: '2026-11-01T00:00:00.000Z', attempts: 3, refused_at: null }],
    },
    models: ['kling-3.0', 'kling-o3'],
    price_sheet: 'kling-official',
    limits: [
      {
        family: 'kling-v3',
        configured: 20,
        learned: 5,
        effective: 5,
        occupied: 4,
        unknown: 1,
        oldest_seconds: 95,
        refusals: 2,
        last_refusal_at: '2026-10-01T11:00:00.000Z',
        resting: null,
      },
    ],
    wallet: {
      unit: 'units',
      remaining: '812.40',
      packs: [
        {
          name: 'Video-1000Units-5Con-3Months',
          remaining: '812.40',
          total: '1000.00',
          expires_at: '2026-12-01T00:00:00.000Z',
          concurrency: 5,
        },
      ],
      read_at: '2026-10-01T11:55:00.000Z',
      pace_per_day: null,
      runs_out_at: null,
    },
    created_at: '2026-09-01T08:00:00.000Z',
    ...over,
  };
}

export function sampleEndpoint(over: Partial<Endpoint> = {}): Endpoint {
  return {
    id: 'we_1',
    object: 'webhook_endpoint',
    account: 'acct_1',
    url: 'https://hooks.example.com/sluice',
    types: ['task.completed', 'task.failed'],
    description: '',
    format: 'sluice',
    least_severity: 'warning',
    status: 'enabled',
    disabled_reason: null,
    created_at: '2026-09-01T08:00:00.000Z',
    ...over,
  };
}

export function sampleQuote(over: Partial<Quote> = {}): Quote {
  const { quote, wait } = sampleTask();
  return {
    object: 'quote',
    model: 'kling-3.0',
    mode: 'text-to-video',
    price: quote,
    path: 'kling-main',
    reason: 'cheapest path with a free slot soon',
    alternatives: [{ path: 'evolink', price: '0.63', rejected_because: 'costs more' }],
    wait: wait ?? {
      reason: 'next_in_line',
      position: 1,
      expected_start: null,
      expected_end: null,
      expected_end_range: null,
      basis: 'declared',
    },
    forecast_record: null,
    expected_render_seconds: 180,
    covered: true,
    sandbox: false,
    ...over,
  };
}

export function sampleSystem(over: Partial<SystemStatus> = {}): SystemStatus {
  return {
    object: 'system',
    version: '0.1.0',
    schema: 3,
    quarantined: false,
    database: { kind: 'embedded', version: '18.4' },
    storage: { kind: 'disk', description: 'data/assets', free_bytes: 52_000_000_000 },
    nodes: [{ id: 'node_1', started_at: '2026-10-01T08:00:00.000Z', seen_at: '2026-10-01T12:00:00.000Z' }],
    tasks: { queued: 3, rendering: 4 },
    unknown_attempts: 1,
    ledger: { balanced: true, drift: '0.00', checked_at: '2026-10-01T12:00:00.000Z' },
    ...over,
  };
}
