/**
 * Behaviours that no source settles, or on which sources disagree: each is a switch with a stated
 * default.
 */
export type KlingSettings = {
  /**
   * Legacy paths check `duration`. Reports disagree: rejected (2026-08-21) or accepted and billed
   * (2026-08-02).
   */
  legacyDurationCheck: boolean;
  /**
   * Omni orders without frame or video must name `aspect_ratio`: the note says so, the vendor's sample
   * omits it.
   */
  omniAspectRequired: boolean;
  /** O1 from text alone takes 5 or 10 s only (capability map) rather than 3 to 10 (field table). */
  o1TextFiveOrTen: boolean;
  /**
   * A task made on a new path can be read on the legacy path of its product. Only the reverse was ever
   * seen.
   */
  newTasksOnLegacy: boolean;
  /** An external id may be used again after its task failed. Not known. */
  externalIdFreedByFailure: boolean;
  /** Legacy bodies may give `element_id` as text. Not known. */
  legacyElementIdAsText: boolean;
  /** Longest life of a JWT (exp - nbf) in seconds; null: any. Not known. */
  jwtLongestLifeSeconds: number | null;
  /** Code for a model that was withdrawn; the text was recorded, the code was not. */
  retiredModelCode: 1201 | 1203;
  /** Whether callbacks of legacy tasks are signed too when a secret exists. */
  signLegacyCallbacks: boolean;
  /** Which changes are called back. */
  callbackStatuses: ('submitted' | 'processing' | 'terminal')[];
  /** A refused callback is repeated so often, and so long after. The vendor documents neither. */
  callbackRetries: number;
  callbackRetryMs: number;
  /** Balances in /account/costs may lag up to 12 h. */
  costsLagMs: number;
  /** Length of a reference video that was not fetched. */
  assumedVideoSeconds: number;
  /** While it is on no render ends; those whose time has come end in the moment when it is turned off. */
  holdRenders: boolean;
};

export const defaultSettings: KlingSettings = {
  legacyDurationCheck: true,
  omniAspectRequired: false,
  o1TextFiveOrTen: false,
  newTasksOnLegacy: false,
  externalIdFreedByFailure: false,
  legacyElementIdAsText: false,
  jwtLongestLifeSeconds: null,
  retiredModelCode: 1201,
  signLegacyCallbacks: true,
  callbackStatuses: ['submitted', 'processing', 'terminal'],
  callbackRetries: 2,
  callbackRetryMs: 5_000,
  costsLagMs: 0,
  assumedVideoSeconds: 5,
  holdRenders: false,
};

export type KlingTiming = {
  /** Time as `submitted`. */
  queueMs: number;
  /** Time as `processing`: this much, plus so much for each ordered second. */
  renderBaseMs: number;
  renderMsPerSecond: number;
  /** Both stretch or shrink by up to this share, drawn for each task (0.2: 80 % to 120 %). */
  jitter: number;
  /** How long an element takes. */
  elementMs: number;
  /** Between a change and its callback. */
  callbackMs: number;
};

export const defaultTiming: KlingTiming = {
  queueMs: 1_000,
  renderBaseMs: 5_000,
  renderMsPerSecond: 8_000,
  jitter: 0.2,
  elementMs: 5_000,
  callbackMs: 100,
};
