/** A metric that is read from the records: its help text and its labels. */
export interface Figure {
  readonly help: string;
  readonly labels: readonly string[];
}

/**
 * The figures of the records, without the prefix `servpack_`. Times are seconds, and moments are
 * seconds since the epoch, in policy time. No label names a client. At most 50 campaigns have
 * series, and none that has ended.
 */
export const figures = {
  campaign_info: {
    help: 'A campaign that has not ended. Always 1.',
    labels: ['campaign', 'release', 'status', 'ticket'],
  },
  campaign_clients: {
    help: 'Clients of a campaign by wave and state. The wave "all" stands for all waves of a campaign with many.',
    labels: ['campaign', 'wave', 'state'],
  },
  campaign_settled_ratio: {
    help: 'Share of the clients of a campaign that have settled; cancelled ones have, too.',
    labels: ['campaign'],
  },
  campaign_begins: {
    help: '1 while something may begin on clients of a campaign: it runs, nothing is halted, and no window is known to be closed for all of them.',
    labels: ['campaign'],
  },
  campaign_paused_by_gate: { help: '1 while a gate has paused a campaign.', labels: ['campaign'] },
  campaign_not_ok_ratio: {
    help: 'Share of the tried clients of an open wave that failed, need attention or are unhealthy.',
    labels: ['campaign', 'wave'],
  },
  campaign_not_ok_limit_ratio: {
    help: 'The share at which the gate of an open wave pauses its campaign.',
    labels: ['campaign', 'wave'],
  },
  campaign_gate_open: {
    help: '1 when the gate of a wave has let the next wave open, or the wave is the last one and has settled.',
    labels: ['campaign', 'wave'],
  },
  campaign_forecast_end_timestamp_seconds: {
    help: 'When a running campaign ends by its forecast, in half and in nine of ten simulations.',
    labels: ['campaign', 'quantile'],
  },
  campaign_end_timestamp_seconds: {
    help: 'When a campaign is to be over, by its file.',
    labels: ['campaign'],
  },
  halted: { help: '1 while everything is halted.', labels: [] },
  slots_used: {
    help: 'Slots in use. The budget "active" is that of a campaign, "logonServer" that of a logon server over all campaigns.',
    labels: ['budget', 'campaign', 'logon_server'],
  },
  slots_limit: { help: 'How many slots there are.', labels: ['budget', 'campaign', 'logon_server'] },
  logon_server_downloads: {
    help: 'Clients that are marked and not proved yet, by logon server; "other" are those without a series of their own.',
    labels: ['logon_server'],
  },
  blocker_clients: {
    help: 'Clients that a blocker blocks now, for the 20 whose removal frees most clients; "other" are all others. A client with two blockers counts in both.',
    labels: ['blocker'],
  },
  approvals_open: { help: 'Questions that wait for a person.', labels: [] },
  approval_next_expiry_timestamp_seconds: {
    help: 'When the first open question of a campaign expires: about a wave, a step, or a command that waits for another person. The label is empty for a release without a campaign.',
    labels: ['campaign'],
  },
  oldest_due_age_seconds: {
    help: 'For how long the longest overdue client has waited for its worker.',
    labels: [],
  },
  workers_alive: { help: 'Worker processes that run.', labels: [] },
  audit_unsealed_entries: {
    help: 'Audit entries that only Redis has. At most 200 of each shard are counted.',
    labels: [],
  },
  audit_unsealed_age_seconds: { help: 'Age of the oldest audit entry that only Redis has.', labels: [] },
  copies_not_verified: {
    help: 'Copies of a release on logon servers that are not verified, as far as campaigns need them.',
    labels: ['release'],
  },
  notify_queue: { help: 'Messages that wait for their destinations.', labels: [] },
  notify_failing_destinations: {
    help: 'Destinations whose oldest message could not be delivered yet.',
    labels: [],
  },
} as const satisfies Readonly<Record<string, Figure>>;

export type FigureName = keyof typeof figures;

/** One value of a figure, as it stands in the records. */
export interface Reading {
  readonly figure: FigureName;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** Makes a reading; a label that is left out is not printed. */
export const reading = (
  figure: FigureName,
  value: number,
  labels: Readonly<Record<string, string>> = {},
): Reading => ({ figure, labels, value });
