/**
 * The types of the API, inferred from the contract. Only types cross: the contract's schemas are never
 * loaded at run time, so nothing of a schema library reaches a browser bundle.
 *
 * Read loosely: answers are typed by the contract but not checked against it, so that a client stays
 * useful when a newer gateway adds a field or a word.
 */
import type * as contract from '@sluice/contract';

/** What the API answers with. */
type Read<Schema> = Schema extends { _zod: { output: infer T } } ? T : never;
/** What a client sends: fields with defaults may be left out. */
type Sent<Schema> = Schema extends { _zod: { input: infer T } } ? T : never;
/** In an address everything is text, so the contract takes anything for a limit; a client sends a number. */
type SentQuery<Schema> = Omit<Sent<Schema>, 'limit'> & { limit?: number | undefined };

export type OperationId = contract.OperationId;
export type ErrorCode = contract.ErrorCode;
export type TaskErrorCode = contract.TaskErrorCode;

export type Page<T> = { object: 'list'; data: T[]; next_cursor: string | null };
/** `searched_back_to`: of a search that stopped before the oldest task, how far it looked. */
export type TaskPage = Page<Task> & { searched_back_to?: string | undefined };
export type Deleted = Read<typeof contract.Deleted>;

export type Currency = contract.Currency;
export type Money = contract.Money;
export type Mode = contract.Mode;
export type Resolution = contract.Resolution;

// Tasks.
export type CreateGeneration = Sent<typeof contract.CreateGeneration>;
export type ModelParams = Sent<typeof contract.ModelParams>;
export type Task = Read<typeof contract.Task>;
export type TaskStatus = contract.TaskStatus;
export type TaskStage = contract.TaskStage;
export type TaskError = Read<typeof contract.TaskError>;
export type TaskBatch = Read<typeof contract.TaskBatch>;
export type Wait = Read<typeof contract.Wait>;
export type WaitReason = contract.WaitReason;
export type Asset = Read<typeof contract.Asset>;
export type CancelResult = Read<typeof contract.CancelResult>;
export type Activity = Read<typeof contract.Activity>;
export type ActivityQuery = Omit<Sent<typeof contract.ActivityQuery>, 'hours'> & {
  hours?: number | undefined;
};
export type Timeline = Read<typeof contract.Timeline>;
export type TimelineEntry = Read<typeof contract.TimelineEntry>;
export type UpstreamExchange = Read<typeof contract.UpstreamExchange>;
export type ListTasksQuery = SentQuery<typeof contract.ListTasksQuery>;
export type ExportTasksQuery = Sent<typeof contract.ExportTasksQuery>;

// Catalogue and quotes.
export type Model = Read<typeof contract.ModelView>;
export type ModeCapability = Read<typeof contract.ModeCapability>;
export type Quote = Read<typeof contract.Quote>;
export type QuoteOnTask = Read<typeof contract.QuoteOnTask>;
export type EvidenceGrade = Read<typeof contract.EvidenceGrade>;
export type Source = Read<typeof contract.Source>;

// Files.
export type FileObject = Read<typeof contract.FileObject>;

// Money.
export type Balance = Read<typeof contract.Balance>;
export type LedgerEntry = Read<typeof contract.LedgerEntry>;
export type ListLedgerQuery = SentQuery<typeof contract.ListLedgerQuery>;
export type TopUp = Sent<typeof contract.TopUp>;
export type Adjustment = Sent<typeof contract.Adjustment>;
export type MoneyMovement = Read<typeof contract.MoneyMovement>;

export type CreateCheckout = Sent<typeof contract.CreateCheckout>;
export type Checkout = contract.Checkout;
export type CheckoutTerms = contract.CheckoutTerms;

// Webhooks and events.
export type CreateEndpoint = Sent<typeof contract.CreateEndpoint>;
export type UpdateEndpoint = Sent<typeof contract.UpdateEndpoint>;
export type Endpoint = Read<typeof contract.Endpoint>;
export type EndpointWithSecret = Read<typeof contract.EndpointWithSecret>;
export type Credits = Read<typeof contract.Credits>;
export type SigningSecret = Read<typeof contract.SigningSecret>;
export type SigningKeyList = Read<typeof contract.SigningKeyList>;
export type CallbackSecret = Read<typeof contract.CallbackSecret>;
export type Delivery = Read<typeof contract.Delivery>;
export type DeliveryAttempt = Read<typeof contract.DeliveryAttempt>;
export type DeliveryState = Delivery['state'];
export type EventType = contract.EventType;
export type EndpointEventType = contract.EndpointEventType;
export type TaskEventType = Extract<EventType, `task.${string}`>;
export type TaskEventData = Read<typeof contract.TaskEventData>;

type EventEnvelope = Omit<contract.Event, 'type' | 'data'>;
export type TaskEvent = EventEnvelope & { type: TaskEventType; data: TaskEventData };
export type AlertEventType = Extract<EventType, `alert.${string}`>;
export type AlertEventData = Read<typeof contract.AlertEventData>;
export type AlertEvent = EventEnvelope & { type: AlertEventType; data: AlertEventData };
export type OtherEvent = EventEnvelope & {
  type: Exclude<EventType, TaskEventType | AlertEventType>;
  data: Record<string, unknown>;
};
/** One event, as webhooks deliver it and as streams carry it. `type` says what `data` is. */
export type SluiceEvent = TaskEvent | AlertEvent | OtherEvent;
/** An event as a stream carries it: `cursor`, handed in as `lastEventId`, goes on after it. */
export type StreamedEvent = SluiceEvent & { cursor: string };

// Sessions and the gate.
export type Role = contract.Role;
export type Session = contract.Session;
export type CreateSession = Sent<typeof contract.CreateSession>;
export type SessionEnded = Read<typeof contract.SessionEnded>;
export type CreateSignInLink = Sent<typeof contract.CreateSignInLink>;
export type SignInLink = Read<typeof contract.SignInLink>;
export type Gate = Read<typeof contract.GateSnapshot>;
export type GatePath = Read<typeof contract.GatePath>;
export type GateFamily = Read<typeof contract.GateFamily>;
export type GateSlot = Read<typeof contract.GateSlot>;
export type GateQueue = Read<typeof contract.GateQueue>;
export type GateLane = Read<typeof contract.GateLane>;
export type GateFinished = Read<typeof contract.GateFinished>;

// Spending, people, prompts.
export type SpendQuery = Sent<typeof contract.SpendQuery>;
export type Spend = Read<typeof contract.Spend>;
export type SpendRow = Read<typeof contract.SpendRow>;
export type StatementMonthQuery = Sent<typeof contract.StatementMonthQuery>;
export type AccountStatement = Read<typeof contract.AccountStatement>;
export type Member = Read<typeof contract.Member>;
export type CreateMember = Sent<typeof contract.CreateMember>;
export type UpdateMember = Sent<typeof contract.UpdateMember>;
export type Alert = Read<typeof contract.Alert>;
export type AlertCode = Read<typeof contract.AlertCode>;
export type AlertSeverity = contract.AlertSeverity;
export type ListAlertsQuery = {
  state?: 'standing' | 'over' | undefined;
  limit?: number | undefined;
  cursor?: string | undefined;
};
export type AlertSettings = Read<typeof contract.AlertSettings>;
export type AlertThresholdName = contract.AlertThresholdName;
export type UpdateAlertSettings = Sent<typeof contract.UpdateAlertSettings>;
export type Prompt = Read<typeof contract.Prompt>;
export type PromptOrder = Read<typeof contract.PromptOrder>;
export type CreatePrompt = Sent<typeof contract.CreatePrompt>;

// Operators.
export type Scope = contract.Scope;
export type Account = Read<typeof contract.Account>;
export type CreateAccount = Sent<typeof contract.CreateAccount>;
export type UpdateAccount = Sent<typeof contract.UpdateAccount>;
export type Key = Read<typeof contract.Key>;
export type KeyWithSecret = Read<typeof contract.KeyWithSecret>;
export type CreateKey = Sent<typeof contract.CreateKey>;
export type UpdateKey = Sent<typeof contract.UpdateKey>;
export type Path = Read<typeof contract.Path>;
export type PathLimit = Read<typeof contract.PathLimit>;
export type Provider = Read<typeof contract.ProviderView>;
export type PathCheck = Read<typeof contract.PathCheck>;
export type PathStatement = Read<typeof contract.PathStatement>;
export type Wallet = Read<typeof contract.Wallet>;
export type CreatePath = Sent<typeof contract.CreatePath>;
export type UpdatePath = Sent<typeof contract.UpdatePath>;
export type PriceSheet = Read<typeof contract.PriceSheetView>;
export type PriceOverlay = Sent<typeof contract.PriceOverlay>;
export type UnknownAttempt = Read<typeof contract.UnknownAttempt>;
export type ResolveAttempt = Sent<typeof contract.ResolveAttempt>;
export type CreatePlan = Sent<typeof contract.CreatePlan>;
export type PlanWorkload = Sent<typeof contract.PlanWorkload>;
export type PlanPath = Sent<typeof contract.PlanPath>;
export type Plan = Read<typeof contract.Plan>;
export type PlanHead = Read<typeof contract.PlanHead>;
export type PlanResult = Read<typeof contract.PlanResult>;
export type PlanOutcome = Read<typeof contract.PlanOutcome>;
export type PlanValidation = Read<typeof contract.PlanValidation>;
export type SystemStatus = Read<typeof contract.SystemStatus>;

// What is known of paths.
export type Check = contract.Check;
export type FactName = contract.FactName;
export type FactValue = contract.FactValue;
export type SetFact = Sent<typeof contract.SetFact>;
export type FactChange = Read<typeof contract.FactChange>;
export type FactStatement = Read<typeof contract.FactStatement>;
export type DossierFact = Read<typeof contract.DossierFact>;
export type DossierCheck = Read<typeof contract.DossierCheck>;
export type Dossier = Read<typeof contract.Dossier>;
export type OpenQuestion = Read<typeof contract.OpenQuestion>;
export type PathMeasures = Read<typeof contract.PathMeasures>;
export type LimitChange = Read<typeof contract.LimitChange>;
export type Promises = Read<typeof contract.Promises>;
export type PromiseLine = Read<typeof contract.PromiseLine>;
export type MeasuresWindow = Read<typeof contract.MeasuresQuery>['window'];
export type PlanVerification = Sent<typeof contract.PlanVerification>;
export type StartVerification = Sent<typeof contract.StartVerification>;
export type Verification = Read<typeof contract.Verification>;
export type VerificationStep = Read<typeof contract.VerificationStep>;
export type MixLine = Sent<typeof contract.MixLine>;
export type CompareRequest = Sent<typeof contract.CompareRequest>;
export type Candidate = Read<typeof contract.Candidate>;
export type Comparison = Read<typeof contract.Comparison>;

/** The body of every refusal: `{ "error": { … } }`. */
export type Problem = contract.Problem;
